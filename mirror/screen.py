"""Scene -> pixels, on a display, in a window, or off-screen.

Takes scenes in millimetres on the upright glass; gives light on the panel, turned as the settings
say: `rotate` is how far, clockwise, the picture is turned on the panel. Shapes only add light
(the brighter value stays), so a shape may be painted twice without harm. That makes small updates
simple: black out what left, paint again whatever touched it, paint what is new, and send only the
cells of the picture that changed.

Strokes are drawn here in numpy as coverage by distance, because SDL has no thick anti-aliased
line. pygame supplies the window, the keys and the type.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from math import acos, ceil, floor, isfinite, pi
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from mirror.config import ScreenSettings
from mirror.errors import OutputError, ScreenError
from mirror.glass import Glass
from mirror.scene import Line, Point, Ring, Scene, Shape, Text

if TYPE_CHECKING:
    import pygame

Mode = Literal["auto", "windowed", "offscreen"]
Patch = tuple[int, int, NDArray[np.uint8]]
"""Left, top, and (h, w, 4) pixels that lie wholly inside the picture."""

OFFSCREEN_UPRIGHT = (1080, 1920)
WINDOWED_UPRIGHT = (540, 960)
CELL_PX = 64  # changed areas are sent in squares of this size
PIECE_PX = 32  # strokes are cut into pieces about this long, so that few dark pixels are computed
CHUNK_PX = 1 << 20  # pixels computed at once: bounds the memory of absurdly thick strokes
FAR_PX = 1e7  # where coordinates end; beyond it float arithmetic would overflow
LINE_PITCH = 1.75  # of the cap height

# Lato (SIL Open Font License 1.1, the text is in its package) has figures of equal width, so that
# a running count does not jitter. DejaVu Sans (Bitstream Vera licence, free to use and embed) comes
# with matplotlib, which the pose library brings; its figures are tabular too.
FONTS = (
    ("fontpkg_lato", "files", {"regular": "Lato-Regular.ttf", "bold": "Lato-Bold.ttf"}),
    (
        "matplotlib",
        "mpl-data/fonts/ttf",
        {"regular": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf"},
    ),
)


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
    pygame = _pygame()
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
        self._surface = _pygame().image.frombuffer(self._canvas, (width, height), "RGBX")
        self._shown: dict[Shape, list[Patch]] = {}
        self._dirty = np.ones((ceil(height / CELL_PX), ceil(width / CELL_PX)), bool)

    def draw(self, scene: Scene) -> bool:
        """Paint a scene; what has not changed is left alone.

        Returns:
            Whether the picture changed, so that `present` has something to show.
        """
        wanted = dict.fromkeys(scene.shapes)
        if wanted.keys() == self._shown.keys():
            return False
        hole = np.zeros_like(self._dirty)
        for shape, patches in self._shown.items():
            if shape not in wanted:
                for x, y, light in patches:
                    self._canvas[y : y + light.shape[0], x : x + light.shape[1]] = 0
                    hole[_cells(x, y, light)] = True
        self._dirty |= hole
        shown: dict[Shape, list[Patch]] = {}
        for shape in wanted:
            old = self._shown.get(shape)
            shown[shape] = patches = self._paint(shape) if old is None else old
            for x, y, light in patches:
                cells = _cells(x, y, light)
                if old is None or hole[cells].any():
                    below = self._canvas[y : y + light.shape[0], x : x + light.shape[1]]
                    np.maximum(below, light, out=below)
                if old is None:
                    self._dirty[cells] = True
        self._shown = shown
        self.changes += 1
        return True

    def present(self) -> None:
        """Send what changed since the last call to the display. Pacing is the caller's."""
        if self._display is not None and self._dirty.any():
            pygame = _pygame()
            boxes = [(box, self._on_panel(box)) for box in self._dirty_boxes()]
            for box, target in boxes:
                part = self._surface.subsurface(box)
                self._display.blit(pygame.transform.rotate(part, -self._rotate), target)
            pygame.display.update([target for _, target in boxes])
        self._dirty[:] = False

    def events(self) -> list[str]:
        """What happened at the window since the last call, oldest first: names of the keys that
        went down (`right`, `space`, `escape`, `n`, ...), and `quit` when it was asked to close.
        """
        if self._display is None:
            return []
        pygame = _pygame()
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
        """What the upright glass shows: (height, width, 3), RGB, a copy."""
        return self._canvas[..., :3].copy()

    def save(self, path: Path, *, as_panel: bool = False) -> None:
        """Write a PNG of the upright glass, or of the panel as it is turned.

        Raises:
            OutputError: the file cannot be written.
        """
        pygame = _pygame()
        turn = -self._rotate if as_panel else 0
        try:
            pygame.image.save(pygame.transform.rotate(self._surface, turn), str(path))
        except (pygame.error, OSError) as error:
            raise OutputError(f"{path}: the picture cannot be written ({error}).") from error

    def extent(self, text: Text) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of a text in mm, cut off by nothing: capitals and advance
        widths, without what hangs below the last baseline.
        """
        scale = self.glass.px_per_mm
        cap_px, lines = _layout(text, scale)
        width = max((line[0] for line in lines), default=0)
        left = text.at[0] * scale - _ANCHOR[text.anchor] * width
        top = _first_baseline(text, cap_px, len(lines), scale) - cap_px
        bottom = top + cap_px + (len(lines) - 1) * LINE_PITCH * cap_px
        return left / scale, top / scale, (left + width) / scale, bottom / scale

    def close(self) -> None:
        """Give the display back. May be called twice; drawing goes on off-screen."""
        if self._display is not None:
            self._display = None
            _pygame().display.quit()

    def _paint(self, shape: Shape) -> list[Patch]:
        scale = self.glass.px_per_mm
        size = (self.glass.width_px, self.glass.height_px)
        ramp = _ramp(shape.colour.rgb)
        if isinstance(shape, Text):
            return list(_text(shape, scale, size, ramp))
        if isinstance(shape, Line):
            points, width = shape.points, shape.width_mm
            if shape.closed and points:
                points = (*points, points[0])
        elif isinstance(shape, Ring):
            points, width = _arc(shape, scale), shape.width_mm
        else:
            points, width = (shape.centre,), 2 * shape.radius_mm
        return list(_strokes(points, width, scale, size, ramp))

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


def _pygame() -> Any:
    """pygame, imported when first needed.

    Raises:
        ScreenError: it is not installed.
    """
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    try:
        import pygame
    except ImportError as error:
        raise ScreenError(f"The screen needs pygame, which cannot be loaded ({error}).") from error
    return pygame


def _open_display(size: tuple[int, int], flags: int) -> tuple[pygame.Surface, str]:
    pygame = _pygame()
    try:
        pygame.display.init()
        driver = pygame.display.get_driver()
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


def _cells(x: int, y: int, light: NDArray[np.uint8]) -> tuple[slice, slice]:
    bottom, right = y + light.shape[0] - 1, x + light.shape[1] - 1
    return (
        slice(y // CELL_PX, bottom // CELL_PX + 1),
        slice(x // CELL_PX, right // CELL_PX + 1),
    )


@lru_cache(maxsize=256)
def _ramp(rgb: tuple[int, int, int]) -> NDArray[np.uint32]:
    """Pixel for each coverage 0..255. Light adds linearly, displays do not: hence the power."""
    share = (np.arange(256) / 255)[:, None] ** (1 / 2.2)
    pixels = np.zeros((256, 4), np.uint8)
    pixels[:, :3] = np.rint(share * rgb)
    return pixels.view(np.uint32)[:, 0]


def _arc(ring: Ring, scale: float) -> tuple[Point, ...]:
    """Points on a ring, so close that the chords stay within 0.1 px of it."""
    sweep = min(max(ring.sweep, -1.0), 1.0)
    radius_px = abs(ring.radius_mm) * scale
    if not sweep or not isfinite(radius_px) or not isfinite(ring.start):
        return ()
    chord = 2 * acos(1 - 0.1 / max(radius_px, 0.2))
    angles = 2 * pi * np.linspace(ring.start, ring.start + sweep, ceil(2 * pi / chord) + 1)
    x = ring.centre[0] + ring.radius_mm * np.sin(angles)
    y = ring.centre[1] - ring.radius_mm * np.cos(angles)
    return tuple(zip(x.tolist(), y.tolist(), strict=True))


def _strokes(
    points: Sequence[Point],
    width_mm: float,
    scale: float,
    size: tuple[int, int],
    ramp: NDArray[np.uint32],
) -> Iterator[Patch]:
    """Capsules along a polyline: round joints and ends come by themselves."""
    path = np.array(points, float).reshape(-1, 2)
    path = path[np.isfinite(path).all(axis=1)]
    if not len(path) or not isfinite(width_mm) or width_mm <= 0:
        return
    path = np.clip(path * scale, -FAR_PX, FAR_PX)
    radius = min(max(width_mm * scale / 2, 0.5), float(max(size)))
    start, end = _clip(path[:-1], path[1:], size, radius + 1) if len(path) > 1 else (path, path)
    length = max(PIECE_PX, 2 * radius)
    pieces = np.maximum(np.ceil(np.hypot(*(end - start).T) / length), 1).astype(int)
    owner = np.repeat(np.arange(len(start)), pieces)
    if not len(owner):
        return
    number = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    step = ((end - start) / pieces[:, None])[owner]
    start = start[owner] + step * number[:, None]
    low = np.minimum(start, start + step) - radius - 1
    tile = np.minimum(np.ceil(np.abs(step).max(axis=0) + 2 * radius + 3).astype(int), size)
    corner = np.clip(np.floor(low).astype(int), 0, np.array(size) - tile)
    many = max(1, CHUNK_PX // int(tile.prod()))
    for first in range(0, len(start), many):
        part = slice(first, first + many)
        light = ramp[_coverage(start[part] - corner[part], step[part], tile, radius)]
        for (x, y), pixels in zip(corner[part].tolist(), light, strict=True):
            if pixels.any():
                yield x, y, pixels.view(np.uint8).reshape(*pixels.shape, 4)


def _clip(
    start: NDArray[np.float64], end: NDArray[np.float64], size: tuple[int, int], margin: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Liang-Barsky: the parts of segments that can light a pixel of the picture."""
    move = end - start
    with np.errstate(divide="ignore", invalid="ignore"):
        near = (np.array([-margin, -margin]) - start) / move
        far = (np.array(size) + margin - start) / move
    # A segment that does not move along an axis is inside the slab always (nan or +-inf) or never.
    still = move == 0
    inside = (start >= -margin) & (start <= np.array(size) + margin)
    enter = np.where(still, np.where(inside, 0.0, 2.0), np.minimum(near, far)).max(axis=1)
    leave = np.where(still, 1.0, np.maximum(near, far)).min(axis=1)
    enter, leave = np.maximum(enter, 0.0), np.minimum(leave, 1.0)
    keep = enter <= leave
    start, move = start[keep], move[keep]
    return start + move * enter[keep, None], start + move * leave[keep, None]


