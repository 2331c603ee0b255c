"""Cut the person out of a picture, always alike: hips in the middle, trunk upright, one size.

MediaPipe looks at a person through a crop that follows from the frame before: turned so that the
trunk was upright then. Its network takes part of the turn of the crop for that of the trunk, so
landmarks lag behind a moving person, by the more the fewer frames a tracker sees. A picture that is
cut out where the person is expected now has no such lag, however many trackers share the frames.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.joints import BODY_HEIGHT
from mirror.hinge.measure.pose import Mark

SIDE_PX = 320
"""Side of the crop; the network's own square of 256 lies inside, with room for a wrong guess."""
HEIGHT_PX = 186.0
"""Height of a body in it: MediaPipe's square is about 1.375 of that around the hips."""
TRUNK_OF_LEG = 0.59
"""Length of the trunk in lengths of the leg, .288 and .485 of the height (Drillis and Contini)."""
RATE_HZ = 6.0
"""Cutoff of the speeds that predict the place of the person."""
AHEAD_S = 0.2
"""Longest time for which they go on."""
TURN_ON = 0.75
"""Share of the turn that goes on. Of a trunk that points at the camera the network believes every
guess; with a whole share it turned on for ever."""

HEIGHT_SHARE = 0.1
"""Weight of a new height in the usual one: limbs are foreshortened for moments."""

LEAST_GAIN, GAIN_RAD, TURN_GAIN = 1.25, 2.0, 2.0
"""True over seen turn of a trunk: of a small one, its growth for each radian, and the greatest."""

SAMPLE, SHARE, SMOOTH_PX = 16, 95.0, 3
"""One pixel of so many in each row and column, and the percentile of their brightness, stand for
the picture; side of the square over which a dark one is smoothed."""
DIM, BRIGHT, MOST_GAIN = 80.0, 180.0, 8.0
"""Brightness, of 255, below which a picture is dark: 174 clips of people have 109 and more. What
it is raised to, and the greatest gain."""


@dataclass(frozen=True)
class Stance:
    """Where a person is in the picture, and how.

    hip: middle of the hips, pixels. lean: of the trunk, radians clockwise from upright. What a
    trunk that points at the camera lacks in length counts as upright: it has no direction in the
    picture. height_px: along the bones.
    """

    hip: tuple[float, float]
    lean: float
    height_px: float

    @classmethod
    def of(cls, points: Array) -> Stance:
        """Of (33, 2) landmarks."""
        shoulder, hip = points[_SHOULDERS].mean(axis=0), points[_HIPS].mean(axis=0)
        across, up = float(shoulder[0] - hip[0]), float(hip[1] - shoulder[1])
        length, *leg = _bones(points)
        lacking = max(TRUNK_OF_LEG * sum(leg) - length, 0.0)
        lean = math.atan2(across, up + lacking)
        return cls((float(hip[0]), float(hip[1])), lean, BODY_HEIGHT * (length + sum(leg)))


class Course:
    """Where one person goes: the newest stance, and the speeds of its numbers."""

    def __init__(self, stance: Stance, t: float) -> None:
        self.stance, self.t = stance, t
        self._speed = np.zeros(3)

    def note(self, stance: Stance, t: float) -> None:
        """Take in a newer stance; one that is older says nothing."""
        passed = t - self.t
        if passed <= 0:
            return
        turn = (stance.lean - self.stance.lean + math.pi) % (2 * math.pi) - math.pi
        moved = np.array([*np.subtract(stance.hip, self.stance.hip), turn])
        share = passed / (passed + 1.0 / (2.0 * math.pi * RATE_HZ))
        self._speed += share * (moved / passed - self._speed)
        height = self.stance.height_px + HEIGHT_SHARE * (stance.height_px - self.stance.height_px)
        self.stance, self.t = Stance(stance.hip, stance.lean, height), t

    def at(self, t: float) -> Stance:
        """The stance that is expected at this time."""
        x, y, turn = self._speed * min(max(t - self.t, 0.0), AHEAD_S)
        turn *= TURN_ON
        now = self.stance
        return Stance((now.hip[0] + x, now.hip[1] + y), now.lean + turn, now.height_px)


