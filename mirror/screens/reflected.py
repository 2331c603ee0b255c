"""The line of the back on the reflection: drawn where the person sees their back in the glass.

It fades while the body moves too fast for a line that comes a tenth of a second late; meanwhile the
figure in the corner, which never lags, lights up. Where the place of the line is unknown or outside
the panel, only the figure is shown.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mirror.calibration.projection import Reflection
from mirror.coach.session import Session
from mirror.display.scene import ICE, Line, Shape
from mirror.hinge.judging.faults import is_rounded
from mirror.hinge.measure.geometry import Array, gate
from mirror.hinge.measure.posture import SHOW, Posture
from mirror.hinge.measure.rounding import line_px
from mirror.screens.drawing import line_colour, smoothed
from mirror.screens.layout import Layout

FADE_DEG_S = (15.0, 25.0)
"""Speeds of trunk or hips at which the line is full, and gone."""
OVER_S = 0.25
"""Seconds over which the speed is measured; from frame to frame it is mostly noise."""
STANDING_S = 0.5
"""Seconds over which the place of the feet is averaged."""
DOUBLE_MM = 31.0
"""Two eyes, 62 mm apart, see the line at places half as far from one another."""
BAND = ((1.3, 0.15), (1.0, 0.25), (0.6, 0.4))
"""A soft band: shares of its width, and how bright."""
LEAST_ON_PANEL = 0.5
"""Least share of the line that must lie on the panel."""


def on_reflection(session: Session, page: Layout, reflection: Reflection) -> Iterator[Shape] | None:
    """The line of the back and the dowel; None where their place is unknown."""
    posture, pose = session.posture, session.pose
    if not isinstance(posture, Posture) or pose is None or posture.back is None:
        return None
    if posture.confidence < SHOW or posture.back.confidence < SHOW:
        return None
    rest = session.baseline
    body_px = rest.trunk_px + rest.leg_px if rest else posture.trunk_px + posture.leg_px
    since = [p for p, _ in session.movement.trail if p.taken_at > pose.taken_at - STANDING_S]
    body_m = reflection.body_m([*since, pose], body_px)
    if body_m is None:
        return None
    spine, dowel = line_px(posture.back.edge, posture.back.axis)
    line = _shown(reflection.places(pose, smoothed(spine), body_m), page)
    if line is None:
        return None
    straight = _shown(reflection.places(pose, dowel, body_m), page)
    light = clearness(session)
    return _drawn(line, straight, posture, light, reflection.eye == "both", page.u)


def clearness(session: Session) -> float:
    """How brightly the line is lit, 1 at rest and 0 where the body is too fast for it."""
    return gate(speed_deg_s(session), *FADE_DEG_S)


def speed_deg_s(session: Session) -> float:
    """How fast trunk and hips turn, degrees a second, over the last moments."""
    posture = session.posture
    if not isinstance(posture, Posture):
        return 0.0
    earlier = [p for _, p in session.movement.trail if p.t <= posture.t - OVER_S]
    if not earlier:
        return 0.0
    then = earlier[-1]
    turned = max(
        abs(posture.trunk_deg - then.trunk_deg), abs(posture.hip_flexion_deg - then.hip_flexion_deg)
    )
    return turned / (posture.t - then.t)


def _drawn(
    line: Array, dowel: Array | None, posture: Posture, light: float, broad: bool, u: float
) -> Iterator[Shape]:
    if light <= 0:
        return
    colour = line_colour(posture)
    points = _points(line)
    if broad:
        for share, dim in BAND:
            yield Line(points, share * DOUBLE_MM, colour.at(dim * light))
        return
    if dowel is not None:
        yield Line(_points(dowel), 1.2 * u, ICE.at(light))
    # Wider when rounded: the meaning is not in the colour alone.
    yield Line(points, (6.5 if is_rounded(posture) else 4.0) * u, colour.at(light))


def _points(line: Array) -> tuple[tuple[float, float], ...]:
    # Steps finer than a pixel cannot be seen and would only cause redrawing.
    return tuple((round(x, 1), round(y, 1)) for x, y in line.tolist())


def _shown(line: Array, page: Layout) -> Array | None:
    """The part of a line that lies on the panel; None if that is less than half."""
    inside = page.inside
    low, high = (inside.left, inside.top), (inside.right, inside.bottom)
    on = np.logical_and(line > low, line < high).all(axis=1)
    if on.mean() < LEAST_ON_PANEL or not np.isfinite(line).all():
        return None
    # It leaves the panel at its ends: what lies between the first and the last is kept.
    where = np.flatnonzero(on)
    first, last = int(where[0]), int(where[-1])
    return line[first : last + 1] if len(where) == last + 1 - first else None
