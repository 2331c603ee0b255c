"""The simulated camera: it films a dressed human figure that does the hip hinge.

It returns RGB frames like any camera. The truth about them is in `Figure.motion.truth(t)`, degrees,
and in `Figure.points(t)` and `Figure.back_px(t)`, pixels. All of it is a function of (seed, t).
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import cast

import numpy as np

from mirror.camera import Camera, Frame
from mirror.config import CameraSettings
from mirror.errors import CameraError
from mirror.figure.acts import PATTERNS
from mirror.figure.body import S1
from mirror.figure.motion import Motion, landmarks
from mirror.figure.viewpoint import Viewpoint
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Mark
from mirror.simulator.bystander import Bystander
from mirror.simulator.dress import (
    BYSTANDERS_LOOK,
    PLATE_M,
    Look,
    Prop,
    as_bystander,
    drape,
    dress,
    plates,
)
from mirror.simulator.render import Light, Painter, Picture, Plane


class Figure:
    """One dressed person in front of one camera: frames, and the true places in them."""

    def __init__(
        self,
        motion: Motion,
        look: Look | None = None,
        view: Viewpoint | None = None,
        *,
        light: Light | None = None,
        flip: bool = False,
        bystander: Bystander | None = None,
    ):
        self.motion = motion
        self.bystander = bystander
        self.look = look or Look()
        if motion.arms == "stick":
            self.look = replace(self.look, prop="stick")
        elif motion.arms == "string":
            self.look = replace(self.look, prop="string")
        elif self.look.prop == "none" and motion.pattern.prop != "none":
            hands = (0, 1) if motion.pattern.hands == "both" else (int(motion.hand == "right"),)
            self.look = replace(self.look, prop=cast(Prop, motion.pattern.prop), hands=hands)
        self.view = view or viewed(motion, (480, 640))
        self.flip = flip
        k = motion.skeleton(0.0)
        ends = [np.array([(-0.05, 0, 0), (0.17, 0, 0)]) @ k.feet[i] + k.ankle[i] for i in range(2)]
        self._feet, self._light = np.stack(ends), light or Light()
        self._colours = [*self.look.colours(), *BYSTANDERS_LOOK.colours()]
        self._painter = Painter(self.view, self._colours, self._light, self._feet)
        self._elsewhere: Painter | None = None

    def picture(self, t: float) -> Picture:
        """(height, width, 3) uint8 RGB at t seconds."""
        k = self.motion.skeleton(t)
        painter = self._painter
        if np.hypot(*k.hip_centre[[0, 2]]) > 0.6:  # no shadow of feet that have walked away
            away = self._feet + np.array([50.0, 0.0, 0.0])
            painter = self._elsewhere = self._elsewhere or Painter(
                self.view, self._colours, self._light, away
            )
        solids = dress(k, self.look)
        other = self.bystander and self.bystander.skeleton(t, self.view.yaw_deg)
        if other:
            solids += [as_bystander(solid) for solid in dress(other, BYSTANDERS_LOOK)]
        picture = painter.paint(solids, round(t * 1000))
        return np.ascontiguousarray(picture[:, ::-1]) if self.flip else picture

    def mask(self, t: float) -> Plane:
        """(height, width) where the person is at t seconds: 1, else 0; not flipped."""
        self.picture(t)
        return self._painter.mask

    def points(self, t: float) -> Array:
        """(33, 2) landmarks in pixels as a pose estimator should see them, in order of `Mark`."""
        points = self._place(landmarks(self.motion.skeleton(t)))
        return points[_SWAPPED] if self.flip else points

    def space(self, t: float) -> Array:
        """(33, 3) the same in metres: right, down and away from the camera, 0 between the hips."""
        marks = landmarks(self.motion.skeleton(t)) @ self.view.axes()[0].T
        marks -= marks[[Mark.LEFT_HIP, Mark.RIGHT_HIP]].mean(axis=0)
        return (marks * (-1.0, 1.0, 1.0))[_SWAPPED] if self.flip else marks

    def seen(self, t: float) -> Array:
        """(33,) visibility of the landmarks: low behind the plate of a bar."""
        seen = np.full(33, 0.99)
        if self.look.prop == "barbell":
            k = self.motion.skeleton(t)
            near = min(plates(k), key=lambda end: float(self.view.project(end)[2]))
            off = self.points(t) - self._place(near)
            seen[np.hypot(*off.T) < PLATE_M * self.view.px_per_m] = 0.2
        return seen

    def back_px(self, t: float, *, clothed: bool = True) -> Array:
        """(14, 2) pixels of the outline of the back in the middle plane, sacrum to C7."""
        k = self.motion.skeleton(t)
        dorsal = drape(k, self.look)[0] if clothed else k.body.profile()[0]
        return self._place((k.spine - k.frames[:, 0] * dorsal[:, None])[S1:])

    def _place(self, points: Array) -> Array:
        pixels = self.view.project(points)[..., :2]
        if self.flip:
            pixels[..., 0] = self.view.size[0] - pixels[..., 0]
        return pixels


# In a mirrored picture the left side looks like a right one; left marks are odd beyond the eyes.
_SWAPPED = [0, 4, 5, 6, 1, 2, 3, *(m + 1 if m % 2 else m - 1 for m in range(7, 33))]


def viewed(motion: Motion, size: tuple[int, int], side_deg: float = 0.0) -> Viewpoint:
    """The view that the variation needs: from this side, or from the front."""
    pattern = motion.pattern
    facing = side_deg
    if pattern.view == "front":
        facing = 90.0 + (side_deg + 90.0) % 180.0 - 90.0
    view = Viewpoint.framing(pattern.room * motion.body.height_m, size, facing)
    # More room on all sides, with the feet low in the frame.
    view = replace(view, height_m=0.66 * motion.body.height_m)
    return view if pattern.ahead_m is None else replace(view, ahead_m=pattern.ahead_m)


class FigureCamera:
    """A Camera that films the figure of `settings.seed` doing `settings.act`.

    The act is a variation, a drill, or another movement; the camera takes the view that it needs.

    Raises:
        CameraError: the figure cannot do that.
    """

    frames_total: int | None = None

    def __init__(self, settings: CameraSettings, *, live: bool):
        draw = np.random.default_rng([settings.seed, 5])
        arms: str | None = ("hang", "crossed")[int(draw.integers(2))]
        act = settings.act or "basic"
        if act in ("stick", "string"):
            arms, act = act, "basic"
        if act not in PATTERNS:
            raise CameraError(f"the figure cannot do {act!r}; it can do: {', '.join(PATTERNS)}.")
        if act != "basic":
            arms = None
        motion = Motion(settings.seed, act, arms=arms)
        look = Look.drawn(settings.seed)
        self.size = (settings.width, settings.height)
        self.fps = settings.fps
        # In the drills the low hand is on the camera's side, where it can be seen.
        side = {"stick": 0.0, "string": 180.0}.get(motion.arms, float(draw.choice([0.0, 180.0])))
        view = viewed(motion, self.size, side + float(draw.uniform(-4, 4)))
        self.figure = Figure(motion, look, view, flip=settings.flip)
        self._live = live
        self._index = -1
        self._opened: float | None = None

    def read(self) -> Frame:
        """The next frame; live, the frame that is due now, so that a slow reader skips some."""
        self._index += 1
        if self._live:
            if self._opened is None:
                self._opened = time.monotonic()
            passed = time.monotonic() - self._opened
            self._index = max(self._index, int(passed * self.fps))
            time.sleep(max(0.0, self._index / self.fps - passed))
        t = self._index / self.fps
        return Frame(self.figure.picture(t), t)

    def close(self) -> None:
        """Nothing to free."""


def open_camera(settings: CameraSettings, *, live: bool) -> Camera:
    """Open the figure of `settings.seed`; live, it keeps real time."""
    return FigureCamera(settings, live=live)
