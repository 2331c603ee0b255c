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

from mirror.hinge.pose import Array

PELVIS, LUMBAR, THORACIC = 3, 5, 8
"""Nodes of the trunk from below: three of the pelvis, then the upper ends of the segments."""
S1, MID_LUMBAR, T2, C7 = 2, 5, 14, 15
"""Nodes with a name."""
SIDES = (-1.0, 1.0)
"""Sign of z of left and right."""

# Trunk outline of a man of 1.75 m by node, metres from the vertebral line: dorsal, ventral, lateral.
_DORSAL = np.array(
    [0.105, 0.108, 0.088, 0.070, 0.064, 0.062, 0.063, 0.066]
    + [0.070, 0.073, 0.076, 0.077, 0.075, 0.070, 0.062, 0.048]
)
_VENTRAL = np.array(
    [0.092, 0.104, 0.122, 0.124, 0.122, 0.120, 0.122, 0.126]
    + [0.130, 0.134, 0.136, 0.132, 0.120, 0.102, 0.078, 0.056]
)
_LATERAL = np.array(
    [0.172, 0.172, 0.162, 0.150, 0.142, 0.140, 0.142, 0.147]
    + [0.153, 0.159, 0.164, 0.167, 0.166, 0.156, 0.128, 0.075]
)
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
    shoulder_m: float = 0.176
    """Half the distance of the shoulder joints at 1.75 m."""
    hip_m: float = 0.088
    """Half the distance of the hip joints at 1.75 m."""
    girth: float = 1.0
    hips: float = 1.0
    belly_m: float = 0.0
    erector_m: float = 0.0
    bust_m: float = 0.0
    lordosis_deg: float = 28.0
    kyphosis_deg: float = 34.0
    neutral_lumbar_deg: float = 4.0
    """Lumbar flexion that a neutral hinge of 90 deg has by itself."""
    long_hair: bool = False

    @property
    def scale(self) -> float:
        """Height relative to 1.75 m."""
        return self.height_m / 1.75

    def neutral_lumbar(self, pelvis_flexion_deg: float) -> float:
        """Lumbar flexion (deg) of a good hinge at this pelvis flexion; grows smoothly."""
        return self.neutral_lumbar_deg * max(0.0, pelvis_flexion_deg / 90.0) ** 1.5

    def profile(self) -> tuple[Array, Array, Array]:
        """Dorsal, ventral and lateral distance of the bare skin from each trunk node, metres."""
        dorsal = _DORSAL * (0.35 + 0.65 * self.girth) + self.erector_m * _ERECTOR
        dorsal[:2] *= self.hips
        ventral = _VENTRAL * self.girth + self.belly_m * _BELLY + self.bust_m * _BUST
        lateral = _LATERAL * (0.3 + 0.7 * self.girth) + 0.5 * self.belly_m * _BELLY
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
    """Joint angles of one side, degrees. Arm angles count only where the arms are `free`."""

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
    twist: float = 0.0
    """Thorax turned to the left against the pelvis."""
    pelvis_drop: float = 0.0
    """The left hip lower than the right."""
    stance_m: float = 0.24
    turnout: float = 8.0
    support: Literal["both", "left", "right"] = "both"
    com_fraction: float = 0.42
    """Where the centre of mass stands over the foot: heel 0 .. toe 1."""
    shank: float | None = None
    """Shank inclination of the supporting leg; None lets balance decide."""
    arms: str = "hang"
    """A row of `ARMS`, or `free` for the angles of the sides."""


