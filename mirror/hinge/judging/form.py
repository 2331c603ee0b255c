"""How a rep was done: the postures of one movement, and which rules of the variation they broke.

Counting and form are judged apart. A posture counts for a rule only where it can be judged, and a
fault must stand for a while: one bad picture is no fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from mirror.hinge.counting.reps import Fault, Phase, Rep, fold_deg
from mirror.hinge.judging.metrics import Reading, Steps
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.posture import JUDGE, Posture, Standing
from mirror.hinge.measure.view import View

ROUNDING_S = 0.4
"""The rounding of a rep is what stood for so long."""
BENT_DEG = 45.0
"""Fold from which the back of a rep is judged. Before it carries little, and people look down and
let their shoulders drop on the way to a weight before they set their back."""
MASK_LAG_S = 0.02
"""The person's mask follows the landmarks by so much: with it the stop depths of figures with known
joints lie 2 deg too deep at b2 = .6 and 3 too shallow at 1; .01 s more moves them by 1 deg."""
LONGEST_S = 15.0
"""More of a movement is not kept: it is too slow to be a rep."""
JUDGED = 0.6
"""Share of the bent pictures that must be judged for the back of a rep to be judged."""

RAISED_DEG = 160.0
"""Arms overhead: wrist, shoulder, hip at least."""

ON_THE_WAY = (Phase.DESCENDING, Phase.BOTTOM, Phase.ASCENDING)

Measure = Callable[[Posture, Standing], float | None]


def rounding(posture: Posture, standing: Standing) -> float | None:
    """Rounding of the back, degrees beyond that of a neutral hinge."""
    del standing
    return posture.rounding_deg


def com_shift(posture: Posture, standing: Standing) -> float | None:
    """Centre of mass against own standing, in foot lengths; positive towards the toes."""
    if posture.com_fraction is None or standing.com_fraction is None:
        return None
    return posture.com_fraction - standing.com_fraction


def knee_flexion(posture: Posture, standing: Standing) -> float | None:
    """Knee flexion against own standing, degrees."""
    return posture.knee_flexion_deg - standing.knee_flexion_deg


def lean_back(posture: Posture, standing: Standing) -> float | None:
    """Lean of the trunk behind own standing, degrees."""
    return standing.trunk_deg - posture.trunk_deg


def neck(posture: Posture, standing: Standing) -> float | None:
    """Turn of the head against the trunk since standing, degrees; positive towards the chest."""
    return _change(posture.limbs.neck_deg, standing.limbs.neck_deg)


def arms_lost(posture: Posture, standing: Standing) -> float | None:
    """How far raised arms have come down from standing, degrees; from 160 if they began lower."""
    if posture.limbs.arms_deg is None:
        return None
    return max(RAISED_DEG, standing.limbs.arms_deg or 0.0) - posture.limbs.arms_deg


def knees_apart(posture: Posture, standing: Standing) -> float | None:
    """Distance of the knees over that of the ankles."""
    del standing
    return posture.limbs.knees


def bent(measure: Measure, from_deg: float, quantile: float = 0.5) -> Reading:
    """A reading of a whole rep: the quantile of a measure where the fold is at least so deep."""

    def reading(steps: Steps, standing: Standing, rep: Rep) -> float | None:
        deep = (p for p, _ in steps if p.t <= rep.end_s and fold_deg(p, standing) >= from_deg)
        values = [value for p in deep if (value := measure(p, standing)) is not None]
        return float(np.quantile(values, quantile)) if values else None

    return reading


def _change(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else now - before


@dataclass(frozen=True)
class Rule:
    """One fault of a variation, in what a posture shows.

    measure: value of a posture; beyond `limit` plus one `sd`, in one of `phases`, for `hold_s`
    seconds it is the fault. sign: -1 where less than the limit is wrong.
    priority: 1 is said first.
    """

    fault: str
    measure: Measure
    limit: float
    sd: float
    phases: frozenset[Phase]
    hold_s: float
    priority: int
    sign: int = 1
    from_deg: float = -180.0
    """Fold from which the rule holds."""
    view: View = View.SIDE
    """From where it can be seen."""

    def excess(self, posture: Posture, standing: Standing) -> float | None:
        """How far beyond limit and sd, in units of the measure; None where it can't be judged."""
        if posture.confidence_of_back < JUDGE and self.measure is rounding:
            return None
        value = self.measure(posture, standing)
        if value is None or posture.confidence < JUDGE or posture.view is not self.view:
            return None
        if fold_deg(posture, standing) < self.from_deg:
            return None
        return self.sign * (value - self.limit) - self.sd

    def judge(self, steps: Steps, standing: Standing, rep: Rep) -> Fault | None:
        """The fault, at its worst, where it stood for long enough."""
        del rep
        since: float | None = None
        worst: Fault | None = None
        stretch: Fault | None = None
        for posture, phase in steps:
            excess = self.excess(posture, standing) if phase in self.phases else None
            if excess is None or excess <= 0:
                since = stretch = None
                continue
            since = posture.t if since is None else since
            value = self.limit + self.sign * (excess + self.sd)
            of_back = self.measure is rounding
            sureness = posture.confidence_of_back if of_back else posture.confidence
            if stretch is None or self.sign * (value - stretch.value) > 0:
                stretch = Fault(self.fault, value, sureness)
            lasts = posture.t - since >= self.hold_s - 1e-6
            if lasts and (worst is None or self.sign * (stretch.value - worst.value) > 0):
                worst = stretch
        return worst


