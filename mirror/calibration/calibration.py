"""The stored calibration: calibration.toml in the state folder.

It corrects the settings that it was made with and fits no others. If mirror.toml has changed since,
the mirror ignores the calibration and asks for a new one.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass
from pathlib import Path

import msgspec

from mirror.calibration.fitting import Correction, Fitted
from mirror.calibration.projection import Reflection
from mirror.camera.optics import lens
from mirror.config import CameraSettings, ScreenSettings, Settings, named, state_folder
from mirror.display.glass import Glass, RigGeometry
from mirror.errors import ConfigError, OutputError
from mirror.files import replacing

NAME = "calibration.toml"
CAMERA = (
    *("width", "height", "flip", "lens", "fov_deg", "k1", "k2"),
    *("height_m", "aside_m", "tilt_deg", "pan_deg", "roll_deg"),
)
SCREEN = ("diagonal_in", "rotate", "bottom_m", "gap_mm")
"""Settings that a calibration corrects."""

HEAD = b"# Made by `hinge-mirror calibrate`. Delete this file to forget it.\n"

Value = bool | int | float | str


@dataclass(frozen=True)
class Calibration:
    """A correction and its origin.

    residual_mm: as shown when it was made. made_with: the settings that it corrects, by key.
    """

    correction: Correction
    residual_mm: float
    made_with: dict[str, Value]


def kept_at() -> Path:
    """Path of the stored calibration."""
    return state_folder() / NAME


def made_with(camera: CameraSettings, screen: ScreenSettings) -> dict[str, Value]:
    """The settings that a calibration corrects."""
    values = {f"camera.{key}": getattr(camera, key) for key in CAMERA}
    values["camera.rotate"] = camera.turn
    values |= {f"screen.{key}": getattr(screen, key) for key in SCREEN}
    return {key: value for key, value in values.items() if value is not None}


def keep(fitted: Fitted, settings: Settings) -> Path:
    """Store a calibration, whole or not at all; returns its path.

    Raises:
        OutputError: it cannot be written; the earlier calibration stays.
    """
    path = kept_at()
    correction = Correction(*(round(value, 5) for value in astuple(fitted.correction)))
    made = Calibration(
        correction, round(fitted.residual_mm, 1), made_with(settings.camera, settings.screen)
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}).") from error
    with replacing(path) as scratch:
        scratch.write_bytes(HEAD + msgspec.toml.encode(made))
    return path


def load_calibration(path: Path) -> Calibration | None:
    """Read the stored calibration; None if there is none.

    Raises:
        ConfigError: the file cannot be read, or is damaged.
    """
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=Calibration)
        numbers = (*astuple(found.correction), found.residual_mm)
        if not all(map(math.isfinite, numbers)):
            raise ValueError("a number is not finite")
        return found
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from error
    # Also of bytes, of huge numbers, and of depth.
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise ConfigError(f"{path}: is damaged ({error}); calibrate again.") from error


def fitting(settings: Settings) -> Calibration | None:
    """The stored calibration, if it was made with these settings.

    Raises:
        ConfigError: it is damaged, or was made with other settings; the message names them.
    """
    path = kept_at()
    found = load_calibration(path)
    if found is None:
        return None
    now = made_with(settings.camera, settings.screen)
    other = sorted(key for key in now | found.made_with if now.get(key) != found.made_with.get(key))
    if other:
        keys = ", ".join(map(named, other))
        raise ConfigError(f"{path}: was made with another {keys}; calibrate again.")
    return found


def as_configured(settings: Settings, glass: Glass, size: tuple[int, int]) -> RigGeometry:
    """Where the settings place camera and panel. size: width and height of a frame, pixels."""
    return RigGeometry.of(settings.camera, settings.screen, glass, lens(settings.camera, size))


def reflection(
    settings: Settings, glass: Glass, size: tuple[int, int], calibration: Calibration | None
) -> Reflection | None:
    """What places the line on the reflection; None if the settings ask for the figure instead."""
    line = settings.screen.line
    if line == "figure" or (line == "auto" and calibration is None):
        return None
    setting = as_configured(settings, glass, size)
    if calibration is not None:
        setting = calibration.correction.of(setting)
    return Reflection(setting, settings.coach.eye, settings.coach.body_height_m)
