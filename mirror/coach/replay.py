"""The line figure of a movement, kept until it has been shown again.

A frame of a replay is a pose without its mask, and its posture: landmarks and the edge of the back,
never a camera picture. `between` returns the frame at a moment between two. The glass needs it to
draw at 60 Hz what is seen less often, and to replay slowly.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from mirror.hinge.counting.reps import Rep
from mirror.hinge.judging.rep_frames import LONGEST_S
from mirror.hinge.measure.geometry import Array, Point
from mirror.hinge.measure.pose import Pose
from mirror.hinge.measure.posture import Back, Posture

ReplayFrame = tuple[Pose, Posture]
Replay = tuple[ReplayFrame, ...]

FRAME_S = 0.045
"""Least time between two frames of a replay, in seconds; the glass draws between them."""
BEFORE_S = 0.4
"""Seconds of standing that are kept before a movement."""

BLENDED = (
    *("t", "trunk_deg", "thigh_deg", "shank_deg"),
    *("hip_flexion_deg", "knee_flexion_deg", "trunk_px", "leg_px"),
)
POINTS = ("shoulder", "hip", "knee", "ankle", "near_ankle")
"""The points of a posture that are drawn, and so blended."""

_T = TypeVar("_T", float, Array)


def frame_of(pose: Pose, posture: Posture) -> ReplayFrame:
    """The part of a frame that is kept."""
    return replace(pose, mask=None, mask_at=None), posture


def record_frame(
    trail: Replay, pose: Pose, posture: Posture, *, upright_s: float, moving: bool
) -> Replay:
    """Add one frame. upright_s: when the person was last upright.

    At rest only the last moments are kept; of a movement at most `LONGEST_S` seconds.
    """
    if trail and posture.t - trail[-1][1].t < FRAME_S:
        return trail
    oldest = posture.t - LONGEST_S if moving else upright_s - BEFORE_S
    kept = tuple(step for step in trail if oldest <= step[1].t < posture.t)
    return (*kept, frame_of(pose, posture))


def of_rep(trail: Replay, rep: Rep) -> Replay:
    """The part of a trail that is this rep, with a moment of standing before it."""
    return tuple(s for s in trail if rep.start_s - BEFORE_S <= s[1].t <= rep.end_s)


def at(trail: Replay, t: float) -> ReplayFrame:
    """The frame at a time; before the first and after the last one it stands still."""
    times = [posture.t for _, posture in trail]
    after = int(np.searchsorted(times, t, side="right"))
    if after in (0, len(trail)):
        return trail[max(0, after - 1)]
    share = (t - times[after - 1]) / (times[after] - times[after - 1])
    return between(trail[after - 1], trail[after], share)


def between(a: ReplayFrame, b: ReplayFrame, share: float) -> ReplayFrame:
    """The frame a share of the way from a to b; what cannot be blended comes from b."""
    (pose_a, one), (pose_b, two) = a, b
    if share >= 1.0 or one.facing != two.facing:
        return b
    back = two.back
    if back is not None and one.back is not None:
        back = _between_backs(one.back, back, share)
    com = two.com_fraction
    if com is not None and one.com_fraction is not None:
        com = _blend(one.com_fraction, com, share)
    blended: dict[str, Any] = {
        name: _blend(getattr(one, name), getattr(two, name), share) for name in BLENDED
    }
    blended |= {name: _moved(getattr(one, name), getattr(two, name), share) for name in POINTS}
    posture = replace(two, **blended, back=back, com_fraction=com)
    pose = replace(pose_b, points=_blend(pose_a.points, pose_b.points, share))
    return pose, posture


def _between_backs(one: Back, two: Back, share: float) -> Back:
    axis = replace(
        two.axis,
        hip=_moved(one.axis.hip, two.axis.hip, share),
        shoulder=_moved(one.axis.shoulder, two.axis.shoulder, share),
    )
    return replace(two, axis=axis, edge=_blend(one.edge, two.edge, share))


def _blend(a: _T, b: _T, share: float) -> _T:
    return a + share * (b - a)


def _moved(a: Point, b: Point, share: float) -> Point:
    return _blend(a[0], b[0], share), _blend(a[1], b[1], share)
