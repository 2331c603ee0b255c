"""Whom the mirror looks at, where there are several: the nearest, most central person, until gone.

The tracker of the pose library keeps whom it has; whom it takes first is left to chance. So before
it begins, everybody in the picture is found, and it is shown the chosen one alone. It begins anew
where somebody much larger stands beside the small person it has: that one is in the background.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mirror.camera import Frame
from mirror.camera.optics import lens
from mirror.config import CameraSettings
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.joints import BODY_HEIGHT
from mirror.hinge.measure.pose import Mark, Pose
from mirror.hinge.measure.presence import NEAR
from mirror.pose.landmarker import Estimator, PeopleFinder

AGAIN_S = 0.5
"""While the tracked person is small, so often somebody nearer is looked for."""
LARGER = 1.3
"""Who is so much larger than the tracked person is nearer."""
AROUND = 0.15
"""What is shown around the chosen one, shares of the height of the box."""


class SubjectTracker:
    """An estimator that chooses its person. Use it from one thread, and close it.

    camera: its lens and its aslant hanging are taken out of every pose: here, and nowhere after.
    None: the pictures are upright and straight as they are.

    Raises:
        ModelError: as `Estimator`.
    """

    def __init__(self, model: Path, camera: CameraSettings | None = None) -> None:
        self._camera = camera
        self._crowd = PeopleFinder(model)
        try:
            self._tracker = Estimator(model)
        except BaseException:
            self._crowd.close()
            raise
        self._tracked: Pose | None = None
        self._sought_s = -math.inf

    def estimate(self, frame: Frame) -> Pose | None:
        """Find the person in the next frame, in upright pixels; None if there is nobody.

        Raises:
            ModelError: as `Estimator.estimate`.
        """
        pose = self._found(frame)
        if pose is None or self._camera is None:
            return pose
        return lens(self._camera, pose.size).pose(pose)

    def _found(self, frame: Frame) -> Pose | None:
        if self._tracked is None or self._is_background(self._tracked, frame):
            self._sought_s = frame.taken_at
            people = self._crowd.find(frame)
            if not people and self._tracked is None:
                return None
            frame = self._chosen(frame, people)
        self._tracked = self._tracker.estimate(frame)
        return self._tracked

    def close(self) -> None:
        """Free both. May be called twice."""
        self._crowd.close()
        self._tracker.close()

    def _is_background(self, tracked: Pose, frame: Frame) -> bool:
        """Whether it is time to look for somebody nearer."""
        since = frame.taken_at - self._sought_s
        return tall(tracked.points) < NEAR * tracked.size[1] and not 0 <= since < AGAIN_S

    def _chosen(self, frame: Frame, people: Sequence[Array]) -> Frame:
        """The frame for the tracker: with the chosen person alone, where there is a choice."""
        if len(people) < 2:
            return frame
        height, width = frame.rgb.shape[:2]
        best = people[choose(people, (width, height))]
        if self._tracked is not None:
            if tall(best) < LARGER * tall(self._tracked.points):
                return frame
            # The tracker lets go of whom it has when there is nobody.
            self._tracker.estimate(Frame(np.zeros_like(frame.rgb), frame.taken_at))
        return Frame(alone(frame.rgb, best), frame.taken_at)


def choose(people: Sequence[Array], size: tuple[int, int]) -> int:
    """Which of the people to look at. people: (33, 2) landmarks each, pixels."""

    def worth(points: Array) -> float:
        aside = abs(float(points[_HIPS, 0].mean()) / size[0] - 0.5)
        return tall(points) * (1.0 - min(aside, 0.5))

    return max(range(len(people)), key=lambda k: worth(people[k]))


def tall(points: Array) -> float:
    """Height of a person as seen, pixels: bones, so that a bow makes nobody small."""
    middle = points[_CHAIN].reshape(4, 2, 2).mean(axis=1)
    return BODY_HEIGHT * float(np.hypot(*np.diff(middle, axis=0).T).sum())


def alone(rgb: NDArray[np.uint8], points: Array) -> NDArray[np.uint8]:
    """The picture with everything grey but this person and a little around them."""
    low, high = points.min(axis=0), points.max(axis=0)
    around = AROUND * (high[1] - low[1])
    left, top = np.maximum(low - around, 0).astype(int)
    right, bottom = np.maximum(high + around, 0).astype(int)
    fenced = np.full_like(rgb, 127)
    fenced[top:bottom, left:right] = rgb[top:bottom, left:right]
    return fenced


_HIPS = [Mark.LEFT_HIP, Mark.RIGHT_HIP]
_CHAIN = [
    *(Mark.LEFT_SHOULDER, Mark.RIGHT_SHOULDER),
    *_HIPS,
    *(Mark.LEFT_KNEE, Mark.RIGHT_KNEE),
    *(Mark.LEFT_ANKLE, Mark.RIGHT_ANKLE),
]
