"""Type: how a text is laid out on the glass, and which pixels it covers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from math import floor, isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirror.display.scene import Text
from mirror.display.sdl import load_pygame

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


def lettering(
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
