"""Dots that a person has brought their reflection to -> the error of the camera's settings.

Each sample says: with these pixels in the frame, the eye saw its reflection, or that of the heel,
at this dot of the glass. The settings count as measurements by tape and level, with their own
standard deviations. So least squares over both has one answer, even from few dots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from typing import Literal

import numpy as np

from mirror.calibration.projection import EYE_AHEAD_M
from mirror.display.glass import RigGeometry
from mirror.hinge.measure.geometry import Array

Aim = Literal["eye", "heel", "knee"]
"""What the person brings to a dot: the seeing eye, or the nearer heel or knee."""

DOT_MM = 8.0
"""Standard deviation of a reflection from its dot: the person's aim and the landmarks together."""
STEPS = 12
"""Gauss-Newton steps of a fit."""


@dataclass(frozen=True)
class Correction:
    """Added to the settings: metres, degrees; zoom is a factor of the focal length, minus 1."""

    aside_m: float = 0.0
    height_m: float = 0.0
    floor_m: float = 0.0
    tilt_deg: float = 0.0
    pan_deg: float = 0.0
    roll_deg: float = 0.0
    zoom: float = 0.0

    def of(self, setting: RigGeometry) -> RigGeometry:
        """The setting, corrected."""
        return replace(
            setting,
            camera=(setting.camera[0] + self.aside_m, setting.camera[1] + self.height_m),
            floor=setting.floor + self.floor_m,
            tilt_deg=setting.tilt_deg + self.tilt_deg,
            pan_deg=setting.pan_deg + self.pan_deg,
            roll_deg=setting.roll_deg + self.roll_deg,
            focal_px=setting.focal_px * (1.0 + self.zoom),
        )


DOUBT = Correction(0.06, 0.10, 0.02, 2.5, 2.5, 1.0, 0.02)
"""Standard deviation of each setting from the truth."""


@dataclass(frozen=True, eq=False)
class Sample:
    """One reflection at its dot, in mm on the glass. Points are (2,) pixels of the upright frame.

    point: what the person brought to the dot. near, far: the heel nearer to the glass, the other.
    """

    aim: Aim
    dot: tuple[float, float]
    point: Array
    eye: Array
    near: Array
    far: Array


@dataclass(frozen=True)
class Fitted:
    """A correction and its residual_mm: root mean square distance of reflections from dots."""

    correction: Correction
    residual_mm: float


def spot(setting: RigGeometry, sample: Sample) -> Array:
    """(2,) mm on the glass: where the eye saw the aim of this sample, by this setting."""
    near_m = setting.heel_m(sample.near)
    body_m = (near_m + setting.heel_m(sample.far)) / 2
    eye = setting.at(sample.eye, body_m - EYE_AHEAD_M)
    aimed = eye if sample.aim == "eye" else setting.at(sample.point, near_m)
    return setting.on_glass(eye, aimed)


def fit(setting: RigGeometry, samples: Sequence[Sample]) -> Fitted:
    """The correction that explains the samples best (Gauss-Newton)."""
    doubt = np.array(astuple(DOUBT))
    values = np.zeros(len(fields(Correction)))

    def off(shares: Array) -> Array:
        """Residuals of the dots and of the settings, in standard deviations."""
        now = Correction(*(shares * doubt).tolist()).of(setting)
        dots = [(spot(now, s) - np.array(s.dot)) / DOT_MM for s in samples]
        left: Array = np.concatenate([*dots, shares])
        return left

    for _ in range(STEPS):
        here = off(values)
        nudge = 1e-4
        slope = np.stack(
            [(off(values + nudge * e) - here) / nudge for e in np.eye(len(values))], axis=1
        )
        step = np.linalg.lstsq(slope, -here, rcond=None)[0]
        # Far from the answer a whole step may overshoot: never more than two deviations at once.
        values = values + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-9))
    found = Correction(*(values * doubt).tolist())
    after = [spot(found.of(setting), s) - np.array(s.dot) for s in samples]
    return Fitted(found, float(np.sqrt(np.mean(np.square(after)))))
