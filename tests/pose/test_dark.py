"""A dark picture is made bright for the pose model, and no other one is touched."""

from __future__ import annotations

import numpy as np

from mirror.pose.crop import DIM, brightened


def picture(level: float, noise: float = 0.0) -> np.ndarray:
    """A picture of one brightness, with noise."""
    draw = np.random.default_rng(1)
    values = level + noise * draw.standard_normal((240, 160, 3))
    return np.clip(values, 0, 255).astype(np.uint8)


def test_a_picture_with_enough_light_is_left_alone():
    """Nothing is copied on the way of a usual frame."""
    bright = picture(DIM + 5)
    assert brightened(bright) is bright


def test_a_lit_person_before_black_walls_is_no_dark_picture():
    """A gain would burn out the person."""
    room = picture(5)
    room[60:, 60:100] = 150
    assert brightened(room) is room


def test_a_dark_picture_becomes_bright_and_its_noise_grows_by_less():
    """The smoothing takes more than half of the noise away."""
    dark = picture(25, noise=4)
    found = brightened(dark)
    gain = found.mean() / dark.mean()
    assert gain > 3
    assert found.std() < gain * dark.std() / 2


def test_a_black_picture_stays_black():
    """No light, no gain."""
    assert brightened(picture(0)).max() == 0
