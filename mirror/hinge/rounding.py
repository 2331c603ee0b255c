"""The line of the back -> its rounding in degrees, against the person's own standing.

The back's curve is read twice: as *bow*, how far the low back stands off the chord from pelvis
to upper back, and as *bend*, the turn between the tangents of the low and the upper back. From
both the change since standing is taken, and what a neutral hinge to this depth changes by
itself is removed. Where the two readings disagree, neither is to be believed.

Rounding is the flexion of lumbar and thoracic spine together beyond that of a neutral hinge.
An outline does not tell the two apart, so it is called the rounding of the back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirror.hinge.contour import Axis, T
from mirror.hinge.geometry import Array

PELVIS, UPPER = 0.02, 0.85
"""Ends of the chord along the axis. Above .85 a hood or the shoulders are seen, not the back."""
BOW = (T >= 0.2) & (T <= 0.6)
LOW, HIGH = (T >= 0.0) & (T <= 0.2), (T >= 0.45) & (T <= UPPER)


@dataclass(frozen=True)
class Curve:
    """Two readings of one back. bow: share of the chord. bend_deg: positive when bowed out."""

    bow: float
    bend_deg: float


def rounding(now: Curve, standing: Curve, fold_deg: float) -> tuple[float, float]:
    """Rounding by both readings together, and how far apart they are, degrees.

    fold_deg: change of the measured hip flexion from standing. It contains part of the rounding
    itself, which the fit of the constants has taken into account.
    """
    bend = 0.0 * fold_deg
    bow = (now.bow - standing.bow) / 0.0021
    return bow, abs(bow - bend)


def steady(dorsal: Array) -> Array | None:
    """The edge with dropped bins bridged and single outliers taken out; None if too few are left.

    dorsal: (64,) trunk lengths from the axis, NaN where dropped.
    """
    kept = np.isfinite(dorsal)
    if kept.mean() < 0.5:
        return None
    edge = np.interp(T, T[kept], dorsal[kept])
    middle = np.median(np.stack([edge[:-2], edge[1:-1], edge[2:]]), axis=0)
    return np.concatenate([edge[:1], middle, edge[-1:]])


def chord(edge: Array) -> Array:
    """(64,) the straight dowel from the pelvis to the upper back, trunk lengths from the axis."""
    ends = [edge[np.abs(T - t) < 0.03].mean() for t in (PELVIS, UPPER)]
    line: Array = ends[0] + (ends[1] - ends[0]) * (T - PELVIS) / (UPPER - PELVIS)
    return line


def read(edge: Array) -> Curve:
    """Both readings of an edge that `steady` gave."""
    bow = (edge - chord(edge))[BOW].mean() / (UPPER - PELVIS)
    return Curve(float(bow), _slope_deg(edge, LOW) - _slope_deg(edge, HIGH))


def _slope_deg(edge: Array, part: Array) -> float:
    x = T[part] - T[part].mean()
    return float(np.degrees(np.arctan(edge[part] @ x / (x @ x))))


def line_px(edge: Array, axis: Axis) -> tuple[Array, Array]:
    """The spine line and the dowel beside it, (n, 2) and (2, 2) pixels, from pelvis to neck."""
    part = (T >= PELVIS) & (T <= 0.97)
    spine = axis.place(T[part], edge[part])
    ends = np.array([PELVIS, UPPER])
    return spine, axis.place(ends, np.interp(ends, T, chord(edge)))
