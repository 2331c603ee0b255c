"""Forward kinematics: a body and its joint angles -> a posed skeleton that keeps its balance.

Axes, angles and units as in `body`. Segment lengths after Drillis and Contini (Winter 2009).
"""

from __future__ import annotations

from dataclasses import replace
from math import asin, cos, degrees, radians, sin

import numpy as np

from mirror.figure.body import C7, LUMBAR, PELVIS, SIDES, T2, THORACIC, Angles, Body, Side, Skeleton
from mirror.hinge.measure.geometry import Array

_LUMBAR_SHARE = np.array([0.2, 0.22, 0.22, 0.2, 0.16])
_THORACIC_SHARE = np.array([0.19, 0.18, 0.16, 0.14, 0.12, 0.1, 0.07, 0.04])


def pose(body: Body, angles: Angles) -> Skeleton:
    """Solve the posture; without a given shank the body balances over the foot by itself."""
    if angles.shank is not None:
        return _build(body, angles, angles.shank)
    shank = 3.0 + 0.1 * max(angles.left.knee, angles.right.knee)
    for _ in range(4):
        skeleton = _build(body, angles, shank)
        heel, toe = skeleton.foot_span
        com = skeleton.com()
        error = heel + angles.com_fraction * (toe - heel) - com[0]
        step = degrees(error / com[1])
        if abs(step) < 0.02:
            break
        # No ankle bends so far that the shank leans more than 42 degrees.
        shank = min(42.0, max(-15.0, shank + step))
    return skeleton


def moved(k: Skeleton, angles: Angles) -> Skeleton:
    """The skeleton where `heading` and `place` put it in the room, and its weight with it."""
    if angles.weight is not None:
        k = replace(k, weight=np.array(angles.weight))
    if not angles.heading and angles.place == (0.0, 0.0):
        return k
    turn = frame(0.0, angles.heading)
    shift = np.array([angles.place[0], 0.0, angles.place[1]])
    points = ("spine", "neck", "head", "hip", "knee", "ankle", "shoulder", "elbow", "wrist")
    change = {name: getattr(k, name) @ turn + shift for name in points}
    change |= {name: getattr(k, name) @ turn for name in ("frames", "head_frame", "feet", "hand")}
    return replace(k, **change)


def frame(inclination_deg: float, twist_deg: float = 0.0) -> Array:
    """Rows forward, up, right of a segment leaning forward and turned left about itself."""
    a, b = radians(inclination_deg), radians(twist_deg)
    forward, up = np.array([cos(a), -sin(a), 0.0]), np.array([sin(a), cos(a), 0.0])
    right = np.array([0.0, 0.0, 1.0])
    if twist_deg:
        forward, right = forward * cos(b) - right * sin(b), forward * sin(b) + right * cos(b)
    return np.stack([forward, up, right])


