"""What the gallery finds wrong with a screen, and how it puts pictures beside one another."""

import numpy as np
import pytest
from benches.gallery import BETWEEN, BETWEEN_PX, SMALLER, flaws, smaller, strip

from mirror.config import ScreenSettings
from mirror.display.scene import Dot, Line, Ring, Scene, Text
from mirror.display.screen import open_screen, save

SCREEN = open_screen(ScreenSettings(), mode="offscreen", size=(270, 480))
HELLO = Text("Hello", (40.0, 60.0), 25.0)


@pytest.mark.parametrize(
    ("shapes", "found"),
    [
        ((HELLO,), []),
        ((), ["nothing is shown"]),
        ((Text("Hello", (-4.0, 60.0), 25.0),), ["'Hello' leaves the glass"]),
        ((HELLO, Text("you", (60.0, 70.0), 25.0)), ["'Hello' overlaps 'you'"]),
        ((HELLO, Line(((0.0, 50.0), (200.0, 50.0)), 2.0)), ["something runs through 'Hello'"]),
        ((HELLO, Dot((60.0, 50.0), 4.0)), ["something runs through 'Hello'"]),
        ((HELLO, Ring((0.0, 300.0), 50.0, 2.0)), ["something is drawn beyond the glass"]),
    ],
)
def test_flaws_are_named(shapes, found):
    """What is cut, crossed or dark is told in words; a sound screen has none."""
    assert flaws(Scene(shapes), SCREEN) == found


def test_images_become_a_strip(tmp_path):
    """A third of their size, beside one another, grey between them; and it can be written."""
    black, white = (np.full((30, 60, 3), light, np.uint8) for light in (0, 255))
    half = black.copy()
    half[:, ::SMALLER] = 255
    assert (smaller(half) == 85).all()
    joined = strip([smaller(black), smaller(white)])
    assert joined.shape == (10, 40 + BETWEEN_PX, 3)
    assert (joined[:, 20 : 20 + BETWEEN_PX] == BETWEEN).all()
    assert (joined[:, -20:] == 255).all()
    save(joined, tmp_path / "strip.png")
    assert (tmp_path / "strip.png").read_bytes().startswith(b"\x89PNG")
