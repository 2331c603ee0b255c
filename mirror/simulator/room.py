"""A simulated room: a person, an eye, a mirror, a panel behind it, and a camera.

It checks the drawing on the glass and shares no formula with it: light runs along rays, the mirror
mirrors points, and rays meet planes. Axes: east, north, up, in metres; the
mirror is the plane north = 0, the person stands north of it and looks south, so east is
to the left of the person. The origin is on the floor below the middle of the panel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirror.figure.body import S1, Skeleton
from mirror.figure.motion import landmarks
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Mark

UP = np.array([0.0, 0.0, 1.0])
FACE = list(range(Mark.NOSE, Mark.LEFT_SHOULDER))


@dataclass(frozen=True)
class Room:
    """The true positions in a room.

    lens_at: place of the camera, (3,) in the plane of the mirror. look: its rays right, down and
    ahead, rows of (3, 3). focal_px, k1, k2: of the lens. size: of its frame. panel: width and
    height of the display, its lower edge `bottom` above the floor, `gap` behind the mirror.
    """

    lens_at: Array
    look: Array
    focal_px: float
    k1: float
    k2: float
    size: tuple[int, int]
    panel: tuple[float, float]
    bottom: float
    gap: float

    def picture(self, points: Array) -> Array:
        """(n, 2) pixels in the camera's frame, distorted by its lens, of (n, 3) points."""
        right, down, ahead = self.look @ (points - self.lens_at).T
        flat = np.stack([right / ahead, down / ahead], -1)
        square = (flat**2).sum(axis=1, keepdims=True)
        bent = flat * (1 + self.k1 * square + self.k2 * square**2)
        pixels: Array = bent * self.focal_px + np.array(self.size) / 2
        return pixels

    def seen_at(self, eye: Array, points: Array) -> Array:
        """(n, 2) mm from the upper left corner of the panel where the eye sees their reflection.

        The light of a point seems to come from its mirror image. The line from the eye to the image
        meets the plane of the display there.
        """
        images = points * np.array([1.0, -1.0, 1.0])
        ways = images - eye
        share = (-self.gap - eye[1]) / ways[:, 1]
        cuts = eye + share[:, None] * ways
        corner = np.array([self.panel[0] / 2, -self.gap, self.bottom + self.panel[1]])
        from_corner = cuts - corner
        # The left corner for a person that looks south is in the east; x runs west from it.
        places: Array = 1000 * np.stack([-from_corner[:, 0], -from_corner[:, 2]], -1)
        return places


def looking(down_deg: float, west_deg: float, clockwise_deg: float) -> Array:
    """Rays right, down and ahead of a camera that looks north and so much down and to the west.

    clockwise_deg: the turn that makes its frame upright, clockwise.
    """
    west, down = np.radians(west_deg), np.radians(down_deg)
    level = np.array([-np.sin(west), np.cos(west), 0.0])
    ahead = np.cos(down) * level - np.sin(down) * UP
    right = np.cross(ahead, UP)
    right /= np.linalg.norm(right)
    below = np.cross(ahead, right)
    turn = np.radians(clockwise_deg)
    # A frame that must be turned clockwise comes from a camera that was turned that way.
    across = np.cos(turn) * right + np.sin(turn) * below
    return np.stack([across, np.cross(ahead, across), ahead])


@dataclass(frozen=True)
class Placement:
    """A person side-on in front of the mirror. Points are (n, 3) in the axes of the room.

    marks: the 33 landmarks, the head turned to the glass. back: the outline of the back, from the
    pelvis to the neck.
    """

    marks: Array
    back: Array

    def eye(self, side: str) -> Array:
        """(3,) the `left` or `right` eye, or the middle of `both`."""
        marks = {"left": [Mark.LEFT_EYE], "right": [Mark.RIGHT_EYE]}.get(
            side, [Mark.LEFT_EYE, Mark.RIGHT_EYE]
        )
        middle: Array = self.marks[marks].mean(axis=0)
        return middle

    @property
    def nearer(self) -> tuple[Mark, Mark]:
        """Both heels, the one nearer to the mirror first."""
        heels = (Mark.LEFT_HEEL, Mark.RIGHT_HEEL)
        a, b = sorted(heels, key=lambda heel: float(self.marks[heel, 1]))
        return a, b


def stand(k: Skeleton, *, north: float, east: float, facing: int) -> Placement:
    """Put a body in front of the mirror. facing: +1 to the right of the camera's frame, -1 left."""
    forward = np.array([float(facing), 0.0, 0.0])
    axes = np.stack([forward, UP, np.cross(forward, UP)])
    place = np.array([east, north, 0.0])
    marks = landmarks(k)
    dorsal = k.body.profile()[0]
    back = (k.spine - k.frames[:, 0] * dorsal[:, None])[S1:]
    turned = marks @ axes + place
    middle = turned[[Mark.LEFT_EAR, Mark.RIGHT_EAR]].mean(axis=0)
    nose = turned[Mark.NOSE] - middle
    # The head turns about the vertical until the nose points at the glass.
    angle = -np.pi / 2 - np.arctan2(nose[1], nose[0])
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    turned[FACE] = (turned[FACE] - middle) @ turn.T + middle
    return Placement(turned, back @ axes + place)