def _coverage(
    start: NDArray[np.float64],
    step: NDArray[np.float64],
    tile: NDArray[np.int_],
    radius: float,
) -> NDArray[np.uint8]:
    """How much of each pixel of (n, h, w) tiles lies under its capsule, 0..255."""
    x0, y0 = start.astype(np.float32).T[..., None, None]
    dx, dy = step.astype(np.float32).T[..., None, None]
    u = (np.arange(tile[0], dtype=np.float32) + np.float32(0.5)) - x0
    v = (np.arange(tile[1], dtype=np.float32) + np.float32(0.5))[:, None] - y0
    square = np.maximum(dx * dx + dy * dy, np.float32(1e-12))
    along = u * (dx / square) + v * (dy / square)
    np.clip(along, 0, 1, out=along)
    across = u - along * dx
    across *= across
    along *= dy
    np.subtract(v, along, out=along)
    along *= along
    across += along
    np.sqrt(across, out=across)
    np.subtract(np.float32(radius + 0.5), across, out=across)
    np.clip(across, 0, 1, out=across)
    across *= 255
    return np.rint(across, out=across).astype(np.uint8)


_ANCHOR = {"left": 0.0, "centre": 0.5, "right": 1.0}


@lru_cache(maxsize=32)
def _font(weight: str, size_px: int) -> Any:
    pygame = _pygame()
    if not pygame.font.get_init():
        pygame.font.init()
    for package, folder, files in FONTS:
        spec = find_spec(package)
        path = Path(spec.origin).parent / folder / files[weight] if spec and spec.origin else None
        if path and path.exists():
            return pygame.font.Font(str(path), size_px)
    return pygame.font.Font(None, size_px)


