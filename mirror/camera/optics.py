"""The camera's lens from the settings: presets by name, or the owner's own numbers.

The presets are the published fields of view of the camera modules; their focal lengths and
sensors give the distortion of the wide one. None was measured by us.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import atan2, inf, radians, tan

import numpy as np
from msgspec.structs import replace

from mirror.config import CameraSettings
from mirror.hinge.measure.lens import Lens


@dataclass(frozen=True)
class Module:
    """Fields of view of the whole sensor along its longer and shorter side, and its distortion."""

    long_deg: float
    short_deg: float
    k1: float = 0.0
    k2: float = 0.0


MODULES = {
    "module-2": Module(62.2, 48.8),
    "module-3": Module(66.0, 41.0),
    # f 2.75 mm on 6.45 x 3.63 mm would see 99 x 67 deg, 107 across; 102 x 67 and 120 are published.
    "module-3-wide": Module(102.0, 67.0, 0.0102, -0.0282),
}
"""raspberrypi.com/documentation/accessories/camera.html"""


@lru_cache(maxsize=8)
def lens(camera: CameraSettings, size: tuple[int, int]) -> Lens:
    """The lens behind pictures of this size, (width, height) pixels, upright."""
    if camera.lens == "own":
        k1, k2 = camera.k1, camera.k2
        focal = max(size) / 2 / _bent(camera.fov_deg or 0.0, k1, k2)
    else:
        module = MODULES[camera.lens]
        k1, k2 = module.k1, module.k2
        long, short = size if camera.turn in (0, 180) else size[::-1]  # along the sensor's sides
        # The sensor's picture is cut to this shape at the ends that are too long: the other side
        # shows all that the sensor sees.
        focal = max(
            long / 2 / _bent(module.long_deg, k1, k2), short / 2 / _bent(module.short_deg, k1, k2)
        )
    return Lens(
        size, focal, k1, k2,
        tilt_deg=camera.tilt_deg, pan_deg=camera.pan_deg, roll_deg=camera.roll_deg,
    )  # fmt: skip


ASIDE = {"overhead": 0.5, "single-leg": 0.58}
"""How far hands, or the free foot, go to one side of where the feet stood, body heights: of the
figure, bowed as deep as it goes."""


def whole_from_m(
    camera: CameraSettings, size: tuple[int, int], body_m: float, variation: str = ""
) -> float:
    """Metres from the glass from which on somebody of this height is seen from head to foot.

    variation: what is to be seen of it beside the feet, too, where these stand in the middle.
    """
    level = lens(replace(camera, tilt_deg=0.0, pan_deg=0.0, roll_deg=0.0), size)
    width, height = size
    edge = height / 2 - float(level.upright(np.array([width / 2, 0.0]))[1])
    half, tilt = atan2(edge, level.focal_px), radians(camera.tilt_deg)
    feet, head = camera.height_m, body_m - camera.height_m
    side = width / 2 - float(level.upright(np.array([0.0, height / 2]))[0])
    across = ASIDE.get(variation, 0.0) * body_m * level.focal_px / side
    return max(
        across,
        *(
            away / tan(angle) if angle > 0 else inf if away > 0 else 0.0
            for away, angle in ((feet, half + tilt), (head, half - tilt))
        ),
    )


def _bent(field_deg: float, k1: float, k2: float) -> float:
    """How far from the middle the edge of a field of view is seen, in focal lengths."""
    radius = tan(radians(field_deg / 2))
    return radius * (1 + k1 * radius**2 + k2 * radius**4)
