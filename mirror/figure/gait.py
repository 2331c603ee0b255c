"""Movements other than a hinge: walking out and in, turning, sitting, picking up.

Each takes a rep, a time and a body, and returns joint angles; its row in `NEGATIVES` also gives its
duration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from math import cos, pi, radians, sin
from typing import Literal

import numpy as np

from mirror.figure.arms import ARMS, take, walk
from mirror.figure.body import Angles, Body, Side
from mirror.figure.kinematics import pose
from mirror.figure.schedule import Kind, PlannedRep, ramp, smoothstep

STEP_S, AWAY_S = 0.56, 1.6
_STOOP_S, _CARRY_S, _OFF_S = 1.3, 7.4, 3.0
"""Seconds down to an object on the floor; from the first stoop to the second; of steps after it."""
_STEPS = (15.0, 18.0, 18.0, 18.0, 18.0, 18.0)
"""Angle (deg) of the leading leg at the end of each step that begins with the feet together."""


@lru_cache(maxsize=32)
def _rest(body: Body) -> float:
    """Inclination of the shanks in standing."""
    leg = Side(knee=4.0)
    return pose(body, Angles(leg, leg)).shank_deg


def step_m(body: Body, angle_deg: float) -> float:
    """Length (m) of a step that ends with the leading leg at this angle."""
    return 2 * body.scale * body.leg * 0.858 * sin(radians(angle_deg))


def stride(body: Body, t: float, ends: tuple[float, ...], left: bool) -> tuple[Angles, float]:
    """Posture in a walk of such steps, and the way (m) of the standing foot so far."""
    n = min(int(t / STEP_S), len(ends) - 1)
    u = min(1.0, t / STEP_S - n)
    behind, ahead = (ends[n - 1] if n else 0.0), ends[n]
    x = sum(step_m(body, a) for a in ends[:n])
    # The standing leg turns over its foot; the free one comes from behind to the front.
    lean = -behind + (behind + ahead) * u
    free = behind - (behind + ahead) * smoothstep(u)
    knee = 4.0 + 6.0 * sin(pi * u)
    lift = 46.0 * sin(pi * u) ** 2 * min(1.0, (behind + ahead) / 30.0)
    rest = 0.5 * knee
    stance = Side(hip_flexion=3.0 + knee - (lean + rest), knee=knee)
    swing = Side(hip_flexion=3.0 - free + 0.5 * (knee + lift) + 0.1 * lift, knee=knee + lift)
    on_left = left == (n % 2 == 0)
    legs = (stance, swing) if on_left else (swing, stance)
    support: Literal["left", "right"] = "left" if on_left else "right"
    arms = walk(1.1 * (lean if on_left else -lean))
    angles = Angles(*legs, support=support, shift=0.5 * sin(pi * u), shank=lean + rest, arms=arms)
    return angles, x


def walking(rep: PlannedRep, t: float, body: Body) -> Angles:
    """Walk forward out of the frame; later walk in from behind, back to the same place."""
    since = t - rep.start_s
    out_s = len(_STEPS) * STEP_S
    ends = (*_STEPS[::-1], 0.0)[1:]
    if since <= out_s:
        angles, x = stride(body, max(0.0, since), _STEPS, left=True)
    elif since < out_s + AWAY_S:
        angles, x = stride(body, out_s, _STEPS, left=True)
        x += 4.0
    else:
        # Coming in is going out backwards in time, mirrored: the last step closes the feet.
        back = min(since - out_s - AWAY_S, out_s)
        angles, x = stride(body, back, ends, left=False)
        x -= sum(step_m(body, a) for a in ends)
    blend = min(ramp(since, 0.0, 0.3), 1 - ramp(since, _walk_s() - 0.3, _walk_s()))
    shank = angles.shank or 0.0
    shank = _rest(body) + blend * (shank - _rest(body))
    way = radians(rep.heading_deg)
    place = (x * cos(way), -x * sin(way))
    return replace(angles, place=place, heading=blend * rep.heading_deg, shank=shank)


def _walk_s() -> float:
    return 2 * len(_STEPS) * STEP_S + AWAY_S


def turning(rep: PlannedRep, t: float, body: Body) -> Angles:
    """Turn on the spot by small steps, and later turn back."""
    since, total = t - rep.start_s, rep.end_s - rep.start_s
    there = ramp(since, 0.0, 0.35 * total) - ramp(since, 0.65 * total, total)
    stepping = abs(2 * there - 1) < 0.98 and 0 < since < total
    lift = 16.0 * sin(2 * pi * 4 * there) if stepping else 0.0
    still = Side(knee=4.0)
    left = Side(hip_flexion=0.6 * max(0.0, lift), knee=4.0 + 1.2 * max(0.0, lift))
    right = Side(hip_flexion=0.6 * max(0.0, -lift), knee=4.0 + 1.2 * max(0.0, -lift))
    support: Literal["left", "right"] = "right" if lift > 0 else "left"
    legs = (left, still) if lift > 0 else (still, right)
    return Angles(*legs, support=support, heading=rep.heading_deg * there)


def sitting(rep: PlannedRep, t: float, body: Body) -> Angles:
    """Sit down on a low stool, sit upright for a while, and stand up."""
    share = rep.at(t)[0]
    lean = 38.0 * sin(pi * share) ** 2 + 4.0 * share
    shank = _rest(body) + (4.0 - _rest(body)) * share + 14.0 * sin(pi * share)
    knee = 4.0 + 98.0 * share
    leg = Side(hip_flexion=lean + knee - shank - (4.0 - _rest(body)) * (1 - share), knee=knee)
    return Angles(leg, leg, lumbar=14.0 * share, shank=shank, arms=ARMS["hang"])


def picking_up(rep: PlannedRep, t: float, body: Body) -> Angles:
    """Pick an object up from the floor with a round back, step about with it, put it down."""
    since = t - rep.start_s
    stoops = [
        ramp(since, start, start + _STOOP_S)
        - ramp(since, start + 1.4 * _STOOP_S, start + 2.4 * _STOOP_S)
        for start in (0.0, _CARRY_S)
    ]
    share = max(stoops)
    held = 1.2 * _STOOP_S < since < _CARRY_S + 1.2 * _STOOP_S
    carried = ramp(since, 1.9 * _STOOP_S, 2.5 * _STOOP_S) - ramp(
        since, _CARRY_S - 0.1, _CARRY_S + 0.5 * _STOOP_S
    )
    steps = carried >= 1.0 or _CARRY_S + 2.4 * _STOOP_S < since < rep.end_s - rep.start_s - 0.1
    lift = 60.0 * sin(pi * since / STEP_S) if steps else 0.0
    left, right = (
        Side(hip_flexion=100.0 * share + 0.6 * up, knee=4.0 + 56.0 * share + 1.2 * up)
        for up in (max(0.0, lift), max(0.0, -lift))
    )
    support: Literal["left", "right"] = "right" if lift > 0 else "left"
    arms = take((0.30, 0.26), share, take((0.24, 1.22), carried, ARMS["hang"]))
    back = 22.0 * share
    spot = None if held else (0.30 * body.scale, 0.14 * body.scale, 0.0)
    return Angles(
        left,
        right,
        support=support,
        lumbar=back,
        thoracic=0.6 * back,
        neck=10 * share,
        arms=arms,
        weight=spot,
    )


@dataclass(frozen=True)
class Negative:
    """A movement other than a hinge, and its durations (s): down, hold and up."""

    angles: Callable[[PlannedRep, float, Body], Angles]
    lasts_s: tuple[float, float, float]
    heading_deg: tuple[float, float] = (0.0, 0.0)

    def shape(self, rep: PlannedRep, draw: np.random.Generator) -> PlannedRep:
        """The drawn rep with the times of this movement; it counts nothing."""
        down, hold, up = self.lasts_s
        heading = float(draw.uniform(*self.heading_deg)) * float(draw.choice([-1.0, 1.0]))
        times = replace(rep, down_s=down, hold_s=hold, up_s=up, count=0)
        return replace(times, heading_deg=heading, early=0.0, late=0.0)


NEGATIVES: Mapping[Kind, Negative] = {
    "walk": Negative(walking, (len(_STEPS) * STEP_S, AWAY_S, len(_STEPS) * STEP_S)),
    "turn": Negative(turning, (1.6, 1.4, 1.6), (90.0, 180.0)),
    "sit": Negative(sitting, (1.6, 3.2, 1.5)),
    "pick-up": Negative(picking_up, (_STOOP_S, _CARRY_S + 0.4 * _STOOP_S + _OFF_S, _STOOP_S)),
}
"""The movement of each kind of event, the same in every variation."""
