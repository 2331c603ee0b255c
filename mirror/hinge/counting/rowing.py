"""Rows: what a rep is where the hinge is held and the arms work.

A row is the elbow from straight over bent to straight again, while the trunk is bowed. The held
hinge itself is followed as every other movement; standing up from it counts nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from mirror.hinge.counting.phases import Tracking
from mirror.hinge.counting.reps import Limits, Rep, fold_deg
from mirror.hinge.measure.posture import Posture, Standing

STRAIGHT_DEG, BENT_DEG = 145.0, 105.0
"""Elbows. METRICS has 150 and 100; a hanging arm is read as 150-165 on figures whose elbow has
165."""
HELD_DEG = 30.0
"""Fold from which the hinge is held."""
SHORTEST_S, LONGEST_S = 0.6, 8.0
SETTLED_S = 0.5
"""The drift of the trunk is taken from so long before the first pull."""


@dataclass(frozen=True)
class Rowing:
    """What is known of the row under way and of the held hinge. Times s, angles deg."""

    lately: tuple[tuple[float, float], ...] = ()
    """Time and trunk of the last moments with straight arms."""
    trunk_deg: float | None = None
    """The trunk before the first row of this hold."""
    straight_s: float | None = None
    elbow_deg: float = 180.0
    """The most bent so far; and when."""
    bent_s: float = 0.0
    drift_deg: float = 0.0
    trunk_max_deg: float = -math.inf


def step_row(
    memory: Rowing,
    hinge: Tracking,
    posture: Posture,
    standing: Standing | None,
    limits: Limits,
    number: int,
) -> tuple[Rowing, Rep | None]:
    """One picture in; the row that ended with it out. number: of the row that would be next."""
    move, elbow, t = hinge.move, posture.limbs.elbow_deg, posture.t
    held = move is not None and fold_deg(posture, standing) >= HELD_DEG
    if not held or move is None or move.reason is not None:
        return Rowing(), None
    if move.knee_change > limits.squat_ratio * move.peak or elbow is None:
        return memory, None
    if elbow >= STRAIGHT_DEG:
        lately = tuple(one for one in memory.lately if t - one[0] <= SETTLED_S)
        memory = replace(memory, lately=(*lately, (t, posture.trunk_deg)))
    elif memory.trunk_deg is None and memory.lately:
        memory = replace(memory, trunk_deg=memory.lately[0][1])
    drift = abs(posture.trunk_deg - memory.trunk_deg) if memory.trunk_deg is not None else 0.0
    memory = replace(
        memory,
        drift_deg=max(memory.drift_deg, drift),
        trunk_max_deg=max(memory.trunk_max_deg, posture.trunk_deg),
    )
    if elbow < memory.elbow_deg:
        memory = replace(memory, elbow_deg=elbow, bent_s=t)
    if elbow < STRAIGHT_DEG:
        return memory, None
    rep = None
    took = t - memory.straight_s if memory.straight_s is not None else 0.0
    if memory.elbow_deg < BENT_DEG and SHORTEST_S <= took <= LONGEST_S:
        rep = Rep(
            number=number,
            start_s=t - took,
            bottom_s=memory.bent_s,
            end_s=t,
            hip_flexion_max_deg=posture.hip_flexion_deg,
            trunk_max_deg=memory.trunk_max_deg,
            knee_at_bottom_deg=posture.knee_flexion_deg,
            side=posture.near_side,
            measures={"elbow_deg": memory.elbow_deg, "drift_deg": memory.drift_deg},
        )
    return Rowing(lately=memory.lately, trunk_deg=memory.trunk_deg, straight_s=t), rep
