"""Choose the person to follow among several: the nearest, most central one, until they leave.

The tracker of the pose library keeps the person that it has; the first one is left to chance. So
before it begins, all people in the frame are found, and it gets a frame with the chosen person
alone. It restarts where a much larger person stands beside a small tracked one, since the small one
is in the background.
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
from mirror.hinge.measure.pose import Mark, Pose
from mirror.hinge.measure.presence import NEAR
from mirror.pose.crop import height_px
from mirror.pose.landmarker import Estimator, PeopleFinder

AGAIN_S = 0.5
"""Seconds between two searches for a nearer person, while the tracked one is small."""
LARGER = 1.3
"""Ratio of heights from which another person counts as nearer than the tracked one."""
AROUND_SHARE = 0.15
"""Margin around the chosen person that stays visible, share of the height of their box."""


class SubjectTracker:
    """An estimator that chooses its person. Use it from one thread, and close it.

    camera: its lens and its tilt are corrected in every pose, here and nowhere later. None: the
    frames are upright and undistorted as they are.

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
        self._crowd.rest(frame.taken_at)
        self._tracked = self._tracker.estimate(frame)
        return self._tracked

    def close(self) -> None:
        """Free both. May be called twice."""
        self._crowd.close()
        self._tracker.close()

    def _is_background(self, tracked: Pose, frame: Frame) -> bool:
        """Whether it is time to look for a nearer person."""
        since = frame.taken_at - self._sought_s
        return height_px(tracked.points) < NEAR * tracked.size[1] and not 0 <= since < AGAIN_S

    def _chosen(self, frame: Frame, people: Sequence[Array]) -> Frame:
        """The frame for the tracker: with the chosen person alone, where there is a choice."""
        if len(people) < 2:
            return frame
        height, width = frame.rgb.shape[:2]
        best = people[choose(people, (width, height))]
        if self._tracked is not None:
            if height_px(best) < LARGER * height_px(self._tracked.points):
                return frame
            # The tracker drops its person when a frame shows nobody.
            self._tracker.estimate(Frame(np.zeros_like(frame.rgb), frame.taken_at))
        return Frame(alone(frame.rgb, best), frame.taken_at)


def choose(people: Sequence[Array], size: tuple[int, int]) -> int:
    """Index of the person to follow. people: (33, 2) landmarks each, pixels."""

    def worth(points: Array) -> float:
        aside = abs(float(points[_HIPS, 0].mean()) / size[0] - 0.5)
        return height_px(points) * (1.0 - min(aside, 0.5))

    return max(range(len(people)), key=lambda k: worth(people[k]))


def alone(rgb: NDArray[np.uint8], points: Array) -> NDArray[np.uint8]:
    """The picture with everything grey except this person and a margin around them."""
    low, high = points.min(axis=0), points.max(axis=0)
    around = AROUND_SHARE * (high[1] - low[1])
    left, top = np.maximum(low - around, 0).astype(int)
    right, bottom = np.maximum(high + around, 0).astype(int)
    fenced = np.full_like(rgb, 127)
    fenced[top:bottom, left:right] = rgb[top:bottom, left:right]
    return fenced


_HIPS = [Mark.LEFT_HIP, Mark.RIGHT_HIP]
