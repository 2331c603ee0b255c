"""The measured glass: its size, and where on it an eye sees its own reflection.

Everything that is drawn is placed in millimetres on the upright glass (origin top left, y down),
so the same scene is the same size for the eye on a 720p panel and on a 4K one.

The room has axes in metres: x to the right of a person who faces the glass, from the middle of
the panel; y up from the floor; z from the reflecting face towards the person. A point P is seen by
an eye E where the line from E to the image of P behind the glass, (P_x, P_y, -P_z), meets the
display, a gap g behind that face: M = E + (e_z + g) / (e_z + p_z) (P - E).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

import numpy as np

from mirror.config import CameraSettings, ScreenSettings
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.lens import Lens, level

MM_PER_INCH = 25.4
HEEL_M = 0.03
"""Height of the heel's landmark above the floor."""


@dataclass(frozen=True)
class Glass:
    """The upright glass as the person sees it, however the panel behind it is turned."""

    width_mm: float
    height_mm: float
    width_px: int
    height_px: int

    @classmethod
    def of(cls, pixels: tuple[int, int], settings: ScreenSettings) -> Glass:
        """Measure a display.

        Args:
            pixels: width and height of the panel as the system reports it, before rotation.
            settings: the diagonal in inches, and how far the picture is turned on it.

        Raises:
            ValueError: the size is not positive.
        """
        width, height = pixels if settings.rotate in (0, 180) else (pixels[1], pixels[0])
        if width < 1 or height < 1:
            raise ValueError(f"a display of {pixels[0]}x{pixels[1]} pixels cannot be measured")
        # Pixels of panels are square, so the diagonal gives one scale for both directions.
        mm_per_px = settings.diagonal_in * MM_PER_INCH / hypot(width, height)
        return cls(width * mm_per_px, height * mm_per_px, width, height)

    @property
    def px_per_mm(self) -> float:
        """Pixels in one millimetre, the same across and down."""
        return self.width_px / self.width_mm


@dataclass(frozen=True)
class RigGeometry:
    """How camera and panel hang in the room, and the directions of the camera's upright pixels.

    camera: x and y of the lens, metres, in the plane of the glass. panel: width and height of what
    shines, metres; its lower edge is `bottom` above the floor. gap: from the reflecting face to the
    display, metres. size, focal_px, centre: of the upright picture (`hinge.lens`).
    """

    camera: tuple[float, float]
    panel: tuple[float, float]
    bottom: float
    gap: float
    size: tuple[int, int]
    focal_px: float
    centre: tuple[float, float]
    floor: float = HEEL_M
    """Height at which heels are seen to stand."""
    tilt_deg: float = 0.0
    pan_deg: float = 0.0
    roll_deg: float = 0.0
    """Angles by which the upright picture is still turned; signs as those of `Lens`."""

    @classmethod
    def of(
        cls, camera: CameraSettings, screen: ScreenSettings, glass: Glass, lens: Lens
    ) -> RigGeometry:
        """As configured."""
        return cls(
            camera=(camera.aside_m, camera.height_m),
            panel=(glass.width_mm / 1000, glass.height_mm / 1000),
            bottom=screen.bottom_m,
            gap=screen.gap_mm / 1000,
            size=lens.size,
            focal_px=lens.focal_px,
            centre=(float(lens.centre[0]), float(lens.centre[1])),
        )

    def slopes(self, points: Array) -> Array:
        """(..., 2) upright pixels -> metres to the right and up for each metre ahead."""
        rays = (points - np.array(self.centre)) / self.focal_px
        ahead = np.concatenate([rays, np.ones((*rays.shape[:-1], 1))], -1)
        ahead = ahead @ level(self.tilt_deg, self.pan_deg, self.roll_deg).T
        # A person who faces the camera has the picture's right on their left; pixels run down.
        slopes: Array = -ahead[..., :2] / ahead[..., 2:]
        return slopes

    def at(self, points: Array, z: float) -> Array:
        """(..., 3) metres: the points of the picture, at a distance from the glass."""
        flat = np.array(self.camera) + z * self.slopes(points)
        return np.concatenate([flat, np.full((*flat.shape[:-1], 1), z)], -1)

    def heel_m(self, heel: Array) -> float:
        """Distance of a heel on the floor from its (2,) pixels, metres; far beyond the horizon."""
        fall = max(-float(self.slopes(heel)[1]), 1e-3)
        return (self.camera[1] - self.floor) / fall

    def on_glass(self, eye: Array, points: Array) -> Array:
        """(..., 2) mm on the glass: where an eye (3,) sees the reflection of points (..., 3)."""
        share = (eye[2] + self.gap) / (eye[2] + points[..., 2:])
        return self.mm(eye[:2] + share * (points[..., :2] - eye[:2]))

    def mm(self, places: Array) -> Array:
        """(..., 2) metres right of the panel's middle and above the floor -> mm on the glass."""
        top = self.bottom + self.panel[1]
        flat: Array = 1000 * np.stack(
            [places[..., 0] + self.panel[0] / 2, top - places[..., 1]], -1
        )
        return flat
