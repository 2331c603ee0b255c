import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.hinge.measure.geometry import distance, gate, inclination_deg, weighted_mean

coordinate = st.floats(-1000, 1000)


@pytest.mark.parametrize(
    ("tip", "facing", "expected"),
    [
        ((0, -10), 1, 0),
        ((10, 0), 1, 90),
        ((10, 0), -1, -90),
        ((-10, 0), -1, 90),
        ((10, -10), 1, 45),
        ((0, 10), 1, 180),
    ],
)
def test_inclination_is_measured_from_the_upward_vertical(tip, facing, expected):
    """Straight up is 0, level towards the facing side is 90."""
    assert inclination_deg((0, 0), tip, facing) == pytest.approx(expected)


@given(coordinate, coordinate, coordinate, coordinate, st.floats(0.1, 10))
def test_inclination_ignores_shift_and_scale(x, y, dx, dy, scale):
    """Angles do not change when the person moves in the frame or comes closer."""
    if math.hypot(dx, dy) < 1e-3:
        return
    here = inclination_deg((0, 0), (dx, dy), 1)
    there = inclination_deg((x, y), (x + scale * dx, y + scale * dy), 1)
    # On the far side of straight down, +180 and -180 are the same angle.
    assert math.cos(math.radians(here - there)) == pytest.approx(1.0, abs=1e-6)


@given(coordinate, coordinate)
def test_inclination_is_the_same_in_the_mirror(dx, dy):
    """A mirrored frame with the facing mirrored gives the same angle."""
    if math.hypot(dx, dy) < 1e-3 or abs(dx) < 1e-9:
        return
    assert inclination_deg((0, 0), (dx, dy), 1) == inclination_deg((0, 0), (-dx, dy), -1)


def test_distance_is_euclidean():
    """3-4-5."""
    assert distance((1, 1), (4, 5)) == 5


@pytest.mark.parametrize(
    ("value", "full", "none", "expected"),
    [
        (10, 15, 22, 1),
        (25, 15, 22, 0),
        (18.5, 15, 22, 0.5),
        (0.9, 0.8, 0.5, 1),
        (0.65, 0.8, 0.5, 0.5),
    ],
)
def test_gate_is_linear_between_its_ends(value, full, none, expected):
    """1 at full and better, 0 at none and worse, in either direction."""
    assert gate(value, full, none) == pytest.approx(expected)


def test_weighted_mean_leans_to_the_weight():
    """A side that is three times as visible counts three times."""
    assert weighted_mean((0.0, 0.0), (4.0, 8.0), (1.0, 3.0)) == (3.0, 6.0)
    assert weighted_mean((0.0, 0.0), (4.0, 8.0), (0.0, 0.0)) == (2.0, 4.0)
