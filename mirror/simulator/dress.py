"""The dressed body: a skeleton and a look -> the solids that the renderer draws."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from mirror.figure.arms import STICK_M, stick_line, string_points
from mirror.figure.body import C7, SIDES, T2, Skeleton
from mirror.hinge.measure.geometry import Array
from mirror.simulator.render import Ball, Cone, Paint, Solid

Clothes = Literal["tight", "loose"]
Prop = Literal["none", "kettlebell", "swung", "dumbbell", "barbell", "stick", "string"]
SKIN, HAIR, TOP, BOTTOM, SHOE, SOLE, DARK, LIPS, WHITE, IRON, WOOD = range(1, 12)

_SKINS = ((224, 178, 150), (198, 146, 112), (160, 110, 80), (112, 74, 54), (236, 194, 170))
_HAIRS = ((48, 34, 26), (92, 62, 38), (28, 26, 28), (150, 116, 70), (110, 106, 102))
_TOPS = ((58, 104, 150), (168, 62, 58), (222, 220, 214), (62, 118, 92), (206, 148, 62))
_BOTTOMS = ((44, 48, 60), (70, 74, 84), (34, 52, 82), (82, 64, 92))
_SHOES = ((228, 228, 226), (60, 62, 70), (190, 70, 60))


@dataclass(frozen=True)
class Look:
    """Clothes and colours. `loose` is a hoodie over sweatpants, `tight` a shirt over leggings."""

    clothes: Clothes = "tight"
    skin: Paint = _SKINS[0]
    hair: Paint = _HAIRS[0]
    top: Paint = _TOPS[0]
    bottom: Paint = _BOTTOMS[0]
    shoe: Paint = _SHOES[0]
    slack_m: float = 0.025  # how far loose clothes stand off
    prop: Prop = "none"  # "swung" is a kettlebell that flies with the arms
    hands: tuple[int, ...] = (1,)  # which ones have a dumbbell: 0 left, 1 right

    @classmethod
    def drawn(cls, seed: int) -> Look:
        """Clothes and colours of a seed."""
        draw = np.random.default_rng([seed, 2])

        clothes: Clothes = "loose" if draw.random() < 0.4 else "tight"
        lists = (_SKINS, _HAIRS, _TOPS, _BOTTOMS, _SHOES)
        skin, hair, top, bottom, shoe = (some[int(draw.integers(len(some)))] for some in lists)
        return cls(clothes, skin, hair, top, bottom, shoe, float(draw.uniform(0.015, 0.035)))

    def colours(self) -> list[Paint]:
        """By material number, from 1."""
        sole = (235, 235, 232) if sum(self.shoe) < 400 else (96, 98, 104)
        lips = (int(self.skin[0] * 0.86), int(self.skin[1] * 0.62), int(self.skin[2] * 0.62))
        return [
            *(self.skin, self.hair, self.top, self.bottom, self.shoe, sole),
            *((36, 28, 26), lips, (238, 236, 232), (62, 64, 70), (176, 132, 84)),
        ]


BYSTANDERS_LOOK = Look("tight", _SKINS[2], _HAIRS[2], _TOPS[3], _BOTTOMS[2], _SHOES[1])
"""Clothes and colours of a bystander."""


def drape(k: Skeleton, look: Look) -> tuple[Array, Array, Array]:
    """Dorsal, ventral, lateral distance (m) of the clothed outline from each trunk node."""
    dorsal, ventral, lateral = k.body.profile()
    if look.clothes == "tight":
        return dorsal + 0.003, ventral + 0.003, lateral + 0.003
    back = k.spine - k.frames[:, 0] * dorsal[:, None]
    chord = back[T2] - back[0]
    chord /= np.linalg.norm(chord)
    along = (back - back[0]) @ chord
    off = (back[:, 1] - back[0, 1]) * chord[0] - (back[:, 0] - back[0, 0]) * chord[1]
    bowed = float(np.clip(chord[0], 0.0, 1.0))
    # A shirt bridges the hollow in part: a hoodie filmed from the side keeps a hollow of .05 of the
    # chord when standing, about that of a tight shirt. Bent over, its weight lays it down and the
    # arms draw it taut: in those films the hollow of a neutral back grows flatter by .04, never
    # deeper. Both cancel here, so a shirt stands off alike at every inclination.
    top = 8 + int(off[8:13].argmax())
    bridge = np.interp(along, along[[0, top]], off[[0, top]])
    hollow = np.where(along < along[top], np.maximum(0.0, bridge - off), 0.0)
    hollow *= 0.1 + 10 * look.slack_m
    slack = look.slack_m * np.interp(np.arange(16), [0, 3, 10, 14, 15], [0.8, 1, 0.6, 0.4, 0.3])
    dorsal = dorsal + hollow + 0.7 * slack
    dorsal[:3] += np.array([0.020, 0.018, 0.006]) * k.body.scale  # the hem covers the seat
    hang = np.interp(np.arange(16), [0, 2, 5, 9, 13, 15], [0.5, 0.8, 1.2, 1.1, 0.5, 0.2])
    ventral = ventral + slack + 1.1 * look.slack_m * hang * bowed
    return dorsal, ventral, lateral + 0.7 * slack


def dress(k: Skeleton, look: Look) -> list[Solid]:
    """The solids of a dressed figure, body axes, metres."""
    return [*_trunk(k, look), *_legs(k, look), *_arms(k, look), *_head(k), *_prop(k, look)]


def _trunk(k: Skeleton, look: Look) -> list[Solid]:
    """Many overlapping ellipsoids along the spine; their envelope is the smooth trunk."""
    s = k.body.scale
    dorsal, ventral, lateral = drape(k, look)
    steps = np.linalg.norm(np.diff(k.spine, axis=0), axis=1)
    arc = np.concatenate([[0.0], np.cumsum(steps)])
    places = np.linspace(0.0, arc[-1], 26)
    hem = arc[1] if look.clothes == "tight" else 0.02
    solids: list[Solid] = []
    middle = k.spine + k.frames[:, 0] * (0.5 * (ventral - dorsal))[:, None]
    for place in places:
        at, axes = _between(arc, middle, place), _between(arc, k.frames, place)
        deep = 0.5 * (np.interp(place, arc, dorsal) + np.interp(place, arc, ventral))
        long = min(0.085 * s, 0.035 * s + 0.9 * (arc[-1] - place), 0.07 * s + place)
        half = np.array([deep, long, np.interp(place, arc, lateral)])
        solids.append(Ball(at, axes * half[:, None], TOP if place >= hem else BOTTOM, 0.04))
    pelvis, tight = k.frames[0], look.clothes == "tight"
    for i, sign in enumerate(SIDES):
        seat = k.hip[i] + s * (-0.040 * pelvis[0] + 0.012 * pelvis[1] - 0.006 * sign * pelvis[2])
        girth = (0.4 + 0.6 * k.body.girth) * k.body.hips * (1.0 if tight else 1.06)
        axes = pelvis * (s * girth * np.array([0.086, 0.094, 0.082]))[:, None]
        solids.append(Ball(seat, axes, BOTTOM, 0.03))
        # Shoulder girdle from the root of the neck to the joint.
        root = k.spine[C7] + s * (0.025 * k.frames[C7, 0] + 0.02 * sign * k.frames[C7, 2])
        tip = k.shoulder[i] - 0.008 * s * k.frames[T2, 1]
        solids.append(Cone(root, tip, 0.052 * s, (0.055 if tight else 0.062) * s, TOP, 0.035))
        # Pectoral and latissimus: the arm grows out of the chest instead of hanging beside it.
        armpit = k.shoulder[i] - s * (0.030 * k.frames[T2, 1] + 0.018 * sign * k.frames[T2, 2])
        chest = k.spine[11] + s * (0.025 * k.frames[11, 0] + 0.095 * sign * k.frames[11, 2])
        size = 0.066 * (0.4 + 0.6 * k.body.girth) * s
        solids.append(Cone(armpit, chest, 0.9 * size, size, TOP, 0.035))
    return solids


# Parts of a shoe from the ankle: ahead, up, radius of both ends (m), material, melting zone (m).
_FOOT = (
    (-0.028, -0.042, 0.037, 0.010, -0.012, 0.042, SHOE, 0.02),
    (0.010, -0.022, 0.042, 0.120, -0.050, 0.033, SHOE, 0.02),
    (0.120, -0.050, 0.034, 0.168, -0.056, 0.027, SHOE, 0.02),
    (-0.034, -0.066, 0.020, 0.165, -0.068, 0.018, SOLE, 0.004),
)


def _between(arc: Array, values: Array, place: float) -> Array:
    """Values of the nodes at `arc`, interpolated at one place."""
    node = min(int(np.searchsorted(arc, place, "right")), len(arc) - 1)
    share = (place - arc[node - 1]) / (arc[node] - arc[node - 1])
    value: Array = (1 - share) * values[node - 1] + share * values[node]
    return value


def _legs(k: Skeleton, look: Look) -> list[Solid]:
    s = k.body.scale
    solids: list[Solid] = []
    girth = (0.35 + 0.65 * k.body.girth) * s
    wide = 0.010 * s if look.clothes == "loose" else 0.0
    for i in range(2):
        hip, knee, ankle = k.hip[i], k.knee[i], k.ankle[i]
        thigh = hip + 0.5 * (knee - hip)
        shin = ankle - knee
        across = np.array([shin[1], -shin[0], 0.0]) / np.linalg.norm(shin)
        calf = knee + 0.30 * shin + 0.020 * s * across
        hem = knee + (0.9 if wide else 0.8) * shin
        solids += [
            Cone(hip, thigh, 0.089 * girth * k.body.hips, 0.075 * girth + wide, BOTTOM, 0.02),
            Cone(thigh, knee, 0.075 * girth + wide, 0.054 * girth + wide, BOTTOM, 0.02),
            Cone(knee, calf, 0.051 * girth + wide, 0.052 * girth + wide, BOTTOM, 0.03),
            Cone(calf, hem, 0.052 * girth + wide, 0.037 * girth + wide, BOTTOM, 0.02),
            Cone(hem, ankle - 0.02 * shin, 0.035 * s, 0.033 * s, SKIN, 0.006),
        ]
        for x0, y0, r0, x1, y1, r1, material, melt in _FOOT:
            ends = ankle + s * np.array([(x0, y0), (x1, y1)]) @ k.feet[i, :2]
            solids.append(Cone(ends[0], ends[1], r0 * s, r1 * s, material, melt))
    return solids


def _arms(k: Skeleton, look: Look) -> list[Solid]:
    s = k.body.scale
    solids: list[Solid] = []
    girth = (0.45 + 0.55 * k.body.girth) * s
    loose = look.clothes == "loose"
    sleeve = 0.012 * s if loose else 0.006 * s
    for i in range(2):
        shoulder, elbow, wrist, hand = k.shoulder[i], k.elbow[i], k.wrist[i], k.hand[i]
        cuff = elbow if loose else shoulder + 0.5 * (elbow - shoulder)
        bend = (0.042 if loose else 0.045) * girth + sleeve
        solids.append(Cone(shoulder, cuff, 0.052 * girth + sleeve, bend, TOP, 0.02))
        if loose:
            solids.append(Cone(elbow, wrist, bend, 0.032 * s, TOP, 0.02))
        else:
            solids.append(Cone(cuff, elbow, 0.044 * girth, 0.038 * girth, SKIN))
            solids.append(Cone(elbow, wrist, 0.039 * girth, 0.026 * girth, SKIN))
        knuckles, tips = wrist + 0.085 * s * hand, wrist + 0.16 * s * hand
        curl = wrist + 0.05 * s * hand + np.array([0.032 * s, -0.01, 0.0])
        solids += [
            Cone(wrist, knuckles, 0.025 * s, 0.031 * s, SKIN, 0.012),
            Cone(knuckles, tips, 0.029 * s, 0.015 * s, SKIN, 0.012),
            Cone(wrist + 0.03 * s * hand, curl, 0.014 * s, 0.010 * s, SKIN, 0.008),
        ]
    return solids


def _head(k: Skeleton) -> list[Solid]:
    s, frame = k.body.scale, k.head_frame

    def at(ahead: float, up: float, aside: float = 0.0) -> Array:
        point: Array = k.head + s * (np.array([ahead, up, aside]) @ frame)
        return point

    def ball(place: Array, half: tuple[float, float, float], material: int, melt: float) -> Ball:
        return Ball(place, frame * (s * np.array(half))[:, None], material, melt)

    neck = k.neck + 0.022 * s * k.frames[C7, 0]
    solids: list[Solid] = [
        Cone(neck[0] - 0.01 * s * k.frames[C7, 1], neck[2], 0.056 * s, 0.052 * s, SKIN, 0.02),
        Cone(neck[2], at(0.0, -0.02), 0.052 * s, 0.050 * s, SKIN, 0.02),
        ball(at(-0.002, 0.036), (0.094, 0.084, 0.074), SKIN, 0.015),
        ball(at(0.030, -0.012), (0.064, 0.092, 0.062), SKIN, 0.015),
        ball(at(0.050, -0.078), (0.036, 0.030, 0.040), SKIN, 0.02),
        Cone(at(0.094, 0.012), at(0.108, -0.022), 0.008 * s, 0.013 * s, SKIN, 0.01),
        ball(at(0.088, -0.058), (0.009, 0.006, 0.022), LIPS, 0.003),
        ball(at(-0.012, 0.055), (0.092, 0.080, 0.080), HAIR, 0.006),
        ball(at(-0.040, 0.010), (0.064, 0.074, 0.076), HAIR, 0.012),
    ]
    for sign in SIDES:
        solids += [
            ball(at(-0.004, -0.006, 0.074 * sign), (0.020, 0.032, 0.010), SKIN, 0.006),
            ball(at(0.083, 0.016, 0.032 * sign), (0.010, 0.007, 0.014), WHITE, 0.002),
            ball(at(0.089, 0.016, 0.032 * sign), (0.006, 0.006, 0.007), DARK, 0.002),
            ball(at(0.087, 0.034, 0.033 * sign), (0.007, 0.004, 0.019), HAIR, 0.003),
        ]
    if k.body.long_hair:
        solids.append(ball(at(-0.105, 0.075), (0.040, 0.038, 0.040), HAIR, 0.01))
    return solids


PLATE_M, _SLEEVE_M = 0.225, 0.66
"""Radius of the plates of a bar, and their distance from its middle."""


def plates(k: Skeleton) -> Array:
    """(2, 3) the middles of the plates of a bar in the hands, metres."""
    grip = (k.wrist + 0.085 * k.body.scale * k.hand).mean(axis=0)
    ends: Array = grip + _SLEEVE_M * np.array(SIDES)[:, None] * k.frames[T2, 2]
    return ends


def _prop(k: Skeleton, look: Look) -> list[Solid]:
    s = k.body.scale
    if look.prop == "stick":
        low, high = stick_line(k)
        return [Cone(low, high, STICK_M, STICK_M, WOOD, 0.002)]
    if look.prop == "string":
        line = string_points(k)
        return [Cone(a, b, 0.003, 0.003, WHITE, 0.001) for a, b in pairwise(line)]
    grip = k.wrist + 0.085 * s * k.hand
    if look.prop == "kettlebell":
        bell = 0.5 * (grip[0] + grip[1]) - np.array([0.015, 0.105, 0.0])
        left, right = grip - np.array([0.0, 0.02, 0.0])
        horns = [Cone(end, bell, 0.014, 0.02, IRON) for end in (left, right)]
        return [*horns, Cone(left, right, 0.016, 0.016, IRON), Ball(bell, np.eye(3) * 0.08, IRON)]
    if look.prop == "swung":
        way = k.hand.mean(0) / np.linalg.norm(k.hand.mean(0))
        held = grip.mean(0) + 0.125 * way
        bell = held if k.weight is None else k.weight
        if k.weight is not None:
            way = np.array([0.0, -1.0, 0.0])
        ends = bell - 0.125 * way + np.array([(0, 0, -0.05), (0, 0, 0.05)])
        horns = [Cone(end, bell, 0.014, 0.02, IRON) for end in ends]
        return [
            *horns,
            Cone(ends[0], ends[1], 0.016, 0.016, IRON),
            Ball(bell, np.eye(3) * 0.09, IRON),
        ]
    if look.prop == "barbell":
        ends = plates(k)
        disc = np.diag([PLATE_M, PLATE_M, 0.025])
        return [
            Cone(ends[0], ends[1], 0.014, 0.014, IRON),
            *(Ball(end, disc, IRON) for end in ends),
        ]
    solids: list[Solid] = []
    for i in look.hands if look.prop == "dumbbell" else ():
        # One of a pair is shorter, and hides less of the legs behind it.
        half = 0.13 if len(look.hands) == 1 else 0.10
        back, front = grip[i] + np.array([(-half, 0.0, 0.0), (half, 0.0, 0.0)])
        solids.append(Cone(back, front, 0.015, 0.015, IRON))
        solids += [Ball(end, np.diag([0.045, 0.062, 0.062]), IRON) for end in (back, front)]
    return solids


def as_bystander(solid: Solid) -> Solid:
    """The solid in the colours of the bystander, which follow those of the person."""
    return solid._replace(material=solid.material + WOOD)
