"""The frames of one movement, and the score of the rep that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from mirror.hinge.counting.reps import Phase, Rep
from mirror.hinge.judging.metrics import JUDGED, RepMetric, Steps, rounding_deg
from mirror.hinge.judging.rules import AnyRule
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.posture import JUDGE, Baseline, Posture

MASK_LAG_S = 0.02
"""Lag of the person's mask behind the landmarks, seconds. Measured on figures with known joints:
with it the stop depths lie 2 deg too deep at b2 = .6 and 3 too shallow at 1; .01 s more moves them
by 1 deg."""
LONGEST_S = 15.0
"""Seconds of a movement that are kept: a longer one is too slow to be a rep."""

ON_THE_WAY = (Phase.DESCENDING, Phase.BOTTOM, Phase.ASCENDING)


@dataclass(frozen=True)
class RepFrames:
    """The postures of the current movement, each with its phase.

    They begin where the person left upright, before the movement is known to be one.
    """

    steps: Steps = ()


def observe(
    frames: RepFrames, posture: Posture, phase: Phase | None, upright_s: float, *, is_moving: bool
) -> RepFrames:
    """Add one posture. upright_s: the last upright moment; older postures are dropped."""
    if phase is None:
        return RepFrames()
    steps = frames.steps
    if not is_moving:
        steps = tuple((p, at) for p, at in steps if p.t >= upright_s and at not in ON_THE_WAY)
    elif steps and posture.t - steps[0][0].t > LONGEST_S:
        steps = steps[1:]
    return RepFrames((*steps, (posture, phase)))


def score(
    rep: Rep,
    frames: RepFrames,
    baseline: Baseline | None,
    rules: tuple[AnyRule, ...],
    metrics: Mapping[str, RepMetric] | None = None,
) -> Rep:
    """The finished rep with its rounding, its faults in order of the rules, and its metrics.

    It is judged where `JUDGED` of its frames are sure and from the view of a rule.

    baseline: None where there is none from this view: then the back alone is judged.
    """
    steps = tuple(step for step in frames.steps if step[0].t >= rep.start_s)
    known = dict(rep.measures)
    if baseline is not None:
        for name, metric in (metrics or {}).items():
            if (value := metric(steps, baseline, rep)) is not None:
                known[name] = value
    views = {rule.view for rule in rules}
    seen = sum(p.view in views and p.confidence >= JUDGE for p, _ in steps)
    is_judged = baseline is not None and seen >= JUDGED * len(steps)
    rep = replace(rep, measures=known, is_judged=is_judged)
    found = (rule.judge(steps, baseline, rep) for rule in rules)
    faults = tuple(fault for fault in found if fault is not None)
    return replace(rep, back_rounding_max_deg=rounding_deg(steps, rep), faults=faults)


def descent(frames: RepFrames, baseline: Baseline, rep: Rep) -> tuple[Array, Array]:
    """Depth and rounding, (n,) degrees each, of the judged postures of a rep on its way down.

    Both come from single frames, and the depth is that of `MASK_LAG_S` before: a short lag of one
    of them moves the stop depth by many degrees.
    """
    times = np.array([p.t for p, _ in frames.steps])
    # As measured: less the turn of a rounded back the depth would end where the back begins.
    rest = baseline.hip_flexion_deg
    depths = np.array([p.trunk_deg + p.thigh_deg - rest for p, _ in frames.steps])
    pairs = [
        (np.interp(p.t - MASK_LAG_S, times, depths), p.back.rounding_deg)
        for p, _ in frames.steps
        if rep.start_s <= p.t <= rep.bottom_s
        and p.back is not None
        and p.back.rounding_deg is not None
        and p.confidence_of_back >= JUDGE
    ]
    table = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]
