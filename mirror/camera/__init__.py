"""Where frames come from: Frame, the Camera protocol, and the table of cameras.

A new camera is one file in this package and one row of `CAMERAS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mirror.config import CameraSettings


@dataclass(frozen=True, eq=False)
class Frame:
    """One upright picture.

    rgb: (height, width, 3) uint8, red first, owned by the frame (never a live camera buffer).
    taken_at: seconds on the camera's own monotonic clock; only differences mean anything.
    """

    rgb: npt.NDArray[np.uint8]
    taken_at: float


class Camera(Protocol):
    """A source of frames. Opened by its constructor, used by one thread."""

    size: tuple[int, int]
    """Width and height of the upright picture, pixels."""
    fps: float
    """Nominal frames a second."""
    frames_total: int | None
    """How many frames there will be; None where there is no end."""

    def read(self) -> Frame | None:
        """Wait for the next frame; None when the source has ended.

        Raises:
            CameraStalled: no frame came for `stall_s` seconds.
            CameraError: the source broke.
        """

    def close(self) -> None:
        """Free the device. May be called twice."""


CAMERAS: dict[str, str] = {
    "picamera": "mirror.camera.picamera",
    "figure": "mirror.simulator.camera",
    "video": "mirror.camera.video",
    "auto": "mirror.camera.auto",
}
"""Name -> module with `open_camera(settings: CameraSettings, *, live: bool) -> Camera`."""


def open_camera(settings: CameraSettings, *, live: bool = True) -> Camera:
    """Open `settings.source`: `picamera`, `figure`, `auto`, a webcam index, or the path of a video.

    live: a video or the figure keeps real time; else frames come as fast as they are read.

    Raises:
        CameraError: it cannot be opened.
    """
    name = settings.source if settings.source in CAMERAS else "video"
    camera: Camera = import_module(CAMERAS[name]).open_camera(settings, live=live)
    return camera
