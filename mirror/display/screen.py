"""Scene -> pixels, on a display, in a window, or off-screen.

It takes scenes in millimetres on the upright glass and lights the panel. `rotate` is the angle of
the picture on the panel, clockwise. Shapes only add light (the brighter value stays), so
painting a shape twice does no harm. That makes small updates simple: black out the pixels of shapes
that left, paint the kept shapes beside them again, paint the new ones, and send only the cells of
the picture that changed.

The pixels of a shape come from `raster`. pygame supplies the window and the keys.
"""

from __future__ import annotations

import os
import re
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from mirror.config import ScreenSettings
from mirror.display.glass import Glass
from mirror.display.lettering import extent
from mirror.display.raster import paint
from mirror.display.scene import Scene, Shape, Text
from mirror.display.sdl import load_pygame
from mirror.errors import OutputError, ScreenError
from mirror.quiet import quiet

if TYPE_CHECKING:
    import pygame

_CHATTER = re.compile(rb"error: XDG_RUNTIME_DIR ")
"""Wayland, which SDL tries first, where there is none."""

CELL_PX = 64
"""Changed areas are sent in squares of this size."""
Painted = tuple[NDArray[np.intp], NDArray[np.uint32], NDArray[np.bool_]]
"""Places of the lit pixels of a shape, their light, and for each cell whether they touch it."""

Mode = Literal["auto", "windowed", "offscreen"]
MOST_PX = 1920, 1080
"""Most pixels along and across a panel. A 4K one is driven so and enlarges it by itself: four times
the pixels would take four times the drawing, and nobody sees them at 2 m."""
OFFSCREEN_UPRIGHT = (1080, 1920)
WINDOWED_UPRIGHT = (540, 960)


def open_screen(
    settings: ScreenSettings, *, mode: Mode = "auto", size: tuple[int, int] | None = None
) -> Screen:
    """Open the glass.

    Args:
        settings: diagonal and rotation of the panel.
        mode: `auto` takes the whole display; `offscreen` opens no display and always works.
        size: pixels of the panel, before rotation; by default the display's own, and
            1080x1920 (off-screen) or 540x960 (windowed) upright.

    Raises:
        ScreenError: no display can be opened, or pygame is missing.
    """
    pygame = load_pygame()
    display, driver = None, "offscreen"
    if mode == "auto":
        display, driver = _open_display(size or (0, 0), pygame.FULLSCREEN)
    elif mode == "windowed":
        display, driver = _open_display(size or _turned(WINDOWED_UPRIGHT, settings.rotate), 0)
    panel = display.get_size() if display else size or _turned(OFFSCREEN_UPRIGHT, settings.rotate)
    return Screen(Glass.of(panel, settings), settings.rotate, display, driver)


