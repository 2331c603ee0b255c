"""Pose -> places of both hands along the trunk and behind it, for the drills that need them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirror.hinge.measure.contour import Axis
from mirror.hinge.measure.geometry import Point
from mirror.hinge.measure.pose import Mark, Pose

SEEN = 0.35
"""Least visibility of a hand that is no guess; a guess out of its place counts as hidden."""
HIDDEN = 0.7
"""Confidence if one hand is in place and the other can't be seen behind the body."""


@dataclass(frozen=True)
class Unready:
    """A drill can't be judged in this frame; reason is one of `drill.REASONS`."""

    reason: str


@dataclass(frozen=True)
class Hand:
    """Middle of one hand: pixels, place along the trunk, trunk lengths behind it, visibility.

    near: of the side that faces the camera.
    """

    at: Point
    t: float
    behind: float
    seen: float
    near: bool

    def within(self, band: tuple[float, float]) -> bool:
        """Whether it is in this band along the trunk."""
        return band[0] <= self.t <= band[1]


def hands(pose: Pose, axis: Axis) -> tuple[Hand, Hand]:
    """Near and far hand: the mean of wrist, index and thumb."""
    hip, along = np.array(axis.hip), np.array(axis.shoulder) - np.array(axis.hip)
    dorsal = np.array([along[1], -along[0]]) * axis.facing / axis.length
    found = []
    near = 0 if axis.facing < 0 else 1  # left, right: a person who faces left shows the left side
    for side in (near, 1 - near):
        marks = [Mark.LEFT_WRIST + side, Mark.LEFT_INDEX + side, Mark.LEFT_THUMB + side]
        at = pose.points[marks].mean(axis=0)
        found.append(
            Hand(
                at=(float(at[0]), float(at[1])),
                t=float((at - hip) @ along) / axis.length**2,
                behind=float((at - hip) @ dorsal) / axis.length,
                seen=float(pose.visibility[marks[0]]),
                near=side == near,
            )
        )
    return found[0], found[1]
