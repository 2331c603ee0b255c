"""The shapes of light that may appear on the glass, in millimetres.

Coordinates are millimetres on the upright glass, origin top left, y down. On a two-way mirror
black is mirror, so shapes only ever add light: thin lines, rings, small dots, and type. There is
no filled area but the dot. Order does not matter: where shapes cross, the brighter light stays.

All shapes are frozen and hashable; the screen redraws only those that changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from mirror.hinge.measure.geometry import Point as Point


@dataclass(frozen=True)
class Colour:
    """A colour of the palette and how brightly it is lit, 0 (mirror) to 1."""

    name: str
    red: int
    green: int
    blue: int
    brightness: float = 1.0

    def at(self, brightness: float) -> Colour:
        """The same colour at another brightness; values outside 0..1 are clamped."""
        # Steps finer than one of 255 cannot be seen and would only cause redrawing.
        return replace(self, brightness=round(min(max(brightness, 0.0), 1.0) * 255) / 255)

    @property
    def rgb(self) -> tuple[int, int, int]:
        """Red, green, blue in 0..255 with the brightness applied."""
        red, green, blue = (
            round(part * self.brightness) for part in (self.red, self.green, self.blue)
        )
        return red, green, blue


# Contrast against black by WCAG 2.2: white 21, ice and amber 12.6, ember 6.6, grey 6.2 to 1; half
# of it is lost in the glass, and at least 3 to 1 is left everywhere. A person without red or green
# cones (Machado et al. 2009, doi:10.1109/TVCG.2009.113) still distinguishes blue from yellow and
# bright from dark: so ice is the blue one, amber and ember the yellow ones, twice apart in
# luminance. The closest pair of all, amber and ember to a deuteranope, stays CIE76 25 apart.
# There is no green. Still no meaning is ever carried by colour alone.
WHITE = Colour("white", 255, 255, 255)  # the main thing: the count, the person's line
ICE = Colour("ice", 102, 214, 255)  # guidance, and whatever is as it should be
AMBER = Colour("amber", 255, 190, 40)  # attention: the one cue
EMBER = Colour("ember", 255, 84, 54)  # trouble, and the line where it goes wrong
GREY = Colour("grey", 140, 140, 140)  # labels, scales, outlines of before
PALETTE = (WHITE, ICE, AMBER, EMBER, GREY)


@dataclass(frozen=True)
class Line:
    """A polyline with round joints and ends; one point makes a dot.

    Points that are no number (a landmark that was not seen) are skipped, their neighbours joined.
    """

    points: tuple[Point, ...]
    width_mm: float
    colour: Colour = WHITE
    closed: bool = False


@dataclass(frozen=True)
class Ring:
    """A circle, or the part of one that is filled so far.

    Start and sweep are in turns, from twelve o'clock, clockwise; a sweep of 1 or more is whole,
    a negative one runs anticlockwise, 0 draws nothing. The radius is of the middle of the line.
    """

    centre: Point
    radius_mm: float
    width_mm: float
    colour: Colour = WHITE
    start: float = 0.0
    sweep: float = 1.0


@dataclass(frozen=True)
class Dot:
    """A small filled disc."""

    centre: Point
    radius_mm: float
    colour: Colour = WHITE


@dataclass(frozen=True)
class Text:
    """Type, sized by the height of its capitals.

    `at` is the left end, centre or right end of each line (`anchor`), and, down the glass
    (`vertical`), the baseline of the first line, the top of its capitals, or the middle of the
    whole block. Wider than `max_width_mm`, it is wrapped at spaces; if a single word is still
    too wide, or the block is higher than `max_height_mm`, the whole text is made smaller until it
    fits. A newline always starts a new line.
    To be read at 3 m capitals must be 25 mm or more.
    """

    text: str
    at: Point
    cap_mm: float
    colour: Colour = WHITE
    anchor: Literal["left", "centre", "right"] = "left"
    vertical: Literal["baseline", "top", "middle"] = "baseline"
    weight: Literal["light", "regular", "bold"] = "regular"
    max_width_mm: float | None = None
    max_height_mm: float | None = None


Shape = Line | Ring | Dot | Text


@dataclass(frozen=True)
class Scene:
    """Everything on the glass at one moment. No shapes: pure mirror."""

    shapes: tuple[Shape, ...] = ()
