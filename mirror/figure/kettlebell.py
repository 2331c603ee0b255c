"""The kettlebell swing: the bend to pick the bell up, the hike, the swings, and the parking.

As in `hinges`, each takes a rep (here a whole set), a time and a body, and returns joint angles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import acos, cos, degrees, radians

import numpy as np

from mirror.figure.arms import ARMS, swing, take
from mirror.figure.body import Angles, Body, Side
from mirror.figure.hinges import hinge
from mirror.figure.schedule import PlannedRep, ramp, smoothstep
from mirror.hinge.measure.geometry import Array

_BACK_DEG, _TOP_DEG = -38.0, 82.0
"""Angle of the arms at the back of a swing and at its top; 0 hangs, forward positive."""
_GRASP_S, _HIKE_S, _PARK_S, _LET_S = 0.35, 0.5, 0.6, 0.3
_PICK_HIP, _PICK_KNEE, _PICK_LUMBAR = 116.0, 66.0, 8.0
_SPOT = (0.27, 0.30)
"""The wrists when the bell stands on the floor, x and y (m) of a body of 1.75 m."""


@dataclass(frozen=True)
class Swing:
    """Times (s) within one swing, from back to back, and the share of hip flexion at each."""

    rise_s: float
    float_s: float
    drop_s: float
    top_deg: float
    bow: Callable[[float], float]  # share of a way in time -> share of the way

    def hips(self, u: float, low_deg: float) -> float:
        """Flexion of the pelvis (deg) so long after the turn at the back."""
        span = low_deg - self.top_deg
        up = self.bow(min(1.0, u / self.rise_s))
        down = self.bow(min(1.0, max(0.0, (u - self.rise_s - self.float_s) / self.drop_s)))
        return self.top_deg + span * (1 - up + down)


def _swing(rep: PlannedRep) -> Swing:
    short = rep.size("short-float")
    if short < 1:
        spare = rep.period_s - 0.46 - 0.5 - 0.12
        return Swing(0.46, spare, 0.5, 0.0, smoothstep)
    # Upright (within 15 deg) for only .2 s / size: the hips turn before they are straight.
    share = _cosine(0.1 / short / 0.42)
    top = (15.0 - rep.hip_deg * share) / (1 - share)
    return Swing(0.42, 0.0, 0.42, top, _cosine)


def _cosine(x: float) -> float:
    return 0.5 - 0.5 * cos(radians(180.0 * x))


def _arm_angle(rep: PlannedRep, how: Swing, u: float) -> float:
    """Arms: they pass the navel when the hips are straight but for .3 x size of the way."""
    left = min(0.8, max(0.1, 0.3 * rep.size("arms-first")))
    times = np.linspace(0, how.rise_s, 60)
    reached = [1 - how.bow(x / how.rise_s) for x in times]
    pass_s = float(np.interp(-left, [-v for v in reached], times))
    navel = degrees(acos(0.75 * cos(radians(0.8 * rep.hip_deg * left))))
    top_s = how.rise_s + 0.5 * how.float_s + 0.04
    fall_s = how.rise_s + how.float_s + 0.22 * how.drop_s
    back_s = how.rise_s + how.float_s + how.drop_s
    knots = np.array([0.0, pass_s, top_s, max(fall_s, top_s + 0.06), back_s, rep.period_s + 0.01])
    high = _TOP_DEG if how.float_s else _TOP_DEG - 12.0
    return through(u, knots, np.array([_BACK_DEG, navel, high, 52.0, _BACK_DEG, _BACK_DEG]))


def through(x: float, xs: Array, ys: Array) -> float:
    """A smooth curve through points that never overshoots them (Fritsch and Butland 1984)."""
    step = np.diff(xs)
    secant = np.diff(ys) / step
    slope = np.zeros(len(xs))
    same = secant[1:] * secant[:-1] > 0
    mean = 2 * secant[1:] * secant[:-1] / np.where(same, secant[1:] + secant[:-1], 1.0)
    slope[1:-1] = np.where(same, mean, 0.0)
    i = int(np.clip(np.searchsorted(xs, x, "right") - 1, 0, len(step) - 1))
    h, s = step[i], float(np.clip((x - xs[i]) / step[i], 0.0, 1.0))
    ends = ys[i] * (1 + 2 * s) * (1 - s) ** 2 + ys[i + 1] * s * s * (3 - 2 * s)
    return float(ends + h * (slope[i] * s * (1 - s) ** 2 - slope[i + 1] * s * s * (1 - s)))


def swinging(rep: PlannedRep, t: float, body: Body) -> Angles:
    """Pick up, hike, some swings, park, stand up."""
    if not rep.period_s:
        bell = (_SPOT[0] * body.scale, 0.09, 0.0)
        return replace(hinge(rep, t, body), arms=ARMS["hold"], weight=bell)
    since = t - rep.start_s - rep.first_s
    end = rep.count * rep.period_s
    how, u = _swing(rep), 0.0
    if 0 <= since < end:
        u = since % rep.period_s
        hip = how.hips(u, rep.hip_deg)
        arm = _arm_angle(rep, how, u)
    else:
        hip, arm = rep.hip_deg, _BACK_DEG
    # 1 at the bell on the floor, 0 in the swing; standing before and after.
    low = max(1 - ramp(since, -_HIKE_S, 0.0), ramp(since, end, end + _PARK_S))
    stood = rep.at(t)[0]
    knee = 4.0 + (rep.knee_deg - 4.0) * hip / rep.hip_deg
    hip += low * (_PICK_HIP - hip)
    knee += low * (_PICK_KNEE - knee)
    spare = how.float_s if 0 <= since < end else 0.0
    middle = how.rise_s + 0.5 * spare
    apart = abs(u - middle)
    back = 9.8 * rep.size("lean-back") * (1 - ramp(apart, 0.5 * spare - 0.06, 0.5 * spare + 0.12))
    back = back if spare else 0.0
    leg = Side(hip_flexion=hip * stood - 0.55 * back, knee=4.0 + (knee - 4.0) * stood)
    arms = swing(arm)
    in_hands = -_HIKE_S - 0.6 * _GRASP_S <= since <= end + _PARK_S + 0.6 * _LET_S
    if low:
        arms = take(_SPOT, low, swing(arm if stood == 1 else 12.0))
    if stood < 1:
        arms = take(_SPOT, stood, ARMS["hold"])
    x, y = (0.27 * body.scale, 0.09)
    lumbar = body.neutral_lumbar(hip * stood) + _PICK_LUMBAR * low * stood - 0.55 * back
    neck = -0.16 * hip * stood + 0.4 * -back
    spot = None if in_hands else (x, y, 0.0)
    return Angles(leg, leg, lumbar, 0.0, neck, arms=arms, weight=spot)


def shape_swing(rep: PlannedRep, draw: np.random.Generator) -> PlannedRep:
    """A set of swings between the pick-up bend and the parking bend."""
    if rep.kind != "swing":
        return replace(rep, sizes={})
    short = rep.size("short-float") >= 1
    period = float(draw.uniform(1.3, 1.4) if short else draw.uniform(1.4, 1.9))
    hip, ratio = float(draw.uniform(66, 80)), float(draw.uniform(0.3, 0.42))
    squat = rep.size("squat-swing")
    if squat >= 1:
        ratio, hip = min(1.3, 0.88 * squat), min(hip, 70.0)
    down, up = float(draw.uniform(1.3, 1.7)), float(draw.uniform(1.3, 1.7))
    first = down + _GRASP_S + _HIKE_S
    hold = _GRASP_S + _HIKE_S + rep.count * period + _PARK_S + _LET_S
    return replace(
        rep,
        down_s=down,
        hold_s=hold,
        up_s=up,
        period_s=period,
        first_s=first,
        hip_deg=hip,
        knee_deg=4.0 + ratio * hip,
    )
