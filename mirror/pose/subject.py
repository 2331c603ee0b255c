"""The person whom the mirror follows: the nearest, most central one, until they leave.

MediaPipe's own tracker leaves the first person to chance. So before a person is followed, all
people in the frame are found, and one is chosen. Where they will be is expected from where they
were, so that every tracker can cut them out alike (`pose.crop`).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Mark
from mirror.pose.crop import Course, Stance, height_px

RECENT_S = 0.5
"""Seconds for which a person who is not seen is still expected somewhere."""
APART = 0.3
"""Landmarks are of somebody else from this distance of the hips on, in body heights. Heights say
nothing: those of one person shrink to a half where arms hide the head."""
AROUND_SHARE = 0.15
"""Margin around the chosen person that stays visible, share of the height of their box."""


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

    def note(self, points: Array, stance: Stance, t: float, choice: int) -> bool:
        """Note where the person is; return whether these landmarks are theirs."""
        with self._lock:
            if self._course is None or choice != self._choices:
                return False
            if are_two(stance, self._course.at(t)):
                return False
            if t > self._course.t:
                self._points = points
            self._course.note(stance, t)
            return True


def are_two(one: Stance, other: Stance) -> bool:
    """Whether two stances of about the same time are of two people."""
    return math.dist(one.hip, other.hip) > APART * max(one.height_px, other.height_px)


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
