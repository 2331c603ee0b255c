"""Builders of poses: a flat person in pure side view, drawn from joint angles."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from mirror.hinge.measure.pose import Mark, Pose
from mirror.hinge.measure.space import TRUNK_M

SIZE = (480, 640)
TRUNK, THIGH, SHANK = 150.0, 115.0, 110.0
ANKLE = (240.0, 560.0)


def person(
    t: float = 0.0,
    trunk: float = 0.0,
    thigh: float = 0.0,
    shank: float = 0.0,
    *,
    facing: int = 1,
    at: tuple[float, float] = ANKLE,
    turn: float = 0.0,
    scale: float = 1.0,
    visibility: float = 1.0,
) -> Pose:
    """A pose of these sagittal angles (degrees, as in `mirror.hinge.measure.posture`).

    turn: degrees away from side view; spreads left and right, angles stay as they are.
    """

    def up(base: tuple[float, float], length: float, lean: float) -> tuple[float, float]:
        a = math.radians(lean)
        return (
            base[0] + facing * scale * length * math.sin(a),
            base[1] - scale * length * math.cos(a),
        )

    ankle = at
    knee = up(ankle, SHANK, shank)
    hip = up(knee, THIGH, -thigh)
    shoulder = up(hip, TRUNK, trunk)
    ear = up(shoulder, 45.0, trunk)
    elbow = up(shoulder, 60.0, 180.0)
    wrist = up(elbow, 55.0, 180.0)
    heel = (ankle[0] - facing * 12 * scale, ankle[1] + 12 * scale)
    toe = (ankle[0] + facing * 40 * scale, ankle[1] + 14 * scale)
    centres = {
        "EAR": ear, "SHOULDER": shoulder, "ELBOW": elbow, "WRIST": wrist, "PINKY": wrist,
        "INDEX": wrist, "THUMB": wrist, "HIP": hip, "KNEE": knee, "ANKLE": ankle, "HEEL": heel,
        "FOOT_INDEX": toe, "EYE": ear, "EYE_INNER": ear, "EYE_OUTER": ear,
    }  # fmt: skip
    points = np.zeros((33, 2))
    points[Mark.NOSE] = points[Mark.MOUTH_LEFT] = points[Mark.MOUTH_RIGHT] = up(shoulder, 40, trunk)
    spread = math.sin(math.radians(turn)) * TRUNK * scale / 2
    for name, centre in centres.items():
        half = spread * (0.45 if name in ("HIP", "KNEE", "ANKLE", "HEEL", "FOOT_INDEX") else 0.75)
        points[Mark[f"LEFT_{name}"]] = (centre[0] + half, centre[1])
        points[Mark[f"RIGHT_{name}"]] = (centre[0] - half, centre[1])
    # In space the body turns with all it does: forwards is across the frame, or at the camera.
    a = math.radians(turn)
    forward = np.array([facing * math.cos(a), 0.0, -math.sin(a)])
    left = np.array([math.sin(a), 0.0, facing * math.cos(a)])
    world = np.zeros((33, 3))
    for name, centre in {**centres, "NOSE": points[Mark.NOSE]}.items():
        ahead, below = facing * (centre[0] - hip[0]), centre[1] - hip[1]
        place = ahead * forward + np.array([0.0, below, 0.0])
        for side in ("LEFT_", "RIGHT_") if name != "NOSE" else ("",):
            aside = {"LEFT_": 50.0, "RIGHT_": -50.0}.get(side, 0.0) * scale
            world[Mark[side + name]] = place + aside * left
    world[[Mark.MOUTH_LEFT, Mark.MOUTH_RIGHT]] = world[Mark.NOSE]
    world *= TRUNK_M / (TRUNK * scale)
    return Pose(
        points=points,
        visibility=np.full(33, visibility),
        world=world,
        mask=None,
        size=SIZE,
        taken_at=t,
    )


def hinge(depth: float = 1.0, *, knee: float = 0.3) -> tuple[float, float, float]:
    """Trunk, thigh, shank at a depth 0..1; hip flexion 90 deg at depth 1.

    knee: knee flexion in shares of the hip flexion; .3 is a hinge, 1.2 a squat.
    """
    hip = 90.0 * depth
    bend = knee * hip
    thigh = 0.3 * hip if knee < 0.85 else 0.75 * hip
    return hip - thigh, thigh, bend - thigh


def wave(t: float, *, start: float, down: float, hold: float, up: float) -> float:
    """Depth 0..1 of one rep, with smooth ends."""
    s = t - start
    if s < 0 or s > down + hold + up:
        return 0.0
    if s < down:
        x = s / down
    elif s < down + hold:
        return 1.0
    else:
        x = 1.0 - (s - down - hold) / up
    return x * x * x * (x * (x * 6 - 15) + 10)


Motion = Callable[[float], tuple[float, float, float]]


def reps(
    count: int, *, depth: float = 1.0, knee: float = 0.3, period: float = 3.0, stand: float = 2.0
) -> Motion:
    """`stand` seconds of standing, then `count` reps of `period` seconds each, then standing."""

    def at(t: float) -> tuple[float, float, float]:
        k = math.floor((t - stand) / period)
        if not 0 <= k < count:
            return hinge(0.0)
        begin = stand + k * period
        share = wave(t, start=begin, down=0.4 * period, hold=0.1 * period, up=0.4 * period)
        return hinge(depth * share, knee=knee)

    return at


def film(motion: Motion, seconds: float, fps: float = 30.0, **how: object) -> Iterator[Pose]:
    """Poses of a motion, `fps` a second."""
    for k in range(int(seconds * fps) + 1):
        yield person(k / fps, *motion(k / fps), **how)  # type: ignore[arg-type]


def with_mask(pose: Pose, bow: float = 0.0, *, depth: float = 0.22) -> Pose:
    """The pose with a mask of its trunk, whose back bows out by `bow` trunk lengths at its middle.

    depth: of the back behind the trunk line; the front is as far before it.
    """
    left, right = Mark.LEFT_HIP, Mark.RIGHT_HIP
    hip = pose.points[[left, right]].mean(axis=0)
    shoulder = pose.points[[Mark.LEFT_SHOULDER, Mark.RIGHT_SHOULDER]].mean(axis=0)
    toe, heel = pose.points[Mark.LEFT_FOOT_INDEX], pose.points[Mark.LEFT_HEEL]
    axis = shoulder - hip
    dorsal = np.array([axis[1], -axis[0]]) * (1 if toe[0] > heel[0] else -1)
    square = float(axis @ axis)
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]] + 0.5
    along = ((x - hip[0]) * axis[0] + (y - hip[1]) * axis[1]) / square
    behind = ((x - hip[0]) * dorsal[0] + (y - hip[1]) * dorsal[1]) / square
    edge = depth + bow * np.sin(np.pi * np.clip(along, 0, 1))
    # A pixel is as much the person as it lies inside the edge.
    pixel = 1.0 / math.sqrt(square)
    mask = np.clip((edge - behind) / pixel + 0.5, 0, 1) * np.clip(
        (behind + depth) / pixel + 0.5, 0, 1
    )
    mask *= (along > -0.6) & (along < 1.3)
    return replace(pose, mask=mask.astype(np.float32))


def rounded(pose: Pose, bow: float) -> Pose:
    """The pose with a mask, and with a head that goes with the back as it rounds."""
    pose = with_mask(pose, bow)
    hip, shoulder = (
        pose.points[[Mark[f"LEFT_{part}"], Mark[f"RIGHT_{part}"]]].mean(axis=0)
        for part in ("HIP", "SHOULDER")
    )
    axis = shoulder - hip
    facing = 1 if pose.points[Mark.LEFT_FOOT_INDEX, 0] > pose.points[Mark.LEFT_HEEL, 0] else -1
    points = pose.points.copy()
    points[: Mark.LEFT_SHOULDER] -= 3.0 * bow * facing * np.array([axis[1], -axis[0]])
    return replace(pose, points=points)
