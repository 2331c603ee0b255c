"""The outline of the back -> its rounding in degrees, low and upper back apart.

Rounding is the flexion of the lumbar and the thoracic spine since standing. A linear model reads
it, and how far the line from hip to shoulder turns with it beyond the pelvis, from what one frame
shows of the trunk: the outline of the back, the place of the head, and the inclination of the
trunk. Its weights are fitted on people with known spines (`back_weights`); no single point of the
outline carries it, so that hair, an arm or a shadow on a part of the back costs little. It needs no
legs, which plates or a bench may hide.

The shape is compared with the standing back: by the share `OWN` with the person's own one, where
that was seen, for the rest with the mean of people. A person who was never seen standing is
compared with the mean of people alone, and is read nearly as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mirror.hinge.measure.back_weights import CONSTANT, GAINS, USUAL
from mirror.hinge.measure.contour import Axis, T
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Mark, Pose

PELVIS, UPPER = 0.15, 0.85
"""Ends of the dowel along the axis: the top of the sacrum, since the seat below it changes its
shape as the hip folds; and the upper back, above which a hood or the shoulders are seen."""
NECK = 0.97
BOW = (T >= 0.25) & (T <= 0.6)

CURVES, STIFF = 10, 0.03
"""Number of the curves that an edge is made of, and the cost of its bends. With a tenth of that
cost, or with a polynomial of the fourth order, rounding is read as well."""
OUT, IN = 0.012, 0.03
"""Distance from the line, trunk lengths, at which a bin loses most of its weight. Hair, arms and
shadows lie outside; little takes anything away from a body."""
PASSES = 6
LEAST_BINS = 0.3
"""Least share of the bins of an edge."""
OWN = 0.7
"""Share of the person's own back in the standing back. Rendered people are read alike by .5 to .9.
The hollow of a real back flattens in a good hinge, so a small share is the safer one."""
TURN, FROM_DEG = 1.2, 4.0
"""Share of the turn that the model reads which is taken off the hip flexion, and the turn from
which on it is. A regression reads large turns too small, and straight backs as turned a little."""
HEAD = (Mark.LEFT_EAR, Mark.RIGHT_EAR, Mark.NOSE)


@dataclass(frozen=True)
class Flexion:
    """Flexion since standing, degrees: of the lumbar and of the thoracic spine.

    turn_deg: how far the line from hip to shoulder has turned beyond the pelvis.
    """

    low_deg: float
    upper_deg: float
    turn_deg: float = 0.0

    @property
    def sum_deg(self) -> float:
        """Rounding of the whole back."""
        return self.low_deg + self.upper_deg


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights of the model.

    usual: (19,) mean standing shape of people. gains: (22, 3) degrees of low and upper back, and of
    the turn of the trunk line, for each of the `features`. constant: (3,) degrees.
    """

    usual: Array
    gains: Array
    constant: Array


SHIPPED = Weights(USUAL, GAINS, CONSTANT)


def _curves() -> Array:
    """(59, 10) cubic B-splines over the bins, at even distances."""
    step = (T[-1] - T[0]) / (CURVES - 3)
    off = np.abs((T[:, None] - T[0]) / step - np.arange(-1, CURVES - 1))
    near, far = 2 / 3 - off**2 + off**3 / 2, (2 - off) ** 3 / 6
    curves: Array = np.where(off < 1, near, np.where(off < 2, far, 0.0))
    return curves


_CURVES = _curves()
_BEND = np.diff(np.eye(CURVES), 2, axis=0)
_COST = STIFF * len(T) * _BEND.T @ _BEND + 1e-7 * np.eye(CURVES)


def smooth_edge(dorsal: Array) -> Array | None:
    """The smooth line along the back of an edge; None if too few of its bins are left.

    dorsal: (59,) trunk lengths behind the axis, NaN where dropped. Bins that stand off the line
    lose their weight, those outside more so.
    """
    kept = np.isfinite(dorsal)
    if kept.mean() < LEAST_BINS:
        return None
    depth = np.where(kept, dorsal, 0.0)
    weight = kept.astype(np.float64)
    line = depth
    for left in range(PASSES - 1, -1, -1):
        weighed = _CURVES * weight[:, None]
        line = _CURVES @ np.linalg.solve(weighed.T @ _CURVES + _COST, weighed.T @ depth)
        off = (depth - line) / (np.where(depth > line, OUT, IN) * (1 + 0.7 * left))
        weight = kept / (1 + off**2) ** 1.5
    return line


def head(pose: Pose, axis: Axis) -> Array:
    """(4,) the middle of the ears and the nose: along the axis and behind it, trunk lengths."""
    at, depth = axis.locate(pose.points[list(HEAD)])
    return np.array([at[:2].mean(), depth[:2].mean(), at[2], depth[2]])


def features(
    shape: Array, standing: Array | None, trunk_deg: float, usual: Array = SHIPPED.usual
) -> Array:
    """(22,) the inputs of the model.

    shape, standing: `shape_of` now and in standing; None where that back was not seen. trunk_deg:
    inclination of the trunk.
    """
    base = usual if standing is None else OWN * standing + (1 - OWN) * usual
    lean = math.radians(trunk_deg)
    return np.concatenate([shape - base, [lean, lean**2, lean**3]])


def shape_of(edge: Array, place: Array) -> Array:
    """(19,) every fourth bin of a smooth edge, and the `head`."""
    return np.concatenate([edge[1::4], place])


def flexion(
    shape: Array, standing: Array | None, trunk_deg: float, weights: Weights | None = None
) -> Flexion:
    """Flexion in one frame; the arguments are those of `features`. weights: None is `SHIPPED`."""
    weights = weights or SHIPPED
    seen = features(shape, standing, trunk_deg, weights.usual)
    low, upper, turn = (seen @ weights.gains + weights.constant).tolist()
    return Flexion(low, upper, TURN * max(0.0, turn - FROM_DEG))


def chord(edge: Array) -> Array:
    """(59,) the straight dowel from the pelvis to the upper back, trunk lengths from the axis."""
    start, end = np.interp((PELVIS, UPPER), T, edge)
    line: Array = start + (end - start) * (T - PELVIS) / (UPPER - PELVIS)
    return line


def gap(edge: Array) -> float:
    """Where the low back stands farthest off the dowel, in trunk lengths; negative if hollow."""
    off: Array = (edge - chord(edge))[BOW]
    return float(off[np.abs(off).argmax()])


def line_px(edge: Array, axis: Axis) -> tuple[Array, Array]:
    """The spine line and the dowel beside it, (n, 2) and (2, 2) pixels, from pelvis to neck."""
    part = (T >= 0.0) & (T <= NECK)
    spine = axis.place(T[part], edge[part])
    ends = np.array([PELVIS, UPPER])
    return spine, axis.place(ends, np.interp(ends, T, chord(edge)))
