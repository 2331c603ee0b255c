"""Joints of a pose: the mean of both sides, and how far a landmark is trusted."""

from __future__ import annotations

from mirror.hinge.measure.geometry import Point, weighted_mean
from mirror.hinge.measure.pose import Mark, Pose

PRESENT = 0.5
"""Least visibility at which the joints of a person are used at all."""
GUESSED, FAINT = 0.4, 0.01
"""Greatest visibility of a joint that is a guess: a far ankle behind a weight may be drawn half a
shank away at .35. It keeps a faint weight, for where both sides are guesses."""
BODY_HEIGHT = 1.3
"""Body height in lengths of trunk and leg together: .288 + .485 of it (Drillis and Contini)."""
TRUNK_CM = 50.0
"""Mid-hip to mid-shoulder, centimetres, where the body height is not known."""

JOINTS = {
    "shoulder": (Mark.LEFT_SHOULDER, Mark.RIGHT_SHOULDER),
    "hip": (Mark.LEFT_HIP, Mark.RIGHT_HIP),
    "knee": (Mark.LEFT_KNEE, Mark.RIGHT_KNEE),
    "ankle": (Mark.LEFT_ANKLE, Mark.RIGHT_ANKLE),
}


FAR = 0.3
"""Weight of the far knee and ankle in side view, where the near leg hides them: at a visibility of
.65 the far ankle may still be drawn a third of a shank away."""


def joint(pose: Pose, left: Mark, right: Mark, far: str | None = None, share: float = FAR) -> Point:
    """Middle of both sides by their visibility, pixels; a guessed side hardly counts.

    It steps less than the nearer side alone where left and right get mixed up. far: `left` or
    `right` for the side that is turned away and counts only `share` as much.
    """
    a, b = (max(pose.seen[mark] - GUESSED, FAINT) for mark in (left, right))
    if far is not None:
        a, b = (a, b * share) if far == "right" else (a * share, b)
    return weighted_mean(pose.at[left], pose.at[right], (a, b))
