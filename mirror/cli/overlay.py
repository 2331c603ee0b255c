"""Draw over a frame everything that the core saw; never shown on the glass."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mirror.camera import Frame
from mirror.coach.session import Session
from mirror.config import ScreenSettings
from mirror.display.glass import MM_PER_INCH
from mirror.display.scene import AMBER, GREY, ICE, WHITE, Colour, Line, Scene, Shape, Text
from mirror.display.screen import Screen, open_screen
from mirror.hinge.measure.posture import SHOW, Posture, Unseen
from mirror.hinge.measure.rounding import line_px
from mirror.screens.drawing import LIMBS, held, line_colour

LINE = 9.0
"""From one label to the next; it and `PAD` in hundredths of the shorter side of the frame."""
PAD = 1.9
"""By how much the pill under a text is larger than the text."""
DARK = 0.25
"""Share of the light of the frame that is left under a text."""


def pixel_screen(size: tuple[int, int]) -> Screen:
    """An off-screen glass of this size on which one millimetre is one pixel."""
    diagonal = math.hypot(*size) / MM_PER_INCH
    return open_screen(ScreenSettings(diagonal_in=diagonal), mode="offscreen", size=size)


def overlay(frame: Frame, session: Session, screen: Screen) -> npt.NDArray[np.uint8]:
    """The frame with landmarks, trunk line, drill, phase, rounding and count drawn over it.

    screen: from `pixel_screen`, of the frame's size.
    """
    height, width = frame.rgb.shape[:2]
    u = min(width, height) / 100
    texts = _texts(session, width, u)
    screen.draw(Scene((*_marks(session, u), *texts)))
    light = screen.pixels()
    picture = frame.rgb.astype(np.uint16)
    for text in texts:
        _darken(picture, screen.extent(text), u)
    # The scene is light on black: where it shines, the frame is dimmed.
    shade = light.max(axis=2, keepdims=True).astype(np.uint16)
    picture = picture * (255 - shade) // 255
    drawn: npt.NDArray[np.uint8] = np.minimum(picture + light, 255).astype(np.uint8)
    return drawn


def labels(session: Session) -> list[tuple[str, Colour]]:
    """The words at the left: the phase, the rounding of the back, and what keeps from judging."""
    posture = session.posture
    found = [(session.phase.value if session.phase else "no phase yet", ICE)]
    if isinstance(posture, Posture) and posture.rounding_deg is not None:
        found.append((f"back {round(posture.rounding_deg)}°", line_colour(posture)))
    why = posture.reason if isinstance(posture, Unseen) else posture.doubt if posture else None
    if why:
        found.append((why, AMBER))
    return found


def _texts(session: Session, width: int, u: float) -> list[Text]:
    """The count at the right, the labels one below the other at the left. u: pixels."""
    count = Text(
        str(len(session.reps)), (width - 8 * u, 5 * u), 9 * u, WHITE, "right", "top", "bold"
    )
    return [
        count,
        *(
            Text(word, (5 * u, (5 + LINE * k) * u), 3.5 * u, colour, "left", "top")
            for k, (word, colour) in enumerate(labels(session))
        ),
    ]


def _darken(
    picture: npt.NDArray[np.uint16], extent: tuple[float, float, float, float], u: float
) -> None:
    """Lay a dark pill under a text, in place. extent: of the text; u: pixels."""
    left, top, right, bottom = extent
    x, y = np.meshgrid(np.arange(picture.shape[1]), np.arange(picture.shape[0]))
    radius = (bottom - top) / 2 + PAD * u
    middle = (top + bottom) / 2
    nearest = np.clip(x, left, max(left, right))
    is_inside = np.hypot(x - nearest, y - middle) <= radius
    picture[is_inside] = (picture[is_inside] * DARK).astype(np.uint16)


def _marks(session: Session, u: float) -> list[Shape]:
    """Limbs, trunk or spine, drill and joints. u: pixels."""
    shapes: list[Shape] = []
    posture = session.posture
    if not isinstance(posture, Posture) or session.pose is None:
        return shapes
    points = session.pose.points
    for limb in LIMBS:
        bones = tuple((float(points[m, 0]), float(points[m, 1])) for m in limb)
        shapes.append(Line(bones, 0.5 * u, GREY))
    if posture.back is None or posture.back.confidence < SHOW:
        shapes.append(Line((posture.hip, posture.shoulder), 1.2 * u, line_colour(posture)))
    else:
        spine, dowel = line_px(posture.back.edge, posture.back.axis)
        shapes.append(Line(tuple(map(tuple, dowel.tolist())), 0.5 * u, ICE))
        shapes.append(Line(tuple(map(tuple, spine.tolist())), 1.2 * u, line_colour(posture)))
    drill = held(session.person.drill.reading, u)
    if drill is not None:
        held_px, light, wide = drill
        shapes.append(Line(held_px, 0.5 * wide, light))
    joints = (posture.hip, posture.knee, posture.ankle)
    shapes.append(Line(joints, 0.7 * u, ICE))
    return shapes
