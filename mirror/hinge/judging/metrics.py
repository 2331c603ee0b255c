"""A finished rep -> one number of the whole rep: float, power, hold, sway, and the like.

Each metric takes the postures of the rep (oldest first, with those after lockout), the baseline and
the rep. It returns one number, or None where that cannot be judged.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from mirror.hinge.counting.reps import Phase, Rep, fold_deg
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.joints import TRUNK_CM
from mirror.hinge.measure.posture import JUDGE, Baseline, Posture

Steps = tuple[tuple[Posture, Phase], ...]
RepMetric = Callable[[Steps, Baseline, Rep], float | None]
BackMetric = Callable[[Steps, Rep], float | None]

JUDGED = 0.6
"""Least share of frames that can be judged, for a number of the whole rep to be judged."""
LEAN_DEG = 30.0
"""Least lean of the trunk at which the back is judged. Above it the back carries
little, and people look down and let their shoulders drop on the way to a weight."""
ROUNDED_DEG = 20.0
"""Rounding from which a back is rounded. Neutral reps of rendered people flex by 5 degrees and
read 9 (SD 5); 1 in 60 reads more than this, and 19 in 20 of those that flex by 20 and more."""
ROUNDING_S = 0.5
"""Seconds that a rounding must stand to be the rounding of the rep."""
NOISE_DEG = 4.0
"""Greatest usual distance of a frame's rounding from the mean of its neighbours."""
TOP_DEG = 15.0
"""Depth below which the hips are straight: the bell floats."""
RISE_S, SWUNG_DEG = 0.5, 45.0
"""Longest way up of a swing, seconds, and least depth of its bowed part. Earlier frames are left
out: the first swing begins with a bend for the bell."""
SNAPS = 0.25
"""Share of the highest speed of the hips at which their snap begins."""
NEAR_BOTTOM_DEG = 8.0
"""Greatest distance from the deepest frame within the hold."""
DEEP = 0.7
"""Share of the greatest depth from which a frame is deep."""
RISEN_DEG = 5.0
"""Rise of the trunk that shows that it has begun to rise."""
SHALLOW_DEG = (15.0, 35.0)
"""Depths on the way down at which the shoulders bow and still face the camera squarely."""
LIFTED, DOWN = 0.2, 0.12
"""Leg lengths: the free foot is in the air above the first, and on the floor below the second."""


def rounding_deg(steps: Steps, rep: Rep) -> float | None:
    """The greatest rounding that stood for a while in the deep part of the rep, degrees."""
    flexion = _rounded(steps, rep)
    return None if flexion is None else float(flexion.sum())


def upper_share(steps: Steps, rep: Rep) -> float | None:
    """Share of the upper back in the rounding of a rounded rep; 0 in the others."""
    flexion = _rounded(steps, rep)
    if flexion is None:
        return None
    return float(flexion[1] / flexion.sum()) if flexion.sum() > ROUNDED_DEG else 0.0


def _rounded(steps: Steps, rep: Rep) -> Array | None:
    """(2,) low and upper back at the greatest rounding that stood for `ROUNDING_S`, degrees."""
    bent = [p for p, _ in steps if rep.start_s <= p.t <= rep.end_s and p.trunk_deg >= LEAN_DEG]
    table = np.array(
        [(p.t, p.back.flexion.low_deg, p.back.flexion.upper_deg)
         for p in bent
         if p.back is not None and p.back.flexion is not None and p.confidence_of_back >= JUDGE]
    ).reshape(-1, 3)  # fmt: skip
    if not len(table) or len(table) < JUDGED * len(bent):
        return None
    times, values = table[:, 0], table[:, 1:]
    whole = values.sum(axis=1)
    jitter = np.abs(whole[1:-1] - (whole[:-2] + whole[2:]) / 2)
    if len(jitter) and np.median(jitter) > NOISE_DEG:
        return None
    # A swing is bowed for half a second only.
    half = min(ROUNDING_S, (times[-1] - times[0]) / 2) / 2
    middles = [np.median(values[np.abs(times - t) <= half + 1e-6], axis=0) for t in times]
    greatest: Array = max(middles, key=np.sum)
    return greatest