@lru_cache(maxsize=4)
def _cap_share(weight: str) -> float:
    """Height of a capital as a share of the font's size, as it is really drawn."""
    return float(_font(weight, 400).metrics("H")[0][3]) / 400


@lru_cache(maxsize=128)
def _ink(weight: str, size_px: int, text: str) -> tuple[int, int, NDArray[np.uint8]]:
    """Left, top (from the baseline's start) and coverage (h, w) of a drawn line of text."""
    pygame = _pygame()
    font = _font(weight, size_px)
    alpha = pygame.surfarray.array_alpha(font.render(text, True, (255, 255, 255))).T
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    if not len(rows):
        return 0, 0, np.zeros((0, 0), np.uint8)
    box = alpha[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return int(columns[0]), int(rows[0]) - font.get_ascent(), np.ascontiguousarray(box)


def _layout(text: Text, scale: float) -> tuple[float, list[tuple[int, int, str]]]:
    """Cap height in px, and for each line its advance width, font size and words."""
    share = _cap_share(text.weight)
    size = min(max(round(text.cap_mm * scale / share), 1), 4000)
    limit = text.max_width_mm * scale if text.max_width_mm else float("inf")
    while True:
        font = _font(text.weight, size)
        lines = [
            (font.size(line)[0], size, line)
            for part in text.text.replace("\0", "").splitlines()
            for line in _wrapped(part, font, limit)
        ]
        widest = max((line[0] for line in lines), default=0)
        if widest <= limit or size == 1:
            return share * size, lines
        size = max(1, min(size - 1, floor(size * limit / widest)))


def _wrapped(text: str, font: Any, limit: float) -> list[str]:
    words = text.split(" ")
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if font.size(longer)[0] <= limit:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _first_baseline(text: Text, cap_px: float, lines: int, scale: float) -> float:
    block = cap_px + (lines - 1) * LINE_PITCH * cap_px
    above = {"baseline": 0.0, "top": cap_px, "middle": cap_px - block / 2}[text.vertical]
    return text.at[1] * scale + above


def _text(
    text: Text, scale: float, size: tuple[int, int], ramp: NDArray[np.uint32]
) -> Iterator[Patch]:
    if not all(map(isfinite, (*text.at, text.cap_mm))) or text.cap_mm <= 0:
        return
    cap_px, lines = _layout(text, scale)
    baseline = _first_baseline(text, cap_px, len(lines), scale)
    for number, (width, size_px, line) in enumerate(lines):
        left, top, ink = _ink(text.weight, size_px, line)
        x = round(text.at[0] * scale - _ANCHOR[text.anchor] * width) + left
        y = round(baseline + number * LINE_PITCH * cap_px) + top
        ink = ink[max(-y, 0) : max(size[1] - y, 0), max(-x, 0) : max(size[0] - x, 0)]
        if ink.size:
            yield max(x, 0), max(y, 0), ramp[ink].view(np.uint8).reshape(*ink.shape, 4)
