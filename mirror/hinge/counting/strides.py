"""Walking between the movements: the beginning and the end of a bout of reps.

Walking vetoes nothing. But a lone bow with walking next to it is a pick-up: its posture is that of
a hinge. Turning to look into the glass is no walking.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from mirror.hinge.measure.space import Space

STEP_M, STEPS, WITHIN_S = 0.09, 3, 2.5
"""Least rise of one foot over the other in a step; steps in turn that are walking, and the seconds
for them. A foot that is put elsewhere is not."""
LEVEL_M = 0.03
"""Metres below the other one that the rising foot may be: the far foot lies higher in the frame. So
a hidden ankle whose landmark jumps does not walk: it stays on its side."""
SMOOTH_S = 0.06


@dataclass(frozen=True)
class Strides:
    """The memory of the feet while the person is upright.

    feet: the right one over the left one, metres, smoothed. extreme: its last extreme. way: its
    direction since then, +1 or -1. steps: times of the last ones. walked_s: time of the last walk.
    """

    t: float = 0.0
    feet: float | None = None
    extreme: float = 0.0
    way: int = 0
    steps: tuple[float, ...] = ()
    walked_s: float = -math.inf


def follow_strides(memory: Strides, space: Space, t: float) -> Strides:
    """Take in one upright frame."""
    if space.feet is None:
        return memory
    if memory.feet is None:
        return Strides(t, space.feet, space.feet, walked_s=memory.walked_s)
    share = 1.0 - math.exp(-max(0.0, t - memory.t) / SMOOTH_S)
    feet = memory.feet + share * (space.feet - memory.feet)
    way, extreme, steps = memory.way, memory.extreme, memory.steps
    turned = feet - extreme
    now = 1 if turned > 0 else -1
    if abs(turned) > STEP_M and now != way and now * feet > -LEVEL_M:
        way, extreme, steps = now, feet, (*steps, t)
    elif turned * way > 0:
        extreme = feet
    steps = tuple(at for at in steps if t - at < WITHIN_S)
    walked_s = t if len(steps) >= STEPS else memory.walked_s
    return replace(memory, t=t, feet=feet, extreme=extreme, way=way, steps=steps, walked_s=walked_s)
