"""Pictures to a video file (MPEG-4), for people who check the thing.

`overlay` draws what the core saw over the camera picture; it is never shown on the glass and
made only on request.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mirror.camera import Frame
from mirror.config import ScreenSettings
from mirror.errors import OutputError
from mirror.glass import MM_PER_INCH
from mirror.hinge.posture import SHOW, Posture, Unseen
from mirror.hinge.rounding import line_px
from mirror.scene import AMBER, GREY, ICE, WHITE, Line, Scene, Shape, Text
from mirror.screen import Screen, open_screen
from mirror.screens.drawing import LIMBS, held, line_colour
from mirror.session import Session


class Recording:
    """A video being written. Close it, or the file cannot be played.

    name: what to call it in errors, where `path` is but a scratch file.

    Raises:
        OutputError: the file cannot be made.
    """

    def __init__(
        self, path: Path, size: tuple[int, int], fps: float, name: str | None = None
    ) -> None:
        import cv2

        self._cv2: Any = cv2
        self._name = name or str(path)
        self._added = 0

        # The codec halves the colour resolution, so both sides must be even.
        self._size = (size[0] // 2 * 2, size[1] // 2 * 2)
        self._path = path
        self._writer: Any = cv2.VideoWriter(
            str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, self._size
        )
        if not self._writer.isOpened():
            raise OutputError(f"{self._name}: the video cannot be written.")

    def add(self, rgb: npt.NDArray[np.uint8]) -> None:
        """One more picture, (height, width, 3) uint8, red first."""
        width, height = self._size
        self._added += 1
        # OpenCV writes blue first.
        self._writer.write(np.ascontiguousarray(rgb[:height, :width, ::-1]))

    def close(self) -> None:
        """Finish the file. May be called twice.

        Raises:
            OutputError: not everything is in it; OpenCV says nothing of a full disk.
        """
        if self._writer is None:
            return
        self._writer.release()
        self._writer = None
        check = self._cv2.VideoCapture(str(self._path))
        count = int(check.get(self._cv2.CAP_PROP_FRAME_COUNT)) if check.isOpened() else -1
        check.release()
        if self._added and count < self._added:
            raise OutputError(f"{self._name}: the video could not be written whole.")


def pixel_screen(size: tuple[int, int]) -> Screen:
    """An off-screen glass of this size on which one millimetre is one pixel."""
    diagonal = math.hypot(*size) / MM_PER_INCH
    return open_screen(ScreenSettings(diagonal_in=diagonal), mode="offscreen", size=size)


def overlay(frame: Frame, session: Session, screen: Screen) -> npt.NDArray[np.uint8]:
    """The camera picture with landmarks, trunk line, drill, phase and count drawn over it.

    screen: from `pixel_screen`, of the frame's size.
    """
    screen.draw(Scene(tuple(_marks(frame, session))))
    light = screen.pixels()
    # The scene is light on black: where it shines, the picture steps back.
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
    drill = held(session.drill.reading, u)
    if drill is not None:
        held_px, light, wide = drill
        shapes.append(Line(held_px, 0.5 * wide, light))
    joints = (posture.hip, posture.knee, posture.ankle)
    shapes.append(Line(joints, 0.7 * u, ICE))
    return shapes
