"""A person in the frame -> where on the glass their eye sees their reflection.

The heels give the person's distance, since they are on the floor; where no heel is seen, the body
height gives it. A body side-on to the glass counts as flat: its back lies in one plane, parallel to
the glass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mirror.display.glass import RigGeometry
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.joints import BODY_HEIGHT, PRESENT
from mirror.hinge.measure.pose import Mark, Pose

Eye = Literal["left", "right", "both"]

NEAREST_M, FARTHEST_M = 0.5, 6.0
"""Nearest and farthest distance from the glass that is believed."""
EYE_AHEAD_M = 0.08
"""Half a head: the eyes of a turned head are this much nearer to the glass than the middle of the
body side-on."""
STANCE_M = 0.10
"""Distance from the middle of the body to a foot, used where only one foot is seen."""
EYES = {
    "left": (Mark.LEFT_EYE,),
    "right": (Mark.RIGHT_EYE,),
    "both": (Mark.LEFT_EYE, Mark.RIGHT_EYE),
}


@dataclass(frozen=True)
class Reflection:
    """One eye in front of one glass. height_m: the person's height, where it is known."""

    setting: RigGeometry
    eye: Eye = "right"
    height_m: float | None = None

    def body_m(self, poses: Sequence[Pose], body_px: float) -> float | None:
        """Distance of the middle of the body from the glass, metres; None if it is unknown.

        poses: the last ones in which the feet stood still; their mean is steadier.
        body_px: length of trunk and leg together while standing.
        """
        found = by_heels(self.setting, poses)
        if found is None and self.height_m is not None and body_px > 0:
            found = self.setting.focal_px * self.height_m / (BODY_HEIGHT * body_px)
        return found if found is not None and NEAREST_M <= found <= FARTHEST_M else None

    def places(self, pose: Pose, points: Array, body_m: float) -> Array:
        """(n, 2) mm on the glass where the eye sees these (n, 2) pixels of the body reflected."""
        eye = self.setting.at(eye_px(pose, self.eye), body_m - EYE_AHEAD_M)
        return self.setting.on_glass(eye, self.setting.at(points, body_m))


def eye_px(pose: Pose, eye: Eye) -> Array:
    """(2,) pixels of the seeing eye; for both eyes, the middle between them."""
    middle: Array = pose.points[list(EYES[eye])].mean(axis=0)
    return middle


def by_heels(setting: RigGeometry, poses: Sequence[Pose]) -> float | None:
    """Distance of the middle between both feet, metres; None where neither is seen well."""
    found: list[float] = []
    for heel in (Mark.LEFT_HEEL, Mark.RIGHT_HEEL):
        seen = [p.points[heel] for p in poses if p.visibility[heel] >= PRESENT]
        if 2 * len(seen) > len(poses):
            found.append(setting.heel_m(np.mean(seen, axis=0)))
    if not found:
        return None
    # The hidden foot is farther from the glass than the visible one.
    return sum(found) / len(found) + (STANCE_M if len(found) == 1 else 0.0)
