"""The pixels of a shape: anti-aliased strokes and type, as lists of lit pixels.

Strokes are drawn in numpy: a pixel is covered by its distance from the line. SDL has no thick
anti-aliased line, and OpenCV's come in odd widths only (3.4, 5.4, 7.4 px). pygame draws the type.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from math import acos, ceil, floor, isfinite, pi
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirror.display.glass import Glass
from mirror.display.scene import Dot, Line, Point, Ring, Shape, Text
from mirror.errors import ScreenError

Covered = tuple[NDArray[np.intp], NDArray[np.uint8], NDArray[np.int_]]
"""Places of pixels in the flat picture, how much of each is covered (0..255), by which shape."""
Pixels = tuple[NDArray[np.intp], NDArray[np.uint32]]
"""Places of pixels in the flat picture, and their light as RGBX bytes. A place may come twice; then
the last one holds."""

PIECE_PX = 32  # strokes are computed in pieces about this long, many at a time
THIN_PX = 4  # half width up to which strokes are computed together
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


def paint(shapes: Sequence[Shape], glass: Glass) -> list[Pixels]:
    """The lit pixels of each shape on a glass: none where it lies outside, or is not a number.

    Many shapes together take little longer than one.
    """
    if not shapes:
        return []
    scale = glass.px_per_mm
    size = (glass.width_px, glass.height_px)
    parts = list(_strokes(shapes, scale, size))
    for number, shape in enumerate(shapes):
        if isinstance(shape, Text):
            parts += [
                (index, cover, np.full(len(index), number))
                for index, cover in _type(shape, scale, size)
            ]
    if not parts:
        return [(np.zeros(0, np.intp), np.zeros(0, np.uint32)) for _ in shapes]
    index, cover, owner = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    # By shape; and where pieces of one overlap, the brighter pixel comes last. 16 bits sort fast.
    key = (owner << 8 | cover).astype(np.uint16 if len(shapes) <= 256 else np.uint32)
    order = np.argsort(key, kind="stable")
    ramps = np.stack([_ramp(shape.colour.rgb) for shape in shapes])
    light = ramps.ravel()[key[order]]
    index = index[order]
    ends = np.cumsum(np.bincount(owner, minlength=len(shapes))).tolist()
    return [(index[a:b], light[a:b]) for a, b in pairwise([0, *ends])]


def _path(shape: Line | Ring | Dot, scale: float) -> tuple[Sequence[Point], float]:
    """The middle line of a shape in mm, and its width in mm."""
    if isinstance(shape, Ring):
        return _arc(shape, scale), shape.width_mm
    if isinstance(shape, Dot):
        return (shape.centre,), 2 * shape.radius_mm
    is_closed = shape.closed and shape.points
    return (*shape.points, shape.points[0]) if is_closed else shape.points, shape.width_mm


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


def _strokes(shapes: Sequence[Shape], scale: float, size: tuple[int, int]) -> Iterator[Covered]:
    """Capsules along the lines of shapes: round joints and ends come by themselves."""
    points: list[Point] = []
    counts, radii = np.zeros(len(shapes), int), np.zeros(len(shapes))
    for number, shape in enumerate(shapes):
        if not isinstance(shape, Text):
            path, width_mm = _path(shape, scale)
            if isfinite(width_mm) and width_mm > 0:
                points += path
                counts[number], radii[number] = len(path), width_mm * scale / 2
    places = np.array(points, float).reshape(-1, 2)
    owner = np.repeat(np.arange(len(shapes)), counts)
    is_number = np.isfinite(places).all(axis=1)
    places, owner = np.clip(places[is_number] * scale, -FAR_PX, FAR_PX), owner[is_number]
    if not len(places):
        return
    radius = np.clip(radii[owner], 0.5, max(size))
    places, owner, radius = _thinned(places, owner, radius)
    # From each point to the next one of the same shape; its first point stands alone, as a dot.
    before = np.arange(len(places)) - 1
    before[np.append(True, owner[1:] != owner[:-1])] += 1
    start, end, kept = _clip(places[before], places, size, radius[:, None] + 1)
    radius, owner = radius[kept], owner[kept]
    length = np.maximum(PIECE_PX, 2 * radius)
    pieces = np.maximum(np.ceil(np.hypot(*(end - start).T) / length), 1).astype(int)
    piece = np.repeat(np.arange(len(start)), pieces)
    number = np.arange(len(piece)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    step = ((end - start) / pieces[:, None])[piece]
    start = start[piece] + step * number[:, None]
    radius, owner = radius[piece], owner[piece]
    kinds = np.ceil(np.log2(radius / THIN_PX) / 2).clip(0)
    for kind in np.unique(kinds):  # of about the same thickness
        some = np.flatnonzero(kinds == kind)
        yield from _spans(start[some], step[some], radius[some], owner[some], size)


def _thinned(
    places: NDArray[np.float64], owner: NDArray[np.int_], radius: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int_], NDArray[np.float64]]:
    """Leave out points of a line that are nearer to the one before than a quarter of its width."""
    ways = np.hypot(*(places[1:] - places[:-1]).T)
    steps = np.append(0.0, np.cumsum(ways)) // (radius / 2)
    is_kept = np.ones(len(places), bool)
    is_kept[1:-1] = (steps[1:-1] != steps[:-2]) | (owner[1:-1] != owner[:-2])
    is_kept[:-1] |= owner[1:] != owner[:-1]  # the last point of each
    return places[is_kept], owner[is_kept], radius[is_kept]


def _spans(
    start: NDArray[np.float64],
    step: NDArray[np.float64],
    radius: NDArray[np.float64],
    owner: NDArray[np.int_],
    size: tuple[int, int],
) -> Iterator[Covered]:
    """The pixels of capsules: on each row, or column where they are flat, a short span.

    So few pixels are computed that are not lit. Of coordinates the one along the capsule comes
    first: y where it is steep.
    """
    flat = np.abs(step[:, 0]) > np.abs(step[:, 1])
    swap = np.where(flat, 0, 1)
    each = np.arange(len(start))
    a0, da = start[each, swap], step[each, swap]
    b0, db = start[each, 1 - swap], step[each, 1 - swap]
    slope = np.divide(db, da, where=da != 0, out=np.zeros_like(da))
    half = (radius + 0.5) * np.sqrt(1 + slope**2) + 1
    low = np.minimum(a0, a0 + da) - radius - 1
    lines = min(int((np.abs(da) + 2 * radius).max()) + 4, max(size))
    wide = min(int(2 * half.max()) + 2, max(size))
    long, broad = np.array(size)[swap], np.array(size)[1 - swap]
    stride, across = np.where(flat, 1, size[0]), np.where(flat, size[0], 1)
    line, column = np.arange(lines), np.arange(wide, dtype=np.float32)
    many = max(1, CHUNK_PX // (lines * wide))
    for k in range(0, len(start), many):
        part = slice(k, k + many)
        a = np.floor(low[part]).clip(0, (long[part] - lines).clip(0))[:, None] + line
        x = a + (0.5 - a0[part, None])
        b = np.floor(x * slope[part, None] + (b0 - half)[part, None])
        b = b.clip(0, (broad[part, None] - wide).clip(0))
        y = b + (0.5 - b0[part, None])
        cover = _coverage(x, y, column, da[part], db[part], radius[part])
        # Where a lit pixel is: on which line, and at which place of its span.
        lit = np.flatnonzero(cover.view(bool)).astype(np.int32)
        at, aside = np.divmod(lit, np.int32(wide))
        piece = at // np.int32(lines)
        corner = a * stride[part, None] + b * across[part, None]
        index = corner.astype(np.intp).ravel()[at] + aside * across[part][piece]
        found = index, cover.ravel()[lit], owner[part][piece]
        if max(lines, wide) > min(size):  # only absurdly thick ones reach over an edge
            is_on = (a.ravel()[at] < long[part][piece]) & (
                b.ravel()[at] + aside < broad[part][piece]
            )
            found = found[0][is_on], found[1][is_on], found[2][is_on]
        yield found


def _clip(
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    size: tuple[int, int],
    margin: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Liang-Barsky: the parts of segments that can light a pixel of the picture, and which."""
    move = end - start
    low, high = -margin, np.array(size) + margin
    inside = (start >= low) & (start <= high)
    if inside.all() and (end >= low).all() and (end <= high).all():
        return start, end, np.arange(len(start))
    with np.errstate(divide="ignore", invalid="ignore"):
        near = (low - start) / move
        far = (high - start) / move
    # A segment that does not move along an axis is inside the slab always (nan or +-inf) or never.
    still = move == 0
    enter = np.where(still, np.where(inside, 0.0, 2.0), np.minimum(near, far)).max(axis=1)
    leave = np.where(still, 1.0, np.maximum(near, far)).min(axis=1)
    enter, leave = np.maximum(enter, 0.0), np.minimum(leave, 1.0)
    kept = np.flatnonzero(enter <= leave)
    start, move = start[kept], move[kept]
    return start + move * enter[kept, None], start + move * leave[kept, None], kept


