"""The range test: the personal scale of the back, taken once on request.

Without a weight, the person leans halfway and slumps as far as is comfortable. The rounding held
there is the person's range, and the rounding of a rep is a share of it. The glass shows that share.
It changes no verdict: the limit in degrees was measured on figures with known spines. Angles in
degrees, times in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mirror.hinge.measure.posture import JUDGE, Baseline, Posture

LEAN_DEG = (20.0, 75.0)
"""Trunk inclination since standing of a lean halfway: 45, with room for what people make of it."""
HOLD_S = 0.5
"""Seconds that a range must be held to count."""
LEAST_DEG = 12.0
"""Least range that is taken: three times the error of the measure."""
UP_DEG = 15.0
"""Trunk inclination since standing below which the test is over."""
LONGEST_S = 30.0
"""Seconds after which the test is broken off."""
SAID_S = 4.0
"""Seconds for which the outcome is shown."""


@dataclass(frozen=True)
class RangeTest:
    """A range test under way.

    window: times and rounding of the last `HOLD_S`. range_deg: the largest rounding held so far.
    done_s: the end of the test; its outcome is shown from then on.
    """

    since_s: float
    window: tuple[tuple[float, float], ...] = ()
    range_deg: float = 0.0
    done_s: float | None = None

    @property
    def taken_deg(self) -> float | None:
        """The range, once the test is over and has one."""
        return self.range_deg if self.done_s is not None and self.range_deg >= LEAST_DEG else None

    @property
    def guidance(self) -> str:
        """Key of the guidance."""
        if self.done_s is None:
            return "slump"
        return "range-missed" if self.taken_deg is None else "range-taken"


def follow_range_test(
    memory: RangeTest, posture: Posture | None, baseline: Baseline | None, t: float
) -> RangeTest:
    """Take in one frame at time t. posture: None where no person was measured."""
    if memory.done_s is not None:
        return memory
    if posture is None or baseline is None:
        return replace(memory, window=(), done_s=t if t - memory.since_s > LONGEST_S else None)
    lean = posture.trunk_deg - baseline.trunk_deg
    is_up = lean < UP_DEG and memory.range_deg >= LEAST_DEG
    if is_up or t - memory.since_s > LONGEST_S:
        return replace(memory, done_s=t)
    back = posture.back
    rounding = back.rounding_deg if back is not None and back.confidence >= JUDGE else None
    if rounding is None or not LEAN_DEG[0] <= lean <= LEAN_DEG[1]:
        return replace(memory, window=())
    window = (*memory.window, (t, rounding))
    if t - window[0][0] < HOLD_S:
        return replace(memory, window=window)
    while t - window[1][0] >= HOLD_S:
        window = window[1:]
    held = min(deg for _, deg in window)
    return replace(memory, window=window, range_deg=max(memory.range_deg, held))
