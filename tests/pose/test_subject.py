"""Of several people the nearest, most central one is followed, and kept."""

from dataclasses import replace

import numpy as np
import pytest

from mirror.camera import Frame
from mirror.config import ModelSettings
from mirror.errors import ModelError
from mirror.figure.motion import Motion
from mirror.hinge.measure.pose import Mark
from mirror.pose import model
from mirror.pose.crop import height_px
from mirror.pose.subject import alone, choose
from mirror.pose.tracker import SubjectTracker
from mirror.simulator.bystander import Bystander
from mirror.simulator.camera import Figure

SIZE = (480, 640)


@pytest.fixture(scope="module")
def bundle():
    """The bundle in the user's cache; scripts/test puts it there."""
    try:
        return model.locate(ModelSettings())
    except ModelError as error:
        pytest.skip(f"needs the pose model: {error}")


def person(x, height):
    """(33, 2) landmarks of a person who stands at x, so height_px."""
    points = np.full((33, 2), (x, 100.0))
    for share, marks in (
        (0.2, (Mark.LEFT_SHOULDER, Mark.RIGHT_SHOULDER)),
        (0.5, (Mark.LEFT_HIP, Mark.RIGHT_HIP)),
        (0.7, (Mark.LEFT_KNEE, Mark.RIGHT_KNEE)),
        (0.97, (Mark.LEFT_ANKLE, Mark.RIGHT_ANKLE)),
    ):
        points[list(marks), 1] = 100.0 + share * height
    return points


def test_the_nearest_and_most_central_is_chosen():
    """Size counts, and so does the place; a bow makes nobody small."""
    assert choose([person(240, 200), person(200, 400)], SIZE) == 1
    assert choose([person(240, 380), person(20, 400)], SIZE) == 0
    bowed = person(240, 400)
    bowed[[Mark.LEFT_SHOULDER, Mark.RIGHT_SHOULDER]] = (120.0, 300.0)
    assert height_px(bowed) > 0.9 * height_px(person(240, 400))


def test_the_others_are_hidden():
    """All but the box of the chosen one is grey, and the frame itself is left alone."""
    rgb = np.full((640, 480, 3), 200, np.uint8)
    fenced = alone(rgb, person(240, 300))
    assert (fenced[150, 240] == 200).all()
    assert (fenced[150, 20] == 127).all()
    assert (rgb == 200).all()


def off(pose, figure, t):
    """Median distance of the pose from the figure's own joints, pixels."""
    return float(np.median(np.hypot(*(pose.points[11:29] - figure.points(t)[11:29]).T)))


@pytest.mark.parametrize(("seed", "behind", "since"), [(1, 0.8, -2.9), (3, 1.4, -4.6)])
def test_with_a_person_behind_the_near_person_is_taken_and_kept(bundle, seed, behind, since):
    """Where the tracker alone takes the other one; a passer-by may disturb it shortly."""
    figure = Figure(Motion(seed), bystander=Bystander(since, behind_m=behind))
    eye = SubjectTracker(bundle)
    try:
        frames = [Frame(figure.picture(k / 15), k / 15) for k in range(14)]
        apart = [off(eye.estimate(frame), figure, frame.taken_at) for frame in frames]
    finally:
        eye.close()
    assert max(apart[:3] + apart[-3:]) < 40
    assert sum(px > 40 for px in apart) <= 3


def test_a_person_who_comes_nearer_is_taken_instead_of_the_background(bundle):
    """A person far away is tracked; then a person stands before the mirror beside them."""
    figure = Figure(Motion(1))
    far = Figure(Motion(1), view=replace(figure.view, distance_m=6.2, ahead_m=1.0))
    eye = SubjectTracker(bundle)
    try:
        small = [eye.estimate(Frame(far.picture(k / 15), k / 15)) for k in range(5)][-1]
        assert height_px(small.points) < 0.33 * SIZE[1]
        for k in range(5, 20):
            both = far.picture(k / 15)
            both[:, 120:] = figure.picture(k / 15)[:, 120:]
            pose = eye.estimate(Frame(both, k / 15))
        assert off(pose, figure, 19 / 15) < 40
    finally:
        eye.close()


def test_nobody_is_nobody(bundle):
    """An empty room gives nothing, and closing twice is no error."""
    eye = SubjectTracker(bundle)
    assert eye.estimate(Frame(np.full((640, 480, 3), 90, np.uint8), 0.0)) is None
    eye.close()
    eye.close()
