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
    dorsal = _edge(pose.mask, axis, 1)
    points = axis.place(T, dorsal)
    for a, b in ARM:
        if min(pose.visibility[a], pose.visibility[b]) > SEEN:
            near = _distance_to_bone(points, pose.points[a], pose.points[b]) < CLEAR * axis.length
            dorsal[near] = np.nan
    return Contour(dorsal, _edge(pose.mask, axis, -1), float(np.isfinite(dorsal).mean()))


def _edge(mask: npt.NDArray[np.float32], axis: Axis, side: int) -> Array:
    """Where each ray leaves the person, in trunk lengths; side 1 dorsal, -1 ventral."""
    steps = np.arange(0.0, REACH, 1.0 / axis.length)
    ends = axis.place(T, np.zeros(BINS)), axis.place(T, np.full(BINS, float(side)))
    rays = ends[0][:, None, :] + steps[None, :, None] * (ends[1] - ends[0])[:, None, :]
    return _first_exit(sample(mask, rays)) / axis.length


def _distance_to_bone(points: Array, a: Array, b: Array) -> Array:
    """Distance of (n, 2) points to the segment a-b, pixels."""
    bone = b - a
    share = np.clip((points - a) @ bone / max(float(bone @ bone), 1e-9), 0.0, 1.0)
    off = points - a - share[:, None] * bone
    distance: Array = np.hypot(off[:, 0], off[:, 1])
    return distance


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


def sample(mask: npt.NDArray[np.float32], places: Array) -> npt.NDArray[np.float32]:
    """Bilinear samples of a (height, width) mask at (..., 2) pixels; 0 outside the frame."""
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
