"""Smooth the landmarks of several trackers as MediaPipe smooths those of one.

In video mode MediaPipe filters each coordinate by a one-euro filter (Casiez, Roussel, Vogel: 1 euro
filter, CHI 2012): a low-pass whose cutoff rises with the speed. A tracker that sees every second
frame would filter another signal than its neighbour, and the angles would jump between the two. So
several trackers run unfiltered, and the one filter stands here, behind the seam.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Pose

POINTS_HZ, POINTS_BETA = 0.05, 40.0
"""Cutoff of a point at rest, and its rise for each body size a second. Both were found by comparing
MediaPipe's own landmarks with its unfiltered ones: 0.1 px apart on average."""
WORLD_HZ, WORLD_BETA = 0.1, 40.0
"""The same for the landmarks in metres, for each metre a second."""
SPEED_HZ = 1.0
"""Cutoff of the speed itself."""


class OneEuro:
    """The filter of an array whose numbers are filtered one by one.

    least_hz: the cutoff at rest. beta: its rise in Hz for each unit of speed.
    """

    def __init__(self, least_hz: float, beta: float) -> None:
        self._least_hz, self._beta = least_hz, beta
        self._last: tuple[Array, Array, Array, float] | None = None

    def step(self, value: Array, t: float, size: float = 1.0) -> Array:
        """The smoothed value. t: seconds; size: of the body, in units of the value.

        A step back in time, or none at all, begins again.
        """
        if self._last is None or t <= self._last[3]:
            self._last = value, np.zeros_like(value), value, t
            return value
        before, speed, smooth, then = self._last
        passed = t - then
        speed = speed + _share(SPEED_HZ, passed) * ((value - before) / (size * passed) - speed)
        cutoff = self._least_hz + self._beta * np.abs(speed)
        smooth = smooth + _share(cutoff, passed) * (value - smooth)
        self._last = value, speed, smooth, t
        return smooth

    def forget(self) -> None:
        """Begin again with the next value."""
        self._last = None


class Smoother:
    """The filters of one person. Call it with each pose, in the order of their frames."""

    def __init__(self) -> None:
        self._points = OneEuro(POINTS_HZ, POINTS_BETA)
        self._world = OneEuro(WORLD_HZ, WORLD_BETA)

    def smooth(self, pose: Pose | None) -> Pose | None:
        """The pose with smoothed landmarks; None (nobody) forgets the person."""
        if pose is None:
            self._points.forget()
            self._world.forget()
            return None
        size = max(float(np.ptp(pose.points, axis=0).mean()), 1.0)
        return replace(
            pose,
            points=self._points.step(pose.points, pose.taken_at, size),
            world=self._world.step(pose.world, pose.taken_at),
        )


def _share(cutoff_hz: Array | float, passed_s: float) -> Array | float:
    """How far a low-pass goes towards a new value."""
    turn = 2.0 * math.pi * passed_s * cutoff_hz
    return turn / (1.0 + turn)
