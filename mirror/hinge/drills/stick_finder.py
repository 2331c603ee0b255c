"""A straight stick along the back, sought in the frame of the camera itself.

Takes an upright RGB frame and the pose found in it. Returns the line of the stick in pixels, or
None. The frame is resampled into a band behind the trunk: rows along the line from hip to
shoulder, columns away from the back, in trunk lengths. A stick is a narrow strip that differs in
the same sense of colour from both its sides, along one straight line; the
edge of a body or of a shirt differs on one side only. A line counts only where it is seen both at
the low back and above the shoulders: where a wide sleeve hides the low end, it is not found.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mirror.hinge.measure.geometry import Array, Point, distance
from mirror.hinge.measure.joints import JOINTS, joint
from mirror.hinge.measure.lens import Lens
from mirror.hinge.measure.pose import Pose
from mirror.hinge.measure.view import toes

FINE = 100
"""Samples a trunk length, 5 mm each."""
TOGETHER = 4
"""Rows that are averaged against the noise of the frame."""
ROWS, COLUMNS = 50, 72
FIRST_T, FIRST_DEPTH = -0.4, -0.1
"""Beginning of the band: along the trunk (hip 0, shoulder 1) and behind it, trunk lengths."""
LOW_T, HIGH_T = 0.0, 0.85
"""Places along the trunk whose two depths describe a line: the pelvis and the upper back."""
LOW, HIGH = np.arange(0.0, 0.54, 0.02), np.arange(0.04, 0.44, 0.02)
"""Depths that are tried there, trunk lengths. A back lies at about .2; one that rounds takes the
stick to .45."""
MARGIN = 5
"""Columns of a strip on each side of its middle."""
CONTRAST, CLEAR = 10.0, 25.0
"""Grey levels of contrast from which a strip is seen, and by which its middle is found."""
LEAST = 0.27
"""Least share of the band along which the strip is seen. On figures from the side, 24 of them with
a stick and as many without: .27-.63 with one, and without one at most .26 save for .34 and .39,
lines of the shirt that the next limit refuses."""
PARTS = ((-0.1, 0.3, 0.25), (1.1, 1.5, 0.2))
"""Parts of the trunk line, and the least share of each along which it is seen."""
ENDS = (-0.1, 1.3)
"""Places along the trunk of the ends of the returned line."""
LEAST_PX = 40.0
"""Shortest trunk that shows a stick, pixels."""

Rgb = npt.NDArray[np.uint8]
Values = npt.NDArray[np.float32]

_T = FIRST_T + (np.arange(ROWS * TOGETHER) + 0.5) / FINE
_DEPTH = FIRST_DEPTH + (np.arange(COLUMNS) + 0.5) / FINE
_ROW_T = _T.reshape(ROWS, TOGETHER).mean(axis=1)
_EACH = np.arange(ROWS)


def with_stick(pose: Pose, rgb: Rgb, lens: Lens | None = None) -> Pose:
    """The pose with the stick that the frame shows, if it shows one; see `find_stick`."""
    return replace(pose, stick=find_stick(rgb, pose, lens))


def find_stick(rgb: Rgb, pose: Pose, lens: Lens | None = None) -> tuple[Point, Point] | None:
    """The stick along the back of one person in side view; its low end first, pixels.

    rgb: (height, width, 3), as the camera saw it. lens: the one taken out of the pose.
    """
    facing = toes(pose)
    hip, shoulder = (joint(pose, *JOINTS[name]) for name in ("hip", "shoulder"))
    if facing == 0 or distance(hip, shoulder) < LEAST_PX:
        return None
    root, along = np.array(hip), np.array(shoulder) - np.array(hip)
    dorsal = np.array([along[1], -along[0]]) * facing
    strips = _strips(*_band(rgb, root, along, dorsal, lens))
    seen = np.clip(strips / CONTRAST, -1.0, 1.0)
    places, inside = _lines(LOW, HIGH)
    columns = np.clip(np.rint(places), 0, COLUMNS - 1).astype(np.intp)
    shares = (seen[_EACH, columns] * inside[..., None]).sum(axis=2) / ROWS
    low, high, channel = np.unravel_index(np.abs(shares).argmax(), shares.shape)
    share = float(shares[low, high, channel])
    if abs(share) < LEAST:
        return None
    sense = np.sign(share)
    strip = np.clip(strips[..., channel] * sense / CLEAR, -0.2, 1.0)
    depths = _refined(strip, float(LOW[low]), float(HIGH[high]))
    if not _is_whole(seen[..., channel] * sense, *depths):
        return None
    slope = (depths[1] - depths[0]) / (HIGH_T - LOW_T)
    ends = [root + t * along + (depths[0] + slope * (t - LOW_T)) * dorsal for t in ENDS]
    (a, b), (c, d) = (end.tolist() for end in ends)
    return (a, b), (c, d)


def _band(
    rgb: Rgb, root: Array, along: Array, dorsal: Array, lens: Lens | None
) -> tuple[Values, Values]:
    """(ROWS, COLUMNS, 3) colours of the band, and (ROWS, COLUMNS, 1) 0 outside the frame."""
    places = root + _T[:, None, None] * along + _DEPTH[:, None] * dorsal
    if lens is not None and not lens.is_plain:
        places = lens.seen(places)
    x, y = places[..., 0], places[..., 1]
    height, width = rgb.shape[:2]
    inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    picked = rgb[
        np.clip(y, 0, height - 1).astype(np.intp), np.clip(x, 0, width - 1).astype(np.intp)
    ]
    shape = (ROWS, TOGETHER, COLUMNS)
    colours = picked.reshape(*shape, 3).mean(axis=1, dtype=np.float32)
    return colours, inside.reshape(shape).all(axis=1)[..., None].astype(np.float32)


def _strips(colours: Values, inside: Values) -> Values:
    """Contrast of a strip at each place to both its sides; 0 where it is not of one sense."""
    sums = np.concatenate([np.zeros_like(colours[:, :1]), np.cumsum(colours, axis=1)], axis=1)

    def mean(first: int, last: int) -> Values:
        a = np.clip(np.arange(COLUMNS) + first, 0, COLUMNS)
        b = np.clip(np.arange(COLUMNS) + last + 1, 0, COLUMNS)
        means: Values = (sums[:, b] - sums[:, a]) / np.maximum(1, b - a)[:, None]
        return means.astype(np.float32)

    middle = mean(-1, 1)
    behind, before = middle - mean(4, 5), middle - mean(-5, -4)
    least = np.sign(behind) * np.minimum(np.abs(behind), np.abs(before))
    strips: Values = np.where(behind * before > 0, least, np.float32(0)) * inside
    return strips


def _lines(low: Array, high: Array) -> tuple[Array, npt.NDArray[np.bool_]]:
    """(low, high, ROWS) columns of each line, and whether the band has room around it there."""
    share = (_ROW_T - LOW_T) / (HIGH_T - LOW_T)
    depths = low[:, None, None] + (high[:, None] - low[:, None, None]) * share
    columns: Array = (depths - _DEPTH[0]) * FINE
    return columns, (columns >= MARGIN) & (columns <= COLUMNS - 1 - MARGIN)


def _refined(strip: Values, low: float, high: float) -> tuple[float, float]:
    """The line near this one along which the strip is clearest, to a quarter of a centimetre."""
    for step in (0.01, 0.005):
        around = step * np.arange(-2.0, 3.0)
        columns, inside = _lines(low + around, high + around)
        left = np.clip(np.floor(columns), 0, COLUMNS - 2).astype(np.intp)
        part = columns - left
        value = (1 - part) * strip[_EACH, left] + part * strip[_EACH, left + 1]
        i, j = np.unravel_index((value * inside).mean(axis=2).argmax(), (5, 5))
        low, high = low + float(around[i]), high + float(around[j])
    return low, high


def _is_whole(seen: Values, low: float, high: float) -> bool:
    """Whether the line is seen at the low back and above the shoulders."""
    columns, inside = _lines(np.array([low]), np.array([high]))
    at = np.clip(np.rint(columns[0, 0]), 0, COLUMNS - 1).astype(np.intp)
    along = seen[_EACH, at] * inside[0, 0]
    return all(
        along[(first <= _ROW_T) & (last > _ROW_T)].mean() >= least for first, last, least in PARTS
    )
