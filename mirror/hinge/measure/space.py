"""Pose -> Space: angles and heights from the landmarks in space, the same from every side.

The pose model also gives each landmark in metres: x to the right, y down, z away from the camera,
0 between the hips. Its single depths are rough, but on real people the lean of the trunk that
follows from them is the steadiest signal there is: it needs no side view, no baseline, no knees
and no feet. Counting is built on it. Form is judged in the frame, see `posture`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mirror.hinge.measure.joints import FAINT, GUESSED
from mirror.hinge.measure.pose import Mark, Pose

Vector = Sequence[float]
FEET_SEEN, FOOT_SEEN = 0.85, 0.3
"""Least visibility of the better and of the other ankle for the height of both to be used."""
ARM_SEEN = 0.4
"""Least visibility of elbow and wrist for the angle of the elbow."""
HAND_SEEN = 0.3
LOWER_FOOT = 0.1
"""Height above the other foot, metres, from which a foot does not stand: its shin is not used."""
TRUNK_M = 0.47
"""Mid-hip to mid-shoulder in the model's metres; the same for nearly everybody."""


@dataclass(frozen=True)
class Space:
    """One person in space. Angles in degrees, lengths in metres.

    lean_deg: of the trunk from the vertical, positive to where the person faces.
    thigh_deg: of the thighs from hanging, in any direction.
    shin_deg: of the standing shins from the vertical, positive to where the person faces.
    shin_seen: how well the shins are seen, 0..1.
    px_per_m: size in the frame, pixels a metre.
    feet: the right ankle above the left one; None where they are not both seen.
    elbows_deg: left and right, 180 is straight; None where it is not seen.
    hand_up: the higher wrist above the hips; None where none is seen.
    """

    lean_deg: float
    thigh_deg: float
    shin_deg: float
    shin_seen: float
    px_per_m: float
    feet: float | None
    elbows_deg: tuple[float | None, float | None]
    hand_up: float | None


def space(pose: Pose) -> Space:
    """The person of one pose in space."""
    at, seen = pose.world.tolist(), pose.seen

    def middle(left: Mark, right: Mark, weigh: Vector = (1.0, 1.0)) -> Vector:
        a = max(seen[left] - GUESSED, FAINT) * weigh[0]
        b = max(seen[right] - GUESSED, FAINT) * weigh[1]
        return [(a * u + b * v) / (a + b) for u, v in zip(at[left], at[right], strict=True)]

    hips = middle(Mark.LEFT_HIP, Mark.RIGHT_HIP)
    trunk = _from(hips, middle(Mark.LEFT_SHOULDER, Mark.RIGHT_SHOULDER))
    hip_line = _from(at[Mark.RIGHT_HIP], at[Mark.LEFT_HIP])
    shoulder_line = _from(at[Mark.RIGHT_SHOULDER], at[Mark.LEFT_SHOULDER])
    across = _unit(hip_line[0] + shoulder_line[0], hip_line[2] + shoulder_line[2])
    forward = (across[1], -across[0])

    ankles = at[Mark.LEFT_ANKLE], at[Mark.RIGHT_ANKLE]
    up = ankles[0][1] - ankles[1][1]  # the right one above the left one
    stands = (_stands(-up), _stands(up))
    knee = middle(Mark.LEFT_KNEE, Mark.RIGHT_KNEE, stands)
    shin = _from(middle(Mark.LEFT_ANKLE, Mark.RIGHT_ANKLE, stands), knee)
    sights = seen[Mark.LEFT_ANKLE], seen[Mark.RIGHT_ANKLE]
    px_per_m = _scale(pose)
    feet = None
    if max(sights) > FEET_SEEN and min(sights) > FOOT_SEEN:
        feet = (pose.at[Mark.LEFT_ANKLE][1] - pose.at[Mark.RIGHT_ANKLE][1]) / px_per_m
    hands = [
        hips[1] - at[m][1] for m in (Mark.LEFT_WRIST, Mark.RIGHT_WRIST) if seen[m] >= HAND_SEEN
    ]
    return Space(
        lean_deg=_lean_deg(trunk, forward),
        thigh_deg=_tilt_deg(_from(middle(Mark.LEFT_KNEE, Mark.RIGHT_KNEE), hips)),
        shin_deg=math.degrees(
            math.atan2(shin[0] * forward[0] + shin[2] * forward[1], max(-shin[1], 0.05))
        ),
        shin_seen=min(1.0, max(0.0, 2.0 * (max(sights) - GUESSED))),
        px_per_m=px_per_m,
        feet=feet,
        elbows_deg=(
            _elbow_deg(at, seen, Mark.LEFT_SHOULDER, Mark.LEFT_ELBOW, Mark.LEFT_WRIST),
            _elbow_deg(at, seen, Mark.RIGHT_SHOULDER, Mark.RIGHT_ELBOW, Mark.RIGHT_WRIST),
        ),
        hand_up=max(hands, default=None),
    )


def _lean_deg(trunk: Vector, forward: tuple[float, float]) -> float:
    """The whole tilt of the trunk, but none of it where it goes straight to one side."""
    ahead, level = trunk[0] * forward[0] + trunk[2] * forward[1], math.hypot(trunk[0], trunk[2])
    sign = min(1.0, max(-1.0, 2.0 * ahead / level)) if level > 0 else 0.0
    return sign * _tilt_deg(trunk)


def _stands(higher: float) -> float:
    return min(1.0, max(0.01, 2.0 - higher / LOWER_FOOT))


def _scale(pose: Pose) -> float:
    """Pixels a metre: all landmarks in the frame over those in space, by least squares."""
    weights = pose.visibility
    both = np.concatenate([pose.world[:, :2], pose.points], axis=1)
    both -= weights @ both / weights.sum()
    there, here = both[:, :2], both[:, 2:]
    alike, square = float((weights @ (there * here)).sum()), float((weights @ there**2).sum())
    return max(1.0, alike / max(square, 1e-9))


def _elbow_deg(
    at: Sequence[Vector], seen: Vector, shoulder: Mark, elbow: Mark, wrist: Mark
) -> float | None:
    if min(seen[elbow], seen[wrist]) < ARM_SEEN:
        return None
    u, v = _from(at[elbow], at[shoulder]), _from(at[elbow], at[wrist])
    both = math.hypot(*u) * math.hypot(*v)
    inner = sum(a * b for a, b in zip(u, v, strict=True))
    return math.degrees(math.acos(min(1.0, max(-1.0, inner / both)))) if both > 0 else None


def _tilt_deg(segment: Vector) -> float:
    """Angle of a segment from the upward vertical, 0..180."""
    return math.degrees(math.atan2(math.hypot(segment[0], segment[2]), -segment[1]))


def _from(a: Vector, b: Vector) -> tuple[float, float, float]:
    return b[0] - a[0], b[1] - a[1], b[2] - a[2]


def _unit(x: float, y: float) -> tuple[float, float]:
    size = math.hypot(x, y)
    return (x / size, y / size) if size > 0 else (1.0, 0.0)
