"""Walking between the movements: where a bout of reps begins and ends.

It vetoes nothing. But a lone bow with walking next to it is somebody who picks something up: its
posture is that of a hinge. Turning to look into the glass is no walking.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from mirror.hinge.measure.space import Space

STEP_M, STEPS, WITHIN_S = 0.1, 4, 2.5
"""A step raises one foot over the other by so much; so many, alternating, within so long are
walking. A foot that is put elsewhere is not, nor a landmark that jumps behind a weight: on 150
clips of people who do not walk it is never seen."""
SMOOTH_S = 0.06


@dataclass(frozen=True)
class Strides:
    """What is remembered of the feet while the person is upright.

    feet: the right one over the left one, metres, smoothed. extreme: its last extreme. way: where
    it goes since then, +1 or -1. steps: when the last ones were. walked_s: when they were walking.
    """

    t: float = 0.0
    feet: float | None = None
    extreme: float = 0.0
    way: int = 0
    steps: tuple[float, ...] = ()
    walked_s: float = -math.inf


def stride(memory: Strides, space: Space, t: float) -> Strides:
    """Take in one upright frame."""
    if space.feet is None:
        return memory
    if memory.feet is None:
        return Strides(t, space.feet, space.feet, walked_s=memory.walked_s)
    share = 1.0 - math.exp(-max(0.0, t - memory.t) / SMOOTH_S)
    feet = memory.feet + share * (space.feet - memory.feet)
    way, extreme, steps = memory.way, memory.extreme, memory.steps
    turned = feet - extreme
    if abs(turned) > STEP_M and turned * way <= 0:
        way, extreme, steps = (1 if turned > 0 else -1), feet, (*steps, t)
    elif turned * way > 0:
        extreme = feet
    steps = tuple(at for at in steps if t - at < WITHIN_S)
    walked_s = t if len(steps) >= STEPS else memory.walked_s
    return replace(memory, t=t, feet=feet, extreme=extreme, way=way, steps=steps, walked_s=walked_s)
