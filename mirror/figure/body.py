"""A human body: its shape, its joint angles, and the skeleton in that posture.

Body axes: x forward, y up, z to the person's right; metres, floor at y = 0, the supporting ankle
at x = 0. Angles in degrees, flexion positive; those of spine and hip are relative to the relaxed
standing of the body. Pairs of joints are arrays of (left, right). Masses after de Leva 1996.
`kinematics` poses a body.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mirror.hinge.measure.geometry import Array

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
    """Aims a hand, from a body without arms and a side (0 left, 1 right); None: the arm angles of
    the sides count."""
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


@dataclass(frozen=True, eq=False)
class Reach:
    """The aim of one hand: place of the wrist, direction of the elbow, direction of the fingers."""

    wrist: Array
    elbow: Array
    hand: Array


def _mid(pair: Array) -> Array:
    middle: Array = 0.5 * (pair[0] + pair[1])
    return middle
