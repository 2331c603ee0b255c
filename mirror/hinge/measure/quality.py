"""How far the measures of a frame can be trusted, and the one thing that would help."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mirror.hinge.measure.geometry import gate
from mirror.hinge.measure.joints import BODY_HEIGHT
from mirror.hinge.measure.pose import Mark, Pose
from mirror.hinge.measure.view import Heading, View

ASKING = {View.SIDE: "turn-side-on", View.OBLIQUE: "turn-side-on", View.FRONT: "face-me"}
"""The request to a person who is not seen from this side."""
SIDE_GATE, FRONT_GATE = (24.0, 30.0), (48.0, 40.0)
"""Turn from side view, degrees: full trust up to the first, none from the second. The back of
rendered people is read alike up to 24 degrees off."""
SMALL_PX = (160.0, 110.0)
"""Height of a standing person, pixels: full trust from the first, none below the second. The pose
model sees a crop of 256 pixels whatever the size."""


@dataclass(frozen=True)
class ViewRequirement:
    """The view that a variation needs. views: first the one to ask for, then others that will do.

    one_leg: the angles of the legs are those of the leg that stands alone, while one does.
    least_fps: frames a second: full trust from the first, none at the second. needs_hands: across,
    the hands must be in the frame, too.
    """

    views: tuple[View, ...] = (View.SIDE,)
    one_leg: bool = False
    least_fps: tuple[float, float] = (9.0, 5.0)
    needs_hands: bool = False


FROM_SIDE = ViewRequirement()
HEAD = tuple(range(Mark.LEFT_SHOULDER))
FEET = (Mark.LEFT_HEEL, Mark.RIGHT_HEEL, Mark.LEFT_ANKLE, Mark.RIGHT_ANKLE)
TRUNK = (Mark.LEFT_SHOULDER, Mark.RIGHT_SHOULDER, Mark.LEFT_HIP, Mark.RIGHT_HIP)
HANDS = (Mark.LEFT_WRIST, Mark.RIGHT_WRIST)
OUTSIDE = 0.02
"""Distance beyond the edge, in shares of the frame, from which a landmark is cut off."""


def doubts(
    pose: Pose,
    heading: Heading,
    sights: dict[str, float],
    legs: tuple[tuple[float, float], ...],
    frame_s: float | None,
    bones_px: float,
    requirement: ViewRequirement,
) -> list[tuple[float, str]]:
    """Confidence gates (judged), each with the one thing that would help."""
    lengths = [px for _, px in legs]
    mean = sum(lengths) / len(lengths)
    jitter = math.sqrt(sum((px - mean) ** 2 for px in lengths) / len(lengths)) / max(mean, 1.0)
    return [
        (float(_is_inside(pose, requirement)), "step-back"),
        (gate(sum(sights.values()) / len(sights), 0.8, 0.5), "step-back"),
        (gate(BODY_HEIGHT * bones_px, *SMALL_PX), "come-closer"),
        (max(_facing(heading, view) for view in requirement.views), ASKING[requirement.views[0]]),
        (gate(1.0 / frame_s, *requirement.least_fps) if frame_s else 1.0, "slow-pictures"),
        (gate(jitter, 0.05, 0.12), "unsteady"),
    ]


def _is_inside(pose: Pose, requirement: ViewRequirement) -> bool:
    """Whether head and feet, and across also the hips, are in the frame; hands where needed."""
    width, height = pose.size
    if min(pose.at[mark][1] for mark in HEAD) <= -OUTSIDE * height:
        return False
    if max(pose.at[mark][1] for mark in FEET) >= (1.0 + OUTSIDE) * height:
        return False
    hands = HANDS if requirement.needs_hands else ()
    wide = [pose.at[m][0] for m in (*HEAD, Mark.LEFT_HIP, Mark.RIGHT_HIP, *FEET, *hands)]
    return bool(min(wide) > -OUTSIDE * width and max(wide) < (1.0 + OUTSIDE) * width)


def has_trunk(pose: Pose) -> bool:
    """Whether head, shoulders and hips, which the back is read from, lie in the frame."""
    return all(
        -OUTSIDE * size < pose.at[mark][axis] < (1.0 + OUTSIDE) * size
        for mark in (*HEAD, *TRUNK)
        for axis, size in enumerate(pose.size)
    )


def _facing(heading: Heading, view: View) -> float:
    """How well the person is seen from this side, 0..1."""
    if view is View.OBLIQUE:
        return 1.0
    return gate(heading.turn_deg, *(FRONT_GATE if view is View.FRONT else SIDE_GATE))
