"""What the rest screen tells of a set: rows, each a number of every rep and one or two of them all.

Numbers are taken from the finished reps, in degrees, seconds or centimetres; None is what was not
seen. Which rows a variation has stands in its record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from mirror.hinge.counting.reps import Rep

IN_TIME_S = 3.0
"""Swings farther apart have no cadence."""
FADES_FROM = 6
"""Of fewer swings it is not told whether their power fades."""


@dataclass(frozen=True)
class Person:
    """Whose set it is.

    stood_deg: hip flexion in standing. range_deg: how far the back rounds, where that is known.
    """

    stood_deg: float = 0.0
    range_deg: float | None = None


Reps = Sequence[Rep]
Numbers = Sequence[float | None]
Each = Callable[[Reps, Person], Numbers]
"""A number of each rep, drawn rep by rep."""
Told = Mapping[str, float | None]
"""Numbers of the whole set, by their names in the text of the row."""


def middle(reps: Reps, numbers: Numbers, person: Person) -> Told:
    """Their median."""
    del reps, person
    return {"value": _median(numbers)}


def above(reps: Reps, numbers: Numbers, person: Person) -> Told:
    """Their median, not below 0."""
    deg = middle(reps, numbers, person)["value"]
    return {"value": None if deg is None else max(0.0, deg)}


@dataclass(frozen=True)
class Row:
    """One line of the rest screen.

    name: key of its words. label, text: in English; text has places for what `total` gives, each
    written with `digits` after the point. more: the text where all its numbers are known, too.
    fault: the one that the number of each rep tells; the limit of its rule is drawn as a line.
    """

    name: str
    each: Each
    total: Callable[[Reps, Numbers, Person], Told] = middle
    digits: int = 0
    fault: str = ""


def measured(name: str, scale: float = 1.0) -> Each:
    """A reading of the variation, so many times as large for another unit."""

    def each(reps: Reps, person: Person) -> Numbers:
        del person
        values = [rep.measures.get(name) for rep in reps]
        return [None if value is None else scale * value for value in values]

    return each


def depth(reps: Reps, person: Person) -> Numbers:
    """How far the hips folded since standing, degrees; from the front, how far the trunk bowed."""
    return [rep.hip_flexion_max_deg - person.stood_deg for rep in reps]


def rounding(reps: Reps, person: Person) -> Numbers:
    """Rounding of the back, degrees."""
    del person
    return [rep.back_rounding_max_deg for rep in reps]


def lasted(reps: Reps, person: Person) -> Numbers:
    """How long each took, seconds."""
    del person
    return [rep.end_s - rep.start_s for rep in reps]


def cadence(reps: Reps, person: Person) -> Numbers:
    """Swings a minute, from top to top."""
    del person
    paces: list[float | None] = [None] * min(len(reps), 1)
    for before, rep in pairwise(reps):
        apart = rep.end_s - before.end_s
        paces.append(60.0 / apart if 0 < apart <= IN_TIME_S else None)
    return paces


def nothing(reps: Reps, person: Person) -> Numbers:
    """Where there is nothing to tell of a single rep."""
    del reps, person
    return []


def ways(reps: Reps, numbers: Numbers, person: Person) -> Told:
    """Median times of the way down and of the way up, seconds."""
    del numbers, person
    return {
        "down": median(rep.bottom_s - rep.start_s for rep in reps),
        "up": median(rep.end_s - rep.bottom_s for rep in reps),
    }


def of_range(reps: Reps, numbers: Numbers, person: Person) -> Told:
    """Median of the rounding, not below 0, and its share of the own range in per cent."""
    deg = above(reps, numbers, person)["value"]
    if deg is None:
        return {"value": None, "share": None}
    return {"value": deg, "share": 100.0 * deg / person.range_deg if person.range_deg else None}


def apart(reps: Reps, numbers: Numbers, person: Person) -> Told:
    """Medians of the left leg and of the right one."""
    del person
    return {leg: _median(_of(leg, reps, numbers)) for leg in ("left", "right")}


def sums_apart(reps: Reps, numbers: Numbers, person: Person) -> Told:
    """Sums of the left leg and of the right one; None where a leg was never seen."""
    del person
    seen = {leg: [n for n in _of(leg, reps, numbers) if n is not None] for leg in ("left", "right")}
    return {leg: sum(some) if some else None for leg, some in seen.items()}


def counts_apart(reps: Reps, numbers: Numbers, person: Person) -> Told:
    """Reps of the left leg and of the right one."""
    del numbers, person
    return {leg: float(sum(rep.leg == leg for rep in reps)) for leg in ("left", "right")}


def faded(reps: Reps, numbers: Numbers, person: Person) -> Told:
    """How much less the power of the last third is than that of the first, per cent; at least 0."""
    del numbers, person
    some = [rep.measures["power_deg_s"] for rep in reps if "power_deg_s" in rep.measures]
    if len(some) < FADES_FROM:
        return {"value": None}
    third = len(some) // 3
    fresh, tired = median(some[:third]), median(some[-third:])
    return {"value": max(0.0, 100.0 * (1.0 - tired / fresh)) if fresh > 0 else None}


def _of(leg: str, reps: Reps, numbers: Numbers) -> Numbers:
    return [number for rep, number in zip(reps, numbers, strict=True) if rep.leg == leg]


def _median(numbers: Numbers) -> float | None:
    seen = [number for number in numbers if number is not None]
    return median(seen) if seen else None


DEPTH = Row("depth", depth)
BOW = Row("bow", depth)
ROUNDING = Row("rounding", rounding, of_range, fault="rounding")
TEMPO = Row("tempo", lasted, ways, digits=1)
"""Rows that several variations have."""
