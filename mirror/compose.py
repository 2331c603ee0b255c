"""Session -> Scene: what the person sees, laid out in millimetres on the upright glass.

Everything is sized by the shorter side of the glass: on the reference glass (a 32 inch panel
standing upright, 398 x 708 mm) capitals are at least 25 mm high, to be read at 3 m.
"""

from __future__ import annotations

from collections.abc import Iterator

from mirror.demonstration import demonstration
from mirror.drawing import Box, bottom_check, figure, foot_bar
from mirror.glass import Glass
from mirror.hinge.depth import sentence
from mirror.hinge.drills import REASONS
from mirror.hinge.posture import SHOW, Posture, Unseen
from mirror.panels import panel
from mirror.scene import AMBER, GREY, ICE, WHITE, Colour, Ring, Scene, Shape, Text
from mirror.session import Session

REFERENCE_MM = 398.0
"""Shorter side of the glass that the sizes below are meant for."""
CAP_MM = 25.0
"""Smallest capitals: readable at 3 m."""
COUNT_MM = 90.0
LOOK_UP_S = 8.0
"""How long the outlines of the last rep stay: time to stand up and look."""
GRACE_S = 10.0
"""Nobody there for so long: pure mirror."""

TEXTS = {
    "step-back": "Step back until I see all of you",
    "come-closer": "Come closer",
    "turn-side-on": "Turn side-on",
    "face-me": "Face me",
    "slow-pictures": "Too few pictures to judge",
    "unsteady": "Hold on, I see you badly",
    "stand-still": "Stand tall and still",
    "stand-tall": "Stand tall",
    "partial": "A little deeper to count",
    "squat": "That was a squat. Hips back",
    "sitting": "Stand up when you are ready",
    "walking": "Keep your feet in place",
    "turning": "Stay side-on",
    "picking-up": "Picked up. Stand still to begin",
    "too-fast": "Slower",
    "too-slow": "That took long. Again",
    "lost": "I lost sight of you",
    "other-person": "One at a time, please",
    "stop-here": "That's your depth. Stand tall",
    **REASONS,
}
"""The one line of guidance, by its key."""


def compose(session: Session, glass: Glass) -> Scene:
    """The whole glass at this moment."""
    if _is_asleep(session):
        return Scene()
    u = min(glass.width_mm, glass.height_mm) / REFERENCE_MM
    inside = Box(18 * u, 18 * u, glass.width_mm - 36 * u, glass.height_mm - 36 * u)
    shapes: list[Shape] = []
    shapes += _heading(session, inside, u)
    shapes += _guidance(session, inside, u)
    posture = session.posture
    if isinstance(posture, Posture):
        low = inside.bottom - 250 * u
        shapes += panel(session, posture, Box(inside.right - 110 * u, low, 110 * u, 250 * u), u)
        if session.guidance == "instruction":
            shapes += demonstration(
                session.choice, posture.t, Box(inside.right - 270 * u, low, 150 * u, 230 * u), u
            )
        corner = Box(inside.left, low, 230 * u, 230 * u)
        if session.pose is not None:
            shapes += figure(session.pose, posture, session.drill.reading, corner, u)
            if posture.confidence >= SHOW:
                shapes += foot_bar(
                    posture, Box(inside.left + 75 * u, low + 240 * u, 80 * u, 10 * u), u
                )
        is_deep = session.choice.variation.panel == "depth"
        if (
            is_deep
            and _looks_up(session)
            and session.bottom is not None
            and session.standing is not None
        ):
            outline = Box(inside.right - 130 * u, low + 40 * u, 80 * u, 180 * u)
            shapes += bottom_check(session.bottom, session.standing, outline, u)
    return Scene(tuple(shapes))


def _looks_up(session: Session) -> bool:
    """Between two reps, and not long after the last one."""
    if not session.reps or session.t is None or session.tracking.move is not None:
        return False
    return session.t - session.reps[-1].end_s < LOOK_UP_S


def getting_ready(glass: Glass) -> Scene:
    """Until the first picture is understood: the mirror is not broken, only waking."""
    u = min(glass.width_mm, glass.height_mm) / REFERENCE_MM
    centre = (glass.width_mm / 2, glass.height_mm / 2)
    words = Text("Getting ready", centre, CAP_MM * u, GREY, "centre", "middle")
    return Scene((words,))


def trouble(sentence: str, glass: Glass) -> Scene:
    """The screen that says what is wrong and what the owner can do."""
    u = min(glass.width_mm, glass.height_mm) / REFERENCE_MM
    centre = (glass.width_mm / 2, glass.height_mm / 2)
    ring = Ring((centre[0], centre[1] - 150 * u), 30 * u, 3 * u, AMBER)
    return Scene(
        (
            ring,
            Text("!", ring.centre, 30 * u, AMBER, "centre", "middle", "bold"),
            Text(sentence, centre, 14 * u, WHITE, "centre", "middle", max_width_mm=330 * u),
        )
    )


def _is_asleep(session: Session) -> bool:
    if session.t is None:
        return True
    if not isinstance(session.posture, Unseen) or session.posture.reason != "nobody":
        return False
    return session.last_seen is None or session.t - session.last_seen > GRACE_S


def _heading(session: Session, inside: Box, u: float) -> Iterator[Shape]:
    """Variation on the left, the count on the right."""
    choice = session.choice
    yield Text(
        choice.title,
        (inside.left, inside.top),
        CAP_MM * u,
        GREY,
        vertical="top",
        max_width_mm=220 * u,
    )
    yield Text(
        str(session.count),
        (inside.right, inside.top),
        COUNT_MM * u,
        WHITE,
        "right",
        "top",
        "bold",
    )


def _guidance(session: Session, inside: Box, u: float) -> Iterator[Shape]:
    words = _words(session)
    if words is None:
        return
    text, colour = words
    wide = inside.width > inside.height
    width = inside.width * (0.5 if wide else 1.0)
    at = (inside.left + inside.width / 2, inside.top + 170 * u)
    yield Text(text, at, CAP_MM * u, colour, "centre", "top", max_width_mm=width)


def _words(session: Session) -> tuple[str, Colour] | None:
    """The one thing said now, most urgent first: what to fix, a cue, the stop depth, how to."""
    key = session.guidance
    if key is not None and key != "instruction":
        return TEXTS[key], AMBER if key == "stop-here" else ICE
    if _looks_up(session):
        last = session.reps[-1].number
        if session.cue is not None and session.cue.rep == last:
            return session.cue.text, AMBER if session.cue.fault else ICE
        if session.stop is not None and session.stop_rep == last:
            return sentence(session.stop), ICE
    return (session.choice.instruction, ICE) if key == "instruction" else None
