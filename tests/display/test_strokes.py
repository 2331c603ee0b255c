"""Strokes: which points of a line are needed."""

import numpy as np
import pytest

from mirror.display.strokes import FLAT_PX, FLATTENINGS, _flattened


def flattened(points):
    """What is left of one line of points, pixels."""
    places = np.array(points, float)
    return _flattened(places, np.zeros(len(places), int), np.full(len(places), 8.0))[0]


def aside(points, line):
    """Greatest distance of points from a line through some of them."""
    ends = line[:-1, None], line[1:, None]
    along = ends[1] - ends[0]
    share = ((points - ends[0]) * along).sum(-1) / (along**2).sum(-1)
    off = points - ends[0] - np.clip(share, 0, 1)[..., None] * along
    return np.hypot(off[..., 0], off[..., 1]).min(axis=0).max()


@pytest.mark.parametrize(("radius", "most"), [(40.0, 97), (100.0, 49), (300.0, 25), (1e6, 7)])
def test_a_smooth_line_loses_points_and_keeps_its_place(radius, most):
    """The flatter it is the fewer points are left; each stays within a fraction of a pixel."""
    turn = np.linspace(0.0, 300.0 / radius, 97)
    points = radius * np.stack([np.sin(turn), 1 - np.cos(turn)], axis=1)
    left = flattened(points)
    assert (left[0] == points[0]).all()
    assert (left[-1] == points[-1]).all()
    assert len(left) <= most
    assert aside(points, left) <= FLATTENINGS * FLAT_PX


def test_corners_and_ways_back_stay():
    """A corner is no smooth line, and a line that goes back on itself reaches as far as before."""
    corner = [(x, 0.0) for x in range(0, 41, 4)] + [(40.0, y) for y in range(4, 41, 4)]
    assert [40.0, 0.0] in flattened(corner).tolist()
    assert [90.0, 0.0] in flattened([(0.0, 0.0), (90.0, 0.0), (30.0, 0.0)]).tolist()


def test_lines_of_two_shapes_are_not_joined():
    """The last point of one and the first one of the next stay, even where they lie in line."""
    places = np.stack([np.arange(12.0) * 5, np.zeros(12)], axis=1)
    owner = np.repeat([0, 1], 6)
    left, whose, _ = _flattened(places, owner, np.ones(12))
    assert left[whose == 0][-1].tolist() == [25.0, 0.0]
    assert left[whose == 1][0].tolist() == [30.0, 0.0]
