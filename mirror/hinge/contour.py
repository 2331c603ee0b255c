"""Mask -> the line of the back: the dorsal edge of the person between pelvis and neck.

Side view only. From the axis mid-hip -> mid-shoulder (t = 0..1) rays are cast at right angles
to the dorsal side; the back is where the person's mask falls through one half. Where an arm or
a hand lies at that edge the bin is dropped: what is seen there is not the back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mirror.hinge.geometry import Array, Point
from mirror.hinge.pose import Mark, Pose

BINS = 64
T = np.linspace(-0.05, 1.05, BINS)
"""Place of each bin along the axis, hip 0 .. shoulder 1."""
REACH = 0.7
"""How far the rays go, in trunk lengths."""
CLEAR = 0.06
"""A bin is dropped if an elbow or hand lies within this many trunk lengths (3 cm) of the edge."""
ARM = (
    Mark.LEFT_ELBOW, Mark.RIGHT_ELBOW, Mark.LEFT_WRIST, Mark.RIGHT_WRIST,
    Mark.LEFT_INDEX, Mark.RIGHT_INDEX, Mark.LEFT_THUMB, Mark.RIGHT_THUMB,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Contour:
    """The dorsal edge in one picture.

    points: (64, 2) pixels, NaN where a bin was dropped. depth: (64,) distance from the axis in
    trunk lengths. valid: share of the bins that were kept, 0..1.
    """

    points: Array
    depth: Array
    valid: float


def back(pose: Pose, hip: Point, shoulder: Point, facing: int) -> Contour | None:
    """The back of one person in side view; None without a mask or without a trunk.

    hip, shoulder: ends of the trunk line, pixels. facing: +1 to the right of the picture, else -1.
    """
    if pose.mask is None:
        return None
    h, s = np.array(hip), np.array(shoulder)
    axis = s - h
    length = float(np.hypot(*axis))
    if length < 20:
        return None
    # Turning the axis a quarter against the facing direction gives the dorsal side.
    dorsal = np.array([axis[1], -axis[0]]) * facing / length
    starts = h + T[:, None] * axis
    steps = np.arange(0.0, REACH * length, 1.0)
    inside = _sample(pose.mask, starts[:, None, :] + steps[None, :, None] * dorsal)
    edge = _first_exit(inside)
    points = starts + edge[:, None] * dorsal
    for mark in ARM:
        if pose.visibility[mark] > 0.5:
            near = np.hypot(*(points - pose.points[mark]).T) < CLEAR * length
            points[near] = np.nan
    depth = edge / length
    depth[np.isnan(points[:, 0])] = np.nan
    return Contour(points, depth, float(np.isfinite(depth).mean()))


def _first_exit(inside: npt.NDArray[np.float32]) -> Array:
    """Where each ray (row) first falls from the person to the wall, in steps, sub-pixel."""
    out = inside < 0.5
    out[:, 0] = False
    first = out.argmax(axis=1)
    rows = np.arange(len(inside))
    before, after = inside[rows, first - 1], inside[rows, first]
    edge = first - 1 + (before - 0.5) / np.maximum(before - after, 1e-6)
    found = out.any(axis=1) & (before >= 0.5)
    return np.where(found, edge, np.nan).astype(np.float64)


def _sample(mask: npt.NDArray[np.float32], places: Array) -> npt.NDArray[np.float32]:
    """Bilinear samples of a (height, width) mask at (..., 2) pixels; 0 outside the picture."""
    height, width = mask.shape
    x, y = places[..., 0] - 0.5, places[..., 1] - 0.5  # the centre of the first pixel is at .5
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    outside = (left < 0) | (top < 0) | (left >= width - 1) | (top >= height - 1)
    left, top = np.clip(left, 0, width - 2), np.clip(top, 0, height - 2)
    u, v = (x - left).astype(np.float32), (y - top).astype(np.float32)
    flat = mask.ravel()
    corner = top * width + left
    upper = flat[corner] * (1 - u) + flat[corner + 1] * u
    lower = flat[corner + width] * (1 - u) + flat[corner + width + 1] * u
    value: npt.NDArray[np.float32] = np.where(outside, 0, upper * (1 - v) + lower * v)
    return value.astype(np.float32)