def float_s(steps: Steps, baseline: Baseline, rep: Rep) -> float | None:
    """Time with straight hips at the top of a swing, seconds."""
    times, depths = _depths(steps, baseline)
    after = times >= rep.bottom_s
    times, depths = times[after], depths[after]
    under = depths < TOP_DEG
    if not under.any():
        return 0.0
    first = int(under.argmax())
    over = np.flatnonzero(~under[first:])
    if first == 0 or not len(over):
        return None
    last = first + int(over[0])
    return _crossing(times, depths, last) - _crossing(times, depths, first)


def power_deg_s(steps: Steps, baseline: Baseline, rep: Rep) -> float | None:
    """Highest speed of hip extension on the way up, degrees a second."""
    times, depths = _depths(steps, baseline)
    part = (times >= rep.bottom_s) & (times <= rep.end_s + 0.1)
    times, depths = times[part], depths[part]
    if len(times) < 4:
        return None
    # Over two steps, so that the jitter of one frame is no speed.
    return float(((depths[:-2] - depths[2:]) / (times[2:] - times[:-2])).max())


def extension_left(steps: Steps, baseline: Baseline, rep: Rep) -> float | None:
    """Share of the hip extension that is left when the wrists pass the navel on the way up."""
    way = [p for p in _rise(steps, rep) if p.limbs.wrist_up is not None]
    if len(way) < 3:
        return None
    times = np.array([p.t for p in way])
    depths = np.array([fold_deg(p, baseline) for p in way])
    wrists = np.array([p.limbs.wrist_up for p in way], dtype=np.float64)
    # Behind a bowed trunk the wrists may seem above the navel, too. Only their last rise counts.
    under = np.flatnonzero(wrists[: int(wrists.argmax())] <= 0)
    if not len(under):
        return None
    k = int(under[-1]) + 1
    share = -wrists[k - 1] / (wrists[k] - wrists[k - 1])
    passed = times[k - 1] + share * (times[k] - times[k - 1])
    depth, straight = float(np.interp(passed, times, depths)), float(depths.min())
    return (depth - straight) / max(_snap_depth(times, depths) - straight, 1.0)


def _snap_depth(times: Array, depths: Array) -> float:
    """Depth at which the snap of the hips begins; before the first swing they are deeper."""
    rates = -np.diff(depths) / np.diff(times)
    k = int(rates.argmax())
    while k > 0 and rates[k - 1] > SNAPS * rates.max():
        k -= 1
    return float(depths[k])


def knee_share(steps: Steps, baseline: Baseline, rep: Rep) -> float | None:
    """Knee over hip flexion on the way up of a swing, as changes from baseline: the median."""
    bent = baseline.knee_flexion_deg
    shares = [
        (p.knee_flexion_deg - bent) / fold_deg(p, baseline)
        for p in _rise(steps, rep)
        if fold_deg(p, baseline) > SWUNG_DEG
    ]
    return float(np.median(shares)) if shares else None


def lean_back_deg(steps: Steps, baseline: Baseline, rep: Rep) -> float | None:
    """Lean of the trunk behind standing at the top, degrees: the third largest of the frames.

    The two largest may be jitter.
    """
    leans = sorted(baseline.trunk_deg - p.trunk_deg for p, _ in steps if p.t >= rep.end_s - 0.1)
    return leans[-3] if len(leans) >= 3 else None


def hips_first_deg(steps: Steps, _baseline: Baseline, rep: Rep) -> float | None:
    """Loss of hip flexion beyond the rise of the trunk, degrees, until the trunk begins to rise."""
    up = [p for p, _ in steps if rep.bottom_s <= p.t <= rep.end_s]
    # The way up begins with the last of the deepest postures.
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


def hold_s(steps: Steps, baseline: Baseline, rep: Rep) -> float | None:
    """Length of the hold at the bottom, seconds."""
    held = [p.t for p in _held(steps, baseline, rep)]
    return held[-1] - held[0] if held else None


