"""Before the first rep: somebody came, what is practised, hold still."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mirror.coach.exercise import exercises
from mirror.coach.language import Language
from mirror.coach.session import Session
from mirror.display.scene import GREY, ICE, WHITE, Dot, Ring, Shape
from mirror.hinge.drills.drill import REASONS
from mirror.hinge.measure.posture import Posture
from mirror.hinge.measure.view import View
from mirror.screens.demonstration import demonstration, moment
from mirror.screens.drawing import figure
from mirror.screens.labels import Labels, button_words
from mirror.screens.layout import Box, Layout
from mirror.screens.parts import FINE_MM, WIDE_MM, figure_box, from_above, heading, title, words

ASKED = ("turn-side-on", "face-me", "step-back", "come-closer")
"""Guidance that is drawn, too."""


def welcome(session: Session, page: Layout, language: Language, now: float) -> Iterator[Shape]:
    """Somebody came: how to stand, as words and seen from above."""
    u, key = page.u, session.shown.guidance.key
    yield title(language.say("state.welcome"), page.box(0, 0, 300, 45), u)
    asked = key if key in ASKED else None
    is_faced = View.SIDE not in session.exercise.variation.requirement.views
    stand = "state.how-to-face" if is_faced else "state.how-to-stand"
    text = language.say(f"guidance.{asked}" if asked else stand)
    yield words(text, page.box(0, 75, 320 if page.wide else page.width, 210), u)
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


def still(session: Session, page: Layout, language: Language) -> Iterator[Shape]:
    """Hold still: a ring around the person fills while the baseline is taken."""
    u, stage, width = page.u, page.stage, 310 if page.wide else page.width
    yield words(language.title(session.exercise), page.box(0, 0, width, 25), u, GREY)
    yield words(language.say("guidance.stand-still"), page.box(0, 52, width, 70), u)
    yield words(language.setup(session.exercise), page.box(0, 148, width, 165), u, GREY)
    radius = min(stage.width, stage.height) / 2 - 4 * u
    yield Ring(stage.centre, radius, FINE_MM * u, GREY.at(0.6))
    share = session.person.still.share
    if share > 0.02:
        yield Ring(stage.centre, radius, WIDE_MM * u, ICE if share < 1 else WHITE, 0.0, share)
    if session.pose is not None and isinstance(session.posture, Posture):
        x, y = stage.centre
        place = Box(x - 0.6 * radius, y - 0.72 * radius, 1.2 * radius, 1.4 * radius)
        yield from figure(session.pose, session.posture, session.person.drill.reading, place, u)
