"""Before the first rep: somebody came, what is practised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mirror.coach.exercise import exercises
from mirror.coach.language import Language
from mirror.coach.session import Session
from mirror.coach.stage import GREETED_S
from mirror.display.scene import GREY, ICE, WHITE, Dot, Ring, Shape
from mirror.hinge.drills.drill import REASONS
from mirror.hinge.measure.posture import Posture
from mirror.hinge.measure.view import View
from mirror.screens.demonstration import demonstration, moment
from mirror.screens.drawing import figure
from mirror.screens.labels import Labels, button_words
from mirror.screens.layout import Box, Layout
from mirror.screens.parts import figure_box, from_above, heading, title, words

ASKED = ("turn-side-on", "face-me", "step-back", "come-closer")
"""Guidance that is drawn, too."""


def welcome(session: Session, page: Layout, language: Language, now: float) -> Iterator[Shape]:
    """Somebody came: how to stand, as words and seen from above."""
    u, key = page.u, session.shown.guidance.key
    yield title(language.say("state.welcome"), page.box(0, 0, 300, 45), u)
    asked = key if key in ASKED else None
    is_faced = View.SIDE not in session.exercise.variation.requirement.views
    stand = "state.how-to-face" if is_faced else "state.how-to-stand"
    came_s = session.person.presence.came_s
    is_greeted = came_s is not None and (session.t or 0.0) - came_s >= GREETED_S
    if asked or (key == "stand-still" and is_greeted):
        stand = f"guidance.{key}"
    yield words(language.say(stand), page.box(0, 75, 320 if page.wide else page.width, 210), u)
    yield from from_above(asked or ("face-me" if is_faced else None), page.stage, u, now)


def blind(session: Session, page: Layout, language: Language, now: float) -> Iterator[Shape]:
    """Before the first rep, and nothing can be judged: what to fix."""
    u, key = page.u, session.shown.guidance.key
    yield from heading(session, page, language, since_s=60.0)
    yield words(language.say(f"guidance.{key}"), page.words, u)
    if key in ASKED:
        stage = page.box(-1, -1, 300, 215) if page.wide else page.stage
        yield from from_above(key, stage, u, now)
    elif session.pose is not None and isinstance(session.posture, Posture):
        place = figure_box(session, page)
        yield from figure(
            session.pose, session.posture, session.person.drill.reading, place, u, session.baseline
        )


def chosen(
    session: Session, page: Layout, language: Language, now: float, labels: Labels | None
) -> Iterator[Shape]:
    """What is practised: name and purpose, an instruction, a lesson, and what the buttons do."""
    u, width, choice = page.u, 320 if page.wide else page.width, session.exercise
    yield title(language.title(choice), page.box(0, 0, width, 45), u)
    yield words(language.purpose(choice), page.box(0, 56, width, 60), u, GREY)
    # A drill that asks for the hands says so, and goes on showing how they are held.
    key = session.shown.guidance.key
    asked = language.say(f"guidance.{key}") if key in REASONS else language.instruction(choice)
    yield words(asked, page.box(0, 124, width, 116), u)
    stage = page.stage
    # On a lying glass the words of the buttons stand beside the drawing, else above it.
    beside = labels.room_mm * u if labels is not None and page.wide else 0.0
    below = 30 * u if page.wide else 100 * u
    above = 20 * u if page.wide else 45 * u
    shown = Box(stage.left, stage.top + above, stage.width - beside, stage.height - above - below)
    yield from demonstration(choice, now, shown, u)
    line = page.box(0, -20, width, 60)
    yield words(language.lesson(choice, moment(now)), line, u, WHITE)
    yield from _places(session, page)
    if labels is not None:
        # Holding next means nothing where the back can't be judged and nothing is kept.
        idle = ("next",) if session.remember_action is None else ()
        held = tuple(name for name in labels.held if name not in idle)
        yield from button_words(replace(labels, held=held), page, language)


def _places(session: Session, page: Layout) -> Iterator[Shape]:
    """Which of all there is to choose: a row of dots, the chosen one a ring."""
    u, cycle = page.u, exercises()
    y = page.inside.bottom - 6 * u
    for k, choice in enumerate(cycle):
        at = (page.inside.left + (6 + 17 * k) * u, y)
        if choice == session.exercise:
            yield Ring(at, 5 * u, 2 * u, ICE)
        else:
            yield Dot(at, (1.8 if choice.drill else 2.6) * u, GREY)
