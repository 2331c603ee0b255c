"""Several trackers that follow one person on alternating frames.

They share where the person is (`Subject`). Each one sees the person cut out alike, so it does not
matter which of them saw the frame before. The first one chooses the person, as `SubjectTracker`
does; the others never choose.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mirror.camera import Frame
from mirror.camera.optics import lens
from mirror.config import CameraSettings
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Pose
from mirror.hinge.measure.presence import NEAR
from mirror.pose.crop import HEIGHT_PX, UPRIGHT, Course, Crop, Stance, height_px
from mirror.pose.landmarker import Estimator, PeopleFinder
from mirror.pose.subject import AGAIN_S, LARGER, alone, choose

RECENT_S = 0.5
"""Seconds for which a person who is not seen is still expected somewhere."""
APART = 0.3
"""Landmarks are of somebody else from this distance of the hips on, in body heights. Heights say
nothing: those of one person shrink to a half where arms hide the head."""
OFF_RAD, OFF = math.radians(10.0), 0.08
"""From this turn of the trunk, or this share of the height, a wrong guess is looked at again."""
HOLD = 0.8
"""Share of a wrong guess that the next crop of the same tracker keeps."""
TURNED_RAD = math.radians(60.0)
"""A trunk that is turned by so much in the crop is a mistake, as of somebody upside down."""


@dataclass(frozen=True)
class Expected:
    """Where the person will be.

    points: the newest (33, 2) landmarks. choice: number of the choice that made them the person.
    """

    stance: Stance
    points: Array
    choice: int


class Subject:
    """The person whom all trackers follow, and where they go. All threads may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._course: Course | None = None
        self._points: Array = np.zeros((33, 2))
        self._choices = 0

    def choose(self, points: Array, t: float) -> None:
        """Follow the person of these (33, 2) landmarks from now on; pixels of the real picture."""
        with self._lock:
            self._course, self._points = Course(Stance.of(points), t), points
            self._choices += 1

    def forget(self) -> None:
        """Follow nobody."""
        with self._lock:
            self._course = None
            self._choices += 1

    def expected(self, t: float) -> Expected | None:
        """Where the person will be; None where nobody is followed."""
        with self._lock:
            course = self._course
            if course is None or not -RECENT_S <= t - course.t <= RECENT_S:
                return None
            return Expected(course.at(t), self._points, self._choices)

    def note(self, points: Array, t: float, choice: int) -> bool:
        """Note where the person is; return whether these landmarks are theirs."""
        stance = Stance.of(points)
        with self._lock:
            if self._course is None or choice != self._choices:
                return False
            if are_two(stance, self._course.at(t)):
                return False
            if t > self._course.t:
                self._points = points
            self._course.note(stance, t)
            return True


class SharingTracker:
    """One of several trackers of one person. Use it from one thread, and close it.

    camera: as of `SubjectTracker`. chooses: it is the one that chooses the person.

    Raises:
        ModelError: as `Estimator`.
    """

    def __init__(
        self, model: Path, camera: CameraSettings | None, subject: Subject, *, chooses: bool
    ) -> None:
        self._camera, self._subject = camera, subject
        self._crowd = PeopleFinder(model) if chooses else None
        try:
            self._tracker = Estimator(model, smooth=False)
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
        self._look_around(frame)
        pose = self._found(frame)
        if pose is None and self._crowd is not None and self._subject.expected(frame.taken_at):
            # The person is not where they were expected: they went, or came elsewhere.
            self._subject.forget()
            self._look_around(frame)
            pose = self._found(frame)
            if pose is None:
                self._subject.forget()
        if pose is None or self._camera is None:
            return pose
        return lens(self._camera, pose.size).pose(pose)

    def close(self) -> None:
        """Free both. May be called twice."""
        if self._crowd is not None:
            self._crowd.close()
        self._tracker.close()

    def _look_around(self, frame: Frame) -> None:
        """Choose a person where nobody is followed, or a much nearer one than a small one."""
        expected = self._subject.expected(frame.taken_at)
        if self._crowd is None:
            return
        if expected is not None:
            self._crowd.rest(frame.taken_at)
            is_small = expected.stance.height_px < NEAR * frame.rgb.shape[0]
            if not is_small or 0 <= frame.taken_at - self._sought_s < AGAIN_S:
                return
        self._sought_s = frame.taken_at
        people = self._crowd.find(frame)
        if not people:
            return
        best = people[choose(people, (frame.rgb.shape[1], frame.rgb.shape[0]))]
        if expected is None or height_px(best) >= LARGER * expected.stance.height_px:
            self._subject.choose(best, frame.taken_at)

    def _found(self, frame: Frame) -> Pose | None:
        expected = self._subject.expected(frame.taken_at)
        if expected is None:
            return None
        # A tracker that is new to the person must not find somebody beside them.
        is_new = self._choice != expected.choice
        rgb = alone(frame.rgb, expected.points) if is_new else frame.rgb
        # MediaPipe looks where it saw the person in the crop before: so they are shown there.
        crop = Crop(expected.stance, self._held)
        cut = Frame(crop.picture(rgb), frame.taken_at)
        pose = self._tracker.estimate(cut)
        if pose is not None and is_off(Stance.of(pose.points), self._held):
            pose = self._tracker.estimate(cut)  # now it looks where it saw them in this one
        if pose is None:
            self._choice, self._held = 0, UPRIGHT
            return None
        size = frame.rgb.shape[1], frame.rgb.shape[0]
        points, stance = crop.points(pose.points), Stance.of(pose.points)
        is_upright = abs(stance.lean) < TURNED_RAD
        if not (is_upright and self._subject.note(points, frame.taken_at, expected.choice)):
            self._choice, self._held = 0, UPRIGHT
            # The tracker drops its person when a frame shows nobody.
            self._tracker.estimate(Frame(np.zeros_like(cut.rgb), frame.taken_at))
            return None
        self._choice, self._held = expected.choice, _towards_upright(stance)
        world = crop.world(pose.world)
        return replace(pose, points=points, world=world, mask_at=crop.seen, size=size)


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


def are_two(one: Stance, other: Stance) -> bool:
    """Whether two stances of about the same time are of two people."""
    return math.dist(one.hip, other.hip) > APART * max(one.height_px, other.height_px)
