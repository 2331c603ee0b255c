"""Postures of every variation of the slow hinge, right and with each of its faults.

Each takes a rep, a time and a body, and returns joint angles. `PlannedRep.size` is the size of a
fault in multiples of its threshold, which stands here beside the angle that it changes.
"""

from __future__ import annotations

from dataclasses import replace
from math import atan, cos, degrees, radians, sin, tan

import numpy as np

from mirror.figure.arms import ARMS, overhead, row
from mirror.figure.body import Angles, Body, Side
from mirror.figure.schedule import PlannedRep, ramp, smoothstep


def hinge(rep: PlannedRep, t: float, body: Body) -> Angles:
    """Bow from the hips; a squat differs in the knees only."""
    share, phase = rep.at(t)
    phi = rep.hip_deg * share
    rounding = rep.rounding(phi)
    leg = Side(hip_flexion=phi, knee=4.0 + (rep.knee_deg - 4.0) * share)
    first = rep.size("hips-rise-first")
    if first and phase == "ascending":
        leg = _legs_lead(rep, t, first)
    lumbar = body.neutral_lumbar(phi) + rep.lumbar_share * rounding
    # The eyes look at the floor some way ahead, so the neck extends a little.
    neck = -0.16 * phi if rep.kind != "squat" else -0.05 * phi
    thoracic = (1 - rep.lumbar_share) * rounding
    angles = Angles(leg, leg, lumbar, thoracic, neck)
    return _flawed(angles, rep, t, share) if rep.sizes else angles


def _legs_lead(rep: PlannedRep, t: float, size: float) -> Side:
    """On the way up the knees are straight before the trunk has risen (15 deg of hip flexion)."""
    u = 1 - (rep.end_s - rep.tail_s - t) / rep.up_s
    ahead = min(1.0, size)
    legs = 1 - (ahead * ramp(u, 0.0, 0.45) + (1 - ahead) * smoothstep(u))
    trunk = 1 - (ahead * ramp(u, 0.3, 1.0) + (1 - ahead) * smoothstep(u))
    bend = rep.knee_deg - 4.0
    # To keep the balance the ankles take half of the angle that the knees lose, the hips half.
    hip = (rep.hip_deg - 0.5 * bend) * trunk + 0.5 * bend * legs
    return Side(hip_flexion=hip, knee=4.0 + bend * legs)


def _flawed(angles: Angles, rep: PlannedRep, t: float, share: float) -> Angles:
    """Balance (.2 of the foot), the head (20 deg) and the lockout (8 deg) of a faulty rep."""
    shift = 0.2 * (rep.size("weight-forward") - rep.size("weight-back"))
    back = 8.0 * rep.size("lean-back") * _bump(t, rep.end_s - rep.tail_s - 0.25, 0.45, rep.tail_s)
    leg = replace(angles.left, hip_flexion=angles.left.hip_flexion - 0.78 * back)
    return replace(
        angles,
        left=leg,
        right=leg,
        com_fraction=angles.com_fraction + shift * ramp(share, 0.0, 0.5),
        neck=angles.neck - 1.3 * 20.0 * rep.size("head-up") * share - 0.4 * back,
        lumbar=angles.lumbar - 0.78 * back,
    )


def _bump(t: float, start: float, rise_s: float, lasts_s: float) -> float:
    """A pulse up to 1 and back to 0; it ends after its rise and `lasts_s`."""
    if lasts_s <= 0:
        return 0.0
    return ramp(t, start, start + rise_s) - ramp(t, start + lasts_s - 0.15, start + lasts_s + 0.25)


