"""Whether the camera hangs right: from a person who stands and faces the glass, and from the light.

Takes a pose in the pixels of the real picture, and pictures; gives degrees, metres, and sentences.
One standing person shows how far the camera is turned, and where head and feet are. How far it
looks down cannot be separated from how high it hangs: each is worked out with the other one taken
from the settings. Eyes are at .936 of the body height (Drillis and Contini, 1966).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, degrees, hypot

import numpy as np
import numpy.typing as npt

from mirror.config import CameraSettings
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.lens import Lens
from mirror.hinge.measure.pose import Mark, Pose

EYES = 0.936
"""Height of the eyes, body heights."""
CROWN = 0.07
"""From the eyes to the top of the head, body heights."""
BROAD = 0.12
"""Shoulders of a person who faces the camera are at least so wide, heights of eyes over heels."""
TALL = 1.3, 2.4
"""Hips to heels of a person who stands, lengths of shoulders to hips: less in a squat, more in a
bow. The figure's bodies have 1.6 to 1.8."""
SURE = 0.5
"""Least visibility of a mark that is used."""
LEAN_DEG = 4.0
"""A picture that is turned by less does no harm, and a person leans by as much."""
TILT_DEG = 4.0
"""As much as another body height, or a step aside, may feign."""
ROOM = 0.02
"""Room that head and feet want to the edges, heights of the picture."""
DARK, NOISY = 40.0, 0.15
"""Least brightness of the brightest tenth, of 255, and most noise, shares of that. In two films
darkened and made noisy MediaPipe still found the person at a brightness of 30, and at .2 of
noise, with marks 2 to 7 px farther off at 640 rows; at 15, and from .4 of noise on, nobody."""


@dataclass(frozen=True)
class Hanging:
    """How the camera hangs, as one standing person shows it.

    away_m: from camera to person. turn_deg: how far the picture must be turned clockwise to be
    upright, beside what is set. tilt_deg: how far it looks down, if the height that is set is
    right; height_m: of the lens, if the tilt that is set is right. above, below: room of the head
    and of the feet to the edges, heights of the picture; below 0 they are cut off.
    """

    away_m: float
    turn_deg: float
    tilt_deg: float
    height_m: float
    above: float
    below: float


def hanging(pose: Pose, optics: Lens, height_m: float, body_m: float) -> Hanging | None:
    """What a pose in real pixels shows; None if nobody stands upright and faces the camera.

    optics: of the camera as it is set. height_m: of the lens, as it is set. body_m: of the person.
    """
    marks = [Mark.LEFT_EYE, Mark.RIGHT_EYE, Mark.LEFT_SHOULDER, Mark.RIGHT_SHOULDER]
    marks += [Mark.LEFT_HIP, Mark.RIGHT_HIP, Mark.LEFT_HEEL, Mark.RIGHT_HEEL]
    if float(np.min(pose.visibility[marks])) < SURE:
        return None
    straight = optics.upright(pose.points)
    eyes, shoulders, hips, heels = (
        straight[marks[k : k + 2]].mean(axis=0) for k in range(0, len(marks), 2)
    )
    across = straight[Mark.LEFT_SHOULDER] - straight[Mark.RIGHT_SHOULDER]
    tall = _long(heels - eyes)
    legs = _long(heels - hips) / max(_long(hips - shoulders), 1.0)
    if _long(across) < BROAD * tall or not TALL[0] < legs < TALL[1]:
        return None
    turn_deg = -degrees(atan2(shoulders[0] - heels[0], heels[1] - shoulders[1]))
    centre, focal = optics.centre, optics.focal_px
    below, above = (heels[1] - centre[1]) / focal, (centre[1] - eyes[1]) / focal
    eyes_m = EYES * body_m
    away_m = _away_m(atan2(below, 1.0) + atan2(above, 1.0), height_m, eyes_m)
    looks_lower = degrees(atan2(height_m, away_m) - atan2(below, 1.0))
    top = pose.points[marks[:2], 1].mean()
    bottom = pose.points[marks[-2:], 1].mean()
    crown = CROWN / EYES * (bottom - top)
    picture = pose.size[1]
    return Hanging(
        away_m=away_m,
        turn_deg=turn_deg,
        tilt_deg=optics.tilt_deg + looks_lower,
        height_m=eyes_m * below / (below + above) if below + above > 0 else height_m,
        above=float((top - crown) / picture),
        below=float(1.0 - bottom / picture),
    )


