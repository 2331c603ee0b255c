"""The glass divided into boxes, in millimetres, upright or lying.

Sizes are meant for a 32 inch panel (shorter side 398 mm) and grow with it: `u` is one such
millimetre. What is written stands in the upper corners, what is drawn in the lower part; the
middle is left to the reflection. Everything drifts a little and slowly, so that no pixel is lit
for hours: by a few millimetres in minutes, too slow to be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sin, tau

from mirror.display.glass import Glass

REFERENCE_MM = 398.0
"""Shorter side of the glass that the sizes below are meant for."""
CAP_MM = 25.0
"""Smallest capitals of what must be read at 3 m."""
SMALL_MM = 14.0
"""Capitals of what is read standing at the glass."""
MARGIN_MM = 30.0
"""Left free on all sides: for the drift, and for what the buttons do."""
DRIFT_MM = 4.0
DRIFT_S = (420.0, 660.0)
"""Periods of the drift across and down: together they cover the whole square."""
GRAIN_MM = 0.4
"""The drift goes in steps of about a pixel, so that the glass is redrawn every few seconds only."""


@dataclass(frozen=True)
class Box:
    """A rectangle of the glass, mm."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge, mm."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge, mm."""
        return self.top + self.height

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle, mm."""
        return self.left + self.width / 2, self.top + self.height / 2


@dataclass(frozen=True)
class Layout:
    """The boxes of one glass at one moment.

    u: mm of one reference millimetre. inside: all that may be drawn on. wide: a lying glass.
    """

    u: float
    inside: Box
    wide: bool

    def box(self, left: float, top: float, width: float, height: float) -> Box:
        """A box in reference millimetres from the upper left corner of `inside`.

        A negative left or top is counted from the right or the bottom, as the far edge.
        """
        u, inside = self.u, self.inside
        x = inside.left + left * u if left >= 0 else inside.right + (left + 1 - width) * u
        y = inside.top + top * u if top >= 0 else inside.bottom + (top + 1 - height) * u
        return Box(x, y, width * u, height * u)

    @property
    def width(self) -> float:
        """Of `inside`, in reference millimetres."""
        return self.inside.width / self.u

    @property
    def height(self) -> float:
        """Of `inside`, in reference millimetres."""
        return self.inside.height / self.u

    @property
    def words(self) -> Box:
        """What is said now: below the heading, up to three lines (five on a lying glass)."""
        return self.box(0, 56, 300, 202) if self.wide else self.box(0, 118, self.width, 200)

    @property
    def stage(self) -> Box:
        """Where something is shown large: a drawing, a ring."""
        return self.box(-1, -1, 310, 310) if self.wide else self.box(0, -1, self.width, 320)

    @property
    def figure(self) -> Box:
        """The person as a small line figure, with room for the standing one beside it."""
        high = self.figure_height
        left = self.width - 140 - 0.82 * high if self.wide else 0
        return self.box(left, -1, 0.82 * high, high)

    @property
    def figure_height(self) -> float:
        """Reference millimetres."""
        return 215.0 if self.wide else 230.0

    @property
    def outlines(self) -> Box:
        """The backs of the last rep, laid over one another: beside the depth meter."""
        return self.box(self.width - 122, -1, 56, 0.8 * self.figure_height)

    @property
    def panel(self) -> Box:
        """What matters in this variation: the depth meter, or another."""
        return self.box(-1, -1, 120, self.figure_height)


def divide(glass: Glass, now: float, drift: float = DRIFT_MM) -> Layout:
    """Divide a glass. now: monotonic seconds. drift: amplitude, reference mm."""
    u = min(glass.width_mm, glass.height_mm) / REFERENCE_MM
    across, down = (
        round(drift / GRAIN_MM * sin(tau * now / period)) * GRAIN_MM * u for period in DRIFT_S
    )
    margin = MARGIN_MM * u
    inside = Box(
        margin + across,
        margin + down,
        glass.width_mm - 2 * margin,
        glass.height_mm - 2 * margin,
    )
    return Layout(u, inside, glass.width_mm > glass.height_mm)
