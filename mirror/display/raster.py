"""The pixels of a shape: anti-aliased strokes and type, as patches of light.

Strokes are drawn here in numpy as coverage by distance, because SDL has no thick anti-aliased
line; pygame draws the type.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from math import acos, ceil, floor, isfinite, pi
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirror.display.glass import Glass
from mirror.display.scene import Line, Point, Ring, Shape, Text
from mirror.errors import ScreenError

Box = tuple[slice, slice]
"""Rows and columns."""
Patch = tuple[Box, Box, NDArray[np.uint8]]
"""Where it lies in the picture, which cells that touches, and its (h, w, 4) pixels."""

CELL_PX = 64  # changed areas are sent in squares of this size
PIECE_PX = 48  # strokes are cut into pieces about this long, so that few dark pixels are computed
CHUNK_PX = 1 << 20  # pixels computed at once: bounds the memory of absurdly thick strokes
FAR_PX = 1e7  # where coordinates end; beyond it float arithmetic would overflow
LINE_PITCH = 1.75  # of the cap height
SHRINK, SHRINKS = 0.97, 60  # a text that is too large is tried in sizes that differ by 3 %

# Lato (SIL Open Font License 1.1, the text is in its package) has figures of equal width, so that
# a running count does not jitter. DejaVu Sans (Bitstream Vera licence, free to use and embed) comes
# with matplotlib, which the pose library brings; its figures are tabular too.
FONTS = (
    ("fontpkg_lato", "files", {
        "light": "Lato-Light.ttf", "regular": "Lato-Regular.ttf", "bold": "Lato-Bold.ttf",
    }),
    (
        "matplotlib",
        "mpl-data/fonts/ttf",
        {"light": "DejaVuSans.ttf", "regular": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf"},
    ),
)  # fmt: skip


def load_pygame() -> Any:
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


def paint(shape: Shape, glass: Glass) -> list[Patch]:
    """The pixels of one shape on a glass; nothing where it lies outside, or is no number."""
    scale = glass.px_per_mm
    size = (glass.width_px, glass.height_px)
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


def extent(text: Text, scale: float) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a text in mm, even where it leaves the glass.

    Measured by capitals and advance widths, without what hangs below the last baseline.
    scale: pixels in a millimetre.
    """
    cap_px, lines = _layout(text, scale)
    width = max((line[0] for line in lines), default=0)
    left = text.at[0] * scale - _ANCHOR[text.anchor] * width
    top = _first_baseline(text, cap_px, len(lines), scale) - cap_px
    bottom = top + cap_px + (len(lines) - 1) * LINE_PITCH * cap_px
    return left / scale, top / scale, (left + width) / scale, bottom / scale


def _patch(x: int, y: int, light: NDArray[np.uint8]) -> Patch:
    bottom, right = y + light.shape[0], x + light.shape[1]
    cells = (
        slice(y // CELL_PX, (bottom - 1) // CELL_PX + 1),
        slice(x // CELL_PX, (right - 1) // CELL_PX + 1),
    )
    return (slice(y, bottom), slice(x, right)), cells, light


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
        cover = _coverage(start[part] - corner[part], step[part], tile, radius)
        light = ramp[cover].view(np.uint8).reshape(*cover.shape, 4)
        for (x, y), pixels in zip(corner[part].tolist(), light, strict=True):
            yield _patch(x, y, pixels)


def _clip(
    start: NDArray[np.float64], end: NDArray[np.float64], size: tuple[int, int], margin: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Liang-Barsky: the parts of segments that can light a pixel of the picture."""
    move = end - start
    low, high = np.array([-margin, -margin]), np.array(size) + margin
    inside = (start >= low) & (start <= high)
    if inside.all() and (end >= low).all() and (end <= high).all():
        return start, end
    with np.errstate(divide="ignore", invalid="ignore"):
        near = (low - start) / move
        far = (high - start) / move
    # A segment that does not move along an axis is inside the slab always (nan or +-inf) or never.
    still = move == 0
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
    covered: NDArray[np.uint8] = np.rint(across, out=across).astype(np.uint8)
    return covered


_ANCHOR = {"left": 0.0, "centre": 0.5, "right": 1.0}


@lru_cache(maxsize=32)
def _font(weight: str, size_px: int) -> Any:
    pygame = load_pygame()
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
    pygame = load_pygame()
    font = _font(weight, size_px)
    if not font.size(text)[0]:  # such as a mark of direction alone, which it refuses to draw
        return 0, 0, np.zeros((0, 0), np.uint8)
    drawn = font.render(text, True, (255, 255, 255))
    alpha = np.asarray(pygame.surfarray.array_alpha(drawn).T, np.uint8)
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
    highest = text.max_height_mm * scale if text.max_height_mm else float("inf")
    while True:
        font = _font(text.weight, size)
        lines = [
            (font.size(line)[0], size, line)
            for part in text.text.replace("\0", "").splitlines()
            for line in _wrapped(part, font, limit)
        ]
        widest = max((line[0] for line in lines), default=0)
        height = share * size * (1 + (len(lines) - 1) * LINE_PITCH)
        if size == 1 or (widest <= limit and height <= highest):
            return share * size, lines
        size = max(1, min(size - 1, floor(size * _shrunk(text.text, font, limit, highest))))


def _shrunk(text: str, font: Any, limit: float, highest: float) -> float:
    """By what to make a text smaller so that it fits, px: widths go nearly with the size."""
    cap = font.metrics("H")[0][3]
    for k in range(1, SHRINKS):
        share = SHRINK**k
        lines = [line for part in text.splitlines() for line in _wrapped(part, font, limit / share)]
        widest = max((font.size(line)[0] for line in lines), default=0)
        high = cap * (1 + (len(lines) - 1) * LINE_PITCH)
        if share * widest <= limit and share * high <= highest:
            return share
    return SHRINK**SHRINKS


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
            light = ramp[ink].view(np.uint8).reshape(*ink.shape, 4)
            yield _patch(max(x, 0), max(y, 0), light)
