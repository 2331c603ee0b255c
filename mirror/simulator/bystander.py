"""A second person, who walks past behind the person or in front of them, or stands there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, inf, radians, sin

from mirror.figure.body import BODIES, Body, Skeleton
from mirror.figure.gait import STEP_S, stride
from mirror.figure.kinematics import moved, pose

_FIRST, _STEP = 15.0, 20.0
"""Angle (deg) of the leading leg at the end of the first step, and of each other one."""


@dataclass(frozen=True)
class Bystander:
    """A walk across the frame, from left to right.

    starts_s: time of the first step. behind_m: distance from the camera beyond that of the person;
    less than 0 is nearer. from_m: start of the walk, right of the person. steps: 14 are 6.5 m; with
    0 the bystander comes at the start and stays.
    """

    starts_s: float
    behind_m: float = 1.4
    from_m: float = -3.2
    steps: int = 14
    body: Body = BODIES[2]

    @property
    def ends_s(self) -> float:
        """Time of the end of the last step."""
        if not self.steps:
            return inf
        return self.starts_s + self.steps * STEP_S

    def skeleton(self, t: float, yaw_deg: float) -> Skeleton | None:
        """The bystander at t, body axes of the person; None before and after the walk.

        yaw_deg: of the view, since the walk goes across the frame.
        """
        if not self.starts_s <= t < self.ends_s:
            return None
        ends = (_FIRST, *(_STEP,) * (self.steps - 1)) if self.steps else (0.0,)
        angles, x = stride(self.body, t - self.starts_s if self.steps else 0.0, ends, left=True)
        x += self.from_m
        way = radians(yaw_deg)
        place = (
            x * cos(way) - self.behind_m * sin(way),
            -x * sin(way) - self.behind_m * cos(way),
        )
        angles = replace(angles, place=place, heading=yaw_deg)
        return moved(pose(self.body, angles), angles)
