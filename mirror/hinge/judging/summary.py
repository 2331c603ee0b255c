"""The rows of the rest screen: a number of each rep, and one or two numbers of the set.

Numbers come from the finished reps, in degrees, seconds or centimetres; None means not seen. The
record of a variation names its rows. Their words are in `config/languages`, table `rest`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from mirror.hinge.counting.reps import Rep

IN_TIME_S = 3.0
"""Longest time between two swings that have a cadence, seconds."""
FADES_FROM = 6
"""Fewest swings whose loss of power is shown."""


@dataclass(frozen=True)
class Person:
    """The person of the set.

    stood_deg: hip flexion in standing. range_deg: range of the back, where that is known.
    """

    stood_deg: float = 0.0
    range_deg: float | None = None


Reps = Sequence[Rep]
Numbers = Sequence[float | None]
Each = Callable[[Reps, Person], Numbers]
"""Returns a number of each rep, drawn rep by rep."""
Totals = Mapping[str, float | None]
"""Numbers of the whole set, by their names in the text of the row."""


def middle(_reps: Reps, numbers: Numbers, _person: Person) -> Totals:
    """Median of the numbers."""
    return {"value": _median(numbers)}


def good(fault: str) -> Callable[[Reps, Numbers, Person], Totals]:
    """Number of reps without this fault, of those in which it was seen."""

    def total(reps: Reps, numbers: Numbers, _person: Person) -> Totals:
        seen = [rep for rep, number in zip(reps, numbers, strict=True) if number is not None]
        if not seen:
            return {"good": None, "count": None}
        wrong = sum(any(f.fault == fault for f in rep.faults) for rep in seen)
        return {"good": float(len(seen) - wrong), "count": float(len(seen))}

    return total


@dataclass(frozen=True)
class SummaryRow:
    """One row of the rest screen.

    name: the key of its words. each: the number of each rep. total: the numbers of the set, for the
    places in its text, each with `digits` after the point. fault: the fault that the number of a
    rep shows; the limit of that rule is drawn as a line.
    """

    name: str
    each: Each
    total: Callable[[Reps, Numbers, Person], Totals] = middle
    digits: int = 0
    fault: str = ""


def measured(name: str) -> Each:
    """A metric of the variation."""

    def each(reps: Reps, _person: Person) -> Numbers:
        return [rep.measures.get(name) for rep in reps]

    return each


def depth(reps: Reps, person: Person) -> Numbers:
    """Depth since standing, degrees; from the front, the bow of the trunk."""
    return [rep.hip_flexion_max_deg - person.stood_deg for rep in reps]


def rounding(reps: Reps, _person: Person) -> Numbers:
    """Rounding of the back, degrees."""
    return [rep.back_rounding_max_deg for rep in reps]


def lasted(reps: Reps, _person: Person) -> Numbers:
    """Duration of each rep, seconds."""
    return [rep.end_s - rep.start_s for rep in reps]


def cadence(reps: Reps, _person: Person) -> Numbers:
    """Swings a minute, from top to top."""
    paces: list[float | None] = [None] * min(len(reps), 1)
    for before, rep in pairwise(reps):
        apart = rep.end_s - before.end_s
        paces.append(60.0 / apart if 0 < apart <= IN_TIME_S else None)
    return paces


def nothing(_reps: Reps, _person: Person) -> Numbers:
    """No number of single reps."""
    return []


def ways(reps: Reps, _numbers: Numbers, _person: Person) -> Totals:
    """Median times of the way down and of the way up, seconds."""
    return {
        "down": median(rep.bottom_s - rep.start_s for rep in reps),
        "up": median(rep.end_s - rep.bottom_s for rep in reps),
    }


def range_share(reps: Reps, person: Person) -> float | None:
    """Median of the rounding, not below 0, as a share of the person's range in per cent."""
    deg = _median(rounding(reps, person))
    return (
        100.0 * max(0.0, deg) / person.range_deg if deg is not None and person.range_deg else None
    )


def apart(reps: Reps, numbers: Numbers, _person: Person) -> Totals:
    """Medians of the left leg and of the right one."""
    return {leg: _median(_of(leg, reps, numbers)) for leg in ("left", "right")}


def sums_apart(reps: Reps, numbers: Numbers, _person: Person) -> Totals:
    """Sums of the left leg and of the right one; None where a leg was never seen."""
    seen = {leg: [n for n in _of(leg, reps, numbers) if n is not None] for leg in ("left", "right")}
    return {leg: sum(some) if some else None for leg, some in seen.items()}


def counts_apart(reps: Reps, _numbers: Numbers, _person: Person) -> Totals:
    """Reps of the left leg and of the right one."""
    return {leg: float(sum(rep.leg == leg for rep in reps)) for leg in ("left", "right")}


def faded(reps: Reps, _numbers: Numbers, _person: Person) -> Totals:
    """Loss of power from the first third to the last, per cent; at least 0. Empty: too few."""
    some = [rep.measures["power_deg_s"] for rep in reps if "power_deg_s" in rep.measures]
    if len(some) < FADES_FROM:
        return {}
    third = len(some) // 3
    fresh, tired = median(some[:third]), median(some[-third:])
    return {"value": max(0.0, 100.0 * (1.0 - tired / fresh)) if fresh > 0 else None}


def _of(leg: str, reps: Reps, numbers: Numbers) -> Numbers:
    return [number for rep, number in zip(reps, numbers, strict=True) if rep.leg == leg]


def _median(numbers: Numbers) -> float | None:
    seen = [number for number in numbers if number is not None]
    return median(seen) if seen else None


DEPTH = SummaryRow("depth", depth)
BOW = SummaryRow("bow", depth)
ROUNDING = SummaryRow("rounding", rounding, good("rounding"), fault="rounding")
TEMPO = SummaryRow("tempo", lasted, ways, digits=1)
"""Rows that several variations have."""
