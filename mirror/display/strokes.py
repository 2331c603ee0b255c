"""Anti-aliased strokes: which pixels a line, a ring or a dot covers, and how much of each.

A pixel is covered by its distance from the line. SDL has no thick anti-aliased line, and OpenCV's
come in odd widths only (3.4, 5.4, 7.4 px).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import acos, ceil, isfinite, pi

import numpy as np
from numpy.typing import NDArray

from mirror.display.scene import Dot, Line, Point, Ring, Shape, Text

Covered = tuple[NDArray[np.intp], NDArray[np.uint8], NDArray[np.int_]]
"""Places of pixels in the flat picture, how much of each is covered (0..255), by which shape."""
PIECE_PX = 32  # strokes are computed in pieces about this long, many at a time
THIN_PX = 4  # half width up to which strokes are computed together
CHUNK_PX = 1 << 20  # pixels computed at once: bounds the memory of absurdly thick strokes
FLAT_PX, FLATTENINGS = 0.1, 4  # a point so near to the line of its neighbours is left out
FAR_PX = 1e7  # where coordinates end; beyond it float arithmetic would overflow


def strokes(shapes: Sequence[Shape], scale: float, size: tuple[int, int]) -> Iterator[Covered]:
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
    places, owner, radius = _flattened(*_thinned(places, owner, radius))
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


def _path(shape: Line | Ring | Dot, scale: float) -> tuple[Sequence[Point], float]:
    """The middle line of a shape in mm, and its width in mm."""
    if isinstance(shape, Ring):
        return _arc(shape, scale), shape.width_mm
    if isinstance(shape, Dot):
        return (shape.centre,), 2 * shape.radius_mm
    is_closed = shape.closed and shape.points
    return (*shape.points, shape.points[0]) if is_closed else shape.points, shape.width_mm


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


def _flattened(
    places: NDArray[np.float64], owner: NDArray[np.int_], radius: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int_], NDArray[np.float64]]:
    """Leave out points that hardly leave the line: every other one at a time, some times over.

    A smooth wide line of many short pieces would be computed several times over.
    """
    for _ in range(FLATTENINGS):
        chord, off = places[2:] - places[:-2], places[1:-1] - places[:-2]
        aside = np.abs(chord[:, 0] * off[:, 1] - chord[:, 1] * off[:, 0])
        square, along = (chord**2).sum(axis=1), (chord * off).sum(axis=1)
        is_flat = (aside <= FLAT_PX * np.sqrt(square)) & (along >= 0) & (along <= square)
        is_flat &= owner[2:] == owner[:-2]
        is_flat[1::2] = False
        if not is_flat.any():
            break
        is_kept = np.append(np.append(True, ~is_flat), True)[: len(places)]
        places, owner, radius = places[is_kept], owner[is_kept], radius[is_kept]
    return places, owner, radius


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
        rows = cover.reshape(-1, wide)
        at, aside = rows.view(bool).nonzero()
        corner = a * stride[part, None] + b * across[part, None]
        index = corner.astype(np.intp).ravel()[at] + aside * across[part].repeat(lines)[at]
        found = index, rows[at, aside], owner[part].repeat(lines)[at]
        if max(lines, wide) > min(size):  # only absurdly thick ones reach over an edge
            is_on = (a.ravel()[at] < long[part].repeat(lines)[at]) & (
                b.ravel()[at] + aside < broad[part].repeat(lines)[at]
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
