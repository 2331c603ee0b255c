"""Where a camera stands, and how it projects points of the body into its frame."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np

from mirror.hinge.measure.geometry import Array


@dataclass(frozen=True)
class Viewpoint:
    """Where the camera stands. Pixels are continuous: (0, 0) is the corner of the frame."""

    size: tuple[int, int] = (480, 640)
    yaw_deg: float = 0.0  # 0: the person faces the right edge; 90: the camera; 180: the left edge
    distance_m: float = 2.65
    height_m: float = 1.15
    pitch_deg: float = 5.0  # downwards
    focal: float = 1.14  # focal length in picture heights: 1.14 is a vertical field of 47 degrees
    ahead_m: float = 0.15
    """The point this far in front of the ankles is in the middle of the frame."""

    @classmethod
    def framing(cls, height_m: float, size: tuple[int, int], yaw_deg: float = 0.0) -> Viewpoint:
        """A view in which a person of this height fills 77 % of the frame's height."""
        width, height = size
        # A narrow picture needs more room, else the head leaves it at the bottom of a hinge.
        share = min(0.77, 1.03 * width / height)
        distance = 1.14 * height_m / share
        return cls(size, yaw_deg, distance, 0.66 * height_m, 5.0, 1.14, 0.085 * height_m)

    @property
    def px_per_m(self) -> float:
        """Pixels of one metre at the person, near the middle of the picture."""
        return self.focal * self.size[1] / self.distance_m

    def axes(self) -> tuple[Array, Array]:
        """Rows of the rotation body -> camera (right, down, away), and the shift, metres."""
        yaw, pitch = radians(self.yaw_deg), radians(self.pitch_deg)
        turn = np.array([[cos(yaw), 0, -sin(yaw)], [0, 1, 0], [sin(yaw), 0, cos(yaw)]])
        c, s = cos(pitch), sin(pitch)
        look = np.array([[1.0, 0.0, 0.0], [0.0, -c, s], [0.0, -s, -c]])
        camera = np.array([0.0, self.height_m, self.distance_m])
        middle = np.array([self.ahead_m, 0.0, 0.0])
        return look @ turn, -look @ (turn @ middle + camera)

    def project(self, points: Array) -> Array:
        """(..., 3) body axes, metres -> (..., 3): x and y in pixels and the distance, metres."""
        rotation, shift = self.axes()
        seen = points @ rotation.T + shift
        width, height = self.size
        scale = self.focal * height / seen[..., 2]
        return np.stack(
            [width / 2 + scale * seen[..., 0], height / 2 + scale * seen[..., 1], seen[..., 2]], -1
        )
