"""From which side the camera sees the person, and which way the person faces.

The turn of the body from pure side view is read from how far the left and right shoulders
(and hips) lie apart, in trunk lengths: delta = asin(gap / (trunk length x frontal gap)).
0 deg is a pure side view, 90 deg faces the camera.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from mirror.hinge.measure.geometry import distance, weighted_mean
from mirror.hinge.measure.pose import Mark, Pose

FRONTAL_SHOULDERS = 0.75
"""Shoulder gap seen facing front, in trunk lengths (judged)."""
FRONTAL_HIPS = 0.45
"""Hip gap seen facing front, in trunk lengths; set on real side and oblique footage, so that
shoulders and hips give the same turn on average."""
SIDE_DEG = 23.0
"""Greatest turn of a side view, degrees. Rendered people up to 24 degrees off side view read up to
23, real ones 35 off read 33."""
FRONT_DEG = 48.0
"""Least turn of a front view, degrees. Narrow shoulders that face the camera squarely read 54."""
HYSTERESIS_DEG = 5.0
"""Degrees beyond a limit at which the present view ends."""
HOLD_S = 0.5
"""Seconds for which the person must be out of the present view before it changes."""
FACING_S = 1.0
"""Seconds of toes whose majority says which way the person faces."""
BOWED = 0.7
"""Share of the trunk's length below which a trunk seen from the front bows at the camera. Shoulders
and hips then lie behind one another, and the model guesses their places. The turn is kept."""
SETTLE_S = 0.4
"""Time constant of the smoothed turn, seconds: one noisy hip must not change the view."""


class View(Enum):
    """How the camera sees the body."""

    SIDE = "side"
    OBLIQUE = "oblique"
    FRONT = "front"


@dataclass(frozen=True)
class Heading:
    """The view with its memory.

    turn_deg: smoothed, 0 side .. 90 front. facing: +1 to the right of the frame, -1 left.
    """

    view: View
    turn_deg: float
    facing: int
    t: float
    _is_leaving: bool = False
    _since: float = 0.0
    _votes: tuple[tuple[float, int], ...] = ()


def turn_deg(pose: Pose, trunk_px: float) -> float:
    """Turn away from pure side view in one frame, 0..90 deg; mean of shoulders and hips."""
    gaps = (
        (Mark.LEFT_SHOULDER, Mark.RIGHT_SHOULDER, FRONTAL_SHOULDERS),
        (Mark.LEFT_HIP, Mark.RIGHT_HIP, FRONTAL_HIPS),
    )
    turns = [
        math.asin(min(1.0, abs(pose.at[a][0] - pose.at[b][0]) / (trunk_px * frontal)))
        for a, b, frontal in gaps
    ]
    return math.degrees(sum(turns) / len(turns))


def follow_heading(
    memory: Heading | None,
    pose: Pose,
    standing_trunk_px: float | None,
    standing_hip_px: float | None = None,
) -> Heading:
    """Take one frame: view with hysteresis and hold, facing by the majority of the last second.

    standing_trunk_px: trunk length of the person standing, where known; else the present one.
    standing_hip_px: height of the hips over the ankles then: after a step back all is smaller.
    """
    now = pose.taken_at
    shoulders = _middle(pose, Mark.LEFT_SHOULDER, Mark.RIGHT_SHOULDER)
    hips = _middle(pose, Mark.LEFT_HIP, Mark.RIGHT_HIP)
    seen_px = max(1.0, distance(shoulders, hips))
    trunk = standing_trunk_px or seen_px
    turn = turn_deg(pose, trunk)
    vote = toes(pose)
    if memory is None:
        view = _classify(turn, None)
        return Heading(view, turn, vote or 1, now, False, now, ((now, vote),))
    share = 1.0 - math.exp(-max(0.0, now - memory.t) / SETTLE_S)
    if memory.view is View.FRONT:
        ankles = _middle(pose, Mark.LEFT_ANKLE, Mark.RIGHT_ANKLE)
        scale = (ankles[1] - hips[1]) / standing_hip_px if standing_hip_px else 1.0
        if seen_px < BOWED * trunk * min(1.0, max(0.0, scale)):
            share = 0.0
    turn = memory.turn_deg + share * (turn - memory.turn_deg)
    votes = (*(v for v in memory._votes if now - v[0] < FACING_S), (now, vote))
    balance = sum(v for _, v in votes)
    facing = memory.facing if balance == 0 else (1 if balance > 0 else -1)
    if memory.view is View.FRONT:
        facing = memory.facing  # feet that point at the camera show no side
    seen = _classify(turn, memory.view)
    if seen == memory.view:
        return Heading(seen, turn, facing, now, False, now, votes)
    since = memory._since if memory._is_leaving else now
    # A glance at the glass leaves side view for a moment; no glance leads into side view.
    hold_s = 0.0 if (memory.view, seen) == (View.OBLIQUE, View.SIDE) else HOLD_S
    if now - since >= hold_s:
        return Heading(seen, turn, facing, now, False, now, votes)
    return Heading(memory.view, turn, facing, now, True, since, votes)


def _classify(turn: float, current: View | None) -> View:
    side = SIDE_DEG + (HYSTERESIS_DEG if current is View.SIDE else 0.0)
    front = FRONT_DEG - (HYSTERESIS_DEG if current is View.FRONT else 0.0)
    if turn <= side:
        return View.SIDE
    return View.FRONT if turn >= front else View.OBLIQUE


def toes(pose: Pose) -> int:
    """Which way the feet point: +1, -1, or 0 where that is unclear."""
    heel = _middle(pose, Mark.LEFT_HEEL, Mark.RIGHT_HEEL)
    toe = _middle(pose, Mark.LEFT_FOOT_INDEX, Mark.RIGHT_FOOT_INDEX)
    return (toe[0] > heel[0]) - (toe[0] < heel[0])


def _middle(pose: Pose, left: Mark, right: Mark) -> tuple[float, float]:
    return weighted_mean(pose.at[left], pose.at[right], (pose.seen[left], pose.seen[right]))
