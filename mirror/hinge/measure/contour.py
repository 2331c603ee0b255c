"""Mask -> the edges of the trunk: the back, and the front, between pelvis and neck.

Side view only. From the axis mid-hip -> mid-shoulder (t = 0..1) rays are cast at right angles
to both sides; the edge is where the person's mask falls through one half. Where an arm lies at
the edge of the back the bin is dropped: the arm is seen there, not the back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mirror.hinge.measure.geometry import Array, Point
from mirror.hinge.measure.pose import Mark, Pose

BINS = 59
T = np.linspace(-0.1, 1.06, BINS)
"""Place of each bin along the axis, hip 0 .. shoulder 1."""
REACH = 0.7
"""Length of the rays, in trunk lengths."""
CLEAR = 0.10
"""Least distance of an arm's bone from the edge, in trunk lengths (5 cm: half an arm). A nearer
bone drops the bin: the edge is then the arm's, not the back's."""
SEEN = 0.5
"""Least visibility of both ends of an arm's bone."""
ARM = (
    (Mark.LEFT_SHOULDER, Mark.LEFT_ELBOW),
    (Mark.LEFT_ELBOW, Mark.LEFT_WRIST),
    (Mark.LEFT_WRIST, Mark.LEFT_INDEX),
    (Mark.RIGHT_SHOULDER, Mark.RIGHT_ELBOW),
    (Mark.RIGHT_ELBOW, Mark.RIGHT_WRIST),
    (Mark.RIGHT_WRIST, Mark.RIGHT_INDEX),
)


@dataclass(frozen=True, eq=False)
class Contour:
    """The edges of the trunk in one frame, by bin, in trunk lengths from the axis.

    dorsal: (59,) the back, NaN where a bin was dropped. ventral: (59,) the front, NaN where it is
    not found. valid: share of the bins of the back that were kept, 0..1.
    """

    dorsal: Array
    ventral: Array
    valid: float


@dataclass(frozen=True)
class Axis:
    """The trunk line in the frame, from which edges are measured. Pixels."""

    hip: Point
    shoulder: Point
    facing: int
    """+1 to the right of the frame, -1 to the left."""

    @property
    def length(self) -> float:
        """Trunk length."""
        return float(np.hypot(self.shoulder[0] - self.hip[0], self.shoulder[1] - self.hip[1]))

    def locate(self, points: Array) -> tuple[Array, Array]:
        """(n,) place along the axis, and depth behind it, of (n, 2) pixels; trunk lengths."""
        hip, along = np.array(self.hip), np.array(self.shoulder) - np.array(self.hip)
        # Turning the axis a quarter against the facing direction gives the dorsal side.
        dorsal = np.array([along[1], -along[0]]) * self.facing
        square = self.length**2
        return (points - hip) @ along / square, (points - hip) @ dorsal / square

    def depths(self, points: Array) -> Array:
        """(59,) how far a line of (n, 2) pixels, hip end first, lies behind the axis, by bin."""
        at, depth = self.locate(points)
        order = np.argsort(at)
        bins: Array = np.interp(T, at[order], depth[order])
        return bins

    def place(self, t: Array, depth: Array) -> Array:
        """(n, 2) pixels of points at t along the axis and so many trunk lengths behind it."""
        hip, along = np.array(self.hip), np.array(self.shoulder) - np.array(self.hip)
        dorsal = np.array([along[1], -along[0]]) * self.facing
        points: Array = hip + t[:, None] * along + depth[:, None] * dorsal
        return points


def edges(pose: Pose, axis: Axis) -> Contour | None:
    """The edges of one person in side view; None without a mask or without a trunk."""
    if pose.mask is None or axis.length < 20:
        return None
    dorsal, ventral = _edges(pose, axis)
    seen = [pair for pair in ARM if min(pose.seen[pair[0]], pose.seen[pair[1]]) > SEEN]
    if seen:
        near = _distance_to_bones(axis.place(T, dorsal), pose.points[seen]) < CLEAR * axis.length
        dorsal[near] = np.nan
    return Contour(dorsal, ventral, float(np.isfinite(dorsal).mean()))


def _edges(pose: Pose, axis: Axis) -> Array:
    """(2, 59) where each ray leaves the person, in trunk lengths: dorsal, ventral."""
    steps = np.arange(0.0, REACH, 1.0 / axis.length)
    start, dorsal = axis.place(T, np.zeros(BINS)), axis.place(np.zeros(1), np.ones(1)) - axis.hip
    out = np.stack([steps, -steps])[:, None, :]
    x, y = (start[:, k, None] + dorsal[0, k] * out for k in (0, 1))  # (side, bin, step)
    inside = person_at(pose, np.moveaxis(np.stack([x, y]), 0, -1)).reshape(2 * BINS, len(steps))
    return _first_exit(inside).reshape(2, BINS) / axis.length


def _distance_to_bones(points: Array, bones: Array) -> Array:
    """(n,) distance of (n, 2) points to the nearest of (m, 2, 2) segments, pixels."""
    a = bones[:, 0]
    bone = bones[:, 1] - a
    off = points - a[:, None]
    length = np.maximum((bone**2).sum(axis=1), 1e-9)[:, None]
    share = np.clip((off @ bone[..., None])[..., 0] / length, 0.0, 1.0)
    off -= share[..., None] * bone[:, None]
    nearest: Array = np.hypot(off[..., 0], off[..., 1]).min(axis=0)
    return nearest


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


def person_at(pose: Pose, places: Array) -> npt.NDArray[np.float32]:
    """Bilinear samples of a pose's mask at (..., 2) pixels of the frame; 0 outside of the mask."""
    mask = pose.mask
    if mask is None:
        return np.zeros(places.shape[:-1], np.float32)
    if pose.mask_at is not None:
        places = pose.mask_at(places)
    height, width = mask.shape
    x, y = places[..., 0] - 0.5, places[..., 1] - 0.5  # the centre of the first pixel is at .5
    outside = None
    if x.min() < 0 or y.min() < 0 or x.max() >= width - 1 or y.max() >= height - 1:
        outside = (x < 0) | (y < 0) | (x >= width - 1) | (y >= height - 1)
        x, y = x.clip(0, width - 2), y.clip(0, height - 2)
    left, top = x.astype(np.int32), y.astype(np.int32)
    u, v = np.subtract(x, left, dtype=np.float32), np.subtract(y, top, dtype=np.float32)
    flat, corner = mask.ravel(), top * np.int32(width) + left
    upper, right = flat.take(corner), flat.take(corner + 1)
    upper += u * (right - upper)
    corner += np.int32(width)
    lower, right = flat.take(corner), flat.take(corner + 1)
    lower += u * (right - lower)
    upper += v * (lower - upper)
    if outside is not None:
        upper[outside] = 0.0
    return upper