class Screen:
    """The glass that scenes are drawn on. Use it from one thread only.

    Attributes:
        glass: size of the upright glass in mm and pixels.
        driver: `kmsdrm`, `x11`, `wayland`, ...; `offscreen` where no display is open.
        changes: how many draws changed the picture so far.
    """

    def __init__(
        self, glass: Glass, rotate: int, display: pygame.Surface | None, driver: str
    ) -> None:
        self.glass, self.driver, self.changes = glass, driver, 0
        self._rotate, self._display = rotate, display
        width, height = glass.width_px, glass.height_px
        self._canvas = np.zeros((height, width, 4), np.uint8)
        # Shares the memory of the canvas: pygame shows and saves what numpy painted.
        self._surface = load_pygame().image.frombuffer(self._canvas, (width, height), "RGBX")
        self._light = self._canvas.reshape(-1).view(np.uint32)
        """The same pixels, each as one number."""
        self._shown: dict[Shape, Painted] = {}
        self._dirty = np.ones((ceil(height / CELL_PX), ceil(width / CELL_PX)), bool)
        cells = np.arange(self._dirty.size, dtype=np.uint16).reshape(self._dirty.shape)
        self._cell_of = cells.repeat(CELL_PX, 0)[:height].repeat(CELL_PX, 1)[:, :width].ravel()

    def draw(self, scene: Scene) -> bool:
        """Paint a scene; unchanged shapes are left alone.

        Returns:
            Whether the picture changed, so that `present` has something to show.
        """
        wanted: dict[Shape, Painted | None] = dict.fromkeys(scene.shapes)
        if wanted.keys() == self._shown.keys():
            return False
        for shape in wanted:
            wanted[shape] = self._shown.pop(shape, None)
        dirty = self._dirty.reshape(-1)
        hole = np.zeros_like(dirty)
        for index, _, cells in self._shown.values():  # what is not wanted any more
            self._light[index] = 0
            hole |= cells
        dirty |= hole
        new = [shape for shape, painted in wanted.items() if painted is None]
        pixels = iter(paint(new, self.glass))
        self._shown = {}
        for shape, painted in wanted.items():
            if painted is None:
                index, light = next(pixels)
                cells = np.zeros_like(dirty)
                cells[self._cell_of[index]] = True
                dirty |= cells
                self._add(index, light)
                painted = index, light, cells
            elif (hole & painted[2]).any():
                self._add(*painted[:2])
            self._shown[shape] = painted
        self.changes += 1
        return True

    def _add(self, index: NDArray[np.intp], light: NDArray[np.uint32]) -> None:
        """Light only adds: the brighter value stays."""
        below = self._light[index].view(np.uint8)
        np.maximum(below, light.view(np.uint8), out=below)
        self._light[index] = below.view(np.uint32)

    @property
    def changed_share(self) -> float:
        """Share of the glass that the next `present` sends, 0..1."""
        return float(self._dirty.mean())

    def present(self) -> None:
        """Send what changed since the last call to the display. Pacing is the caller's."""
        if self._display is not None and self._dirty.any():
            pygame = load_pygame()
            boxes = [(box, self._on_panel(box)) for box in self._dirty_boxes()]
            for box, target in boxes:
                part = self._surface.subsurface(box)
                self._display.blit(pygame.transform.rotate(part, -self._rotate), target)
            pygame.display.update([target for _, target in boxes])
        self._dirty[:] = False

    def events(self) -> list[str]:
        """Events of the window since the last call, oldest first.

        Names of the keys that went down (`right`, `space`, `escape`, `n`, ...), and `quit` when
        the window or the system asks the program to end.
        """
        if self._display is None:
            return []
        pygame = load_pygame()
        names = []
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                names.append("quit")
            elif event.type == pygame.KEYDOWN:
                names.append(pygame.key.name(event.key))
            elif event.type in (pygame.VIDEOEXPOSE, pygame.WINDOWEXPOSED):
                self._dirty[:] = True
        return names

    def pixels(self) -> NDArray[np.uint8]:
        """The picture of the upright glass: (height, width, 3), RGB, a copy."""
        picture = np.empty((*self._canvas.shape[:2], 3), np.uint8)
        for part in range(3):  # numpy copies planes four times as fast as triples
            picture[..., part] = self._canvas[..., part]
        return picture

    def save(self, path: Path, *, as_panel: bool = False) -> None:
        """Write a PNG of the upright glass, or of the panel as it is turned.

        Raises:
            OutputError: the file cannot be written.
        """
        turn = -self._rotate if as_panel else 0
        _write(load_pygame().transform.rotate(self._surface, turn), path)

    def extent(self, text: Text) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of a text in mm, even where it leaves the glass.

        Measured by capitals and advance widths, without what hangs below the last baseline.
        """
        return extent(text, self.glass.px_per_mm)

    def close(self) -> None:
        """Give the display back. May be called twice; drawing goes on off-screen."""
        if self._display is not None:
            self._display = None
            load_pygame().display.quit()

    def _dirty_boxes(self) -> list[tuple[int, int, int, int]]:
        """Changed cells as few boxes: left, top, width, height in upright pixels."""
        width, height = self.glass.width_px, self.glass.height_px
        framed = np.pad(self._dirty.astype(np.int8), 1)
        rows, edges = np.nonzero(framed[1:-1, 1:] != framed[1:-1, :-1])
        runs = zip(rows[::2].tolist(), edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        found: list[tuple[int, int, int, int]] = []  # columns from, to; rows from, to
        last: dict[tuple[int, int], int] = {}
        for row, start, stop in runs:
            k = last.get((start, stop))
            if k is not None and found[k][3] == row:  # the same run as in the row above
                found[k] = start, stop, found[k][2], row + 1
            else:
                last[start, stop] = len(found)
                found.append((start, stop, row, row + 1))
        boxes = []
        for left, right, top, bottom in found:
            x, y = left * CELL_PX, top * CELL_PX
            boxes.append((x, y, min(right * CELL_PX, width) - x, min(bottom * CELL_PX, height) - y))
        return boxes

    def _on_panel(self, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        x, y, w, h = box
        width, height = self.glass.width_px, self.glass.height_px
        return {
            0: (x, y, w, h),
            90: (height - y - h, x, h, w),
            180: (width - x - w, height - y - h, w, h),
            270: (y, width - x - w, h, w),
        }[self._rotate]


def save(picture: NDArray[np.uint8], path: Path) -> None:
    """Write a (height, width, 3) RGB picture as a PNG.

    Raises:
        OutputError: the file cannot be written.
    """
    height, width = picture.shape[:2]
    _write(load_pygame().image.frombuffer(picture.tobytes(), (width, height), "RGB"), path)


def _write(surface: pygame.Surface, path: Path) -> None:
    pygame = load_pygame()
    try:
        pygame.image.save(surface, str(path))
    except (pygame.error, OSError) as error:
        raise OutputError(f"{path}: the picture cannot be written ({error}).") from error


def _open_display(size: tuple[int, int], flags: int) -> tuple[pygame.Surface, str]:
    pygame = load_pygame()
    try:
        with quiet(_CHATTER):
            pygame.display.init()
        driver = pygame.display.get_driver().lower()  # SDL says KMSDRM, but x11
        # SDL quietly takes its "offscreen" driver where there is no display at all.
        if driver in ("offscreen", "dummy") and "SDL_VIDEODRIVER" not in os.environ:
            raise pygame.error("no display found")
        if driver == "x11":
            # X takes boxes as they are; SDL's other way sends whole rows and redraws the window.
            os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
        if driver == "kmsdrm" and size == (0, 0):
            own = pygame.display.get_desktop_sizes()[0]
            driven = mode_for(own, pygame.display.list_modes())
            size = size if driven == own else driven
        display = pygame.display.set_mode(size, flags)
        pygame.display.set_caption("Hinge Mirror")
        pygame.mouse.set_visible(False)
    except pygame.error as error:
        pygame.display.quit()  # so that a later try looks for displays again
        raise ScreenError(f"No display can be opened ({str(error).rstrip('.')}).") from error
    return display, driver


def mode_for(own: tuple[int, int], modes: list[tuple[int, int]] | int) -> tuple[int, int]:
    """The size to drive a panel at: its own, or less than half of it where that is enough.

    own: the panel's pixels. modes: those that it offers; a number means any.
    """
    if own[0] * own[1] <= 2 * MOST_PX[0] * MOST_PX[1] or isinstance(modes, int):
        return own
    along, across = MOST_PX if own[0] >= own[1] else MOST_PX[::-1]
    fit = [
        (w, h)
        for w, h in modes
        if w <= along and h <= across and abs(w / h - own[0] / own[1]) < 0.01
    ]
    return max(fit, default=own)


def _turned(upright: tuple[int, int], rotate: int) -> tuple[int, int]:
    return upright if rotate in (0, 180) else (upright[1], upright[0])