@dataclass(frozen=True)
class Whole:
    """One fault of a variation, in a number of the whole rep.

    reading: beyond `limit` plus one `sd` it is the fault. sign: -1 where less is wrong.
    """

    fault: str
    reading: Reading
    limit: float
    sd: float
    priority: int
    sign: int = 1
    view: View = View.SIDE
    """From where it can be seen."""

    def judge(self, steps: Steps, standing: Standing, rep: Rep) -> Fault | None:
        """The fault, where the rep was seen well enough from there."""
        seen = [p for p, _ in steps if p.view is self.view and p.confidence >= JUDGE]
        if not seen or len(seen) < JUDGED * len(steps):
            return None
        value = self.reading(steps, standing, rep)
        if value is None or self.sign * (value - self.limit) <= self.sd:
            return None
        return Fault(self.fault, value, min(p.confidence for p in seen))


@dataclass(frozen=True)
class Noted:
    """One fault that a drill or the feet report during a movement.

    A rep has it if it stood for `hold_s` seconds in the rep. The measure, with these limits, is
    where the fault is found.
    """

    fault: str
    limit: float
    hold_s: float
    priority: int
    sign: int = 1
    view: View = View.SIDE
    """From where it can be seen."""


AnyRule = Rule | Whole


@dataclass(frozen=True)
class Form:
    """The postures of the movement under way, each with its phase.

    It begins where the person left upright, before the movement is known to be one.
    """

    steps: Steps = ()


def observe(
    form: Form, posture: Posture, phase: Phase | None, upright_s: float, *, is_moving: bool
) -> Form:
    """Take one posture. upright_s: when the person was last upright; older ones are let go."""
    if phase is None:
        return Form()
    steps = form.steps
    if not is_moving:
        steps = tuple((p, at) for p, at in steps if p.t >= upright_s and at not in ON_THE_WAY)
    elif steps and posture.t - steps[0][0].t > LONGEST_S:
        steps = steps[1:]
    return Form((*steps, (posture, phase)))


def score(
    rep: Rep,
    form: Form,
    standing: Standing | None,
    rules: tuple[AnyRule, ...],
    readings: Mapping[str, Reading] | None = None,
) -> Rep:
    """The finished rep with its rounding, its faults in order of the rules, and its readings."""
    if standing is None:
        return rep
    form = Form(tuple(step for step in form.steps if step[0].t >= rep.start_s))
    values = {
        name: reading(form.steps, standing, rep) for name, reading in (readings or {}).items()
    }
    told = {name: value for name, value in values.items() if value is not None}
    rep = replace(rep, measures={**rep.measures, **told})
    rounded = _sustained_rounding(form, standing)
    found = (rule.judge(form.steps, standing, rep) for rule in rules)
    # A back that could not be judged in enough pictures has no fault either.
    faults = tuple(
        f for f in found if f is not None and (f.fault != "rounding" or rounded is not None)
    )
    return replace(rep, back_rounding_max_deg=rounded, faults=faults)


def descent(form: Form, standing: Standing, rep: Rep) -> tuple[Array, Array]:
    """Fold and rounding, (n,) degrees each, of the judged postures of a rep on its way down.

    Of each picture alone, and with the fold of `MASK_LAG_S` before: whatever comes late by a
    moment moves the depth by many degrees.
    """
    times = np.array([p.t for p, _ in form.steps])
    folds = np.array([fold_deg(p, standing) for p, _ in form.steps])
    pairs = [
        (np.interp(p.t - MASK_LAG_S, times, folds), p.back.course_deg)
        for p, _ in form.steps
        if rep.start_s <= p.t <= rep.bottom_s
        and p.back is not None
        and p.back.course_deg is not None
        and p.confidence_of_back >= JUDGE
    ]
    table = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _sustained_rounding(form: Form, standing: Standing) -> float | None:
    bent = [p for p, _ in form.steps if fold_deg(p, standing) >= BENT_DEG]
    judged = [p for p in bent if p.rounding_deg is not None and p.confidence_of_back >= JUDGE]
    if not judged or len(judged) < JUDGED * len(bent):
        return None
    times = np.array([p.t for p in judged])
    values = np.array([p.rounding_deg for p in judged], dtype=np.float64)
    last = max(times[0], times[-1] - ROUNDING_S)
    windows = (values[(times >= t) & (times <= t + ROUNDING_S)] for t in times[times <= last])
    return float(max(np.median(window) for window in windows))
