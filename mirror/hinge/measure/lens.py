"""The frame as a level pinhole camera that looks straight ahead would have taken it.

Takes points and masks in the pixels of the real frame, bent by its lens and seen by a camera that
hangs aslant. Returns the same in upright pixels, in which straight things are straight, verticals
are vertical, and a body parallel to the glass has its true angles. Everything in the frame stays
in it; a level ray ahead then meets it elsewhere (`Lens.centre`). The radial model is
that of OpenCV without its other terms: r_seen = r (1 + k1 r^2 + k2 r^4), r in focal lengths.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Pose

WIDEST = 4.0
"""Greatest distance from the middle, in focal lengths, that is made upright: 76 degrees."""
AHEAD = 0.05
"""Least share of a ray that points ahead; a ray from beside the camera ends far outside."""


@dataclass(frozen=True)
class Lens:
    """The lens of one camera and the way it hangs.

    size: (width, height) of the frame, pixels. focal_px: focal length. k1, k2: radial
    distortion; barrel is negative. tilt_deg: how far the camera looks down. pan_deg: how far it
    looks to the left of its frame, which is to the right of a person who faces it. roll_deg: how
    far the frame must be turned clockwise to be upright.
    """

    size: tuple[int, int]
    focal_px: float
    k1: float = 0.0
    k2: float = 0.0
    tilt_deg: float = 0.0
    pan_deg: float = 0.0
    roll_deg: float = 0.0

    @property
    def is_plain(self) -> bool:
        """Whether the frame is upright and straight as it is."""
        return not any((self.k1, self.k2, self.tilt_deg, self.pan_deg, self.roll_deg))

    @property
    def centre(self) -> Array:
        """(2,) the upright pixel straight ahead of a level camera; (0, 0) is the upper left."""
        axis = self._level[:, 2]
        ahead: Array = self._middle - self.focal_px * axis[:2] / axis[2]
        return ahead

    def upright(self, points: Array) -> Array:
        """(..., 2) pixels of the real frame -> upright pixels."""
        rays = (points - self._middle) / self.focal_px
        radius = np.hypot(rays[..., 0], rays[..., 1])
        rays = rays * self._straightened(radius)[..., None]
        ahead = np.concatenate([rays, np.ones((*rays.shape[:-1], 1))], -1) @ self._level.T
        flat: Array = ahead[..., :2] / np.maximum(ahead[..., 2:], AHEAD)
        return flat * self.focal_px + self.centre

    def seen(self, points: Array) -> Array:
        """(..., 2) upright pixels -> pixels of the real frame."""
        rays = (points - self.centre) / self.focal_px
        ahead = np.concatenate([rays, np.ones((*rays.shape[:-1], 1))], -1) @ self._level
        flat = ahead[..., :2] / np.maximum(ahead[..., 2:], AHEAD)
        radius = np.minimum(np.hypot(flat[..., 0], flat[..., 1]), self._reach)
        bent: Array = flat * (1 + self.k1 * radius**2 + self.k2 * radius**4)[..., None]
        return bent * self.focal_px + self._middle

    def pose(self, pose: Pose) -> Pose:
        """The pose in upright pixels; in space it is turned by the roll. The mask stays as it is.

        Tilt and pan do not turn it in space: the pose model sees the person alone, along the ray
        to that person, and not where the camera looks.
        """
        if self.is_plain:
            return pose
        points = self.upright(pose.points)
        world = pose.world @ level(0.0, 0.0, self.roll_deg).T
        before = pose.mask_at
        mask_at = self.seen if before is None else (lambda places: before(self.seen(places)))
        return replace(pose, points=points, world=world, mask_at=mask_at)

    def picture(self, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """(height, width, 3) the frame made upright, black where nothing was seen."""
        if self.is_plain:
            return rgb
        height, width = rgb.shape[:2]
        places = np.floor(_places(self)).astype(np.intp)
        x, y = places[..., 0], places[..., 1]
        out = (x < 0) | (y < 0) | (x >= width) | (y >= height)
        straight: npt.NDArray[np.uint8] = rgb[y.clip(0, height - 1), x.clip(0, width - 1)]
        straight[out] = 0
        return straight

    @property
    def _middle(self) -> Array:
        return np.array(self.size) / 2

    @property
    def _level(self) -> Array:
        return level(self.tilt_deg, self.pan_deg, self.roll_deg)

    @property
    def _reach(self) -> float:
        return float(_bend(self.k1, self.k2)[0][-1])

    def _straightened(self, radius: Array) -> Array:
        """Factor by which points at this radius of the real frame lie farther out."""
        straight, bent = _bend(self.k1, self.k2)
        shares: Array = np.interp(radius, bent, straight) / np.maximum(radius, 1e-12)
        return np.where(radius > 1e-9, shares, 1.0)


def level(tilt_deg: float, pan_deg: float, roll_deg: float) -> Array:
    """(3, 3) turns rays (right, down, ahead) of such a camera into those of a level one."""
    (ct, st), (cp, sp), (cr, sr) = (
        (math.cos(math.radians(deg)), math.sin(math.radians(deg)))
        for deg in (tilt_deg, pan_deg, roll_deg)
    )
    roll = np.array([[cr, -sr, 0.0], [sr, cr, 0.0], [0.0, 0.0, 1.0]])
    tilt = np.array([[1.0, 0.0, 0.0], [0.0, ct, st], [0.0, -st, ct]])
    pan = np.array([[cp, 0.0, -sp], [0.0, 1.0, 0.0], [sp, 0.0, cp]])
    turned: Array = pan @ tilt @ roll
    return turned


@lru_cache(maxsize=8)
def _bend(k1: float, k2: float) -> tuple[Array, Array]:
    """Radii without and with the lens, both rising; they end where the model folds back."""
    straight = np.linspace(0.0, WIDEST, 4096)
    bent = straight * (1 + k1 * straight**2 + k2 * straight**4)
    falls = np.flatnonzero(np.diff(bent) <= 0)
    end = int(falls[0]) + 1 if len(falls) else len(straight)
    return straight[:end], bent[:end]


@lru_cache(maxsize=2)
def _places(lens: Lens) -> Array:
    """(height, width, 2) where in the real frame each upright pixel is found."""
    width, height = lens.size
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    return lens.seen(np.stack([x, y], -1))