def _build(body: Body, angles: Angles, shank_deg: float) -> Skeleton:
    s = body.scale
    shank_m, thigh_m, hip_z = 0.428 * s * body.leg, 0.430 * s * body.leg, body.hip_m * s
    support = angles.left if angles.support == "left" else angles.right
    thigh_deg = support.knee - shank_deg
    pelvis_deg = support.hip_flexion - thigh_deg
    drop = radians(angles.pelvis_drop)
    across = hip_z * np.array([0.0, sin(drop), cos(drop)])
    foot_z = angles.stance_m / 2
    stance = {"both": None, "left": 0, "right": 1}[angles.support]
    # On one leg the body stands over the foot; the free foot stays in its lane.
    aside = 0.0 if stance is None else SIDES[stance] * angles.shift * (foot_z - 0.3 * hip_z)
    outs = [
        asin(min(0.9, (foot_z - sign * aside - across[2]) / (shank_m + thigh_m))) for sign in SIDES
    ]
    spread = outs[stance or 0]
    down = np.array([0.0, 0.085 * s, 0.0])
    centre = down + cos(spread) * (shank_m * _up(shank_deg) + thigh_m * _up(-thigh_deg))
    centre[2] = aside
    if stance is not None:
        centre[1] -= SIDES[stance] * across[1]
    hip, knee, ankle, feet = np.empty((2, 3)), np.empty((2, 3)), np.empty((2, 3)), []
    for i, (sign, side) in enumerate(zip(SIDES, (angles.left, angles.right), strict=True)):
        planted = stance in (None, i)
        hip[i] = centre + sign * across
        out = -sign * (outs[i] + (0.0 if planted else radians(side.hip_abduction)))
        thigh = side.hip_flexion - pelvis_deg
        knee[i] = hip[i] - thigh_m * _up(-thigh, out)
        ankle[i] = knee[i] - shank_m * _up(side.knee - thigh, out)
        pitch = 0.0 if planted else (side.knee - thigh - shank_deg) * (1 - angles.touch)
        if angles.knees_out:
            knee[i] = _turned_out(hip[i], knee[i], ankle[i], sign, angles.knees_out)
        if angles.touch and not planted:
            floor = np.array([hip[i, 0] - 0.12 * s, down[1], sign * foot_z])
            goal = ankle[i] + angles.touch * (floor - ankle[i])
            knee[i], ankle[i] = bend(hip[i], goal, np.array([1.0, 0.0, 0.0]), thigh_m, shank_m)
        feet.append(frame(pitch, -sign * angles.turnout))
    if angles.knees_out:  # seen from the side, the legs are shorter and steeper
        shank_deg = degrees(np.arctan2(*(knee - ankle)[0, :2]))
        thigh_deg = degrees(np.arctan2(knee[0, 0] - hip[0, 0], hip[0, 1] - knee[0, 1]))

    spine, frames = _spine(body, angles, centre, pelvis_deg)
    neck, head, head_frame = _head(body, angles, spine[C7], frames[C7])
    reach = body.shoulder_m * s * np.array(SIDES)[:, None] * frames[T2, 2]
    shoulder = spine[T2] + 0.012 * s * frames[T2, 0] + reach
    skeleton = Skeleton(
        *(body, spine, frames, neck, head, head_frame, hip, knee, ankle, np.stack(feet)),
        *(shoulder, shoulder, shoulder, shoulder),
        *(shank_deg, thigh_deg, pelvis_deg),
    )
    return _with_arms(skeleton, angles)


def _turned_out(hip: Array, knee: Array, ankle: Array, sign: float, degrees_out: float) -> Array:
    """The knee, turned outwards about the line from hip to ankle; hip and ankle stay in place."""
    axis = (ankle - hip) / np.linalg.norm(ankle - hip)
    root = hip + axis * float((knee - hip) @ axis)
    out = sign * np.cross(axis, knee - root)
    turned: Array = (
        root + cos(radians(degrees_out)) * (knee - root) + sin(radians(degrees_out)) * out
    )
    return turned


def _spine(body: Body, angles: Angles, centre: Array, pelvis_deg: float) -> tuple[Array, Array]:
    """Nodes of the trunk and their frames: standing curve plus flexion, segment by segment."""
    s, lordosis = body.scale, body.lordosis_deg
    lumbar = np.linspace(0.46, -0.54, LUMBAR) * lordosis
    thoracic = np.linspace(-0.54 * lordosis, body.kyphosis_deg - 0.54 * lordosis, THORACIC + 1)[1:]
    standing = np.concatenate([lumbar, thoracic])
    flexion = np.cumsum(
        np.concatenate([_LUMBAR_SHARE * angles.lumbar, _THORACIC_SHARE * angles.thoracic])
    )
    lean = np.radians(pelvis_deg + standing + flexion)
    length = np.repeat([0.186 / LUMBAR, 0.272 / THORACIC], [LUMBAR, THORACIC]) * s / body.leg
    steps = np.stack([np.sin(lean), np.cos(lean), np.zeros_like(lean)], 1) * length[:, None]
    bends = np.radians(angles.side_bend) * np.clip((np.arange(16) - 5) / 8.0, 0.0, 1.0)
    if angles.side_bend:
        steps *= np.cos(bends[PELVIS:, None])
        steps[:, 2] = -length * np.sin(bends[PELVIS:])
    pelvis = frame(pelvis_deg)
    base = centre + s * np.array([[0.0, 0.0], [-0.012, 0.052], [-0.022, 0.104]]) @ pelvis[:2]
    spine = np.concatenate([base, base[2] + np.cumsum(steps, 0)])
    # The skin at a node stands across the mean of the two segments that meet there.
    own = np.concatenate([[pelvis_deg] * PELVIS, np.degrees(lean)])
    across = own.copy()
    across[2:-1] = 0.5 * (own[2:-1] + own[3:])
    twists = angles.twist * np.clip((np.arange(len(own)) - 5) / 8.0, 0.0, 1.0)
    frames = np.stack([frame(a, t) for a, t in zip(across, twists, strict=True)])
    if angles.side_bend:
        up, right = frames[:, 1].copy(), frames[:, 2].copy()
        cosine, sine = np.cos(bends)[:, None], np.sin(bends)[:, None]
        frames[:, 1], frames[:, 2] = cosine * up - sine * right, cosine * right + sine * up
    return spine, frames


