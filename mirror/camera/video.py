"""Frames from a video file or a webcam, read with OpenCV.

A file keeps its own size and its own timestamps; a webcam is asked for the configured size
and frame rate, and stamped with the monotonic clock as its frames arrive.
"""

from __future__ import annotations

import math
import os
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mirror.camera import Camera, Frame
from mirror.config import CameraSettings, Rotation
from mirror.errors import CameraError, CameraStalled

_DEFAULT_FPS = 30.0
_JOIN_S = 2.0


def open_camera(settings: CameraSettings, *, live: bool) -> Camera:
    """Open the file or webcam that `settings.source` names; digits alone are a webcam's index.

    live: a file is played in real time, frames that come too late are left out; else every
        frame comes as fast as it is read. A webcam is always live.

    Raises:
        CameraError: there is no such file or webcam, or no picture can be read from it.
    """
    if settings.source.isascii() and settings.source.isdigit():
        return Webcam(settings)
    return VideoFile(settings, live=live)


def upright(bgr: npt.NDArray[np.uint8], rotate: Rotation, *, flip: bool) -> npt.NDArray[np.uint8]:
    """OpenCV's picture as red-first copy, turned clockwise by `rotate` degrees, then mirrored."""
    picture = np.rot90(bgr[..., ::-1], -rotate // 90)
    if flip:
        picture = picture[:, ::-1]
    return np.ascontiguousarray(picture)


class VideoFile:
    """A video file. Its first picture is decoded at once, so a bad file fails here."""

    def __init__(self, settings: CameraSettings, *, live: bool) -> None:
        self._rotate, self._flip, self._live = settings.turn, settings.flip, live
        path = Path(settings.source).expanduser()
        if not path.is_file():
            what = "is not a file" if path.exists() else "does not exist"
            raise CameraError(f"the video {path} {what}.")
        try:
            with path.open("rb") as file:
                empty = not file.read(1)
        except OSError as error:
            raise CameraError(f"the video {path} cannot be read ({error.strerror}).") from error
        if empty:
            raise CameraError(f"the video {path} is empty.")
        self._cv2 = opencv()
        # An absolute path cannot be taken for a URL. Rotation noted by a phone is honoured.
        self._capture = self._cv2.VideoCapture(str(path.absolute()), self._cv2.CAP_FFMPEG)
        self._capture.set(self._cv2.CAP_PROP_ORIENTATION_AUTO, 1)
        self.fps = _plausible_fps(self._capture.get(self._cv2.CAP_PROP_FPS))
        total = self._capture.get(self._cv2.CAP_PROP_FRAME_COUNT)
        self.frames_total: int | None = int(total) if 1 <= total < 1e9 else None
        self._time_s: float | None = None
        self._starts_at: float | None = None
        self._next = self._decode()
        if self._next is None:
            self.close()
            raise CameraError(f"the video {path} holds no picture that can be read.")
        height, width = self._next.rgb.shape[:2]
        self.size = (width, height)

    def read(self) -> Frame | None:
        """The next frame; None at the end, also at an end that comes early by damage."""
        frame, self._next = self._next or self._decode(), None
        if frame is None or not self._live:
            return frame
        now = time.monotonic()
        if self._starts_at is None:
            self._starts_at = now - frame.taken_at
        time.sleep(max(0.0, self._starts_at + frame.taken_at - now))
        return frame

    def close(self) -> None:
        """Close the file. May be called twice; reading afterwards gives None."""
        self._next = None
        self._capture.release()

    def _decode(self) -> Frame | None:
        skips_left = round(self.fps)
        while self._capture.grab():
            self._time_s = self._timestamp()
            if skips_left and self._late(self._time_s):
                skips_left -= 1
                continue
            ok, bgr = self._capture.retrieve()
            if not ok or bgr is None:
                continue  # one damaged picture; the next may be whole
            if not skips_left:
                # This machine cannot keep real time: play on from here, slowed down.
                self._starts_at = time.monotonic() - self._time_s
            return Frame(upright(bgr, self._rotate, flip=self._flip), self._time_s)
        return None

    def _timestamp(self) -> float:
        """Seconds of the grabbed picture; counted by the frame rate where the file's are broken."""
        stamp = self._capture.get(self._cv2.CAP_PROP_POS_MSEC) / 1000
        if self._time_s is None:
            return stamp if math.isfinite(stamp) and stamp >= 0 else 0.0
        rises = math.isfinite(stamp) and stamp > self._time_s
        return stamp if rises else self._time_s + 1 / self.fps

    def _late(self, stamp: float) -> bool:
        """Whether the picture after this one is due already, in live play."""
        if self._starts_at is None:
            return False
        return time.monotonic() > self._starts_at + stamp + 1 / self.fps


class Webcam:
    """A webcam, read by a thread of its own, since OpenCV may block for ever on a dead one."""

    frames_total: int | None = None

    def __init__(self, settings: CameraSettings) -> None:
        self._rotate, self._flip = settings.turn, settings.flip
        self._stall_s, self._name = settings.stall_s, f"webcam {settings.source}"
        cv2 = opencv()
        # Longer numbers overflow OpenCV's int; no machine has so many webcams.
        found = len(settings.source) <= 3
        self._capture: Any = cv2.VideoCapture(int(settings.source)) if found else None
        if self._capture is None or not self._capture.isOpened():
            raise CameraError(f"there is no {self._name}, or another program is using it.")
        size = (settings.width, settings.height)
        width, height = size if settings.turn in (0, 180) else size[::-1]
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        self._capture.set(cv2.CAP_PROP_FPS, settings.fps)
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self.fps = _plausible_fps(self._capture.get(cv2.CAP_PROP_FPS))
        self._news = threading.Condition()
        self._newest: Frame | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._pump, name=self._name, daemon=True)
        self._thread.start()
        try:
            first = self._wait()
        except CameraStalled as error:
            self.close()
            raise CameraError(f"{self._name} gives no pictures.") from error
        self._newest = first  # not lost: the first read gives it, or a newer one
        assert first is not None
        self.size = (first.rgb.shape[1], first.rgb.shape[0])

    def read(self) -> Frame | None:
        """Wait for a frame newer than the last one read; None once closed.

        Raises:
            CameraStalled: none came for `stall_s` seconds.
        """
        return self._wait()

    def close(self) -> None:
        """Free the webcam. May be called twice."""
        with self._news:
            self._closed = True
            self._news.notify_all()
        self._thread.join(_JOIN_S)
        # A thread that is stuck in the driver still uses the device; it dies with the process.
        if not self._thread.is_alive():
            self._capture.release()

    def _wait(self) -> Frame | None:
        with self._news:
            if not self._news.wait_for(lambda: self._newest or self._closed, self._stall_s):
                raise CameraStalled(
                    f"{self._name} stopped giving pictures {self._stall_s:g} s ago."
                )
            frame, self._newest = self._newest, None
            return None if self._closed else frame

    def _pump(self) -> None:
        while not self._closed:
            ok, bgr = self._capture.read()
            if not ok or bgr is None:
                time.sleep(0.02)  # an unplugged one fails at once: do not spin
                continue
            frame = Frame(upright(bgr, self._rotate, flip=self._flip), time.monotonic())
            with self._news:
                self._newest = frame
                self._news.notify_all()


def opencv() -> Any:
    """OpenCV with its own messages off: what is wrong is said by our errors."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET
    try:
        import cv2
    except (ImportError, OSError) as error:
        # Its wheel needs libraries of the system, e.g. libGL.so.1.
        raise CameraError(f"OpenCV cannot be loaded ({error}).") from error
    cv2.utils.logging.setLogLevel(
        cv2.utils.logging.LOG_LEVEL_SILENT
    )  # a variable would come too late where MediaPipe has loaded it already
    return cv2


def _plausible_fps(value: float) -> float:
    return float(value) if 1 <= value <= 1000 else _DEFAULT_FPS