def turned(seen: float) -> float:
    """How far a trunk is turned from upright in the crop where the network shows `seen`; radians.

    The network shows less: four fifths of 4 degrees, two thirds of 15, half of 30 (of two hinges
    and two swings of rendered people).
    """
    return seen * min(LEAST_GAIN + GAIN_RAD * abs(seen), TURN_GAIN)


UPRIGHT = Stance((SIDE_PX / 2, SIDE_PX / 2), 0.0, HEIGHT_PX)


class Crop:
    """The square around one stance. It gives and takes pixels of the picture.

    to: where hips and trunk are to be in it; the height is always the same.
    """

    def __init__(self, stance: Stance, to: Stance = UPRIGHT) -> None:
        scale = HEIGHT_PX / max(stance.height_px, 1.0)
        lean = stance.lean - to.lean
        cos, sin = math.cos(lean), math.sin(lean)
        self._turn = np.array([[cos, sin], [-sin, cos]])
        """From directions of the picture to those of the crop."""
        self._scale = scale
        self._hip = np.array(stance.hip)
        self._to = np.array(to.hip)
        shift = self._to - scale * self._turn @ self._hip
        self._matrix = np.hstack([scale * self._turn, shift[:, None]])
        # OpenCV counts from the centre of the first pixel, which is at .5 of a landmark.
        self._centred = self._matrix.copy()
        self._centred[:, 2] += self._matrix[:, :2].sum(axis=1) / 2 - 0.5

    def picture(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(320, 320, 3) what the square shows; the edge of the picture goes on beyond it."""
        cv2 = _opencv()
        side = SIDE_PX, SIDE_PX
        cut = cv2.warpAffine(rgb, self._centred, side, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(cut, np.uint8)

    def points(self, points: Array) -> Array:
        """(n, 2) pixels of the crop -> of the picture."""
        placed: Array = (points - self._to) @ self._turn / self._scale + self._hip
        return placed

    def world(self, world: Array) -> Array:
        """(n, 3) metres along the axes of the crop -> along those of the picture."""
        return np.concatenate([world[:, :2] @ self._turn, world[:, 2:]], axis=1)

    def seen(self, points: Array) -> Array:
        """(..., 2) pixels of the picture -> of the crop."""
        inside: Array = points @ self._matrix[:, :2].T + self._matrix[:, 2]
        return inside


def brightened(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(height, width, 3) the picture itself, or a bright and smooth copy where it is dark.

    A two-way mirror lets little light through. Of five rendered people at a fifth of their light,
    with noise, the model found three nowhere and two in half of their frames; so it found all five
    in nearly every frame.
    """
    level = float(np.percentile(rgb[::SAMPLE, ::SAMPLE].max(axis=2), SHARE))
    if level >= DIM:
        return rgb
    cv2 = _opencv()
    gain = min(MOST_GAIN, BRIGHT / max(level, 1.0))
    smooth = cv2.blur(rgb, (SMOOTH_PX, SMOOTH_PX))
    return np.asarray(cv2.convertScaleAbs(smooth, alpha=gain), np.uint8)


@cache
def _opencv() -> Any:
    """OpenCV, which MediaPipe brings. The cores are the trackers'."""
    import cv2

    cv2.setNumThreads(1)
    return cv2


def height_px(points: Array) -> float:
    """Height of a person in pixels, along the bones, so that bending does not shorten it."""
    return BODY_HEIGHT * sum(_bones(points))


def _bones(points: Array) -> list[float]:
    """Lengths of trunk, thigh and shank in the picture, pixels."""
    middle = points[_CHAIN].reshape(4, 2, 2).mean(axis=1)
    lengths: list[float] = np.hypot(*np.diff(middle, axis=0).T).tolist()
    return lengths


_SHOULDERS = [Mark.LEFT_SHOULDER, Mark.RIGHT_SHOULDER]
_HIPS = [Mark.LEFT_HIP, Mark.RIGHT_HIP]
_CHAIN = [
    *_SHOULDERS,
    *_HIPS,
    *(Mark.LEFT_KNEE, Mark.RIGHT_KNEE),
    *(Mark.LEFT_ANKLE, Mark.RIGHT_ANKLE),
]
