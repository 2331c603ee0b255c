"""A person in the picture -> where on the glass their own eye sees them reflected.

How far away the person stands is told by the heels, which are on the floor; where those can't be
seen, by the height of the body. A body that stands side-on is flat: its back lies in one plane,
parallel to the glass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mirror.display.glass import Setting
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.joints import BODY_HEIGHT, PRESENT
from mirror.hinge.measure.pose import Mark, Pose

Eye = Literal["left", "right", "both"]

NEAREST_M, FARTHEST_M = 0.5, 6.0
"""Distances at which a person is believed to stand."""
EYE_AHEAD_M = 0.08
"""How far the eyes of a head that is turned to the glass are before the middle of a body that
stands side-on: half a head."""
STANCE_M = 0.10
"""From the middle of the body to either foot, where only one of them is seen."""
EYES = {
    "left": (Mark.LEFT_EYE,),
    "right": (Mark.RIGHT_EYE,),
    "both": (Mark.LEFT_EYE, Mark.RIGHT_EYE),
}


@dataclass(frozen=True)
class Reflection:
    """One eye before one glass.

    height_m: of the person's body, where it is known.
    """

    setting: Setting
    eye: Eye = "right"
    height_m: float | None = None

    def body_m(self, poses: Sequence[Pose], body_px: float) -> float | None:
        """Distance of the middle of the body from the glass, metres; None if it can't be told.

        poses: of the last moments, in which the feet stood still: their mean is steadier.
        body_px: lengths of trunk and leg together, while standing.
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
    """(2,) pixels of the eye that looks; of both, the middle between them."""
    middle: Array = pose.points[list(EYES[eye])].mean(axis=0)
    return middle


def by_heels(setting: Setting, poses: Sequence[Pose]) -> float | None:
    """Distance of the middle between both feet; None where neither is seen well."""
    found: list[float] = []
    for heel in (Mark.LEFT_HEEL, Mark.RIGHT_HEEL):
        seen = [p.points[heel] for p in poses if p.visibility[heel] >= PRESENT]
        if 2 * len(seen) > len(poses):
            found.append(setting.heel_m(np.mean(seen, axis=0)))
    if not found:
        return None
    # A foot that is hidden stands behind the one that is seen.
    return sum(found) / len(found) + (STANCE_M if len(found) == 1 else 0.0)
