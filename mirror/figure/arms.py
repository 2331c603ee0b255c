"""The arms of the figure: the place of each hand, computed from a body without arms.

A reach takes a skeleton and a side (0 left, 1 right) and returns the wrist (m, body axes) and the
directions of elbow and fingers. A new way to hold the arms is one row of `ARMS`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import cos, radians, sin

import numpy as np

from mirror.figure.body import C7, S1, SIDES, Angles, Body, Reach, Skeleton
from mirror.figure.kinematics import pose
from mirror.hinge.measure.geometry import Array

STICK_M = 0.013
"""Half the thickness of the stick."""
UPPER_M, LOWER_M = 0.290, 0.250


def _hang(k: Skeleton, i: int) -> Reach:
    """Arms hang by gravity, a little in front, so that no elbow shows behind the back."""
    wrist = k.shoulder[i] + k.body.scale * np.array([0.09, -0.522, SIDES[i] * 0.03])
    return Reach(wrist, np.array([-0.3, 0.0, SIDES[i]]), np.array([0.1, -1.0, 0.0]))


def _hold(k: Skeleton, i: int) -> Reach:
    """Both hands at one weight, low, in front of the thighs and shins."""
    wrist = k.shoulder[i] - np.array([0.0, 0.525 * k.body.scale, 0.0])
    leg = np.stack([k.ankle.mean(0), k.knee.mean(0), k.hip_centre])
    clear = np.interp(wrist[1], leg[:, 1], leg[:, 0]) + 0.11 * k.body.scale
    # In front of a belly too, and of all of the trunk that is not far above the hands.
    front = k.skin()[1]
    belly = (front[:, 0] - 1.5 * np.maximum(0.0, front[:, 1] - wrist[1] - 0.22)).max() + 0.03
    wrist[0] = max(wrist[0] + 0.02, float(clear), float(belly))
    wrist[2] = 0.055 * SIDES[i]
    return Reach(wrist, np.array([-0.6, 0.0, SIDES[i]]), np.array([0.05, -1.0, 0.0]))


def _crossed(k: Skeleton, i: int) -> Reach:
    """Forearms crossed on the chest, hands on the other shoulder."""
    forward, up, right = k.frames[12]
    front = k.skin()[1][12 - i]
    wrist = front + 0.04 * forward - SIDES[i] * 0.055 * k.body.scale * right
    elbow = -up + 0.5 * SIDES[i] * right + 0.2 * forward
    return Reach(wrist, elbow, 0.75 * up - SIDES[i] * right - 0.25 * forward)


@lru_cache(maxsize=32)
def _standing(body: Body) -> Skeleton:
    return pose(body, Angles())


def _behind(line: Array) -> Array:
    """Across a line up the back, to the dorsal side."""
    return np.array([-line[1], line[0], 0.0])


def stick_line(k: Skeleton) -> tuple[Array, Array]:
    """Ends (m) of a stick held along the back.

    It lies on the upper back and in the low hand, and the hand stays in the hollow of the low
    back. Standing it just touches the sacrum too; a back that rounds lifts the hand, and with it
    the stick comes off the pelvis.
    """
    back, upright = k.skin()[0], _standing(k.body)
    still = upright.skin()[0]
    line = _unit(still[9 + int(np.argmin((still[9:13] - still[S1])[:, 0]))] - still[S1])
    over = float((still[S1] - still[4]) @ _behind(line)) + STICK_M  # what the hand fills
    hand = back[4] + over * _behind(_unit(back[12] - back[4]))
    line = _unit(back[12] - hand)
    for _ in range(3):
        # Turned about the hand until it rests on the upper back with its own thickness.
        way = back[7:C7] - hand
        lift = (way @ _behind(line) + STICK_M) / (way @ line)
        line = _unit(line + float(lift.max()) * _behind(line))
    along = float((back[S1] - hand) @ line)
    return hand + (along - 0.12) * line, hand + (along + 0.72 * k.body.scale) * line


def _unit(way: Array) -> Array:
    unit: Array = way / np.linalg.norm(way)
    return unit


def _stick(k: Skeleton, i: int) -> Reach:
    """The right hand at the low back, palm back; the left one holds the stick behind the neck."""
    back = k.skin()[0]
    forward, up, right = k.frames[4 if i else C7]
    if i:
        wrist = back[4] - 0.035 * forward + 0.05 * right
        return Reach(wrist, right - 0.4 * forward, -right + 0.2 * up)
    low, high = stick_line(k)
    line = _unit(high - low)
    grip = low + float((back[C7] + 0.04 * k.body.scale * up - low) @ line) * line
    hand = _unit(right - 0.2 * up - 0.3 * forward)
    wrist = grip - 0.07 * k.body.scale * hand
    return Reach(wrist, -right, hand)


def _string(k: Skeleton, i: int) -> Reach:
    """One hand at the collar bones, the other just below the navel, both on the trunk."""
    node = 13 if i else 3
    forward, up, right = k.frames[node]
    wrist = k.skin()[1][node] + 0.03 * forward + SIDES[i] * 0.05 * right
    if i:  # the elbow out to the side, so that the hand is not hidden behind it
        return Reach(wrist, SIDES[i] * right + 0.2 * up, 0.2 * up - SIDES[i] * right)
    return Reach(wrist, SIDES[i] * right - 0.5 * up - 0.8 * forward, -SIDES[i] * right)


def string_points(k: Skeleton) -> Array:
    """(5, 3) the string between the hands, metres: taut in standing, it sags where they near."""
    ends = k.wrist + 0.08 * k.body.scale * k.hand
    full = _standing_string(k.body)
    span = float(np.linalg.norm(ends[0] - ends[1]))
    sag = (0.375 * span * max(0.0, full - span)) ** 0.5  # a flat parabola of that length
    share = np.linspace(0.0, 1.0, 5)[:, None]
    points: Array = (1 - share) * ends[0] + share * ends[1]
    points[:, 1] -= (4 * share * (1 - share) * sag)[:, 0]
    return points


@lru_cache(maxsize=32)
def _standing_string(body: Body) -> float:
    k = pose(body, Angles(arms=_string))
    ends = k.wrist + 0.08 * body.scale * k.hand
    return float(np.linalg.norm(ends[0] - ends[1]))


def swing(angle_deg: float) -> Callable[[Skeleton, int], Reach]:
    """Both long arms at one weight, turned forward from hanging by so many degrees."""

    def reach(k: Skeleton, i: int) -> Reach:
        a, s = radians(angle_deg), k.body.scale
        way = np.array([sin(a), -cos(a), 0.0])
        wrist = k.shoulder[i] + 0.53 * s * way
        wrist[2] = k.shoulder[:, 2].mean() + 0.05 * s * SIDES[i]
        return Reach(wrist, np.array([-0.5 * cos(a), -0.5 * sin(a), SIDES[i]]), way)

    return reach


def take(
    spot: tuple[float, float],
    share: float,
    arms: Callable[[Skeleton, int], Reach],
    aside_m: float = 0.05,
) -> Callable[[Skeleton, int], Reach]:
    """Hands on the way from other arms (0) to a handle (1) at x and y (m) of a body of 1.75 m.

    aside_m: of each hand from the middle of the handle.
    """

    def reach(k: Skeleton, i: int) -> Reach:
        s, other = k.body.scale, arms(k, i)
        goal = s * np.array([spot[0], spot[1], aside_m * SIDES[i]])
        # Around the knees, not through them: the hands stay in front.
        wrist = other.wrist + share * (goal - other.wrist)
        wrist[0] += 0.1 * s * share * (1 - share)
        return Reach(wrist, other.elbow, other.hand)

    return reach


def row(elbow_deg: float) -> Callable[[Skeleton, int], Reach]:
    """Arms that hang straight at 165 degrees of the elbow and pull to the hip as it closes."""

    def reach(k: Skeleton, i: int) -> Reach:
        s = k.body.scale
        squared = UPPER_M**2 + LOWER_M**2 - 2 * UPPER_M * LOWER_M * cos(radians(elbow_deg))
        pulled = min(1.0, max(0.0, (165.0 - elbow_deg) / 85.0))
        line = _unit(k.hip_centre - k.shoulder.mean(0))
        way = _unit(np.array([0.0, -1.0, 0.0]) + 0.55 * pulled * line)
        way = _unit(way + np.array([0.0, 0.0, 0.05 * SIDES[i]]))
        wrist = k.shoulder[i] + s * squared**0.5 * way
        back = np.array([-line[1], line[0], 0.3 * SIDES[i]]) + 0.5 * line
        if back[1] < 0:
            back = np.array([line[1], -line[0], 0.3 * SIDES[i]]) + 0.5 * line
        return Reach(wrist, back, np.array([0.05, -1.0, 0.0]))

    return reach


def overhead(angle_deg: float) -> Callable[[Skeleton, int], Reach]:
    """Arms so that wrist, shoulder and hip make this angle; 180 is the line of the trunk."""

    def reach(k: Skeleton, i: int) -> Reach:
        line = _unit(k.shoulder.mean(0) - k.hip_centre)
        a = radians(180.0 - angle_deg)
        ahead = np.array([line[1], -line[0], 0.0])
        way = cos(a) * line + sin(a) * ahead
        wrist = k.shoulder[i] + 0.53 * k.body.scale * way
        return Reach(wrist, ahead + np.array([0.0, 0.0, SIDES[i]]), way)

    return reach


def _forward(k: Skeleton, i: int) -> Reach:
    """Long arms that rise forward as the knees bend: level in a squat."""
    a = radians(min(90.0, 10.0 + k.thigh_deg + k.shank_deg))
    way = np.array([sin(a), -cos(a), 0.0])
    wrist = k.shoulder[i] + k.body.scale * (0.53 * way + np.array([0.0, 0.0, SIDES[i] * 0.03]))
    return Reach(wrist, np.array([-0.3, -0.5 * sin(a), SIDES[i]]), way)


def curl(share: float) -> Callable[[Skeleton, int], Reach]:
    """Arms that hang (0), or whose forearms are bent up to the shoulders (1)."""

    def reach(k: Skeleton, i: int) -> Reach:
        a = radians(16.0 + 114.0 * share)
        elbow = np.array([0.02, -0.287, SIDES[i] * 0.03])
        wrist = elbow + LOWER_M * np.array([sin(a), -cos(a), 0.0])
        way = np.array([sin(a), -cos(a), 0.0])
        wrist = k.shoulder[i] + k.body.scale * wrist
        return Reach(wrist, np.array([-0.3, -0.6, 0.3 * SIDES[i]]), way)

    return reach


def walk(swing_deg: float) -> Callable[[Skeleton, int], Reach]:
    """Hanging arms, the left one forward by so many degrees, the right one backward."""

    def reach(k: Skeleton, i: int) -> Reach:
        hanging = _hang(k, i)
        wrist = hanging.wrist - np.array([0.5 * SIDES[i] * sin(radians(swing_deg)), 0.0, 0.0])
        return Reach(wrist, hanging.elbow, hanging.hand)

    return reach


def _wide(k: Skeleton, i: int) -> Reach:
    """Hanging arms between legs that stand wide: the hands near each other."""
    wrist = k.shoulder[i] + k.body.scale * np.array([0.06, -0.522, -SIDES[i] * 0.07])
    return Reach(wrist, np.array([-0.3, 0.0, SIDES[i]]), np.array([0.1, -1.0, 0.0]))


ARMS: dict[str, Callable[[Skeleton, int], Reach]] = {
    "hang": _hang,
    "hold": _hold,
    "crossed": _crossed,
    "stick": _stick,
    "string": _string,
    "wide": _wide,
    "forward": _forward,
}
"""Ways to hold the arms, by name: each takes a body without arms and a side (0 left, 1 right)."""
