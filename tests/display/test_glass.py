"""The glass as a measured thing, and the palette that is lit on it."""

from itertools import combinations
from math import dist, hypot

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.config import ScreenSettings
from mirror.display.glass import Glass
from mirror.display.scene import GREY, PALETTE, WHITE, Colour

TURNS = (0, 90, 180, 270)


@given(
    width=st.integers(320, 7680),
    height=st.integers(320, 7680),
    diagonal=st.floats(3, 120),
    rotate=st.sampled_from(TURNS),
)
def test_the_diagonal_and_the_pixels_agree(width, height, diagonal, rotate):
    """Millimetres span the configured diagonal, with square pixels, however the panel is turned."""
    glass = Glass.of((width, height), ScreenSettings(diagonal_in=diagonal, rotate=rotate))
    assert hypot(glass.width_mm, glass.height_mm) == pytest.approx(diagonal * 25.4)
    assert glass.height_mm * glass.px_per_mm == pytest.approx(glass.height_px)
    assert sorted((glass.width_px, glass.height_px)) == sorted((width, height))


@pytest.mark.parametrize(
    ("rotate", "upright"),
    [(0, (1920, 1080)), (90, (1080, 1920)), (180, (1920, 1080)), (270, (1080, 1920))],
)
def test_a_panel_on_its_side_stands_upright(rotate, upright):
    """A quarter turn swaps width and height."""
    glass = Glass.of((1920, 1080), ScreenSettings(rotate=rotate))
    assert (glass.width_px, glass.height_px) == upright


def test_a_32_inch_panel_is_as_wide_as_the_tape_says():
    """A 32 inch 16:9 panel is 708 mm by 398 mm."""
    glass = Glass.of((1920, 1080), ScreenSettings(diagonal_in=32.0))
    assert (glass.width_mm, glass.height_mm) == pytest.approx((708.4, 398.5), abs=0.1)


def test_a_display_without_pixels_is_refused():
    """A size of zero is an error, not a division by zero later."""
    with pytest.raises(ValueError, match="0x1080"):
        Glass.of((0, 1080), ScreenSettings())


def test_brightness_dims_and_is_clamped():
    """Half bright is half of each part; beyond 0..1 nothing changes."""
    assert WHITE.at(0.5).rgb == (128, 128, 128)
    assert WHITE.at(0).rgb == WHITE.at(-3).rgb == (0, 0, 0)
    assert WHITE.at(7) == WHITE


def linear(colour: Colour) -> np.ndarray:
    """Linear light of an sRGB colour."""
    parts = np.array(colour.rgb) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> tuple[float, ...]:
    """CIE L*a*b* (D65) of linear light."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(np.array(to_xyz) @ np.clip(light, 0, 1) / [0.9505, 1, 1.089])
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


# Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB.
EYES = {
    "all cones": np.eye(3),
    "no red cones": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "no green cones": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}


@pytest.mark.parametrize("eye", EYES)
def test_colours_are_distinct(eye):
    """Any two of the palette differ plainly (CIE76 above 23), also without a cone."""
    for one, other in combinations(PALETTE, 2):
        apart = dist(lab(EYES[eye] @ linear(one)), lab(EYES[eye] @ linear(other)))
        assert apart > 23, (one.name, other.name)


def test_colours_outshine_the_glass():
    """Behind glass that swallows half of the light, each colour still has 3 to 1 on black."""
    for colour in PALETTE:
        luminance = float(linear(colour) @ [0.2126, 0.7152, 0.0722])
        assert (luminance / 2 + 0.05) / 0.05 >= 3, colour.name
    assert min(PALETTE, key=lambda each: float(linear(each).sum())) is GREY