def sway_cm(steps: Steps, baseline: Baseline, rep: Rep) -> float | None:
    """Standard deviation of the hips against the standing foot during the hold, centimetres."""
    held = _held(steps, baseline, rep)
    if len(held) < 5:
        return None
    way = np.array([p.hip[0] - p.near_ankle[0] for p in held])
    line = np.polyval(np.polyfit(np.arange(len(way)), way, 1), np.arange(len(way)))
    return float((way - line).std() * TRUNK_CM / baseline.trunk_px)


def line_deg(steps: Steps, baseline: Baseline, rep: Rep) -> float | None:
    """Shoulder, hip and the ankle in the air, degrees: the median of the deep part of the rep.

    A foot that touches the floor for a moment does not break the line.
    """
    deep = _deep(steps, baseline, rep)
    lines = [p.limbs.line_deg for p in deep if p.limbs.line_deg is not None]
    return float(np.median(lines)) if lines else None


def touch_downs(steps: Steps, baseline: Baseline, rep: Rep) -> float | None:
    """Number of touches of the free foot on the floor between its lift and standing up."""
    rest = baseline.limbs.lift or 0.0
    lifts = [abs(p.limbs.lift - rest) for p in _deep(steps, baseline, rep) if p.limbs.lift]
    count, is_up, was_up = 0, False, False
    for before, lift in pairwise(lifts):
        if min(before, lift) > LIFTED:
            is_up = was_up = True
        elif is_up and max(before, lift) < DOWN:
            count, is_up = count + 1, False
    return float(count) if was_up else None


def stance(_steps: Steps, baseline: Baseline, _rep: Rep) -> float | None:
    """Distance of the feet over that of the shoulders in standing.

    Bowing towards the camera makes the shoulders seem wider.
    """
    return baseline.limbs.stance


def twist_deg(steps: Steps, baseline: Baseline, rep: Rep) -> float | None:
    """Tilt of the shoulders against the hips since standing, degrees, while the bow is shallow.

    In a deeper bow both lie along the line of sight, and the pose model guesses their tilt. A part
    of that guess stays on the way up, so only the way down counts.
    """
    rest = baseline.limbs.tilt_deg
    tilts = [
        p.limbs.tilt_deg
        for p, _ in steps
        if p.limbs.tilt_deg is not None
        and p.t <= rep.bottom_s
        and SHALLOW_DEG[0] < fold_deg(p, baseline) < SHALLOW_DEG[1]
    ]
    return abs(float(np.median(tilts)) - rest) if tilts and rest is not None else None


def from_counter(name: str) -> RepMetric:
    """A number that the counter took with the rep."""

    def metric(_steps: Steps, _baseline: Baseline, rep: Rep) -> float | None:
        return rep.measures.get(name)

    return metric


def _rise(steps: Steps, rep: Rep) -> list[Posture]:
    """Postures from the way up of a swing to the highest point of the wrists."""
    return [p for p, _ in steps if p.t >= max(rep.bottom_s, rep.end_s - RISE_S)]


def _held(steps: Steps, baseline: Baseline, rep: Rep) -> list[Posture]:
    deep = _deep(steps, baseline, rep)
    deepest = max((fold_deg(p, baseline) for p in deep), default=0.0)
    return [p for p in deep if fold_deg(p, baseline) > deepest - NEAR_BOTTOM_DEG]


def _deep(steps: Steps, baseline: Baseline, rep: Rep) -> list[Posture]:
    postures = [p for p, _ in steps if rep.start_s <= p.t <= rep.end_s]
    deepest = max((fold_deg(p, baseline) for p in postures), default=0.0)
    return [p for p in postures if fold_deg(p, baseline) > DEEP * deepest]


def _depths(steps: Steps, baseline: Baseline) -> tuple[Array, Array]:
    times = np.array([p.t for p, _ in steps])
    return times, np.array([fold_deg(p, baseline) for p, _ in steps])


def _crossing(times: Array, depths: Array, k: int) -> float:
    """Time at which the depth passes `TOP_DEG` between frames k - 1 and k."""
    share = (TOP_DEG - depths[k - 1]) / (depths[k] - depths[k - 1])
    return float(times[k - 1] + share * (times[k] - times[k - 1]))
