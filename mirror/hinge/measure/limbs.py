"""Pose -> measures of arms, head, shoulders, knees and feet, for single variations.

Angles in degrees, lengths as shares of the trunk, the leg or another width of the body, so that
none depends on the distance of the camera. A measure that is not seen is None. Each is good in some
views only: the rules name theirs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from mirror.hinge.measure.geometry import Point, corner_deg, distance
from mirror.hinge.measure.pose import Mark, Pose

SEEN = 0.5
"""Least visibility of a landmark that is used."""
NAVEL = 0.2
"""Place of the navel: 0 at the hips, 1 at the shoulders."""
ONE_LEG, BOTH_LEGS = 0.12, 0.06
"""Distance of one ankle above or behind the other, leg lengths: over the first one leg stands,
below the second both do."""
TURNED = 0.15
"""Gap of the ears, in trunk lengths, from which the head is turned, by some 30 degrees or more, as
when the person looks into the glass. The near ear then goes back and reads as a neck bent back."""
FRONTAL = 0.4
"""Gap of the shoulders, in trunk lengths, from which the person is seen from the front."""


@dataclass(frozen=True)
class Limbs:
    """Measures of one frame, or their means in standing.

    elbow_deg: 180 is a straight arm; of the arm that is nearer.
    arms_deg: wrist, shoulder, hip; 180 is in line with the trunk.
    neck_deg: ear over shoulder against the line of the trunk, positive forwards; of a head that is
        not turned.
    wrist_up: wrists above the navel, trunk lengths.
    stance: distance of the ankles over that of the shoulders.
    knees: distance of the knees over that of the ankles.
    tilt_deg: line of the shoulders against that of the hips.
    obliquity_deg: line of the hips against the level.
    lift: the left ankle above the right one, leg lengths; the farther one seems higher.
    free: the same, and from the side how far it is behind the right one: positive where the left
    leg is the free one.
    line_deg: shoulder, hip, and the ankle in the air; 180 is straight.
    """

    elbow_deg: float | None = None
    arms_deg: float | None = None
    neck_deg: float | None = None
    wrist_up: float | None = None
    stance: float | None = None
    knees: float | None = None
    tilt_deg: float | None = None
    obliquity_deg: float | None = None
    lift: float | None = None
    free: float | None = None
    line_deg: float | None = None


FIELDS = tuple(field.name for field in fields(Limbs))


def limbs(
    pose: Pose,
    shoulder: Point,
    hip: Point,
    facing: int,
    leg_px: float,
    leg: str | None,
) -> Limbs:
    """The measures of one frame.

    shoulder, hip: pixels. facing: +1 right, -1 left. leg: the one that stands alone.
    """
    trunk_px = max(distance(shoulder, hip), 1.0)
    near = "LEFT" if facing < 0 else "RIGHT"
    wrist = _middle(pose, "WRIST", near)
    elbow = _middle(pose, "ELBOW", near)
    ears = math.dist(pose.at[Mark.LEFT_EAR], pose.at[Mark.RIGHT_EAR])
    ear = _middle(pose, "EAR", near) if ears < TURNED * trunk_px else None
    navel_y = hip[1] + NAVEL * (shoulder[1] - hip[1])
    shoulders, hips = _pair(pose, "SHOULDER"), _pair(pose, "HIP")
    knees, ankles = _pair(pose, "KNEE"), _pair(pose, "ANKLE")
    tilt = stance = apart = obliquity = lift = line = None
    wide = abs(shoulders[0][0] - shoulders[1][0]) if shoulders else 0.0
    if shoulders and hips and wide > 0.2 * trunk_px:
        obliquity = _slope_deg(hips)
        tilt = _slope_deg(shoulders) - obliquity
    free = _free(pose, facing, leg_px, from_side=wide <= FRONTAL * trunk_px)
    if ankles:
        lift = (ankles[1][1] - ankles[0][1]) / max(leg_px, 1.0)
        feet = abs(ankles[0][0] - ankles[1][0])
        if wide > 0.2 * trunk_px:
            stance = feet / wide
        if knees and feet > 0.1 * trunk_px:
            apart = abs(knees[0][0] - knees[1][0]) / feet
        if leg is not None:
            line = corner_deg(shoulder, hip, ankles[int(leg == "left")])
    arm = None
    if elbow is not None and wrist is not None:
        at = _middle(pose, "SHOULDER", near) or shoulder
        arm = corner_deg(at, elbow, wrist)
    return Limbs(
        elbow_deg=arm,
        arms_deg=corner_deg(wrist, shoulder, hip) if wrist else None,
        neck_deg=_turn_deg(hip, shoulder, ear, facing) if ear else None,
        wrist_up=(navel_y - wrist[1]) / trunk_px if wrist else None,
        stance=stance,
        knees=apart,
        tilt_deg=tilt,
        obliquity_deg=obliquity,
        lift=lift,
        free=free,
        line_deg=line,
    )


def standing_leg(free: float, before: str | None, *, is_upright: bool) -> str | None:
    """Which leg stands alone, `left` or `right`; None while both do.

    free: `Limbs.free` against standing. before: the answer for the frame before. The leg stays
    the same until the person is upright with both feet down again: a foot that touches the floor on
    the way is still the free one.
    """
    if abs(free) > ONE_LEG and not (before is not None and is_upright):
        return "right" if free > 0 else "left"
    if abs(free) < BOTH_LEGS and is_upright:
        return None
    return before


def free_foot(pose: Pose, shoulder: Point, hip: Point, facing: int, leg_px: float) -> float:
    """`Limbs.free` of a frame, before the other measures are known."""
    wide = abs(pose.at[Mark.LEFT_SHOULDER][0] - pose.at[Mark.RIGHT_SHOULDER][0])
    from_side = wide <= FRONTAL * distance(shoulder, hip)
    return _free(pose, facing, leg_px, from_side=from_side)


def _free(pose: Pose, facing: int, leg_px: float, *, from_side: bool) -> float:
    left, right = pose.at[Mark.LEFT_ANKLE], pose.at[Mark.RIGHT_ANKLE]
    up = right[1] - left[1]
    behind = facing * (right[0] - left[0]) if from_side else 0.0
    return (up + behind) / max(leg_px, 1.0)


def mean(many: list[Limbs]) -> Limbs:
    """Means of the measures that more than half of them have."""
    values: dict[str, float] = {}
    for name in FIELDS:
        seen = [value for one in many if (value := getattr(one, name)) is not None]
        if 2 * len(seen) > len(many):
            values[name] = sum(seen) / len(seen)
    return Limbs(**values)


def _middle(pose: Pose, name: str, near: str) -> Point | None:
    """The joint of the near side, or else of the far one; None where neither is seen."""
    far = "RIGHT" if near == "LEFT" else "LEFT"
    for side in (near, far):
        mark = Mark[f"{side}_{name}"]
        if pose.seen[mark] >= SEEN:
            x, y = pose.at[mark]
            return x, y
    return None


def _pair(pose: Pose, name: str) -> tuple[Point, Point] | None:
    """Left and right; None where one is not seen."""
    left, right = Mark[f"LEFT_{name}"], Mark[f"RIGHT_{name}"]
    if min(pose.seen[left], pose.seen[right]) < SEEN:
        return None
    (a, b), (c, d) = pose.at[left], pose.at[right]
    return (a, b), (c, d)


def _slope_deg(pair: tuple[Point, Point]) -> float:
    """How far the left one is below the right one, seen from the front."""
    (a, b), (c, d) = pair
    return math.degrees(math.atan2(b - d, max(abs(a - c), 1e-6)))


def _turn_deg(base: Point, joint: Point, tip: Point, facing: int) -> float:
    """By how much the way bends towards `facing` at the joint."""
    a = math.atan2(facing * (joint[0] - base[0]), base[1] - joint[1])
    b = math.atan2(facing * (tip[0] - joint[0]), joint[1] - tip[1])
    return (math.degrees(b - a) + 180.0) % 360.0 - 180.0