def _head(body: Body, angles: Angles, base: Array, chest: Array) -> tuple[Array, Array, Array]:
    """Neck nodes, centre between the ears, and the frame of the head."""
    s = body.scale
    lean = degrees(np.arctan2(-chest[0, 1], chest[1, 1]))
    rest = body.kyphosis_deg - 0.54 * body.lordosis_deg
    turn = lean - rest
    neck = [base]
    for k, tilt in enumerate((26.0, 17.0, 9.0)):
        step = frame(turn + tilt + angles.neck * (k + 1) / 3)[1]
        neck.append(neck[-1] + 0.031 * s * step)
    head = frame(turn + angles.neck)
    return np.stack(neck), neck[-1] + s * (0.012 * head[0] + 0.052 * head[1]), head


def _with_arms(k: Skeleton, angles: Angles) -> Skeleton:
    upper, lower = 0.290 * k.body.scale, 0.250 * k.body.scale
    elbow, wrist, hand = np.empty((2, 3)), np.empty((2, 3)), np.empty((2, 3))
    for i, side in enumerate((angles.left, angles.right)):
        if angles.arms is None:
            directions = _free_arm(k.frames[T2], side, SIDES[i])
            elbow[i] = k.shoulder[i] + upper * directions[0]
            wrist[i], hand[i] = elbow[i] + lower * directions[1], directions[1]
        else:
            reach = angles.arms(k, i)
            elbow[i], wrist[i] = bend(k.shoulder[i], reach.wrist, reach.elbow, upper, lower)
            hand[i] = reach.hand / np.linalg.norm(reach.hand)
    return replace(k, elbow=elbow, wrist=wrist, hand=hand)


def _free_arm(chest: Array, side: Side, sign: float) -> tuple[Array, Array]:
    """Directions of upper arm and forearm from the angles of the shoulder and the elbow."""
    forward, up, right = chest
    f, a, e = (radians(x) for x in (side.shoulder_flexion, side.shoulder_abduction, side.elbow))
    arm = cos(a) * (sin(f) * forward - cos(f) * up) + sin(a) * sign * right
    ahead = cos(f) * forward + sin(f) * up
    turn = radians(side.forearm)
    ahead = cos(turn) * ahead - sin(turn) * sign * right
    return arm, cos(e) * arm + sin(e) * ahead


def bend(
    root: Array, target: Array, pole: Array, upper: float, lower: float
) -> tuple[Array, Array]:
    """Elbow and wrist (m) of a two-bone arm that reaches for the target, elbow towards `pole`."""
    way = target - root
    distance = float(np.linalg.norm(way))
    way = way / max(distance, 1e-6)
    distance = min(max(distance, abs(upper - lower) + 0.02), 0.995 * (upper + lower))
    along = (distance**2 + upper**2 - lower**2) / (2 * distance)
    side = pole - way * float(pole @ way)
    side = side / max(float(np.linalg.norm(side)), 1e-6)
    elbow = root + along * way + side * max(0.0, upper**2 - along**2) ** 0.5
    return elbow, root + distance * way


def _up(inclination_deg: float, out: float = 0.0) -> Array:
    """Unit vector upwards, inclined forward by degrees and to the right by radians."""
    a = radians(inclination_deg)
    return np.array([cos(out) * sin(a), cos(out) * cos(a), sin(out)])
