"""Frame -> Pose of the person whom the mirror follows, by one tracker or several.

Several trackers take the frames in turn, and share where the person is (`Subject`). Each one sees
the person cut out alike, so it does not matter which of them saw the frame before. The first one
chooses the person; the others never choose. One filter smooths what they all found
(`pose.smoothing`).
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from mirror.camera import Frame
from mirror.camera.optics import lens
from mirror.config import CameraSettings
from mirror.hinge.measure.pose import Pose
from mirror.hinge.measure.presence import NEAR
from mirror.pose.crop import HEIGHT_PX, SIDE_PX, UPRIGHT, Crop, Stance, height_px, turned
from mirror.pose.landmarker import Estimator, PeopleFinder
from mirror.pose.smoothing import Smoother
from mirror.pose.subject import Expected, Subject, alone, choose

AGAIN_S = 0.5
"""Seconds between two searches for a nearer person, while the tracked one is small."""
LARGER = 1.3
"""Ratio of heights from which another person counts as nearer than the tracked one."""
OFF_RAD, OFF = math.radians(7.0), 0.08
"""From this turn of the trunk, or this share of the height, a wrong guess is looked at again."""
HOLD = 0.8
"""Share of a wrong guess that the next crop of the same tracker keeps."""
TURNED_RAD = math.radians(60.0)
"""A trunk that is turned by so much in the crop is a mistake, as of somebody upside down."""


class Tracker:
    """One of the trackers of one person. Use it from one thread, and close it.

    camera: its lens and its tilt are corrected in every pose, here and nowhere later. None: the
    frames are upright and undistorted as they are. chooses: it is the one that chooses the person.

    Raises:
        ModelError: as `Estimator`.
    """

    def __init__(
        self, model: Path, camera: CameraSettings | None, subject: Subject, *, chooses: bool
    ) -> None:
        self._camera, self._subject = camera, subject
        self._crowd = PeopleFinder(model) if chooses else None
        try:
            self._tracker = Estimator(model)
        except BaseException:
            if self._crowd is not None:
                self._crowd.close()
            raise
        self._sought_s = -math.inf
        self._choice, self._held = 0, UPRIGHT

    def estimate(self, frame: Frame) -> Pose | None:
        """Find the person in a frame, in upright pixels.

        None where nobody is there; from a tracker that does not choose it says nothing.

        Raises:
            ModelError: as `Estimator.estimate`.
        """
        expected = self._subject.expected(frame.taken_at)
        if expected is None or self._is_background(expected, frame):
            self._chooses(frame, expected)
        pose = self._found(frame)
        # A person who is not where they were expected went elsewhere, or is soon seen here again.
        if pose is None and expected is not None and self._chooses(frame, None):
            pose = self._found(frame)
        if pose is not None and self._crowd is not None:
            self._crowd.rest(frame.taken_at)
        if pose is None or self._camera is None:
            return pose
        return lens(self._camera, pose.size).pose(pose)

    def close(self) -> None:
        """Free both. May be called twice."""
        if self._crowd is not None:
            self._crowd.close()
        self._tracker.close()

    def _is_background(self, expected: Expected, frame: Frame) -> bool:
        """Whether it is time to look for a nearer person."""
        since = frame.taken_at - self._sought_s
        is_small = expected.stance.height_px < NEAR * frame.rgb.shape[0]
        return is_small and not 0 <= since < AGAIN_S

    def _chooses(self, frame: Frame, followed: Expected | None) -> bool:
        """Choose somebody, if need be much nearer than the one followed; return whether it did."""
        self._sought_s = frame.taken_at
        people = [] if self._crowd is None else self._crowd.find(frame)
        if not people:
            return False
        best = people[choose(people, (frame.rgb.shape[1], frame.rgb.shape[0]))]
        if followed is not None and height_px(best) < LARGER * followed.stance.height_px:
            return False
        self._subject.choose(best, frame.taken_at)
        return True

    def _found(self, frame: Frame) -> Pose | None:
        expected = self._subject.expected(frame.taken_at)
        if expected is None:
            return None
        # A tracker that is new to the person must not find somebody beside them.
        is_new = self._choice != expected.choice
        rgb = alone(frame.rgb, expected.points) if is_new else frame.rgb
        # MediaPipe looks where it saw the person in the crop before: so they are shown there.
        shown, place = self._held, expected.stance
        crop = Crop(place, shown)
        pose = self._tracker.estimate(Frame(crop.picture(rgb), frame.taken_at))
        if pose is not None and is_off(seen := Stance.of(pose.points), shown):
            # The guess was wrong. Where they are is known now, and where MediaPipe looks next.
            hip = crop.points(np.array([seen.hip]))[0].tolist()
            lean = place.lean + turned(seen.lean - shown.lean)
            crop, shown = Crop(Stance((hip[0], hip[1]), lean, place.height_px), seen), seen
            pose = self._tracker.estimate(Frame(crop.picture(rgb), frame.taken_at))
        if pose is None:
            self._choice, self._held = 0, UPRIGHT
            return None
        size = frame.rgb.shape[1], frame.rgb.shape[0]
        points, stance = crop.points(pose.points), Stance.of(pose.points)
        is_upright = abs(stance.lean) < TURNED_RAD
        off, now = stance.lean - shown.lean, Stance.of(points)
        now = replace(now, lean=now.lean + turned(off) - off)
        if not (is_upright and self._subject.note(points, now, frame.taken_at, expected.choice)):
            self._choice, self._held = 0, UPRIGHT
            # The tracker drops its person when a frame shows nobody.
            self._tracker.estimate(Frame(np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8), frame.taken_at))
            return None
        self._choice, self._held = expected.choice, _towards_upright(stance)
        world = crop.world(pose.world)
        return replace(pose, points=points, world=world, mask_at=crop.seen, size=size)


class SubjectTracker:
    """One tracker alone, and the filter behind it. Use it from one thread, and close it.

    camera: as of `Tracker`.

    Raises:
        ModelError: as `Estimator`.
    """

    def __init__(self, model: Path, camera: CameraSettings | None = None) -> None:
        self._tracker = Tracker(model, camera, Subject(), chooses=True)
        self._smoother = Smoother()

    def estimate(self, frame: Frame) -> Pose | None:
        """Find the person in the next frame, in upright pixels; None if there is nobody.

        Raises:
            ModelError: as `Estimator.estimate`.
        """
        return self._smoother.smooth(self._tracker.estimate(frame))

    def close(self) -> None:
        """Free it. May be called twice."""
        self._tracker.close()


def is_off(stance: Stance, expected: Stance) -> bool:
    """Whether somebody in a crop is too far from where they were expected."""
    return (
        abs(stance.lean - expected.lean) > OFF_RAD
        or math.dist(stance.hip, expected.hip) > OFF * HEIGHT_PX
    )


def _towards_upright(stance: Stance) -> Stance:
    """Where to show the person next: nearly as they were seen, so that they do not drift away."""
    middle = UPRIGHT.hip
    hip = tuple(m + HOLD * (x - m) for x, m in zip(stance.hip, middle, strict=True))
    return Stance((hip[0], hip[1]), HOLD * stance.lean, HEIGHT_PX)
