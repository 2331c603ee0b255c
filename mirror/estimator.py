"""Frame -> Pose, with MediaPipe's pose landmarker in video mode (it tracks one person).

Takes RGB frames; gives landmarks in pixels, world landmarks in metres, and the mask of the person.
Here, and nowhere after, the camera's lens and its aslant hanging are taken out. MediaPipe is
imported only when an Estimator is made: that takes a second.
"""

from __future__ import annotations

import math
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import numpy as np

from mirror.camera import Frame
from mirror.config import CameraSettings
from mirror.errors import ModelError
from mirror.hinge.pose import Pose
from mirror.optics import lens

_CHATTER = re.compile(rb"(INFO|WARNING): |[IW]\d{4} ")
"""How harmless lines of MediaPipe's C++ begin; no variable of the environment silences them."""


class Estimator:
    """A tracker of one person, used by one thread. Close it: MediaPipe's own exit may raise.

    model: path of a `.task` bundle. camera: whose lens bends the pictures; None: none does.

    Raises:
        ModelError: MediaPipe or the bundle cannot be loaded.
    """

    def __init__(self, model: Path, camera: CameraSettings | None = None) -> None:
        self._camera = camera
        self._landmarker: Any = None
        self._settled = False
        self._clock = _Clock()
        try:
            import mediapipe
            from mediapipe.tasks.python import BaseOptions, vision
        except (ImportError, OSError) as error:
            # Its wheel needs libraries of the system, e.g. libGLESv2.so.2.
            raise ModelError(f"MediaPipe cannot be loaded ({_first_line(error)}).") from error
        self._image = mediapipe.Image
        self._srgb = mediapipe.ImageFormat.SRGB
        options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(model)),
            running_mode=vision.RunningMode.VIDEO,
            num_poses=1,
            output_segmentation_masks=True,
        )
        try:
            with _quiet():
                self._landmarker = vision.PoseLandmarker.create_from_options(options)
        except (OSError, RuntimeError, ValueError) as error:
            raise ModelError(
                f"the pose model {model} cannot be loaded ({_first_line(error)})."
            ) from error

    def estimate(self, frame: Frame) -> Pose | None:
        """Find the person in the next frame; None if there is nobody.

        Frames may come at any times, even backwards: the tracker keeps a clock of its own.

        Raises:
            ModelError: MediaPipe failed on this frame, or the estimator is closed.
        """
        if self._landmarker is None:
            raise ModelError("the pose estimator is closed.")
        image = self._image(image_format=self._srgb, data=np.ascontiguousarray(frame.rgb))
        time_ms = self._clock.next_ms(frame.taken_at)
        try:
            # Its graph also chatters once more, when it finds its first person.
            with nullcontext() if self._settled else _quiet():
                result = self._landmarker.detect_for_video(image, time_ms)
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"the pose model failed on a frame ({_first_line(error)}).") from error
        if not result.pose_landmarks:
            return None
        if not all(math.isfinite(m.x) and math.isfinite(m.y) for m in result.pose_landmarks[0]):
            return None
        self._settled = True
        height, width = frame.rgb.shape[:2]
        marks = result.pose_landmarks[0]
        masks = result.segmentation_masks
        pose = Pose(
            points=np.array([(m.x * width, m.y * height) for m in marks], dtype=np.float64),
            visibility=np.array([m.visibility or 0.0 for m in marks], dtype=np.float64),
            world=np.array(
                [(m.x, m.y, m.z) for m in result.pose_world_landmarks[0]], dtype=np.float64
            ),
            # A copy, since MediaPipe frees its own; (height, width, 1) loses its last axis.
            mask=np.array(masks[0].numpy_view(), dtype=np.float32).reshape(height, width)
            if masks
            else None,
            size=(width, height),
            taken_at=frame.taken_at,
        )
        return pose if self._camera is None else lens(self._camera, pose.size).pose(pose)

    def close(self) -> None:
        """Free the tracker. May be called twice."""
        landmarker, self._landmarker = self._landmarker, None
        if landmarker is not None:
            with _quiet(), suppress(RuntimeError, ValueError):
                landmarker.close()


class _Clock:
    """Turns times of frames into the strictly increasing whole milliseconds of MediaPipe.

    It follows the differences between frames; a step of zero, backwards, or not a number
    (a clip that starts again, a camera that was replugged) counts as one millisecond.
    """

    def __init__(self) -> None:
        self._last_s = math.nan
        self._now_ms = 0.0
        self._given_ms = -1

    def next_ms(self, taken_at: float) -> int:
        step_ms = (taken_at - self._last_s) * 1000
        self._now_ms += step_ms if 0 < step_ms < math.inf else 1.0
        self._last_s = taken_at
        self._given_ms = max(self._given_ms + 1, round(self._now_ms))
        return self._given_ms


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep MediaPipe's known chatter off standard error; all else passes, at once.

    C++ may abort the process: so lines go through a pipe and are not held back to the end.
    """
    sys.stderr.flush()
    try:
        real = os.dup(2)
    except OSError:  # started without a standard error: nothing to keep quiet
        yield
        return
    out, into = os.pipe()
    os.dup2(into, 2)
    os.close(into)
    reader = threading.Thread(target=_pass_on, args=(out, real), daemon=True)
    reader.start()
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(real, 2)  # closes the pipe, so that the reader comes to its end
        reader.join()
        os.close(real)


def _pass_on(out: int, real: int) -> None:
    with open(out, "rb") as lines:
        for line in lines:
            if not _CHATTER.match(line):
                os.write(real, line)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__).rstrip(".")
