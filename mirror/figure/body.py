"""A human body as joint angles: shapes, forward kinematics, arms, centre of mass.

Body axes: x forward, y up, z to the person's right; metres, floor at y = 0, the supporting ankle
at x = 0. Angles in degrees, flexion positive; those of spine and hip are relative to the body's own
relaxed standing. Pairs of joints are arrays of (left, right). Segment lengths after Drillis and
Contini (Winter 2009), masses after de Leva 1996.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import asin, cos, degrees, radians, sin
from typing import Literal

import numpy as np

from mirror.hinge.measure.pose import Array

PELVIS, LUMBAR, THORACIC = 3, 5, 8
"""Nodes of the trunk from below: three of the pelvis, then the upper ends of the segments."""
S1, MID_LUMBAR, T2, C7 = 2, 5, 14, 15  # nodes with a name
SIDES = (-1.0, 1.0)  # sign of z of left and right

# Trunk outline of a man of 1.75 m by node, millimetres from the vertebral line.
_BACK = np.array([104, 108, 95, 81, 72, 67, 66, 68, 70, 73, 76, 77, 75, 70, 62, 48])
_FRONT = np.array([92, 104, 122, 124, 122, 120, 122, 126, 130, 134, 136, 132, 120, 102, 78, 56])
_WIDE = np.array([172, 172, 162, 150, 142, 140, 142, 147, 153, 160, 167, 173, 177, 170, 140, 80])
_BELLY = np.array([0.2, 0.6, 0.9, 1, 1, 0.9, 0.75, 0.6, 0.4, 0.25, 0.1, 0, 0, 0, 0, 0])
_ERECTOR = np.array([0, 0, 0.6, 1, 1, 1, 1, 1, 1, 0.9, 0.8, 0.6, 0.5, 0.3, 0.1, 0])
_BUST = np.array([0, 0, 0, 0, 0, 0, 0, 0.1, 0.4, 0.9, 1, 0.7, 0.25, 0, 0, 0])
_LUMBAR_SHARE = np.array([0.2, 0.22, 0.22, 0.2, 0.16])
_THORACIC_SHARE = np.array([0.19, 0.18, 0.16, 0.14, 0.12, 0.1, 0.07, 0.04])


@dataclass(frozen=True)
class Body:
    """One body shape. Lengths in metres, angles in degrees, `girth` and `leg` relative to 1."""

    name: str
    height_m: float = 1.75
    leg: float = 1.0
    shoulder_m: float = 0.176  # half the distance of the shoulder joints at 1.75 m
    hip_m: float = 0.088  # half the distance of the hip joints at 1.75 m
    girth: float = 1.0
    hips: float = 1.0
    belly_m: float = 0.0
    erector_m: float = 0.0
    bust_m: float = 0.0
    lordosis_deg: float = 28.0
    kyphosis_deg: float = 34.0
    neutral_lumbar_deg: float = 4.0  # lumbar flexion that a neutral hinge of 90 deg has by itself
    long_hair: bool = False

    @property
    def scale(self) -> float:
        """Height relative to 1.75 m."""
        return self.height_m / 1.75

    def neutral_lumbar(self, pelvis_flexion_deg: float) -> float:
        """Lumbar flexion (deg) of a good hinge at this pelvis flexion; grows smoothly."""
        return self.neutral_lumbar_deg * float(max(0.0, pelvis_flexion_deg / 90.0) ** 1.5)

    def profile(self) -> tuple[Array, Array, Array]:
        """Dorsal, ventral and lateral distance of the bare skin from each trunk node, metres."""
        dorsal = 0.001 * _BACK * (0.35 + 0.65 * self.girth) + self.erector_m * _ERECTOR
        dorsal[:2] *= self.hips
        ventral = 0.001 * _FRONT * self.girth + self.belly_m * _BELLY + self.bust_m * _BUST
        lateral = 0.001 * _WIDE * (0.3 + 0.7 * self.girth) + 0.5 * self.belly_m * _BELLY
        lateral[:3] *= self.hips
        lateral[10:15] *= self.shoulder_m / 0.176
        return dorsal * self.scale, ventral * self.scale, lateral * self.scale


BODIES: tuple[Body, ...] = (
    Body("average"),
    Body("tall-slim", 1.90, 1.02, 0.176, 0.085, 0.9, lordosis_deg=32, neutral_lumbar_deg=2),
    Body("short-heavy", 1.66, 0.98, 0.172, 0.094, 1.18, 1.05, 0.035, neutral_lumbar_deg=6),
    Body("sturdy", 1.80, 0.98, 0.196, 0.090, 1.1, 1.0, 0.0, 0.012, 0, 24, 36, 5),
    Body("woman", 1.66, 1.02, 0.154, 0.094, 0.9, 1.08, 0, 0, 0.025, 34, 32, 3, long_hair=True),
    Body("woman-slim", 1.72, 1.03, 0.152, 0.088, 0.83, 1.06, 0, 0, 0.018, 30, 30, 1, True),
    Body("belly", 1.77, 1.0, 0.180, 0.090, 1.1, 1.0, 0.08, 0.0, 0.0, 31, 38, 7),
    Body("woman-short", 1.57, 0.99, 0.152, 0.097, 1.02, 1.1, 0.02, 0, 0.03, 33, 37, 8, True),
)


@dataclass(frozen=True)
class Side:
    """Joint angles of one side, degrees. Arm angles count only where `Angles.arms` is None."""

    hip_flexion: float = 0.0
    hip_abduction: float = 0.0
    knee: float = 0.0
    shoulder_flexion: float = 0.0
    shoulder_abduction: float = 8.0
    elbow: float = 10.0
    forearm: float = 0.0


@dataclass(frozen=True)
class Angles:
    """A whole posture. The pelvis tilt and the planted ankle follow from hip, knee and balance."""

    left: Side = Side()
    right: Side = Side()
    lumbar: float = 0.0
    thoracic: float = 0.0
    neck: float = 0.0
    twist: float = 0.0  # thorax turned to the left against the pelvis
    side_bend: float = 0.0  # thorax bent to the left against the pelvis
    pelvis_drop: float = 0.0  # the left hip lower than the right
    knees_out: float = 0.0  # both knees turned outwards about the lines from hip to ankle
    stance_m: float = 0.24
    turnout: float = 8.0
    support: Literal["both", "left", "right"] = "both"
    shift: float = 0.0  # pelvis between the feet 0 .. over the only supporting foot 1
    touch: float = 0.0  # free foot where its angles put it 0 .. down on the floor 1
    com_fraction: float = 0.42  # where the centre of mass stands over the foot: heel 0 .. toe 1
    shank: float | None = None  # shank inclination of the supporting leg; None lets balance decide
    arms: Callable[[Skeleton, int], Reach] | None = None
    """Where the hands go, from a body without arms and a side (0 left, 1 right); None takes the
    arm angles of the sides."""
    heading: float = 0.0  # the whole body turned to the left, about its supporting foot
    place: tuple[float, float] = (0.0, 0.0)  # x and z (m) of the body in the room
    weight: tuple[float, float, float] | None = None  # where the weight lies; None: in the hands


@dataclass(frozen=True, eq=False)
class Skeleton:
    """A posed body. Points in body axes, metres; frames have rows forward, up, right."""

    body: Body
    spine: Array  # (16, 3) the vertebral line: see the names of nodes above
    frames: Array  # (16, 3, 3)
    neck: Array  # (4, 3) from C7 to the base of the skull
    head: Array
    head_frame: Array
    hip: Array
    knee: Array
    ankle: Array
    feet: Array  # (2, 3, 3) frames of the feet
    shoulder: Array
    elbow: Array
    wrist: Array
    hand: Array  # (2, 3) unit vectors from wrist to fingers
    shank_deg: float
    thigh_deg: float
    pelvis_deg: float
    """Tilt of the pelvis from the vertical, forward positive; 0 in upright standing."""
    weight: Array | None = None  # where the weight lies, if not in the hands

    @property
    def hip_centre(self) -> Array:
        """Middle of the hip joints."""
        return _mid(self.hip)

    @property
    def foot_span(self) -> tuple[float, float]:
        """X of heel and toe of the planted feet."""
        s = self.body.scale
        return -0.062 * s, 0.200 * s

    def skin(self) -> tuple[Array, Array]:
        """(16, 3) the bare back and front of the trunk in the middle plane."""
        dorsal, ventral, _ = self.body.profile()
        forward = self.frames[:, 0]
        return self.spine - forward * dorsal[:, None], self.spine + forward * ventral[:, None]

    def com(self) -> Array:
        """Centre of mass by the segment table of the measures (sums to 1)."""
        toes = self.ankle + 0.1 * self.body.scale * self.feet[:, 0]
        com: Array = (
            0.068 * (0.49 * self.spine[C7] + 0.51 * (self.head + 0.11 * self.head_frame[1]))
            + 0.430 * (0.60 * _mid(self.shoulder) + 0.40 * self.hip_centre)
            + 0.052 * (0.424 * _mid(self.shoulder) + 0.576 * _mid(self.elbow))
            + 0.030 * (0.543 * _mid(self.elbow) + 0.457 * _mid(self.wrist))
            + 0.012 * _mid(self.wrist + 0.07 * self.hand)
            + 0.290 * (0.614 * self.hip_centre + 0.386 * _mid(self.knee))
            + 0.092 * (0.562 * _mid(self.knee) + 0.438 * _mid(self.ankle))
            + 0.026 * _mid(toes)
        )
        return com

    def com_fraction(self) -> float:
        """Where the centre of mass stands over the foot: heel 0 .. toe 1."""
        heel, toe = self.foot_span
        return float((self.com()[0] - heel) / (toe - heel))

    def chord_gap_m(self) -> float:
        """Mid-lumbar skin above the chord from sacrum to T2; negative in a lordotic back."""
        back = self.skin()[0]
        chord = back[T2] - back[S1]
        chord /= np.linalg.norm(chord)
        offset = back[MID_LUMBAR] - back[S1]
        return float(offset[1] * chord[0] - offset[0] * chord[1])


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
        # A shank beyond 42 degrees needs an ankle that nobody has.
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
    # On one leg the body stands over the foot; the free foot stays in its own lane.
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
    """The knee turned outwards about the line from hip to ankle, which both stay where they are."""
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


@dataclass(frozen=True, eq=False)
class Reach:
    """Where one hand wants to be: the wrist, the way the elbow points, the way fingers point."""

    wrist: Array
    elbow: Array
    hand: Array


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


def _mid(pair: Array) -> Array:
    middle: Array = 0.5 * (pair[0] + pair[1])
    return middle
