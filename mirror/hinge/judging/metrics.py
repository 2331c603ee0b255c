"""A finished rep -> the numbers that belong to all of it: float, power, hold, sway, and the like.

Each takes the postures of the rep (oldest first, what follows lockout included), the standing and
the rep, and gives one number, or None where it can't be told.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from mirror.hinge.counting.reps import Phase, Rep, fold_deg
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.joints import TRUNK_CM
from mirror.hinge.measure.posture import Posture, Standing

Steps = tuple[tuple[Posture, Phase], ...]
Reading = Callable[[Steps, Standing, Rep], float | None]

TOP_DEG = 15.0
"""Fold below which the hips are straight: the bell floats."""
RISE_S, SWUNG_DEG = 0.5, 45.0
"""The way up of a swing takes no longer, and is bowed from so much fold. What is before it is not
looked at: the first swing begins with a bend for the bell."""
SNAPS = 0.25
"""The hips are snapped from where they straighten at this share of their highest speed."""
NEAR_BOTTOM_DEG = 8.0
"""Folds so near to the deepest belong to its hold."""
DEEP = 0.7
"""Share of the deepest fold from which a rep is deep."""
RISEN_DEG = 5.0
"""The trunk has begun to rise when it has risen by so much."""
SHALLOW_DEG = (15.0, 35.0)
"""Folds on the way down in which the shoulders are bowed and still seen squarely from the front."""
LIFTED, DOWN = 0.2, 0.12
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
    way = [p for p in _rise(steps, rep) if p.limbs.wrist_up is not None]
    if len(way) < 3:
        return None
    times = np.array([p.t for p in way])
    folds = np.array([fold_deg(p, standing) for p in way])
    wrists = np.array([p.limbs.wrist_up for p in way], dtype=np.float64)
    # Behind a bowed trunk they may seem above it too: it is the last way up to their height.
    under = np.flatnonzero(wrists[: int(wrists.argmax())] <= 0)
    if not len(under):
        return None
    k = int(under[-1]) + 1
    share = -wrists[k - 1] / (wrists[k] - wrists[k - 1])
    passed = times[k - 1] + share * (times[k] - times[k - 1])
    fold, straight = float(np.interp(passed, times, folds)), float(folds.min())
    return (fold - straight) / max(_from_fold(times, folds) - straight, 1.0)


def _from_fold(times: Array, folds: Array) -> float:
    """The fold from which the hips are snapped straight: before the first swing they are deeper."""
    rates = -np.diff(folds) / np.diff(times)
    k = int(rates.argmax())
    while k > 0 and rates[k - 1] > SNAPS * rates.max():
        k -= 1
    return float(folds[k])


def knee_share(steps: Steps, standing: Standing, rep: Rep) -> float | None:
    """Knee over hip flexion on the way up of a swing, as changes from standing: the median."""
    bent = standing.knee_flexion_deg
    shares = [
        (p.knee_flexion_deg - bent) / fold_deg(p, standing)
        for p in _rise(steps, rep)
        if fold_deg(p, standing) > SWUNG_DEG
    ]
    return float(np.median(shares)) if shares else None


def lean_back_deg(steps: Steps, standing: Standing, rep: Rep) -> float | None:
    """How far the trunk leans behind standing at the top, degrees: the third of the pictures.

    Two may be jitter.
    """
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
    deep = _deep(steps, standing, rep)
    lines = [p.limbs.line_deg for p in deep if p.limbs.line_deg is not None]
    return float(np.median(lines)) if lines else None


def touch_downs(steps: Steps, standing: Standing, rep: Rep) -> float | None:
    """How often the free foot touched the floor between being lifted and standing up."""
    rest = standing.limbs.lift or 0.0
    lifts = [abs(p.limbs.lift - rest) for p in _deep(steps, standing, rep) if p.limbs.lift]
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


def twist_deg(steps: Steps, standing: Standing, rep: Rep) -> float | None:
    """Tilt of the shoulders against the hips since standing, degrees, while the bow is shallow.

    Deeper, both lie along the line of sight and their tilt is guessed; of that guess something
    stays on the way up.
    """
    rest = standing.limbs.tilt_deg
    tilts = [
        p.limbs.tilt_deg
        for p, _ in steps
        if p.limbs.tilt_deg is not None
        and p.t <= rep.bottom_s
        and SHALLOW_DEG[0] < fold_deg(p, standing) < SHALLOW_DEG[1]
    ]
    return abs(float(np.median(tilts)) - rest) if tilts and rest is not None else None


def measured(name: str) -> Reading:
    """A number that was taken when the rep was counted."""

    def reading(steps: Steps, standing: Standing, rep: Rep) -> float | None:
        del steps, standing
        return rep.measures.get(name)

    return reading


def _rise(steps: Steps, rep: Rep) -> list[Posture]:
    """From the way up of a swing to where the wrists are highest."""
    return [p for p, _ in steps if p.t >= max(rep.bottom_s, rep.end_s - RISE_S)]


def _held(steps: Steps, standing: Standing, rep: Rep) -> list[Posture]:
    deep = _deep(steps, standing, rep)
    deepest = max((fold_deg(p, standing) for p in deep), default=0.0)
    return [p for p in deep if fold_deg(p, standing) > deepest - NEAR_BOTTOM_DEG]


def _deep(steps: Steps, standing: Standing, rep: Rep) -> list[Posture]:
    postures = [p for p, _ in steps if rep.start_s <= p.t <= rep.end_s]
    deepest = max((fold_deg(p, standing) for p in postures), default=0.0)
    return [p for p in postures if fold_deg(p, standing) > DEEP * deepest]


def _folds(steps: Steps, standing: Standing) -> tuple[Array, Array]:
    times = np.array([p.t for p, _ in steps])
    return times, np.array([fold_deg(p, standing) for p, _ in steps])


def _crossing(times: Array, folds: Array, k: int) -> float:
    """When the fold passes `TOP_DEG` between pictures k - 1 and k."""
    share = (TOP_DEG - folds[k - 1]) / (folds[k] - folds[k - 1])
    return float(times[k - 1] + share * (times[k] - times[k - 1]))
