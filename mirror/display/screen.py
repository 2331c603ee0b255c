"""Scene -> pixels, on a display, in a window, or off-screen.

It takes scenes in millimetres on the upright glass, and draws them on the panel, turned by `rotate`
degrees clockwise as the settings say. Shapes only add light
(the brighter value stays), so a shape may be painted twice without harm. That makes small updates
simple: black out what left, paint again whatever touched it, paint what is new, and send only the
cells of the picture that changed.

The pixels of a shape come from `raster`. pygame supplies the window and the keys.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from mirror.config import ScreenSettings
from mirror.display.glass import Glass
from mirror.display.raster import CELL_PX, Patch, extent, load_pygame, paint
from mirror.display.scene import Scene, Shape, Text
from mirror.errors import OutputError, ScreenError
from mirror.quiet import quiet

if TYPE_CHECKING:
    import pygame

_CHATTER = re.compile(rb"error: XDG_RUNTIME_DIR ")
"""Wayland, which SDL tries first, where there is none."""

Mode = Literal["auto", "windowed", "offscreen"]
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
        self._shown: dict[Shape, list[Patch]] = {}
        self._dirty = np.ones((ceil(height / CELL_PX), ceil(width / CELL_PX)), bool)

    def draw(self, scene: Scene) -> bool:
        """Paint a scene; unchanged shapes are left alone.

        Returns:
            Whether the picture changed, so that `present` has something to show.
        """
        wanted = dict.fromkeys(scene.shapes)
        if wanted.keys() == self._shown.keys():
            return False
        hole = np.zeros_like(self._dirty)
        for shape, patches in self._shown.items():
            if shape not in wanted:
                for place, cells, _ in patches:
                    self._canvas[place] = 0
                    hole[cells] = True
        self._dirty |= hole
        shown: dict[Shape, list[Patch]] = {}
        for shape in wanted:
            old = self._shown.get(shape)
            shown[shape] = patches = paint(shape, self.glass) if old is None else old
            for place, cells, light in patches:
                if old is None:
                    self._dirty[cells] = True
                elif not hole[cells].any():
                    continue
                below = self._canvas[place]
                np.maximum(below, light, out=below)
        self._shown = shown
        self.changes += 1
        return True

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

    def _dirty_boxes(self) -> Iterator[tuple[int, int, int, int]]:
        """Runs of changed cells as left, top, width, height in upright pixels."""
        width, height = self.glass.width_px, self.glass.height_px
        for row in np.flatnonzero(self._dirty.any(axis=1)):
            edges = np.flatnonzero(np.diff(self._dirty[row].astype(np.int8), prepend=0, append=0))
            y = int(row) * CELL_PX
            for start, stop in edges.reshape(-1, 2) * CELL_PX:
                x = int(start)
                yield x, y, min(int(stop), width) - x, min(y + CELL_PX, height) - y

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
        display = pygame.display.set_mode(size, flags)
        pygame.display.set_caption("Hinge Mirror")
        pygame.mouse.set_visible(False)
    except pygame.error as error:
        pygame.display.quit()  # so that a later try looks for displays again
        raise ScreenError(f"No display can be opened ({str(error).rstrip('.')}).") from error
    return display, driver


def _turned(upright: tuple[int, int], rotate: int) -> tuple[int, int]:
    return upright if rotate in (0, 180) else (upright[1], upright[0])
