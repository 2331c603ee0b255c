"""The schedule of the figure: a plan, and the reps drawn from it with a seed.

Times in seconds from the start of the motion; sizes of faults in multiples of the threshold of
the measure, counted from the ideal: 1 is just a fault, .5 is half way to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

Kind = Literal[
    "neutral", "rounded", "partial", "squat", "row", "swing", "walk", "turn", "sit", "pick-up"
]
RepPhase = Literal["standing", "descending", "bottom", "ascending"]
Range = tuple[float, float]


@dataclass(frozen=True)
class Plan:
    """Ranges and shares that a schedule is drawn from. A range of equal ends forces a value."""

    mix: Mapping[Kind, float] = field(default_factory=dict)
    """Weights of the kinds of rep; the first rep is the heaviest kind. Empty: as usual for the
    variation."""
    reps: int | None = None  # number of reps (or sets); after them the person stands. None: no end
    stand_s: Range = (2.5, 3.5)
    tempo_s: Range = (1.8, 5.0)  # length of a rep without its hold
    hold_s: Range = (0.0, 0.6)
    pause_s: Range = (0.3, 1.5)
    no_pause: float = 0.15  # share of reps that follow without any pause
    hip_deg: Range = (62.0, 98.0)  # pelvis flexion at the bottom of a neutral or rounded rep
    rounding_deg: Range = (20.0, 35.0)  # flexion of the back beyond neutral at the bottom
    phi0_deg: Range = (20.0, 50.0)  # pelvis flexion at which rounding begins
    early: Range = (0.0, 0.06)  # b1: rounding per degree of pelvis flexion from the start
    late: float | None = None  # b2: the same beyond phi0; None: what reaches `rounding_deg`
    set_of: tuple[int, int] = (4, 8)  # rows or swings in one set
    fault: str = ""
    """A fault of the variation, "any" for one of them in each faulty rep, or none."""
    fault_size: float | Range = (1.3, 2.0)
    fault_share: float = 1.0  # share of the reps (or sets) that have the fault


@dataclass(frozen=True)
class PlannedRep:
    """One event of the schedule. Peaks are those of the commanded joint angles, degrees."""

    kind: Kind
    start_s: float
    down_s: float
    hold_s: float
    up_s: float
    hip_deg: float
    knee_deg: float
    phi0_deg: float = 0.0
    early: float = 0.0
    late: float = 0.0
    lumbar_share: float = 0.7
    tail_s: float = 0.0  # after the way up, before the rep is over
    side: Literal["left", "right"] = "left"  # the leg that stands, on one leg
    heading_deg: float = 0.0  # how far to the left a turn or a walk goes
    count: int = 1  # rows or swings in this set; 0 where there is nothing to count
    period_s: float = 0.0  # of a row or swing in the set
    first_s: float = 0.0  # from the start of the set to the start of its first row or swing
    sizes: Mapping[str, float] = field(default_factory=dict)
    """Size of each fault of the variation in this rep."""

    @property
    def faults(self) -> tuple[str, ...]:
        """The faults that this rep (or each rep of this set) has."""
        return tuple(name for name, size in self.sizes.items() if size >= 1)

    @property
    def counts_s(self) -> tuple[float, ...]:
        """Time of the end of each rep in this event: a set has many, a walk none."""
        if not self.period_s:
            return (self.end_s,) * self.count
        return tuple(
            self.start_s + self.first_s + (n + 1) * self.period_s for n in range(self.count)
        )

    @property
    def bottom_s(self) -> float:
        """Middle of the hold at the bottom."""
        return self.start_s + self.down_s + self.hold_s / 2

    @property
    def end_s(self) -> float:
        """Time at which the person stands again."""
        return self.start_s + self.down_s + self.hold_s + self.up_s + self.tail_s

    def size(self, fault: str) -> float:
        """Size of a fault; 0 where the rep does not have it."""
        return self.sizes.get(fault, 0.0)

    def rounding(self, phi_deg: float) -> float:
        """Flexion of the back beyond neutral at this pelvis flexion."""
        return self.early * max(0.0, phi_deg) + self.late * max(0.0, phi_deg - self.phi0_deg)

    def at(self, t: float) -> tuple[float, RepPhase]:
        """Share of the way down (0 standing, 1 bottom) and the phase."""
        since = t - self.start_s
        risen_s = self.end_s - self.tail_s
        if since <= 0 or t >= risen_s:
            return 0.0, "standing"
        if since < self.down_s:
            return smoothstep(since / self.down_s), "descending"
        if since <= self.down_s + self.hold_s:
            return 1.0, "bottom"
        return smoothstep((risen_s - t) / self.up_s), "ascending"


def draw_rep(
    plan: Plan, draw: np.random.Generator, start_s: float, *, is_first: bool
) -> PlannedRep:
    """The next hinge of a schedule, right or rounded, partial or a squat."""
    kinds, weights = list(plan.mix), np.array(list(plan.mix.values()), float)
    pick = int(draw.choice(len(kinds), p=weights / weights.sum()))
    kind = kinds[int(weights.argmax()) if is_first else pick]

    def between(ends: Range) -> float:
        return float(draw.uniform(*ends))

    tempo, split, hold = between(plan.tempo_s), between((0.42, 0.62)), between(plan.hold_s)
    hip, bend, share = between(plan.hip_deg), between((0.16, 0.31)), between((0.6, 0.8))
    rounding, early = between(plan.rounding_deg), between(plan.early)
    phi0 = min(between(plan.phi0_deg), hip - 20)
    knee, late = bend * hip, 0.0
    if kind == "squat":
        knee = between((84, 106))
        hip = knee / between((1.08, 1.27))
    elif kind == "partial":
        hip, knee, tempo = between((25, 30)), between((6, 12)), max(1.5, 0.7 * tempo)
    if kind == "rounded":
        late = (rounding - early * hip) / (hip - phi0) if plan.late is None else plan.late
    else:
        early = 0.0
    down = tempo * split
    return PlannedRep(kind, start_s, down, hold, tempo - down, hip, knee, phi0, early, late, share)


def draw_faults(
    plan: Plan, draw: np.random.Generator, faults: tuple[str, ...], slight: Range
) -> dict[str, float]:
    """Size of every fault in one rep: `slight` ones where it is right.

    slight: range of the sizes in a right rep; a range of zeros leaves right reps without any.
    """
    sizes = {name: float(draw.uniform(*slight)) for name in faults if slight[1] > 0}
    chosen = faults[int(draw.integers(len(faults)))] if faults else ""
    if plan.fault != "any":
        chosen = plan.fault
    ends = plan.fault_size if isinstance(plan.fault_size, tuple) else (plan.fault_size,) * 2
    size = float(draw.uniform(*ends))
    if chosen and draw.random() < plan.fault_share:
        sizes[chosen] = size
    return sizes


def smoothstep(x: float) -> float:
    """Minimum-jerk way from 0 to 1 (Flash and Hogan 1985)."""
    return x * x * x * (10 - 15 * x + 6 * x * x)


def ramp(t: float, start: float, end: float) -> float:
    """Smoothly from 0 at `start` to 1 at `end`."""
    return smoothstep(min(1.0, max(0.0, (t - start) / (end - start))))


RepShape = Callable[[PlannedRep, np.random.Generator], PlannedRep]
"""Changes a drawn rep for a variation; more random numbers come from the generator."""


def as_drawn(rep: PlannedRep, draw: np.random.Generator) -> PlannedRep:
    """Leave the rep as it is."""
    del draw
    return replace(rep)
