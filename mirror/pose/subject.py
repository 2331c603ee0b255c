"""Choose the person to follow among several: the nearest, most central one, until they leave.

The tracker of the pose library keeps the person that it has; the first one is left to chance. So
before it begins, all people in the frame are found, and it gets a frame with the chosen person
alone. It restarts where a much larger person stands beside a small tracked one, since the small one
is in the background.
"""

from __future__ import annotations

import math
import threading
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
"""Seconds between two searches for a nearer person, while the tracked one is small."""
LARGER = 1.3
"""Ratio of heights from which another person counts as nearer than the tracked one."""
AROUND = 0.15
"""Margin around the chosen person that stays visible, share of the height of their box."""
RECENT_S = 0.25
"""Seconds for which another tracker's view of the person still says where they are."""
STALE_S = 0.5
"""Seconds without a frame after which a tracker does not know any more where its person is."""
APART, TALLER = 0.25, 1.5
"""Two trackers follow two people from this distance of their hips on, in body heights, or from this
ratio of their heights."""


class Subject:
    """Where the person was last seen, shared by the trackers of all workers.

    Landmarks are (33, 2) pixels of the real picture, times those of the frames.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chosen: tuple[Array, float] | None = None
        self._helped: tuple[Array, float] | None = None

    def choose(self, points: Array, t: float) -> None:
        """Note where the tracker that chooses sees the person."""
        with self._lock:
            self._chosen = points, t

    def help(self, points: Array, t: float) -> None:
        """Note where a helping tracker sees the person, unless another one has seen them later."""
        with self._lock:
            if self._helped is None or not 0 <= self._helped[1] - t < STALE_S:
                self._helped = points, t

    def chosen(self, t: float) -> Array | None:
        """The person to follow at about this time: as chosen, else as a helper still sees them."""
        with self._lock:
            known = _recent(self._chosen, t)
            return _recent(self._helped, t) if known is None else known

    def helped(self, t: float) -> Array | None:
        """Where a helping tracker has seen the person at about this time."""
        with self._lock:
            return _recent(self._helped, t)


class SubjectTracker:
    """An estimator that chooses its person. Use it from one thread, and close it.

    camera: its lens and its tilt are corrected in every pose, here and nowhere later. None: the
    frames are upright and undistorted as they are. subject: shared with the trackers that help;
    then landmarks are not smoothed here.

    Raises:
        ModelError: as `Estimator`.
    """

    def __init__(
        self, model: Path, camera: CameraSettings | None = None, subject: Subject | None = None
    ) -> None:
        self._camera = camera
        self._subject = subject
        self._crowd = PeopleFinder(model)
        try:
            self._tracker = Estimator(model, smooth=subject is None)
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
        known = self._subject.helped(frame.taken_at) if self._subject is not None else None
        if self._tracked is None and known is not None:
            frame = Frame(alone(frame.rgb, known), frame.taken_at)  # a helper still sees them
        elif self._tracked is None or self._is_background(self._tracked, frame):
            self._sought_s = frame.taken_at
            people = self._crowd.find(frame)
            if not people and self._tracked is None:
                return None
            frame = self._chosen(frame, people)
        self._tracked = self._tracker.estimate(frame)
        if self._tracked is not None and self._subject is not None:
            self._subject.choose(self._tracked.points, frame.taken_at)
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
            _drop(self._tracker, frame)
        return Frame(alone(frame.rgb, best), frame.taken_at)


class HelpingTracker:
    """An estimator that follows the person whom the `SubjectTracker` has chosen.

    It chooses nobody itself. It begins on the shared person, and begins again where it follows
    somebody else. Use it from one thread, and close it.

    Raises:
        ModelError: as `Estimator`.
    """

    def __init__(self, model: Path, camera: CameraSettings | None, subject: Subject) -> None:
        self._camera, self._subject = camera, subject
        self._tracker = Estimator(model, smooth=False)
        self._followed_s: float | None = None

    def estimate(self, frame: Frame) -> Pose | None:
        """Find the person in a frame, in upright pixels; None: this frame says nothing.

        Raises:
            ModelError: as `Estimator.estimate`.
        """
        known = self._subject.chosen(frame.taken_at)
        if self._followed_s is not None and not 0 < frame.taken_at - self._followed_s < STALE_S:
            _drop(self._tracker, frame)
            self._followed_s = None
        seen = frame
        if self._followed_s is None:
            if known is None:
                return None
            seen = Frame(alone(frame.rgb, known), frame.taken_at)
        pose = self._tracker.estimate(seen)
        self._followed_s = None if pose is None else frame.taken_at
        if pose is None:
            return None
        if known is not None and are_two(pose.points, known):
            _drop(self._tracker, frame)
            self._followed_s = None
            return None
        self._subject.help(pose.points, frame.taken_at)
        return pose if self._camera is None else lens(self._camera, pose.size).pose(pose)

    def close(self) -> None:
        """Free the tracker. May be called twice."""
        self._tracker.close()


def are_two(points: Array, others: Array) -> bool:
    """Whether two sets of (33, 2) landmarks, a moment apart, are of two people."""
    low, high = sorted((height_px(points), height_px(others)))
    aside = float(np.hypot(*(points[_HIPS].mean(axis=0) - others[_HIPS].mean(axis=0))))
    return aside > APART * high or high > TALLER * low


def _recent(seen: tuple[Array, float] | None, t: float) -> Array | None:
    return seen[0] if seen is not None and abs(t - seen[1]) <= RECENT_S else None


def _drop(tracker: Estimator, frame: Frame) -> None:
    """Let the tracker lose its person: it does so when a frame shows nobody."""
    tracker.estimate(Frame(np.zeros_like(frame.rgb), frame.taken_at))


def choose(people: Sequence[Array], size: tuple[int, int]) -> int:
    """Index of the person to follow. people: (33, 2) landmarks each, pixels."""

    def worth(points: Array) -> float:
        aside = abs(float(points[_HIPS, 0].mean()) / size[0] - 0.5)
        return height_px(points) * (1.0 - min(aside, 0.5))

    return max(range(len(people)), key=lambda k: worth(people[k]))


def height_px(points: Array) -> float:
    """Height of a person in pixels, along the bones, so that bending does not shorten it."""
    middle = points[_CHAIN].reshape(4, 2, 2).mean(axis=1)
    return BODY_HEIGHT * float(np.hypot(*np.diff(middle, axis=0).T).sum())


def alone(rgb: NDArray[np.uint8], points: Array) -> NDArray[np.uint8]:
    """The picture with everything grey except this person and a margin around them."""
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
