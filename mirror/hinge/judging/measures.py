"""One frame -> one number that a rule judges.

Each measure takes a posture and the baseline. It returns None where it cannot be judged.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mirror.hinge.counting.reps import Rep, fold_deg
from mirror.hinge.judging.metrics import RepMetric, Steps
from mirror.hinge.measure.posture import Baseline, Posture

RAISED_DEG = 160.0
"""Least angle of wrist, shoulder and hip with the arms overhead."""
KNEES_DEG = 35.0
"""Depth from which the knees are judged: before, those of straight legs, feet wide, lie between
hips and feet."""

Measure = Callable[[Posture, Baseline], float | None]


def com_shift(posture: Posture, baseline: Baseline) -> float | None:
    """Centre of mass since standing, foot lengths; positive towards the toes."""
    return _change(posture.com_fraction, baseline.com_fraction)


def knee_flexion(posture: Posture, baseline: Baseline) -> float | None:
    """Knee flexion since standing, degrees."""
    return posture.knee_flexion_deg - baseline.knee_flexion_deg


def lean_back(posture: Posture, baseline: Baseline) -> float | None:
    """Lean of the trunk behind standing, degrees."""
    return baseline.trunk_deg - posture.trunk_deg


def neck(posture: Posture, baseline: Baseline) -> float | None:
    """Turn of the head against the trunk since standing, degrees; positive towards the chest."""
    return _change(posture.limbs.neck_deg, baseline.limbs.neck_deg)


def arms_lost(posture: Posture, baseline: Baseline) -> float | None:
    """Drop of raised arms since standing, degrees; since `RAISED_DEG` where they began lower."""
    if posture.limbs.arms_deg is None:
        return None
    return max(RAISED_DEG, baseline.limbs.arms_deg or 0.0) - posture.limbs.arms_deg


def knees_apart(posture: Posture, _baseline: Baseline) -> float | None:
    """Distance of the knees over that of the ankles."""
    return posture.limbs.knees


def bent(measure: Measure, from_deg: float, quantile: float = 0.5) -> RepMetric:
    """A metric of a rep: the quantile of a measure over the frames from this depth on."""

    def metric(steps: Steps, baseline: Baseline, rep: Rep) -> float | None:
        deep = (p for p, _ in steps if p.t <= rep.end_s and fold_deg(p, baseline) >= from_deg)
        values = [value for p in deep if (value := measure(p, baseline)) is not None]
        return float(np.quantile(values, quantile)) if values else None

    return metric


def _change(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else now - before
