"""A frame that was bent by a lens and rolled, through the estimator: the angles come back."""

import numpy as np
import pytest

from mirror.camera import Frame
from mirror.camera.optics import lens
from mirror.config import CameraSettings, ModelSettings
from mirror.errors import ModelError
from mirror.figure.motion import Motion
from mirror.hinge.measure.posture import Measuring, Posture, measure
from mirror.pose import model
from mirror.pose.tracker import SubjectTracker
from mirror.simulator.camera import Figure

SIZE = (480, 640)
HUNG = CameraSettings(lens="own", fov_deg=60.0, k1=-0.12, roll_deg=8.0)
SMALLER = 0.8
"""The figure is drawn so much smaller, to leave room for the roll."""


def bent(rgb):
    """The frame of such a camera, made from a straight one pixel by pixel."""
    x, y = np.meshgrid(np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5)
    middle = np.array(SIZE) / 2
    straight = (lens(HUNG, SIZE).upright(np.stack([x, y], -1)) - middle) / SMALLER + middle
    column, row = np.moveaxis(np.floor(straight).astype(int), -1, 0)
    inside = (column >= 0) & (column < SIZE[0]) & (row >= 0) & (row < SIZE[1])
    picture = np.full_like(rgb, 120)
    picture[inside] = rgb[row[inside], column[inside]]
    return picture


def measured(pictures, camera):
    """The posture in the last of some frames."""
    try:
        eye = SubjectTracker(model.locate(ModelSettings()), camera)
    except ModelError as error:
        pytest.skip(f"needs the pose model: {error}")
    try:
        poses = [eye.estimate(Frame(rgb, k / 15)) for k, rgb in enumerate(pictures)]
    finally:
        eye.close()
    posture = measure(Measuring(), poses[-1], 0.0, None)[1]
    assert isinstance(posture, Posture)
    return posture


def test_the_trunk_and_the_back_are_those_of_the_straight_frame():
    """At the bottom of a rep: without the lens the trunk would be 8 degrees off."""
    figure = Figure(Motion(3))
    rep = figure.motion.reps_between(0.0, 60.0)[0]
    straight = [figure.picture(rep.bottom_s)] * 6
    true = measured(straight, None)
    aslant = [bent(rgb) for rgb in straight]
    assert abs(measured(aslant, None).trunk_deg - true.trunk_deg) > 5
    assert abs(measured(aslant, None).space.lean_deg - true.space.lean_deg) > 5
    found = measured(aslant, HUNG)
    assert found.trunk_deg == pytest.approx(true.trunk_deg, abs=2.5)
    assert found.space.lean_deg == pytest.approx(true.space.lean_deg, abs=3.0)
    assert found.shank_deg == pytest.approx(true.shank_deg, abs=2.5)
    assert found.back is not None
    assert np.abs(found.back.edge - true.back.edge).mean() < 0.02  # 1 cm