def hanging_advice(found: Hanging, camera: CameraSettings, optics: Lens) -> tuple[bool, str]:
    """Whether the camera hangs right, and what to turn or to set."""
    quarters = round(found.turn_deg / 90.0)
    if quarters:
        turn = (camera.turn + 90 * quarters) % 360
        return False, f"the picture is not upright: set camera.rotate = {turn}."
    ills = []
    if abs(found.turn_deg) > LEAN_DEG:
        roll = camera.roll_deg + found.turn_deg
        ills.append(
            f"the picture leans by {abs(found.turn_deg):.0f} degrees: hang the camera straight, "
            f"or set camera.roll_deg = {roll:.0f}"
        )
    if min(found.above, found.below) < ROOM:
        lower = (found.above - found.below) / 2 * optics.size[1] / optics.focal_px
        by = abs(degrees(atan2(lower, 1.0)))
        if found.above + found.below < 2 * ROOM:
            ills.append("head and feet do not fit in: step back, or see camera.height")
        elif found.below < ROOM:
            ills.append(f"the feet are at the edge: turn the camera {by:.0f} degrees down")
        else:
            ills.append(f"the head is at the edge: turn the camera {by:.0f} degrees up")
    if abs(found.tilt_deg - camera.tilt_deg) > TILT_DEG:
        ills.append(
            f"it looks {found.tilt_deg:.0f} degrees down where camera.height_m = "
            f"{camera.height_m:g} is right, or hangs {found.height_m:.1f} m high where "
            f"camera.tilt_deg = {camera.tilt_deg:g} is: measure one, and set it"
        )
    where = f"a person {found.away_m:.1f} m away is seen"
    if ills:
        return False, f"{where}; {'; '.join(ills)}."
    return True, (
        f"{where} whole and upright, {found.above:.0%} of the picture above the head and "
        f"{found.below:.0%} below the feet; tilt and height fit what is set"
    )


@dataclass(frozen=True)
class LightReading:
    """bright: brightness of the brightest tenth of the picture. noise: SD of a pixel. Of 255."""

    bright: float
    noise: float

    @classmethod
    def of(cls, pictures: Sequence[npt.NDArray[np.uint8]]) -> LightReading:
        """From (height, width, 3) pictures in a row; what moves must be less than half of them."""
        grey = [picture.mean(axis=2, dtype=np.float32) for picture in pictures]
        # Half of all changes of a still pixel are below .6745 SD of a change, which is noise twice.
        steps = [float(np.median(np.abs(b - a))) for a, b in pairwise(grey)]
        noise = float(np.median(steps)) / 0.6745 / 2**0.5 if steps else 0.0
        # The mean of three channels is that much calmer than each of them.
        return cls(float(np.percentile(grey[-1], 90)), noise * 3**0.5)

    def verdict(self) -> tuple[bool, str]:
        """Whether it suffices, and what to do."""
        seen = f"brightness {self.bright:.0f}, noise {self.noise:.1f} (of 255)"
        if self.bright < DARK:
            return False, f"the picture is dark behind this glass ({seen}): light the person more."
        if self.noise > NOISY * self.bright:
            return False, f"the picture is noisy behind this glass ({seen}): light the person more."
        return True, seen


def _away_m(between: float, height_m: float, eyes_m: float) -> float:
    """Metres to a person whose heels and eyes are so far apart, radians, for a lens this high."""
    near, far = 0.2, 50.0
    for _ in range(60):  # the angle falls with the distance; beyond that no picture is that sharp
        middle = (near + far) / 2
        seen = atan2(height_m, middle) + atan2(eyes_m - height_m, middle)
        near, far = (middle, far) if seen > between else (near, middle)
    return (near + far) / 2


def _long(step: Array) -> float:
    return hypot(float(step[0]), float(step[1]))
