"""The string drill in one frame: how much shorter the string between both hands has become.

Takes a pose, the edges of its trunk and the ends of the trunk line, in side view. Tightness is the
length of the string against that in standing, 1 is tight.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan

import numpy as np

from mirror.hinge.drills.hands import HIDDEN, SEEN, Hand, Unready, hands
from mirror.hinge.measure.contour import Axis, Contour, T
from mirror.hinge.measure.geometry import Point, distance, gate
from mirror.hinge.measure.pose import Pose

AT_COLLAR, AT_NAVEL = (0.6, 1.25), (-0.25, 0.4)
"""Places along the trunk of the hands of the string drill."""
AT_NAVEL_ALONE, COLLAR = (0.1, 0.4), 0.95
"""Place of the lower hand from which the upper one is taken to be at the collar bones, where the
body hides it: on rendered people the model then draws it at the lower hand. A hand that hangs is
lower."""
CONTACT = 0.06
"""Distance before the front edge, trunk lengths (3 cm), at which a hand still touches the trunk."""
HELD = 0.2
"""The same of the near hand alone, where the body hides the other one."""
TRUSTED = (0.7, 0.4)
"""Gate of the visibility of the upper hand. As far as it isn't seen, the middle of the shoulders
stands for it: that distance shortens almost alike, and jumps less."""
SURE = (0.7, 0.3)
"""Gate of the visibility of the lower hand: in wide sleeves the model loses it down the hinge."""
UNSURE = 0.5
"""Confidence if the lower hand is on the far side: down the hinge the model puts it anywhere."""
SHORTER = 0.0048
"""Shortening of the string per degree of rounding. A simulation gives 10-13 % for 20 deg; figures
that round by 20-36 deg read .86-.88 at 26."""
ASTRAY = 0.06
"""Greatest distance of the hands from the length that the back gives: beyond it they are not used.
In wide clothes the model lets them wander by .1-.2 of the string on a back that keeps its shape."""


@dataclass(frozen=True)
class String:
    """The string in one frame.

    hands: upper and lower end, pixels. hands_px: distance of the hands. reach_px: distance from the
    middle of the shoulders to the lower hand. seen: visibility of the upper hand. near: the lower
    hand is on the side of the camera. confidence: 0..1, how far the hands can be trusted.
    """

    hands: tuple[Point, Point]
    hands_px: float
    reach_px: float
    seen: float
    near: bool
    confidence: float


def string(
    pose: Pose, contour: Contour, hip: Point, shoulder: Point, facing: int
) -> String | Unready:
    """The string between the hands of one person in side view.

    hip, shoulder: ends of the trunk line, pixels. facing: +1 to the right of the frame, else -1.
    Unready with `hand-unclear`: the near hand is in place, and the body hides the other one.
    """
    axis = Axis(hip, shoulder, facing)
    near, far = hands(pose, axis)
    if far.seen < SEEN and near.within(AT_NAVEL_ALONE):
        far = _at_collar(far, contour, axis)
    upper, lower = (near, far) if near.t > far.t else (far, near)
    both = upper.within(AT_COLLAR) and lower.within(AT_NAVEL)
    if not (both and _touches(upper, contour, CONTACT) and _touches(lower, contour, CONTACT)):
        holds = near.within((AT_NAVEL_ALONE[0], AT_COLLAR[1])) and _touches(near, contour, HELD)
        return Unready("hand-unclear" if holds and far.seen < SEEN else "hands-on-your-trunk")
    sight = gate(lower.seen, *SURE) if lower.near else UNSURE
    return String(
        hands=(upper.at, lower.at),
        hands_px=distance(upper.at, lower.at),
        reach_px=distance(shoulder, lower.at),
        seen=upper.seen,
        near=lower.near,
        confidence=min(sight, 1.0 if upper.seen >= SEEN else HIDDEN),
    )


def _at_collar(hand: Hand, contour: Contour, axis: Axis) -> Hand:
    """The hand on the front edge at the collar bones."""
    depth = -_front(contour, COLLAR)
    ((x, y),) = axis.place(np.array([COLLAR]), np.array([depth])).tolist()
    return replace(hand, at=(x, y), t=COLLAR, behind=depth)


def _front(contour: Contour, t: float) -> float:
    """Depth of the front edge at a place along the trunk; NaN where none of it was seen."""
    seen = np.isfinite(contour.ventral)
    return float(np.interp(t, T[seen], contour.ventral[seen])) if seen.any() else nan


def _touches(hand: Hand, contour: Contour, reach: float) -> bool:
    """On the trunk or before it, no farther off than this, trunk lengths."""
    return hand.behind <= 0.15 and -hand.behind <= _front(contour, hand.t) + reach


def tightness(values: tuple[float, ...], standing: tuple[float, ...], seen: float) -> float:
    """Length of the string by the hands; seen: visibility of the upper hand."""
    share = gate(seen, *TRUSTED)
    return share * values[0] / standing[0] + (1 - share) * values[1] / standing[1]


def together(by_hands: float | None, rounding_deg: float | None) -> float | None:
    """Length of the string by the hands and by the back, or by the only one that is known."""
    if rounding_deg is None:
        return by_hands
    by_back = 1.0 - SHORTER * max(0.0, rounding_deg)
    if by_hands is None:
        return by_back
    return by_back + 0.5 * min(ASTRAY, max(-ASTRAY, by_hands - by_back))
