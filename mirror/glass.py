"""The glass as a measured thing: how big it is when it hangs upright, and how pixels become mm.

Takes the size of the display in pixels and the screen settings; gives millimetres. Everything
that is drawn is placed in millimetres on the upright glass (origin top left, y down), so the
same scene is the same size for the eye on a 720p panel and on a 4K one.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from mirror.config import ScreenSettings

MM_PER_INCH = 25.4


@dataclass(frozen=True)
class Glass:
    """The upright glass: what the person sees, however the panel behind it is turned."""

    width_mm: float
    height_mm: float
    width_px: int
    height_px: int

    @classmethod
    def of(cls, pixels: tuple[int, int], settings: ScreenSettings) -> Glass:
        """Measure a display.

        Args:
            pixels: width and height of the panel as the system reports it, before rotation.
            settings: the diagonal in inches, and how far the panel is turned.

        Raises:
            ValueError: the size is not positive.
        """
        width, height = pixels if settings.rotate in (0, 180) else (pixels[1], pixels[0])
        if width < 1 or height < 1:
            raise ValueError(f"a display of {pixels[0]}x{pixels[1]} pixels cannot be measured")
        # Pixels of panels are square, so the diagonal gives one scale for both directions.
        mm_per_px = settings.diagonal_in * MM_PER_INCH / hypot(width, height)
        return cls(width * mm_per_px, height * mm_per_px, width, height)

    @property
    def px_per_mm(self) -> float:
        """Pixels in one millimetre, the same across and down."""
        return self.width_px / self.width_mm