@dataclass(frozen=True, eq=False)
class Skeleton:
    """A posed body. Points in body axes, metres; frames have rows forward, up, right."""

    body: Body
    spine: Array
    """(16, 3) the vertebral line: see the names of nodes above."""
    frames: Array
    """(16, 3, 3)"""
    neck: Array
    """(4, 3) from C7 to the base of the skull."""
    head: Array
    head_frame: Array
    hip: Array
    knee: Array
    ankle: Array
    feet: Array
    """(2, 3, 3) frames of the feet."""
    shoulder: Array
    elbow: Array
    wrist: Array
    hand: Array
    """(2, 3) unit vectors from wrist to fingers."""
    shank_deg: float
    thigh_deg: float
    pelvis_deg: float
    """Tilt of the pelvis from the vertical, forward positive; 0 in upright standing."""

    @property
    def hip_centre(self) -> Array:
        """Middle of the hip joints."""
        return _mid(self.hip)

    @property
    def foot_span(self) -> tuple[float, float]:
        """x of heel and toe of the planted feet."""
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
        return (
            0.068 * (0.49 * self.spine[C7] + 0.51 * (self.head + 0.11 * self.head_frame[1]))
            + 0.430 * (0.60 * _mid(self.shoulder) + 0.40 * self.hip_centre)
            + 0.052 * (0.424 * _mid(self.shoulder) + 0.576 * _mid(self.elbow))
            + 0.030 * (0.543 * _mid(self.elbow) + 0.457 * _mid(self.wrist))
            + 0.012 * _mid(self.wrist + 0.07 * self.hand)
            + 0.290 * (0.614 * self.hip_centre + 0.386 * _mid(self.knee))
            + 0.092 * (0.562 * _mid(self.knee) + 0.438 * _mid(self.ankle))
            + 0.026 * _mid(toes)
        )

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
    ankle_m, shank_m, thigh_m = 0.085 * s, 0.428 * s * body.leg, 0.430 * s * body.leg
    support = angles.left if angles.support == "left" else angles.right
    thigh_deg = support.knee - shank_deg
    pelvis_deg = support.hip_flexion - thigh_deg
    hip_z = body.hip_m * s
    spread = asin(min(0.9, (angles.stance_m / 2 - hip_z) / (shank_m + thigh_m)))

    a, b = radians(thigh_deg), radians(shank_deg)
    centre = cos(spread) * np.array(
        [shank_m * sin(b) - thigh_m * sin(a), shank_m * cos(b) + thigh_m * cos(a), 0.0]
    )
    centre[1] += ankle_m
    drop = radians(angles.pelvis_drop)
    hip, knee, ankle, feet = np.empty((4, 2, 3)), None, None, None
    hips, knees, ankles = np.empty((2, 3)), np.empty((2, 3)), np.empty((2, 3))
    feet = np.empty((2, 3, 3))
    for i, (sign, side) in enumerate(zip(SIDES, (angles.left, angles.right), strict=True)):
        planted = angles.support in ("both", ("left", "right")[i])
        hips[i] = centre + hip_z * np.array([0.0, sign * sin(drop), sign * cos(drop)])
        thigh = side.hip_flexion - pelvis_deg
        out = spread if planted else radians(side.hip_abduction)
        knees[i] = hips[i] - thigh_m * _up(-thigh, -out * sign)
        shank = side.knee - thigh
        ankles[i] = knees[i] - shank_m * _up(shank, -out * sign)
        feet[i] = frame(0.0 if planted else shank, -sign * angles.turnout)
    if angles.support != "both":  # the supporting foot comes under the body
        centre_z = hips[:, 2].mean()
        ankles[:, 2] += 0.0 * centre_z

    spine, frames = _spine(body, angles, centre, pelvis_deg)
    neck, head, head_frame = _head(body, angles, spine[C7], frames[C7])
    chest = frames[T2]
    shoulders = np.stack(
        [spine[T2] + s * (0.012 * chest[0] - 0.002 * chest[1]) + sign * body.shoulder_m * s * chest[2]
         for sign in SIDES]
    )
    skeleton = Skeleton(
        body, spine, frames, neck, head, head_frame, hips, knees, ankles, feet,
        shoulders, shoulders, shoulders, shoulders, shank_deg, thigh_deg, pelvis_deg,
    )
    return _with_arms(skeleton, angles)


def _spine(body: Body, angles: Angles, centre: Array, pelvis_deg: float) -> tuple[Array, Array]:
    """Nodes of the trunk and their frames: standing curve plus flexion, segment by segment."""
    s, lordosis = body.scale, body.lordosis_deg
    lumbar = np.linspace(0.46, -0.54, LUMBAR) * lordosis
    thoracic = np.linspace(-0.54 * lordosis, body.kyphosis_deg - 0.54 * lordosis, THORACIC + 1)[1:]
    standing = np.concatenate([lumbar, thoracic - thoracic[0] * 0.0])
    flexion = np.cumsum(
        np.concatenate([_LUMBAR_SHARE * angles.lumbar, _THORACIC_SHARE * angles.thoracic])
    )
    lean = np.radians(pelvis_deg + standing + flexion)
    length = np.repeat([0.186 / LUMBAR, 0.272 / THORACIC], [LUMBAR, THORACIC]) * s / body.leg
    steps = np.stack([np.sin(lean), np.cos(lean), np.zeros_like(lean)], 1) * length[:, None]
    pelvis = frame(pelvis_deg)
    base = centre + s * np.array([[0.0, 0.0], [-0.012, 0.052], [-0.022, 0.104]]) @ pelvis[:2]
    spine = np.concatenate([base, base[2] + np.cumsum(steps, 0)])
    # The skin at a node stands across the mean of the two segments that meet there.
    own = np.concatenate([[pelvis_deg] * 2, [pelvis_deg], np.degrees(lean)])
    across = own.copy()
    across[2:-1] = 0.5 * (own[2:-1] + own[3:])
    twists = angles.twist * np.clip((np.arange(len(own)) - 5) / 8.0, 0.0, 1.0)
    frames = np.stack([frame(a, t) for a, t in zip(across, twists, strict=True)])
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
