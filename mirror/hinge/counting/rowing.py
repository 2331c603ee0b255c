"""Rows: an elbow from straight over bent to straight again while the trunk is bowed.

Either arm may pull, or both, from wherever the person was first seen. The held hinge itself is
followed as every other movement; standing up from it counts nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self

from mirror.hinge.counting.counter import OnHinges, numbered, rejected
from mirror.hinge.counting.reps import Outcome, Rep
from mirror.hinge.measure.posture import Posture

STRAIGHT_DEG, BENT_DEG = 145.0, 105.0
"""Ends of the scale on the glass, degrees of the elbow."""
HELD_DEG = 22.0
"""Lean in space, degrees, from which the hinge is held."""
SMOOTH_S, FORGET_DEG_S = 0.07, 5.0
PULL_DEG, BACK_SHARE, NEAR_DEG = 25.0, 0.5, 8.0
"""A pull: least bend of the elbow from its recent straightest, degrees; share of that bend that may
remain at the end; and degrees from straight within which it began."""
SHORTEST_S, LONGEST_S = 0.35, 8.0
TOGETHER_S = 0.6
"""Seconds between the most bent elbows within which both arms make one pull."""
SETTLED_S = 0.5
"""Seconds before the first pull from which the drift of the trunk is measured."""


@dataclass(frozen=True)
class Arm:
    """One elbow, degrees. straight_s: when it was last straight. low: the most bent, and when."""

    t: float
    deg: float
    high: float
    straight_s: float
    low: tuple[float, float] | None = None


@dataclass(frozen=True)
class Pull:
    """From straight over the most bent to straight, seconds."""

    start_s: float
    bent_s: float
    end_s: float
    elbow_deg: float


def follow_arm(arm: Arm | None, elbow_deg: float, t: float) -> tuple[Arm, Pull | None]:
    """Take in one frame of a bowed person. Return also the pull that ended with it."""
    if arm is None:
        return Arm(t, elbow_deg, elbow_deg, t), None
    dt = max(0.0, t - arm.t)
    deg = arm.deg + (1.0 - math.exp(-dt / SMOOTH_S)) * (elbow_deg - arm.deg)
    arm = replace(arm, t=t, deg=deg)
    if arm.low is None:
        arm = replace(arm, high=max(arm.high - FORGET_DEG_S * dt, deg))
        if deg >= arm.high - NEAR_DEG:
            return replace(arm, straight_s=t), None
        return replace(arm, low=(deg, t)) if deg < arm.high - PULL_DEG else arm, None
    if deg < arm.low[0]:
        return replace(arm, low=(deg, t)), None
    low, bent_s = arm.low
    if deg < arm.high - BACK_SHARE * (arm.high - low):
        return arm, None
    pull = Pull(arm.straight_s, bent_s, t, low)
    is_one = SHORTEST_S <= t - arm.straight_s <= LONGEST_S
    return replace(arm, high=deg, low=None, straight_s=t), pull if is_one else None


@dataclass(frozen=True)
class Rowing:
    """The memory of the held hinge. Times s, angles deg."""

    arms: tuple[Arm | None, Arm | None] = (None, None)
    bent_s: float = -math.inf
    """Time at which the elbow of the last pull was most bent."""
    lately: tuple[tuple[float, float], ...] = ()
    """Time and trunk of the last moments with straight arms."""
    trunk_deg: float | None = None
    """The trunk before the first row of this hold."""
    drift_deg: float = 0.0
    trunk_max_deg: float = -math.inf


@dataclass(frozen=True)
class RowCounter(OnHinges):
    """Counts the pulls of a held hinge."""

    row: Rowing = Rowing()
    count: int = 0

    def step(self, posture: Posture) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        hinge, outcomes = self.hinge.step(posture)
        memory = replace(self, hinge=hinge)
        if hinge.trunk.lean_deg < HELD_DEG:
            return replace(memory, row=Rowing()), rejected(outcomes)
        row, pull = _held(self.row, posture)
        if pull is None:
            return replace(memory, row=row), rejected(outcomes)
        rep = Rep(
            number=self.count + 1,
            start_s=pull.start_s,
            bottom_s=pull.bent_s,
            end_s=pull.end_s,
            hip_flexion_max_deg=posture.hip_flexion_deg,
            trunk_max_deg=row.trunk_max_deg,
            knee_at_bottom_deg=posture.knee_flexion_deg,
            side=posture.near_side,
            measures={"elbow_deg": pull.elbow_deg, "drift_deg": row.drift_deg},
        )
        row = replace(row, drift_deg=0.0, trunk_max_deg=-math.inf)
        return replace(memory, row=row, count=rep.number), (*rejected(outcomes), rep)

    def unseen(self, t: float) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        hinge, outcomes = self.hinge.unseen(t)
        row = self.row if hinge.last is not None else Rowing()
        return replace(self, hinge=hinge, row=row), rejected(outcomes)

    def settle(self) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        return self, ()

    def restarted(self, events: tuple[Outcome, ...]) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        first, reps = numbered(events)
        return replace(self, count=reps), first

    def resting(self) -> Self:
        """See `Counter`."""
        return replace(self, hinge=self.hinge.resting(), row=Rowing())


def _held(row: Rowing, posture: Posture) -> tuple[Rowing, Pull | None]:
    """Take in one frame of the held hinge."""
    t, arms, pulls = posture.t, list(row.arms), []
    for k, elbow in enumerate(posture.space.elbows_deg):
        if elbow is not None:
            arms[k], pull = follow_arm(arms[k], elbow, t)
            if pull is not None and pull.bent_s - row.bent_s > TOGETHER_S:
                pulls.append(pull)
                row = replace(row, bent_s=pull.bent_s)
    pulling = any(arm is not None and arm.low is not None for arm in arms)
    if not pulling:
        lately = tuple(one for one in row.lately if t - one[0] <= SETTLED_S)
        row = replace(row, lately=(*lately, (t, posture.trunk_deg)))
    elif row.trunk_deg is None and row.lately:
        row = replace(row, trunk_deg=row.lately[0][1])
    drift = abs(posture.trunk_deg - row.trunk_deg) if row.trunk_deg is not None else 0.0
    row = replace(
        row,
        arms=(arms[0], arms[1]),
        drift_deg=max(row.drift_deg, drift),
        trunk_max_deg=max(row.trunk_max_deg, posture.trunk_deg),
    )
    return row, pulls[0] if pulls else None
