"""The stick drill in one frame: how far the back takes the stick off the pelvis.

Takes a pose, the edges of its trunk and the ends of the trunk line, in side view. Where the frame
shows the stick itself (`stick_finder`), its line gives the gap. Else the outline does: the stick
rests on the upper back and in the low hand, and when the low back comes out, the hand takes it off
the pelvis. Lengths in centimetres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isnan, nan

import numpy as np

from mirror.hinge.drills.hands import HIDDEN, SEEN, Unready, hands
from mirror.hinge.drills.stick_finder import HIGH_T, LOW_T
from mirror.hinge.measure.contour import Axis, Contour, T, edges
from mirror.hinge.measure.geometry import Array, Point
from mirror.hinge.measure.pose import Pose

LOW_BACK, NECK = (0.05, 0.6), (0.85, 1.5)
"""Places along the trunk (hip 0, shoulder 1) of the hands behind it. The low hand itself is at
.15-.45; the pose model misses it by .1 of a trunk, median."""
DORSAL, NECK_DORSAL = 0.05, -0.05
"""Least distance of these hands behind the trunk line, trunk lengths; hands on hips are at 0."""
PELVIS, LUMBAR, UPPER = (0.0, 0.1), (0.15, 0.35), (0.7, 0.9)
"""Bands of the back along the trunk."""
ENDS = (-0.1, 1.3)
"""Ends of the drawn dowel along the trunk."""
LEAK = 0.2
"""Share of the move of pelvis and upper back against the trunk line that is taken off again."""
SLOPE, OFFSET_CM = 1.05, 0.5
"""Gap at the pelvis by the rise of the low back: fitted on 1457 frames of 8 figures, both sides;
MAE .8 cm. Why not by a line through the hands: see `stick`."""
TURN, ASIDE_CM = 0.5, 0.8
"""Gap by the line of the stick: its rise at the pelvis, less this share of its rise at the upper
back, which is the trunk line's own error, less what a neutral hinge reads. Set on 12 sets of 6
figures, none of them in `truth`: their mean errors differ by .6 cm (SD), and within a rep it errs
by .6 cm where the outline errs by .9."""
MOST_CM = 8.0
"""Greatest gap of a back, cm: beyond it the forearm is in the outline, too."""


@dataclass(frozen=True)
class Stick:
    """The stick in one frame: depths of the outline behind the trunk line, in centimetres.

    low: at the low back, NaN where the arm hides it. hand: the same place with the hand that lies
    there: its outside is where the stick is. pelvis, upper: at the pelvis and the upper back, or
    NaN. line: depth of the stick itself at the pelvis and at the upper back, None where it was not
    found in the frame. axis: the trunk line. confidence: 0..1.
    """

    low: float
    hand: float
    pelvis: float
    upper: float
    line: tuple[float, float] | None
    axis: Axis
    confidence: float

    @property
    def outline(self) -> tuple[float, ...]:
        """The depths that the outline gives."""
        return self.low, self.hand, self.pelvis, self.upper


def stick(
    pose: Pose,
    contour: Contour | None,
    hip: Point,
    shoulder: Point,
    facing: int,
    px_per_cm: float,
) -> Stick | Unready:
    """The stick along the back of one person in side view.

    A line through both hands would be the stick itself, but the pose model finds the hand near the
    camera to .1 of a trunk and hardly ever the other one. The outline is known to half a
    centimetre, and at the low back its outside is the hand that holds the stick.

    contour: None where too much of it is hidden. hip, shoulder: ends of the trunk line, pixels.
    facing: +1 to the right of the frame, else -1. px_per_cm: pixels of a centimetre at the
    person.
    """
    axis = Axis(hip, shoulder, facing)
    cm = axis.length / px_per_cm
    line = _line(pose, axis, cm)
    near, far = hands(pose, axis)
    low = [h for h in (near, far) if h.within(LOW_BACK) and h.behind > DORSAL]
    high = [h for h in (near, far) if h.within(NECK) and h.behind > NECK_DORSAL]
    hidden = far.seen < SEEN  # a guess: it may be drawn at the other hand
    if line is None:
        if near not in low and near not in high:
            return Unready("hand-behind-neck" if far in low else "hand-behind-low-back")
        if near in low and far not in high and not hidden:
            return Unready("hand-behind-neck")
        if near in high and far not in low and not hidden:
            return Unready("hand-behind-low-back")
    # Seen as if there were no arms, nothing is dropped: the hand stays in the outline.
    bare = edges(replace(pose, visibility=np.zeros_like(pose.visibility)), axis)
    dorsal = contour.dorsal if contour else None
    hand = _band(bare.dorsal if bare else dorsal, LUMBAR) * cm
    bands = [_band(dorsal, band) * cm for band in (LUMBAR, PELVIS, UPPER)]
    if line is None and (contour is None or isnan(hand)):
        return Unready("back-hidden")
    both = line is not None or far in (low if near in high else high)
    return Stick(bands[0], hand, bands[1], bands[2], line, axis, 1.0 if both else HIDDEN)


def _line(pose: Pose, axis: Axis, cm: float) -> tuple[float, float] | None:
    if pose.stick is None:
        return None
    low, high = np.interp((LOW_T, HIGH_T), T, axis.depths(np.array(pose.stick))) * cm
    return float(low), float(high)


def _band(edge: Array | None, band: tuple[float, float]) -> float:
    """Median of an edge over a band of the trunk; NaN where less than a third of it was kept."""
    if edge is None:
        return nan
    part = edge[(band[0] - 0.01 <= T) & (band[1] + 0.01 >= T)]
    kept = part[np.isfinite(part)]
    return float(np.median(kept)) if 3 * len(kept) >= len(part) else nan


def gap_by_line_cm(line: tuple[float, ...], standing: tuple[float, ...], pelvis_cm: float) -> float:
    """Gap of the stick at the pelvis beyond the baseline, cm, by the line of the stick.

    pelvis_cm: how far the outline of the pelvis has come out since standing, or NaN. The landmark
    of the hip may be off by 3 cm on a fast way down, which moves stick and outline alike: the stick
    is no farther off the pelvis than off its outline.
    """
    low, high = (v - b for v, b in zip(line, standing, strict=True))
    gap = low - TURN * high - ASIDE_CM
    if not isnan(pelvis_cm):
        gap = min(gap, low - pelvis_cm)
    return min(max(0.0, gap), MOST_CM)


def gap_cm(values: tuple[float, ...], standing: tuple[float, ...]) -> float:
    """Gap of the stick at the pelvis beyond the baseline, cm, by the outline.

    Small changes are noise of the hip: they shrink to nothing. NaN where the gap is unknown.
    """
    low, hand, pelvis, upper = (v - b for v, b in zip(values, standing, strict=True))
    rise = hand if isnan(low) else low
    rise += LEAK * ((0.0 if isnan(upper) else upper) - (0.0 if isnan(pelvis) else pelvis))
    gap = SLOPE * rise + OFFSET_CM
    gap = gap if gap > 2 * OFFSET_CM else max(0.0, 2 * (gap - OFFSET_CM))
    return min(gap, MOST_CM) if not isnan(gap) else nan


def dowel(pose: Pose, seen: Stick, gap: float, px_per_cm: float) -> tuple[Point, Point] | None:
    """Ends of the stick, the low one first, pixels: itself, or a line off the pelvis by the gap."""
    if pose.stick is not None:
        return pose.stick
    scale = px_per_cm / seen.axis.length
    pelvis = seen.hand if isnan(seen.pelvis) else seen.pelvis
    depths = np.array([pelvis + gap, pelvis if isnan(seen.upper) else seen.upper]) * scale
    middles = [sum(PELVIS) / 2, sum(UPPER) / 2]
    ends = np.array(ENDS)
    slope = (depths[1] - depths[0]) / (middles[1] - middles[0])
    low, high = seen.axis.place(ends, depths[0] + slope * (ends - middles[0]))
    return (float(low[0]), float(low[1])), (float(high[0]), float(high[1]))
