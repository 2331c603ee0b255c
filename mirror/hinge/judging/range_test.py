"""The personal scale: how far this back rounds, taken once on request.

Unloaded, the person leans halfway and slumps as far as is comfortable (METRICS 1); the rounding
that is held then is their own range, and the rounding of a rep a share of it. It is shown, and
changes no verdict: the limit in degrees is what was measured on truth. Angles in degrees, times s.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mirror.hinge.measure.posture import JUDGE, Posture, Standing

LEAN_DEG = (20.0, 75.0)
"""Trunk inclination, change from standing, of leaning halfway: 45, and what people make of it."""
HOLD_S = 0.5
"""A range counts that is held for so long."""
LEAST_DEG = 12.0
"""Three times the error of the reading: less tells nothing of the range."""
UP_DEG = 15.0
"""Nearer to standing than this the slump is over."""
LONGEST_S = 30.0
"""Whoever has not slumped by then does not want to."""
SAID_S = 4.0
"""How long the outcome is told."""


@dataclass(frozen=True)
class Slump:
    """A slump that is asked for.

    window: time and rounding of the last `HOLD_S`. range_deg: the most that was held so far.
    done_s: when it was over; its outcome is told from then on.
    """

    since_s: float
    window: tuple[tuple[float, float], ...] = ()
    range_deg: float = 0.0
    done_s: float | None = None

    @property
    def taken_deg(self) -> float | None:
        """The range, once the slump is over and was one."""
        return self.range_deg if self.done_s is not None and self.range_deg >= LEAST_DEG else None

    @property
    def guidance(self) -> str:
        """What to say, as a key of the texts."""
        if self.done_s is None:
            return "slump"
        return "range-missed" if self.taken_deg is None else "range-taken"


def follow(memory: Slump, posture: Posture | None, standing: Standing | None, t: float) -> Slump:
    """Take in one look at time t. posture: None where nobody was measured."""
    if memory.done_s is not None:
        return memory
    if posture is None or standing is None:
        return replace(memory, window=(), done_s=t if t - memory.since_s > LONGEST_S else None)
    lean = posture.trunk_deg - standing.trunk_deg
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
