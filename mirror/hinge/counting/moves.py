"""One movement away from standing and back: what it reached, and whether it was a hinge at all.

A movement is followed picture by picture. It is no hinge where the feet leave their place, the
body turns, sits down, or bends its knees more than its hips; and where the hands went to the floor
and came back doing something else, something was picked up or put down.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from mirror.hinge.counting.reps import Limits, hip_height
from mirror.hinge.measure.geometry import Point, distance
from mirror.hinge.measure.posture import Posture, Standing
from mirror.hinge.measure.view import View

STRAY_S = 0.15
"""A foot is away for so long in a step; for a picture or two also when its landmark jumps."""
FLOOR = 0.5
"""Wrists so many leg lengths over the ankles, at the knee, may have reached for the floor."""
HIDDEN_DEG = 50.0
"""Who bows so deep at the camera hides the own feet: a step is seen before or after it."""
OTHER_ELBOW_DEG, OTHER_WRIST = 35.0, 0.35
"""Change of the elbow, or of the height of the wrists in trunk lengths, from before a movement to
after it, that means that the hands now hold something else."""


@dataclass(frozen=True)
class Hands:
    """What the hands do in standing: angle of the elbow, and wrists above the navel."""

    elbow_deg: float
    wrist_up: float

    @classmethod
    def of(cls, posture: Posture) -> Hands | None:
        """Those of a posture, where they are seen."""
        limbs = posture.limbs
        if limbs.elbow_deg is None or limbs.wrist_up is None:
            return None
        return cls(limbs.elbow_deg, limbs.wrist_up)

    def towards(self, other: Hands, share: float) -> Hands:
        """So far on the way to another posture of the hands."""
        return Hands(
            self.elbow_deg + share * (other.elbow_deg - self.elbow_deg),
            self.wrist_up + share * (other.wrist_up - self.wrist_up),
        )

    def differ(self, other: Hands) -> bool:
        """Whether they hold something else."""
        bent = abs(self.elbow_deg - other.elbow_deg) > OTHER_ELBOW_DEG
        return bent or abs(self.wrist_up - other.wrist_up) > OTHER_WRIST


@dataclass(frozen=True)
class Move:
    """What is known of the movement under way, from the moment it left standing."""

    start_s: float
    ankle: Point
    turn_deg: float
    facing: int
    peak: float = 0.0
    peak_s: float = 0.0
    peak_hip_deg: float = -math.inf
    peak_knee_deg: float = 0.0
    knee_change: float = 0.0
    trunk_max: float = -math.inf
    trunk_change: float = 0.0
    low: float = math.inf
    """Smallest fold since the way up began."""
    seated_since: float | None = None
    strayed_since: float | None = None
    leg: str | None = None
    """The leg that stood alone when it was last seen to."""
    hands: Hands | None = None
    """What the hands did before the movement."""
    lowest: float = math.inf
    """Least height of the wrists over the ankles, leg lengths."""
    shortest: float = 1.0
    """Least height of the hips over the ankles, as a share of standing."""
    reason: str | None = None


def follow_move(
    move: Move, posture: Posture, standing: Standing | None, limits: Limits, fold: float
) -> Move:
    """Take one picture into the movement under way. fold: degrees, the signal of the rep."""
    hip, trunk = posture.hip_flexion_deg, posture.trunk_deg
    if posture.view is View.FRONT:
        # There the fold is the lean of the trunk; the hips themselves are not to be seen.
        trunk = _trunk0(standing) + fold
        hip = fold + (standing.hip_flexion_deg if standing else 0.0)
    knee0 = standing.knee_flexion_deg if standing else 0.0
    if fold > move.peak:
        move = replace(
            move,
            peak=fold,
            peak_s=posture.t,
            peak_hip_deg=hip,
            peak_knee_deg=posture.knee_flexion_deg,
            low=math.inf,
        )
    height = posture.limbs.wrist_floor
    if posture.leg is not None and posture.leg != move.leg:
        # It is seen only now on which foot the person stands: its place is the one to keep.
        move = replace(move, leg=posture.leg, ankle=posture.near_ankle)
    move = replace(
        move,
        low=min(move.low, fold),
        lowest=move.lowest if height is None else min(move.lowest, height),
        shortest=min(move.shortest, hip_height(posture, standing)),
        knee_change=max(move.knee_change, posture.knee_flexion_deg - knee0),
        trunk_max=max(move.trunk_max, trunk),
        trunk_change=max(move.trunk_change, trunk - _trunk0(standing)),
    )
    if move.reason is not None:
        return move
    seated_since = _seated_since(move, posture, standing, limits)
    leg = standing.leg_px if standing else posture.leg_px
    # A free foot that comes down again is no step of the one that stood.
    hidden = posture.view is View.FRONT and fold > HIDDEN_DEG
    strays = (
        not hidden
        and posture.leg == move.leg
        and (
            distance(move.ankle, posture.near_ankle) > limits.travel * leg
            or move.ankle[1] - posture.near_ankle[1] > limits.lift * leg
        )
    )
    strayed_since = (move.strayed_since or posture.t) if strays else None
    reason = None
    if seated_since is not None and posture.t - seated_since > limits.sit_s:
        # A squat held low is told from a seat by nothing here: a squat is judged first.
        reason = None if is_squat(move, posture, limits) else "sitting"
    elif strayed_since is not None and posture.t - strayed_since >= STRAY_S:
        reason = "walking"
    elif posture.facing != move.facing or abs(posture.turn_deg - move.turn_deg) > limits.turn_deg:
        reason = "turning"
    return replace(move, seated_since=seated_since, strayed_since=strayed_since, reason=reason)


def _trunk0(standing: Standing | None) -> float:
    return standing.trunk_deg if standing else 0.0


def is_squat(move: Move, posture: Posture, limits: Limits) -> bool:
    """Whether the knees did what the hips should have done."""
    if posture.view is View.FRONT:  # which shows no knee angle, but how far the hips went down
        return move.shortest < limits.squat_height
    deep = move.peak >= limits.full_deg
    return deep and move.knee_change > limits.squat_ratio * move.peak


def _seated_since(
    move: Move, posture: Posture, standing: Standing | None, limits: Limits
) -> float | None:
    if hip_height(posture, standing) >= limits.sit_height:
        return None
    return posture.t if move.seated_since is None else move.seated_since


def has_picked_up(move: Move, after: Hands | None) -> bool:
    """Whether the hands went to the floor and now, standing again, do something else."""
    if move.lowest > FLOOR or move.hands is None or after is None:
        return False
    return move.hands.differ(after)
