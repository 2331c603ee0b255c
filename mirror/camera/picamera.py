"""Frames from a Raspberry Pi camera, through picamera2 (from apt on Raspberry Pi OS).

Mirroring and half turns are done by the sensor, quarter turns here. A frame is stamped with
the sensor's own monotonic clock.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any

import numpy as np

from mirror.camera import Camera, Frame
from mirror.config import CameraSettings
from mirror.errors import CameraError, CameraStalled

_CHANNELS = {
    "BGR888": slice(0, 3),  # libcamera names formats by their word: in memory this is R, G, B
    "RGB888": slice(None, None, -1),
    "XBGR8888": slice(0, 3),
    "XRGB8888": slice(2, None, -1),
}
"""Format that the camera agreed to -> which bytes of a pixel are red, green, blue."""

_MANUAL_FOCUS = 0  # libcamera.controls.AfModeEnum.Manual
_SHORT_EXPOSURE = 1  # libcamera.controls.AeExposureModeEnum.Short
_MANUAL_FLICKER = 1  # libcamera.controls.AeFlickerModeEnum.Manual
_RAW_BITS = range(10, 13)
"""Bits of a raw pixel that are preferred: 8 show as bands in the dark, more than 12 cost memory."""
_DIOPTRES = 0.45
"""Focused at 2.2 m, sharp enough from 1.5 to 4 m."""
_BUFFERS = 4
"""One being filled, one queued behind it, one being copied, one to spare."""


def open_camera(settings: CameraSettings, *, live: bool = True) -> Camera:
    """Open the first camera. `live` means nothing here: a camera always is.

    Raises:
        CameraError: picamera2 or the camera is missing, in use, or refuses the settings.
    """
    return PiCamera(settings)


class PiCamera:
    """The first camera that libcamera lists."""

    frames_total: int | None = None

    def __init__(self, settings: CameraSettings) -> None:
        # Only libcamera's errors; it prints several lines on each start otherwise.
        os.environ.setdefault("LIBCAMERA_LOG_LEVELS", "*:ERROR")
        try:
            from libcamera import Transform
            from picamera2 import Picamera2
        except (ImportError, OSError) as error:
            raise CameraError(
                f"picamera2 cannot be loaded ({error}): on a Raspberry Pi install it with "
                "`sudo apt install python3-picamera2`; elsewhere use `--camera figure`."
            ) from error
        self._stall_s = settings.stall_s
        self._quarter_turns = settings.turn // 90 % 2 * (settings.turn // 90)
        self._job: Any = None
        self._camera: Any = None
        try:
            if not Picamera2.global_camera_info():
                raise CameraError("no camera is connected: check its ribbon cable.")
            self._camera = Picamera2(0)
            self._start(settings, Transform)
        except CameraError:
            self.close()
            raise
        # picamera2 raises RuntimeError, IndexError, ValueError and more for one cause.
        except Exception as error:
            self.close()
            raise CameraError(
                f"the camera cannot be started, is another program using it? ({error})."
            ) from error

    def _start(self, settings: CameraSettings, transform: Any) -> None:
        camera = self._camera
        turned = self._quarter_turns != 0
        size = (settings.width, settings.height)
        half_turn = settings.turn == 180
        controls: dict[str, Any] = {}
        if "FrameDurationLimits" in camera.camera_controls:
            frame_us = round(1_000_000 / settings.fps)
            controls["FrameDurationLimits"] = (frame_us, frame_us)
        if "LensPosition" in camera.camera_controls:
            # Left alone the lens of a Camera Module 3 rests at 1 m; searching, it finds the glass.
            controls |= {"AfMode": _MANUAL_FOCUS, "LensPosition": _DIOPTRES}
        if "AeExposureMode" in camera.camera_controls:
            # Behind the glass it is dark: rather noise than hands that are a smear.
            controls["AeExposureMode"] = _SHORT_EXPOSURE
        if settings.mains_hz and {"AeFlickerMode", "AeFlickerPeriod"} <= set(
            camera.camera_controls
        ):
            # A lamp brightens twice in a period of the mains; libcamera takes microseconds.
            controls["AeFlickerMode"] = _MANUAL_FLICKER
            controls["AeFlickerPeriod"] = 500_000 // settings.mains_hz
        # Mirroring the upright picture left-right is mirroring a sensor on its side up-down.
        wanted = transform(
            hflip=half_turn != (settings.flip and not turned),
            vflip=half_turn or (settings.flip and turned),
        )
        camera.configure(
            camera.create_video_configuration(
                main={"size": size[::-1] if turned else size, "format": "BGR888"},
                controls=controls,
                sensor=_whole_view(camera, settings.fps),
                transform=wanted,
                buffer_count=_BUFFERS,
                # Without a queue a capture is the next frame, never one from before the wait.
                queue=False,
            )
        )
        agreed = camera.camera_configuration()
        stream, done = agreed["main"], agreed["transform"]
        if stream["format"] not in _CHANNELS:
            raise CameraError(f"the camera gives {stream['format']} pictures, not RGB ones.")
        self._channels = _CHANNELS[stream["format"]]
        # What the sensor could not do is done here; None in a list of steps costs nothing.
        self._mirror = tuple(
            slice(None, None, -1 if bool(want) != bool(got) else None)
            for want, got in ((wanted.vflip, done.vflip), (wanted.hflip, done.hflip))
        )
        width, height = stream["size"]
        self.size = (height, width) if turned else (width, height)
        self.fps = settings.fps
        camera.start()

    def read(self) -> Frame | None:
        """Wait for the next frame; None once closed.

        Raises:
            CameraStalled: none came for `stall_s` seconds; reading may be tried again.
            CameraError: picamera2 failed.
        """
        if self._camera is None:
            return None
        # A capture that timed out is still queued: wait on for that one, so that no request is
        # ever handed out to nobody, and lost to the camera.
        self._job = self._job or self._camera.capture_request(wait=False)
        try:
            request = self._camera.wait(self._job, timeout=self._stall_s)
        except TimeoutError as error:
            raise CameraStalled(
                f"the camera stopped giving pictures {self._stall_s:g} s ago."
            ) from error
        except (CancelledError, OSError, RuntimeError) as error:
            self._job = None
            raise CameraError(f"the camera failed ({error}).") from error
        self._job = None
        try:
            # make_array cuts the padding off the rows and copies, before the buffer goes back.
            picture = request.make_array("main")
            stamp_ns = request.get_metadata().get("SensorTimestamp")
        finally:
            request.release()
        picture = picture[..., self._channels][self._mirror]
        picture = np.rot90(picture, -self._quarter_turns)
        # Some USB and test sensors give no timestamp.
        taken_at = time.monotonic() if stamp_ns is None else stamp_ns / 1e9
        return Frame(np.ascontiguousarray(picture), taken_at)

    def close(self) -> None:
        """Free the camera. May be called twice."""
        camera, self._camera = self._camera, None
        if camera is None:
            return
        # A camera that died may fail to close, too; there is nothing more to be done about it.
        with suppress(Exception):
            if self._job is not None:
                camera.cancel_all_and_flush()
            camera.stop()
        with suppress(Exception):
            camera.close()


def _whole_view(camera: Any, fps: float) -> dict[str, Any]:
    """The sensor's smallest mode that sees all it can and is fast enough, at 10 to 12 bits a pixel.

    Left to itself libcamera takes the mode nearest in size, which on several sensors is cut
    from the middle: a person two metres away would not fit.
    """
    if "ColorFilterArrangement" not in camera.camera_properties:
        return {}  # a USB camera has no modes to choose from
    modes = [mode for mode in camera.sensor_modes if "crop_limits" in mode]
    widest = max((_area(mode["crop_limits"][2:]) for mode in modes), default=0)
    # A whole view may be a few rows short of the array; a rate is rounded.
    fit = [
        mode
        for mode in modes
        if _area(mode["crop_limits"][2:]) >= 0.95 * widest and mode["fps"] >= fps - 0.5
    ]
    if not fit:
        return {}
    mode = min(
        fit,
        key=lambda mode: (
            _area(mode["size"]),
            mode["bit_depth"] not in _RAW_BITS,
            mode["bit_depth"],
        ),
    )
    return {"output_size": mode["size"], "bit_depth": mode["bit_depth"]}


def _area(size: tuple[int, int]) -> int:
    return size[0] * size[1]