def shape_hinge(rep: PlannedRep, draw: np.random.Generator) -> PlannedRep:
    """Room for the faults of a hinge: deeper knees (50 deg), a lockout that lasts."""
    del draw
    if rep.kind not in ("neutral", "rounded"):
        return replace(rep, sizes={})
    knees = rep.size("knees-bent")
    if knees >= 1:
        # Not yet a squat, in which the knees bend more than .85 of the hips.
        knee = min(76.0, 4.0 + 50.0 * knees)
        rep = replace(rep, knee_deg=knee, hip_deg=max(rep.hip_deg, knee / 0.72))
    first = rep.size("hips-rise-first")
    if first >= 1:
        rep = replace(rep, knee_deg=min(50.0, 6.0 + 23.0 * first), hip_deg=max(rep.hip_deg, 85.0))
        rep = replace(rep, up_s=max(rep.up_s, 1.4))
    if rep.size("lean-back"):
        rep = replace(rep, tail_s=1.3)
    return rep


def sumo(rep: PlannedRep, t: float, body: Body) -> Angles:
    """Legs wide, toes and knees out. Ideal: stance 2.1 shoulders, knees as far apart as ankles."""
    shoulders = 2 * body.shoulder_m * body.scale
    share = rep.at(t)[0]
    # Thresholds: 1.5 shoulders; .85 of the distance of the ankles.
    stance = shoulders * (2.1 - 0.6 * rep.size("short-stance"))
    knees = stance * (1.0 - 0.15 * rep.size("knees-in"))
    bend = rep.knee_deg - 4.0
    angles = hinge(replace(rep, sizes={}), t, body)
    reach = body.scale * body.leg * 0.429 * sin(radians(0.5 * (4.0 + bend)))
    straight = 0.5 * (2 * body.hip_m * body.scale + stance)
    # The turn of the bent knees about the lines of the legs that puts them this far apart.
    out = float(np.clip(0.5 * (knees - straight) / max(reach, 1e-6), -0.95, 0.95))
    turn = degrees(np.arcsin(out)) * ramp(share, 0.0, 0.5)
    toes = 22.0 - 4.0 * rep.size("short-stance")
    return replace(angles, stance_m=stance, knees_out=turn, turnout=toes, arms=ARMS["wide"])


def shape_sumo(rep: PlannedRep, draw: np.random.Generator) -> PlannedRep:
    """Knees bend enough that they can go out over the toes."""
    knee = float(draw.uniform(44, 52))
    if rep.kind not in ("neutral", "rounded"):
        return rep
    # Bent knees take some of the flexion of the hips; the trunk must bow all the same.
    return replace(rep, knee_deg=knee, hip_deg=rep.hip_deg + 16.0)


def one_hand(rep: PlannedRep, t: float, body: Body) -> Angles:
    """The weight in one hand; the thorax must not follow it (7 deg of tilt)."""
    angles = hinge(replace(rep, sizes={}), t, body)
    sign = 1.0 if rep.side == "left" else -1.0
    share = rep.at(t)[0]
    tilt = 7.0 * rep.size("twist") * ramp(share, 0.0, 0.6)
    # A turn of the thorax about a bent trunk shows in front as a tilt of the shoulders.
    bent = max(0.35, sin(radians(0.75 * angles.left.hip_flexion)))
    turn = degrees(atan(tan(radians(0.62 * tilt)) / bent))
    aside = 0.2 * tilt / max(0.5, cos(radians(0.75 * angles.left.hip_flexion)))
    return replace(angles, twist=-sign * turn, side_bend=sign * aside, arms=ARMS["hang"])


def rowing(rep: PlannedRep, t: float, body: Body) -> Angles:
    """One held hinge; the elbows bend from 165 to 75 degrees in each row."""
    angles = hinge(replace(rep, sizes={}), t, body)
    since = t - rep.start_s - rep.first_s
    n, u = divmod(since / rep.period_s, 1.0) if rep.period_s else (0.0, 0.0)
    pull = ramp(u, 0.05, 0.42) - ramp(u, 0.52, 0.95) if 0 <= n < rep.count else 0.0
    # A heave (10 deg): the trunk comes up with each pull, and never quite down again.
    within = ramp(since, 0.0, 0.3 * rep.period_s) if rep.period_s else 0.0
    within *= 1 - ramp(since, rep.count * rep.period_s, (rep.count + 0.6) * (rep.period_s or 1.0))
    heave = 12.5 * rep.size("torso-drift") * (0.45 * within + 0.55 * pull)
    leg = replace(angles.left, hip_flexion=angles.left.hip_flexion - heave)
    return replace(angles, left=leg, right=leg, arms=row(165.0 - 90.0 * pull))


