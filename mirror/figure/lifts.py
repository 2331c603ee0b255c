"""Hinges as they are done with weights: touch-and-go, from the floor, kettlebell, with a curl.

As in `hinges`, each takes a rep, a time and a body, and returns joint angles. The angles and times
are those of real clips.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mirror.figure.arms import ARMS, curl, take
from mirror.figure.body import Angles, Body, Side
from mirror.figure.hinges import hinge
from mirror.figure.schedule import PlannedRep, ramp

_SOFT_HIP, _SOFT_KNEE = 12.0, 18.0
"""Flexion (deg) that is left at the top of a touch-and-go rep."""
_QUICK = 0.5
"""Power of the share of the way down: below 1 the turn at the top is quicker."""
_BAR, _BELL = (0.17, 0.30), (0.08, 0.33)
"""The wrists when the bar, or the bell, stands on the floor: x and y (m) of a body of 1.75 m."""
_CURL_S = 1.6


def touch_and_go(rep: PlannedRep, t: float, body: Body) -> Angles:
    """Turn at once at the top, with soft knees and hips that are not quite straight."""
    share = rep.at(t)[0] ** _QUICK
    hip = _SOFT_HIP + (rep.hip_deg - _SOFT_HIP) * share
    leg = Side(hip_flexion=hip, knee=_SOFT_KNEE + (rep.knee_deg - _SOFT_KNEE) * share)
    return Angles(leg, leg, body.neutral_lumbar(hip), neck=-0.16 * hip)


def shape_touch_and_go(rep: PlannedRep, draw: np.random.Generator) -> PlannedRep:
    """Knees that bend on from soft ones."""
    return replace(rep, knee_deg=float(draw.uniform(28, 40)))


def from_floor(rep: PlannedRep, t: float, body: Body) -> Angles:
    """Lift a bar from the floor and put it down again."""
    share = rep.at(t)[0]
    return replace(hinge(rep, t, body), arms=take(_BAR, share**2, ARMS["hang"], 0.21))


def shape_from_floor(rep: PlannedRep, draw: np.random.Generator) -> PlannedRep:
    """As deep as the plates are high; a first rep that begins before time 0 grips the bar."""
    hip, knee = float(draw.uniform(118, 126)), float(draw.uniform(70, 80))
    hold = 3.0 if rep.start_s < 0 else float(draw.uniform(0.2, 0.6))
    return replace(rep, hip_deg=hip, knee_deg=knee, hold_s=hold)


def with_bell(rep: PlannedRep, t: float, body: Body) -> Angles:
    """Lift a kettlebell that stands between the feet."""
    share = rep.at(t)[0]
    return replace(hinge(rep, t, body), arms=take(_BELL, share**2, ARMS["hold"]))


def shape_with_bell(rep: PlannedRep, draw: np.random.Generator) -> PlannedRep:
    """More knee than in a bow: 70-82 degrees."""
    hip, knee = float(draw.uniform(104, 113)), float(draw.uniform(70, 82))
    return replace(rep, hip_deg=hip, knee_deg=knee)


def curling(rep: PlannedRep, t: float, body: Body) -> Angles:
    """Bow with two dumbbells, and curl them after the lockout."""
    since = t - (rep.end_s - rep.tail_s)
    up = ramp(since, 0.0, 0.4 * _CURL_S) - ramp(since, 0.6 * _CURL_S, _CURL_S)
    return replace(hinge(rep, t, body), arms=curl(up))


def shape_curling(rep: PlannedRep, draw: np.random.Generator) -> PlannedRep:
    """Time for the curl."""
    del draw
    return replace(rep, tail_s=_CURL_S)
