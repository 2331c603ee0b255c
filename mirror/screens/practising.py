"""In a set: a movement under way, and the rep that has just been finished."""

from __future__ import annotations

from collections.abc import Iterator

from mirror.calibration.projection import Reflection
from mirror.coach.language import Language
from mirror.coach.lifetimes import Stage
from mirror.coach.message import Message
from mirror.coach.replay import at
from mirror.coach.session import Session
from mirror.display.scene import AMBER, ICE, Shape
from mirror.hinge.drills.drill import REASONS, Reading
from mirror.hinge.judging.feedback import Cue
from mirror.hinge.measure.posture import SHOW, Posture
from mirror.screens.drawing import bottom_check, dimmed, figure, foot_bar, ghost
from mirror.screens.layout import Box, Layout
from mirror.screens.legends import finished_legend, red_legend, working_legend
from mirror.screens.panels import panel
from mirror.screens.parts import figure_box, heading, words
from mirror.screens.reflected import clearness, on_reflection

REPLAY_AFTER_S = 2.7
"""Seconds after a rep before its replay begins: the person then stands and can look."""
SLOWLY = 0.6
"""Speed of the replay, share of the real one."""
REPLAY_REST_S = 0.8
"""Seconds for which the replay stands still before it begins again."""
BRIGHT_S, DIM = 1.5, 0.6
"""Seconds for which words are lit in full while the person moves, and their light afterwards."""


def working(
    session: Session,
    page: Layout,
    language: Language,
    since_s: float,
    reflection: Reflection | None = None,
) -> Iterator[Shape]:
    """A movement is under way: the count, the spine on reflection or figure, and the panel."""
    u, posture = page.u, session.posture
    yield from heading(session, page, language, since_s)
    yield from _said(session, page, language)
    if not isinstance(posture, Posture) or session.pose is None:
        return
    reflected = on_reflection(session, page, reflection) if reflection is not None else None
    light = 0.0
    if reflected is not None:
        yield from reflected
        light = clearness(session)
    is_shown = posture.confidence >= SHOW
    if light < 1.0 and (is_shown or posture.doubt == "turn-side-on"):
        place, reading = figure_box(session, page), session.person.drill.reading
        shapes = figure(session.pose, posture, reading, place, u, session.baseline)
        yield from dimmed(shapes, 1.0 - light)
    if is_shown:
        yield from foot_bar(posture, _foot_box(page), u)
        yield from panel(session, posture, page.panel, u, language)
        yield from working_legend(session, posture, page, _foot_box(page), language)
    yield from red_legend(session, page, language)


def finished(session: Session, page: Layout, language: Language, t: float) -> Iterator[Shape]:
    """The last rep once more: slowly as a line figure, its back over that of standing."""
    u, since_s, shown = page.u, t - session.reps[-1].end_s, session.shown
    yield from heading(session, page, language, since_s)
    yield from _said(session, page, language)
    if (
        session.exercise.variation.panel == "depth"
        and shown.bottom is not None
        and session.baseline is not None
    ):
        outlines = tuple(bottom_check(shown.bottom, session.baseline, page.outlines, u))
        yield from outlines
        if outlines:
            yield from finished_legend(session, page, language)
    yield from red_legend(session, page, language)
    place = figure_box(session, page)
    yield from ghost(shown.replay[0], place, u)
    begin, end = (shown.replay[k][1].t for k in (0, -1))
    if end > begin:
        # It runs, rests, and runs again: a function of the time alone.
        round_s = (end - begin) / SLOWLY + REPLAY_REST_S
        into = max(0.0, since_s - REPLAY_AFTER_S) % round_s
        pose, posture = at(shown.replay, begin + SLOWLY * into)
        held = min(shown.readings, key=lambda one: abs(one[0] - posture.t), default=None)
        reading = Reading() if held is None else held[1]
        yield from figure(pose, posture, reading, place, u, session.baseline)
        # The panel shows what the replay does: a twist is not seen in standing.
        yield from panel(session, posture, page.panel, u, language)


def _said(session: Session, page: Layout, language: Language) -> Iterator[Shape]:
    """The one thing to say: how the reps are done, or what became of another movement."""
    t, key, now = session.t or 0.0, session.shown.guidance.key, session.shown.messages.now
    if session.shown.stage is Stage.FINISHED and key in ("face-me", *REASONS):
        key = None  # the person has turned to look at the glass
    is_held = session.shown.messages.is_held(t)
    if now is not None and (key in (None, "instruction") or (is_held and key != "stop-here")):
        about = now.about
        text = (
            language.cue(about, session.exercise)
            if isinstance(about, Cue)
            else language.stop(about)
        )
        # A person who goes on has read it: from then on it is a reminder.
        goes_on = session.shown.stage is Stage.WORKING and _goes_on(session, now)
        is_old = goes_on and t - now.since_s > BRIGHT_S
        said = words(text, page.words, page.u, AMBER if now.is_correction else ICE)
        yield from dimmed([said], DIM if is_old else 1.0)
    elif key not in (None, "instruction"):
        colour = AMBER if key == "stop-here" else ICE
        yield words(language.say(f"guidance.{key}"), page.words, page.u, colour)


def _goes_on(session: Session, now: Message) -> bool:
    """Whether the person moves, or has done another rep since the message."""
    is_older = isinstance(now.about, Cue) and session.count > now.about.rep
    return session.counter.is_moving or is_older


def _foot_box(page: Layout) -> Box:
    box, u = page.figure, page.u
    return Box(box.centre[0] - 40 * u, box.bottom + 4 * u, 80 * u, 10 * u)
