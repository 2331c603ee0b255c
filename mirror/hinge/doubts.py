"""How far the measures of a picture can be trusted, and the one thing that would help."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mirror.hinge.geometry import gate
from mirror.hinge.joints import BODY_HEIGHT
from mirror.hinge.pose import Mark, Pose
from mirror.hinge.view import Heading, View

ASKING = {View.SIDE: "turn-side-on", View.OBLIQUE: "turn-side-on", View.FRONT: "face-me"}
"""What is asked of a person who is not seen from this side."""
SIDE_GATE, FRONT_GATE = (15.0, 22.0), (48.0, 40.0)
"""Turns, degrees from side view, that cost no trust, and all of it."""


@dataclass(frozen=True)
class Seeking:
    """What a variation looks for. views: first the one that is asked for, then those that serve.

    one_leg: the angles of the legs are those of the leg that stands alone, while one does.
    least_fps: pictures a second that cost no trust, and all of it.
    """

    views: tuple[View, ...] = (View.SIDE,)
    one_leg: bool = False
    least_fps: tuple[float, float] = (9.0, 5.0)


FROM_SIDE = Seeking()


def doubts(
    pose: Pose,
    heading: Heading,
    sights: dict[str, float],
    legs: tuple[tuple[float, float], ...],
    frame_s: float | None,
    bones_px: float,
    seeking: Seeking,
) -> list[tuple[float, str]]:
    """Confidence gates (METRICS 4c), each with the one thing that would help."""
    height = pose.size[1]
    top = float(pose.points[: Mark.LEFT_SHOULDER, 1].min())
    feet = pose.points[[Mark.LEFT_HEEL, Mark.RIGHT_HEEL, Mark.LEFT_ANKLE, Mark.RIGHT_ANKLE], 1]
    lengths = [px for _, px in legs]
    mean = sum(lengths) / len(lengths)
    jitter = math.sqrt(sum((px - mean) ** 2 for px in lengths) / len(lengths)) / max(mean, 1.0)
    inside = 1.0 if top > -0.02 * height and float(feet.max()) < 1.02 * height else 0.0
    return [
        (inside, "step-back"),
        (gate(sum(sights.values()) / len(sights), 0.8, 0.5), "step-back"),
        (gate(BODY_HEIGHT * bones_px, 300.0, 180.0), "come-closer"),
        (max(_facing(heading, view) for view in seeking.views), ASKING[seeking.views[0]]),
        (gate(1.0 / frame_s, *seeking.least_fps) if frame_s else 1.0, "slow-pictures"),
        (gate(jitter, 0.05, 0.12), "unsteady"),
    ]


def _facing(heading: Heading, view: View) -> float:
    """How well the person is seen from this side, 0..1."""
    if view is View.OBLIQUE:
        return 1.0
    return gate(heading.turn_deg, *(FRONT_GATE if view is View.FRONT else SIDE_GATE))
