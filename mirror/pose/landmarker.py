"""Frame -> Pose, with MediaPipe's pose landmarker in video mode (it tracks one person).

It takes upright RGB frames, and returns landmarks in pixels, world landmarks in metres, and the
mask of the person. MediaPipe is imported only when an Estimator is made: that takes a second.
"""

from __future__ import annotations

import ctypes
import math
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from mirror.camera import Frame
from mirror.errors import ModelError
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Pose
from mirror.pose.crop import brightened
from mirror.quiet import quiet

_CHATTER = re.compile(rb"(INFO|WARNING): |[IW]\d{4} ")
"""Beginnings of harmless lines of MediaPipe's C++; no environment variable silences them."""

APART_MS = 100_000
"""Time between two frames at which MediaPipe's filters let everything pass: its slowest one, of
0.05 Hz, then goes 97 % of the way to a new value."""
LAST_MS = 9_000_000_000_000
"""MediaPipe counts nanoseconds in 64 bits; at 30 frames a second this is after 35 days."""

GROWN = 10
"""Frames after which a tracker takes no more memory."""
RESTS_S = 5.0
"""Seconds without a search after which the networks of the search are freed: 75 MB."""
UNUSED = ("matplotlib", "matplotlib.pyplot", "sounddevice")
"""What MediaPipe imports for its own plots and recordings: 40 MB that the mirror never uses."""


class Estimator:
    """A tracker of one person, used by one thread. Close it: MediaPipe's own exit may raise.

    model: path of a `.task` bundle. Its landmarks are those of each frame alone: MediaPipe's filter
    is switched off, since the mirror's own stands behind all trackers (`pose.smoothing`).

    Raises:
        ModelError: MediaPipe or the bundle cannot be loaded.
    """

    def __init__(self, model: Path) -> None:
        self._settled = False
        self._calls = 0
        self._model = model
        self._given_ms = 0
        self._landmarker, self._image = _open(model, "VIDEO", 1, masks=True)

    def estimate(self, frame: Frame) -> Pose | None:
        """Find the person in the next frame; None if there is nobody.

        Frames may come at any times, even backwards: MediaPipe gets times of its own.

        Raises:
            ModelError: MediaPipe failed on this frame, or the estimator is closed.
        """
        if self._landmarker is None:
            raise ModelError("the pose estimator is closed.")
        image = self._image(frame)
        if self._given_ms > LAST_MS:
            self.close()
            self._landmarker, self._image = _open(self._model, "VIDEO", 1, masks=True)
            self._given_ms = 0
        self._given_ms += APART_MS
        try:
            # Its graph also chatters once more, when it finds its first person.
            with nullcontext() if self._settled else quiet(_CHATTER):
                result = self._landmarker.detect_for_video(image, self._given_ms)
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"the pose model failed on a frame ({_first_line(error)}).") from error
        self._calls += 1
        if self._calls == GROWN:
            _give_back()
        if not result.pose_landmarks:
            return None
        if not all(math.isfinite(m.x) and math.isfinite(m.y) for m in result.pose_landmarks[0]):
            return None
        self._settled = True
        height, width = frame.rgb.shape[:2]
        marks = result.pose_landmarks[0]
        masks = result.segmentation_masks
        return Pose(
            points=_pixels(marks, frame),
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

    def close(self) -> None:
        """Free the tracker. May be called twice."""
        landmarker, self._landmarker = self._landmarker, None
        _free(landmarker)


class PeopleFinder:
    """Finds all people in single frames, up to `MOST`. Use it from one thread, and close it.

    Raises:
        ModelError: as `Estimator`.
    """

    MOST = 4

    def __init__(self, model: Path) -> None:
        self._settled = self._is_closed = False
        self._model, self._used_s = model, 0.0
        self._landmarker, self._image = _open(model, "IMAGE", self.MOST, masks=False)

    def find(self, frame: Frame) -> list[Array]:
        """(33, 2) landmarks of each person, pixels.

        Raises:
            ModelError: MediaPipe failed on this frame, or this is closed.
        """
        if self._is_closed:
            raise ModelError("the pose estimator is closed.")
        if self._landmarker is None:
            self._landmarker, self._image = _open(self._model, "IMAGE", self.MOST, masks=False)
        self._used_s = frame.taken_at
        try:
            with nullcontext() if self._settled else quiet(_CHATTER):
                result = self._landmarker.detect(self._image(frame))
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"the pose model failed on a frame ({_first_line(error)}).") from error
        people = [_pixels(marks, frame) for marks in result.pose_landmarks]
        self._settled = self._settled or bool(people)
        return [points for points in people if np.isfinite(points).all()]

    def rest(self, t: float) -> None:
        """Free the networks where no search was needed for `RESTS_S`; the next one loads them."""
        if self._landmarker is not None and t - self._used_s > RESTS_S:
            landmarker, self._landmarker = self._landmarker, None
            _free(landmarker)
            del landmarker
            _give_back()

    def close(self) -> None:
        """Free the landmarker. May be called twice."""
        self._is_closed = True
        landmarker, self._landmarker = self._landmarker, None
        _free(landmarker)


def _open(
    model: Path, mode: str, people: int, *, masks: bool
) -> tuple[Any, Callable[[Frame], Any]]:
    """A landmarker of MediaPipe, and the function that makes its images of frames."""
    try:
        with _without(UNUSED):
            import mediapipe
            from mediapipe.tasks.python import BaseOptions, vision
    except (ImportError, OSError) as error:
        # Its wheel needs libraries of the system, e.g. libGLESv2.so.2.
        raise ModelError(f"MediaPipe cannot be loaded ({_first_line(error)}).") from error
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(model)),
        running_mode=vision.RunningMode[mode],
        num_poses=people,
        output_segmentation_masks=masks,
    )
    try:
        with quiet(_CHATTER):
            landmarker = vision.PoseLandmarker.create_from_options(options)
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelError(
            f"the pose model {model} cannot be loaded ({_first_line(error)})."
        ) from error

    def image(frame: Frame) -> Any:
        data = np.ascontiguousarray(brightened(frame.rgb))
        return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=data)

    return landmarker, image


@contextmanager
def _without(names: tuple[str, ...]) -> Iterator[None]:
    """Let imports of these modules find empty ones. Those that are loaded stay as they are."""
    missing = [name for name in names if name not in sys.modules]
    sys.modules.update({name: ModuleType(name) for name in missing})
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]


def _give_back() -> None:
    """Give back what loading took: 30 MB and more for each landmarker, kept by glibc alone."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _free(landmarker: Any) -> None:
    if landmarker is not None:
        with quiet(_CHATTER), suppress(RuntimeError, ValueError):
            landmarker.close()


def _pixels(marks: Any, frame: Frame) -> Array:
    """(33, 2) pixels: MediaPipe scales width and height apart."""
    height, width = frame.rgb.shape[:2]
    return np.array([(m.x * width, m.y * height) for m in marks], dtype=np.float64)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__).rstrip(".")
