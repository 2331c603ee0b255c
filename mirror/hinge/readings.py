"""A finished rep -> the numbers that belong to all of it: float, power, hold, sway, and the like.

Each takes the postures of the rep (oldest first, what follows lockout included), the standing and
the rep, and gives one number, or None where it can't be told.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from mirror.hinge.geometry import Array
from mirror.hinge.joints import TRUNK_CM
from mirror.hinge.posture import Posture, Standing
from mirror.hinge.reps import Phase, Rep, fold_deg

Steps = tuple[tuple[Posture, Phase], ...]
Reading = Callable[[Steps, Standing, Rep], float | None]

TOP_DEG = 15.0
"""Fold below which the hips are straight: the bell floats."""
NEAR_BOTTOM_DEG = 8.0
"""Folds so near to the deepest belong to its hold."""
DEEP = 0.7
"""Share of the deepest fold from which a rep is deep."""
RISEN_DEG = 5.0
"""The trunk has begun to rise when it has risen by so much."""
LIFTED, DOWN = 0.2, 0.05
"""Leg lengths by which the free foot is in the air, and at which it touches the floor."""


def float_s(steps: Steps, standing: Standing, rep: Rep) -> float | None:
    """How long the hips stay straight at the top of a swing, seconds."""
    times, folds = _folds(steps, standing)
    after = times >= rep.bottom_s
    times, folds = times[after], folds[after]
    under = folds < TOP_DEG
    if not under.any():
        return 0.0
    first = int(under.argmax())
    over = np.flatnonzero(~under[first:])
    if first == 0 or not len(over):
        return None
    last = first + int(over[0])
    return _crossing(times, folds, last) - _crossing(times, folds, first)


def power_deg_s(steps: Steps, standing: Standing, rep: Rep) -> float | None:
    """Highest speed of hip extension on the way up, degrees a second."""
    times, folds = _folds(steps, standing)
    part = (times >= rep.bottom_s) & (times <= rep.end_s + 0.1)
    times, folds = times[part], folds[part]
    if len(times) < 4:
        return None
    # Over two steps, so that the jitter of one picture is no speed.
    return float(((folds[:-2] - folds[2:]) / (times[2:] - times[:-2])).max())


def extension_left(steps: Steps, standing: Standing, rep: Rep) -> float | None:
    """Share of the hip extension still to come when the wrists pass the navel on the way up."""
    way = [p for p, _ in steps if p.t >= rep.bottom_s and p.limbs.wrist_up is not None]
    if len(way) < 3:
        return None
    times = np.array([p.t for p in way])
    folds = np.array([fold_deg(p, standing) for p in way])
    wrists = np.array([p.limbs.wrist_up for p in way], dtype=np.float64)
    above = np.flatnonzero(wrists > 0)
    if not len(above) or above[0] == 0:
        return None
    k = int(above[0])
    share = -wrists[k - 1] / (wrists[k] - wrists[k - 1])
    passed = times[k - 1] + share * (times[k] - times[k - 1])
    fold = float(np.interp(passed, times, folds))
    return (fold - float(folds.min())) / max(float(folds[0] - folds.min()), 1.0)


def knee_share(steps: Steps, standing: Standing, rep: Rep) -> float | None:
    """Knee over hip flexion, each at its peak, as changes from standing."""
    del rep
    folds = [fold_deg(p, standing) for p, _ in steps]
    knees = [p.knee_flexion_deg - standing.knee_flexion_deg for p, _ in steps]
    return max(knees) / max(max(folds), 1.0) if folds else None


def lean_back_deg(steps: Steps, standing: Standing, rep: Rep) -> float | None:
    """How far the trunk leans behind standing at the top, degrees; the third of the pictures."""
    leans = sorted(standing.trunk_deg - p.trunk_deg for p, _ in steps if p.t >= rep.end_s - 0.1)
    return leans[-3] if len(leans) >= 3 else None


def hips_first_deg(steps: Steps, standing: Standing, rep: Rep) -> float | None:
    """Hip flexion lost beyond what the trunk has risen, until the trunk has begun to rise."""
    del standing
    up = [p for p, _ in steps if rep.bottom_s <= p.t <= rep.end_s]
    # From where the way up begins: the last deepest posture.
    deepest = max((p.hip_flexion_deg for p in up), default=0.0)
    near = [k for k, p in enumerate(up) if p.hip_flexion_deg > deepest - 3.0]
    up = up[near[-1] :] if near else []
    lost = []
    for posture in up:
        risen = up[0].trunk_deg - posture.trunk_deg
        if risen > RISEN_DEG:
            break
        lost.append(up[0].hip_flexion_deg - posture.hip_flexion_deg - risen)
    return max(lost, default=None)


def hold_s(steps: Steps, standing: Standing, rep: Rep) -> float | None:
    """How long the bottom was held, seconds."""
    held = [p.t for p in _held(steps, standing, rep)]
    return held[-1] - held[0] if held else None


def sway_cm(steps: Steps, standing: Standing, rep: Rep) -> float | None:
    """Standard deviation of the hips against the standing foot during the hold, centimetres."""
    held = _held(steps, standing, rep)
    if len(held) < 5:
        return None
    way = np.array([p.hip[0] - p.near_ankle[0] for p in held])
    line = np.polyval(np.polyfit(np.arange(len(way)), way, 1), np.arange(len(way)))
    return float((way - line).std() * TRUNK_CM / standing.trunk_px)


def line_deg(steps: Steps, standing: Standing, rep: Rep) -> float | None:
    """Shoulder, hip and the ankle in the air, degrees: the median of the deep part of the rep.

    A foot that touches the floor for a moment does not break the line.
    """
    postures = [p for p, _ in steps if rep.start_s <= p.t <= rep.end_s]
    deepest = max((fold_deg(p, standing) for p in postures), default=0.0)
    lines = [
        p.limbs.line_deg
        for p in postures
        if p.limbs.line_deg is not None and fold_deg(p, standing) > DEEP * deepest
    ]
    return float(np.median(lines)) if lines else None


def touch_downs(steps: Steps, standing: Standing, rep: Rep) -> float | None:
    """How often the free foot touched the floor between being lifted and standing up."""
    del rep
    rest = standing.limbs.lift or 0.0
    lifts = [
        abs(p.limbs.lift - rest)
        for p, _ in steps
        if p.limbs.lift is not None and fold_deg(p, standing) > 2 * TOP_DEG
    ]
    count, is_up, was_up = 0, False, False
    for before, lift in pairwise(lifts):
        if min(before, lift) > LIFTED:
            is_up = was_up = True
        elif is_up and max(before, lift) < DOWN:
            count, is_up = count + 1, False
    return float(count) if was_up else None


def stance(steps: Steps, standing: Standing, rep: Rep) -> float | None:
    """Distance of the feet over that of the shoulders in standing.

    Bowing towards the camera makes the shoulders seem wider.
    """
    del steps, rep
    return standing.limbs.stance


def measured(name: str) -> Reading:
    """A number that was taken when the rep was counted."""

    def reading(steps: Steps, standing: Standing, rep: Rep) -> float | None:
        del steps, standing
        return rep.measures.get(name)

    return reading


def _held(steps: Steps, standing: Standing, rep: Rep) -> list[Posture]:
    postures = [p for p, _ in steps if rep.start_s <= p.t <= rep.end_s]
    deepest = max((fold_deg(p, standing) for p in postures), default=0.0)
    return [p for p in postures if fold_deg(p, standing) > deepest - NEAR_BOTTOM_DEG]


def _folds(steps: Steps, standing: Standing) -> tuple[Array, Array]:
    times = np.array([p.t for p, _ in steps])
    return times, np.array([fold_deg(p, standing) for p, _ in steps])


def _crossing(times: Array, folds: Array, k: int) -> float:
    """When the fold passes `TOP_DEG` between pictures k - 1 and k."""
    share = (TOP_DEG - folds[k - 1]) / (folds[k] - folds[k - 1])
    return float(times[k - 1] + share * (times[k] - times[k - 1]))