def _coverage(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    column: NDArray[np.float32],
    dx: NDArray[np.float64],
    dy: NDArray[np.float64],
    radius: NDArray[np.float64],
) -> NDArray[np.uint8]:
    """How much of each pixel lies under its capsule, 0..255: by its distance from the middle line.

    x, y: (n, lines), the first pixel of each span from the capsule's start. column: (wide,), added
    to y along a span. The rest: (n,), one for each capsule. Gives (n, lines, wide).
    """
    length = np.hypot(dx, dy)
    is_dot = length < 1e-6  # its direction does not matter
    u = 255 * np.where(is_dot, 1.0, dx / np.where(is_dot, 1.0, length))[:, None]
    v = 255 * np.where(is_dot, 0.0, dy / np.where(is_dot, 1.0, length))[:, None]
    # In 255ths of a pixel: how far along the capsule's middle line, and how far from it.
    along = (x * u + y * v).astype(np.float32)[..., None] + v.astype(np.float32)[..., None] * column
    off = (y * u - x * v).astype(np.float32)[..., None] + u.astype(np.float32)[..., None] * column
    beyond = np.clip(along, 0, (255 * length).astype(np.float32)[:, None, None])
    along -= beyond
    along *= along
    off *= off
    off += along
    np.sqrt(off, out=off)
    np.subtract((255 * radius + 128).astype(np.float32)[:, None, None], off, out=off)
    covered: NDArray[np.uint8] = np.clip(off, 0, 255, out=off).astype(np.uint8)
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


def _type(
    text: Text, scale: float, size: tuple[int, int]
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.uint8]]]:
    """Places of the pixels of a text in the flat picture, and how much of each is covered."""
    if not all(map(isfinite, (*text.at, text.cap_mm))) or text.cap_mm <= 0:
        return
    cap_px, lines = _layout(text, scale)
    baseline = _first_baseline(text, cap_px, len(lines), scale)
    for number, (width, size_px, line) in enumerate(lines):
        left, top, ink = _ink(text.weight, size_px, line)
        x = round(text.at[0] * scale - _ANCHOR[text.anchor] * width) + left
        y = round(baseline + number * LINE_PITCH * cap_px) + top
        ink = ink[max(-y, 0) : max(size[1] - y, 0), max(-x, 0) : max(size[0] - x, 0)]
        rows, columns = np.nonzero(ink)
        yield (rows + max(y, 0)) * size[0] + columns + max(x, 0), ink[rows, columns]
