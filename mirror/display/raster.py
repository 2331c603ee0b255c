"""The lit pixels of shapes: strokes and type as coverage, coverage as light."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mirror.display.glass import Glass
from mirror.display.lettering import lettering
from mirror.display.scene import Shape, Text
from mirror.display.strokes import strokes

Pixels = tuple[NDArray[np.intp], NDArray[np.uint32]]
"""Places of pixels in the flat picture, and their light as RGBX bytes. A place may come twice; then
the last one holds."""


def paint(shapes: Sequence[Shape], glass: Glass) -> list[Pixels]:
    """The lit pixels of each shape on a glass: none where it lies outside, or is not a number.

    Many shapes together take little longer than one.
    """
    if not shapes:
        return []
    scale = glass.px_per_mm
    size = (glass.width_px, glass.height_px)
    parts = list(strokes(shapes, scale, size))
    for number, shape in enumerate(shapes):
        if isinstance(shape, Text):
            parts += [
                (index, cover, np.full(len(index), number))
                for index, cover in lettering(shape, scale, size)
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


@lru_cache(maxsize=256)
def _ramp(rgb: tuple[int, int, int]) -> NDArray[np.uint32]:
    """Pixel for each coverage 0..255. Light adds linearly, displays do not: hence the power."""
    share = (np.arange(256) / 255)[:, None] ** (1 / 2.2)
    pixels = np.zeros((256, 4), np.uint8)
    pixels[:, :3] = np.rint(share * rgb)
    return pixels.view(np.uint32)[:, 0]
