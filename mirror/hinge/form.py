"""How a rep was done: the postures of one movement, and which rules of the variation they broke.

Counting and form are judged apart. A posture counts for a rule only where it can be judged, and a
fault must stand for a while: one bad picture is no fault.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from mirror.hinge.geometry import Array
from mirror.hinge.phases import Fault, Phase, Rep, fold_deg
from mirror.hinge.posture import JUDGE, Posture, Standing

ROUNDING_S = 0.4
"""The rounding of a rep is what stood for so long."""
BENT_DEG = 45.0
"""Fold from which the back of a rep is judged. Before it carries little, and people look down and
let their shoulders drop on the way to a weight before they set their back."""
MASK_LAG_S = 0.05
"""The person's mask follows the landmarks by so much: with it, sets of figures with known joints
have their stop depth where it is; at 0 and .1 s it lies about 10 deg too deep or too shallow."""
LONGEST_S = 15.0
"""More of a movement is not kept: it is too slow to be a rep."""
JUDGED = 0.6
"""Share of the bent pictures that must be judged for the back of a rep to be judged."""

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


@dataclass(frozen=True)
class Rule:
    """One fault of a variation.

    measure: value of a posture; beyond `limit` plus one `sd`, in one of `phases`, for `hold_s`
    seconds it is the fault. sign: -1 where less than the limit is wrong. cue: what is said.
    priority: 1 is said first.
    """

    fault: str
    measure: Measure
    limit: float
    sd: float
    phases: frozenset[Phase]
    hold_s: float
    cue: str
    priority: int
    sign: int = 1
    from_deg: float = 0.0
    """Fold from which the rule holds."""

    def excess(self, posture: Posture, standing: Standing) -> float | None:
        """How far beyond limit and sd, in units of the measure; None where it can't be judged."""
        if posture.confidence_of_back < JUDGE and self.measure is rounding:
            return None
        value = self.measure(posture, standing)
        if value is None or posture.confidence < JUDGE:
            return None
        if fold_deg(posture, standing) < self.from_deg:
            return None
        return self.sign * (value - self.limit) - self.sd


@dataclass(frozen=True)
class Form:
    """The postures of the movement under way, each with its phase.

    It begins where the person left upright, before the movement is known to be one.
    """

    steps: tuple[tuple[Posture, Phase], ...] = ()


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


def score(rep: Rep, form: Form, standing: Standing | None, rules: tuple[Rule, ...]) -> Rep:
    """The finished rep with its rounding and its faults, in order of the rules."""
    if standing is None:
        return rep
    rounded = _sustained_rounding(form, standing)
    found = (_fault(rule, form, standing) for rule in rules)
    # A back that could not be judged in enough pictures has no fault either.
    faults = tuple(
        f for f in found if f is not None and (f.fault != "rounding" or rounded is not None)
    )
    return replace(rep, back_rounding_max_deg=rounded, faults=faults)


def descent(form: Form, standing: Standing) -> tuple[Array, Array]:
    """Fold and rounding, (n,) degrees each, of the judged postures on the way down.

    Of each picture alone, and with the fold of `MASK_LAG_S` before: whatever comes late by a
    moment moves the depth by many degrees.
    """
    times = np.array([p.t for p, _ in form.steps])
    folds = np.array([fold_deg(p, standing) for p, _ in form.steps])
    pairs = [
        (np.interp(p.t - MASK_LAG_S, times, folds), p.back.instant_deg)
        for p, phase in form.steps
        if phase is not Phase.ASCENDING
        and p.back is not None
        and p.back.instant_deg is not None
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


def _fault(rule: Rule, form: Form, standing: Standing) -> Fault | None:
    since: float | None = None
    worst: Fault | None = None
    stretch: Fault | None = None
    for posture, phase in form.steps:
        excess = rule.excess(posture, standing) if phase in rule.phases else None
        if excess is None or excess <= 0:
            since = stretch = None
            continue
        since = posture.t if since is None else since
        value = rule.limit + rule.sign * (excess + rule.sd)
        sureness = posture.confidence_of_back if rule.measure is rounding else posture.confidence
        if stretch is None or rule.sign * (value - stretch.value) > 0:
            stretch = Fault(rule.fault, value, sureness)
        lasts = posture.t - since >= rule.hold_s - 1e-6
        if lasts and (worst is None or rule.sign * (stretch.value - worst.value) > 0):
            worst = stretch
    return worst
