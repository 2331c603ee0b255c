"""Draw over a frame everything that the core saw; never shown on the glass."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mirror.camera import Frame
from mirror.coach.session import Session
from mirror.config import ScreenSettings
from mirror.display.glass import MM_PER_INCH
from mirror.display.scene import AMBER, GREY, ICE, WHITE, Line, Scene, Shape, Text
from mirror.display.screen import Screen, open_screen
from mirror.hinge.measure.posture import SHOW, Posture, Unseen
from mirror.hinge.measure.rounding import line_px
from mirror.screens.drawing import LIMBS, held, line_colour


def pixel_screen(size: tuple[int, int]) -> Screen:
    """An off-screen glass of this size on which one millimetre is one pixel."""
    diagonal = math.hypot(*size) / MM_PER_INCH
    return open_screen(ScreenSettings(diagonal_in=diagonal), mode="offscreen", size=size)


def overlay(frame: Frame, session: Session, screen: Screen) -> npt.NDArray[np.uint8]:
    """The frame with landmarks, trunk line, drill, phase and count drawn over it.

    screen: from `pixel_screen`, of the frame's size.
    """
    screen.draw(Scene(tuple(_marks(frame, session))))
    light = screen.pixels()
    # The scene is light on black: where it shines, the frame is dimmed.
    shade = light.max(axis=2, keepdims=True).astype(np.uint16)
    picture = frame.rgb.astype(np.uint16) * (255 - shade) // 255
    drawn: npt.NDArray[np.uint8] = np.minimum(picture + light, 255).astype(np.uint8)
    return drawn


def _marks(frame: Frame, session: Session) -> list[Shape]:
    height, width = frame.rgb.shape[:2]
    u = min(width, height) / 100
    shapes: list[Shape] = [
        Text(str(len(session.reps)), (width - 4 * u, 4 * u), 12 * u, WHITE, "right", "top", "bold")
    ]
    word = session.phase.value if session.phase else "-"
    shapes.append(Text(word, (4 * u, 4 * u), 3.5 * u, ICE, "left", "top"))
    posture = session.posture
    if isinstance(posture, Unseen):
        shapes.append(Text(posture.reason, (4 * u, 11 * u), 3.5 * u, AMBER, "left", "top"))
    if not isinstance(posture, Posture) or session.pose is None:
        return shapes
    if posture.doubt:
        shapes.append(Text(posture.doubt, (4 * u, 11 * u), 3.5 * u, AMBER, "left", "top"))
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
