"""The result of a pose estimator: the landmarks of one person in one frame.

Names and order are those of MediaPipe's 33 pose landmarks (BlazePose GHUM).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mirror.hinge.measure.geometry import Array, Point


class Mark(IntEnum):
    """Index of a landmark; left and right are the person's own."""

    NOSE = 0
    LEFT_EYE_INNER = 1
    LEFT_EYE = 2
    LEFT_EYE_OUTER = 3
    RIGHT_EYE_INNER = 4
    RIGHT_EYE = 5
    RIGHT_EYE_OUTER = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    MOUTH_LEFT = 9
    MOUTH_RIGHT = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_THUMB = 21
    RIGHT_THUMB = 22
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_FOOT_INDEX = 31
    RIGHT_FOOT_INDEX = 32


@dataclass(frozen=True, eq=False)
class Pose:
    """One person in one frame that is upright and free of its lens.

    points: (33, 2) pixels, x right, y down.
    visibility: (33,) 0..1.
    world: (33, 3) metres, x right, y down, z away from the camera, hip centre at the origin.
    mask: float32, 0..1 probability that a pixel is the person; or None. It may be another picture
    than the frame: mask_at takes (..., 2) pixels of the frame to its own; None: they are the same.
    size: (width, height) of the frame, pixels.
    taken_at: seconds, the frame's own timestamp.
    stick: ends of a straight stick along the back, the low one first, pixels; None where no
    stick is sought or found.
    """

    points: Array
    visibility: Array
    world: Array
    mask: npt.NDArray[np.float32] | None
    size: tuple[int, int]
    taken_at: float
    stick: tuple[Point, Point] | None = None
    mask_at: Callable[[Array], Array] | None = None

    @cached_property
    def at(self) -> list[list[float]]:
        """The points as plain numbers, with which single joints are measured much faster."""
        places: list[list[float]] = self.points.tolist()
        return places

    @cached_property
    def seen(self) -> list[float]:
        """The visibility as plain numbers."""
        sights: list[float] = self.visibility.tolist()
        return sights