def shape_row(rep: PlannedRep, draw: np.random.Generator) -> PlannedRep:
    """A set: down, some rows within the hold, and up."""
    if rep.kind != "row":
        return replace(rep, sizes={})
    period, settle = float(draw.uniform(1.5, 2.4)), float(draw.uniform(0.6, 1.0))
    down, hip = float(draw.uniform(1.2, 1.8)), float(draw.uniform(68, 88))
    hold = settle + rep.count * period + 0.9
    return replace(
        rep,
        down_s=down,
        hold_s=hold,
        up_s=float(draw.uniform(1.2, 1.8)),
        hip_deg=hip,
        knee_deg=0.32 * hip,
        period_s=period,
        first_s=down + settle,
    )


def arms_overhead(rep: PlannedRep, t: float, body: Body) -> Angles:
    """Arms in line with the trunk all the way: 175 degrees, a loss of 15 is the fault."""
    angles = hinge(replace(rep, sizes={}), t, body)
    loss = 15.0 * rep.size("arms-drop") * rep.at(t)[0]
    return replace(angles, neck=angles.neck + 6.0, arms=overhead(175.0 - loss))


_LIFT_S = 0.7
"""The weight moves over one foot before the bow, and back after it."""


def single_leg(rep: PlannedRep, t: float, body: Body) -> Angles:
    """Warrior 3: trunk and free leg are one line that tips over the standing hip."""
    share = rep.at(t + 0.0)[0]
    low, high = rep.start_s, rep.end_s - rep.tail_s
    knee = 4.0 + (rep.knee_deg - 4.0) * share
    stance = Side(hip_flexion=rep.hip_deg * share, knee=knee)
    # The pelvis tips by the flexion less the lean of the thigh; in line the free hip is straight.
    size = rep.size("line-broken")
    broken = (19.0 * size + 4.5 * min(1.0, size)) * ramp(share, 0.2, 0.9)
    line = Side(hip_flexion=2.0 + broken + body.neutral_lumbar(rep.hip_deg) * -0.4, knee=6.0)
    gone = ramp(share, 0.0, 0.12)
    free = Side(
        hip_flexion=stance.hip_flexion + gone * (line.hip_flexion - stance.hip_flexion),
        knee=stance.knee + gone * (line.knee - stance.knee) + 64.0 * gone * (1 - gone),
    )
    touch = 0.0
    if rep.size("touch-down") >= 1:
        middle = rep.bottom_s + 0.5 * rep.hold_s + 0.15 * rep.up_s
        touch = ramp(t, middle - 0.5, middle - 0.15) - ramp(t, middle + 0.15, middle + 0.5)
    sign = 1.0 if rep.side == "left" else -1.0
    drop = -sign * 12.0 * rep.size("pelvis-drop") * ramp(share, 0.2, 0.8)
    shift = ramp(t, low - 0.0, low + _LIFT_S) - ramp(t, high - _LIFT_S, high)
    legs = (stance, free) if rep.side == "left" else (free, stance)
    lumbar = body.neutral_lumbar(stance.hip_flexion)
    neck = -0.16 * stance.hip_flexion
    balance = Angles(*legs, lumbar, 0.0, neck, arms=ARMS["hang"], support=rep.side)
    return replace(balance, shift=shift, touch=touch, pelvis_drop=drop)


def shape_single_leg(rep: PlannedRep, draw: np.random.Generator) -> PlannedRep:
    """Slower, less deep, with a hold."""
    if rep.kind == "partial":
        return replace(rep, sizes={})
    hip = float(draw.uniform(70, 88))
    return replace(
        rep,
        down_s=max(1.8, rep.down_s),
        hold_s=0.8 + rep.hold_s,
        up_s=max(1.8, rep.up_s),
        hip_deg=hip,
        knee_deg=float(draw.uniform(12, 20)),
    )
