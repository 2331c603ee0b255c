"""How the camera hangs and how light it is, from the figure and from made-up frames."""

from dataclasses import replace

import numpy as np
import pytest

from mirror.camera.hanging import LightReading, hanging, hanging_advice
from mirror.config import CameraSettings
from mirror.figure.body import BODIES
from mirror.figure.motion import Motion, landmarks
from mirror.figure.viewpoint import Viewpoint
from mirror.hinge.measure.lens import Lens
from mirror.hinge.measure.pose import Mark, Pose

SIZE = (480, 640)
FOCAL = 1.0
CAMERA = CameraSettings(height_m=1.2, tilt_deg=8.0)


def seen(body, tilt_deg=8.0, height_m=1.2, away_m=2.6, roll_deg=0.0, yaw_deg=90.0, t=0.0):
    """The pose of the standing figure in a camera that hangs so."""
    view = Viewpoint(SIZE, yaw_deg, away_m, height_m, tilt_deg, FOCAL, 0.0)
    points = view.project(landmarks(Motion(1, body=body).skeleton(t)))[..., :2]
    turn, middle = np.radians(roll_deg), np.array(SIZE) / 2
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    points = (points - middle) @ rotation.T + middle  # clockwise, as y points down
    return Pose(points, np.ones(33), np.zeros((33, 3)), None, SIZE, 0.0)


def optics(tilt_deg=8.0, roll_deg=0.0):
    """The lens as it is set."""
    return Lens(SIZE, FOCAL * SIZE[1], tilt_deg=tilt_deg, roll_deg=roll_deg)


def found(body, **how):
    """The findings on a camera that hangs so, where 8 degrees and 1.2 m are set."""
    return hanging(seen(body, **how), optics(), 1.2, body.height_m)


@pytest.mark.parametrize("away_m", [2.0, 2.6, 3.2])
@pytest.mark.parametrize("body", BODIES)
def test_a_camera_that_hangs_as_set_is_found_so(body, away_m):
    """The distance, too; for every body of the figure."""
    it = found(body, away_m=away_m)
    assert it.away_m == pytest.approx(away_m, rel=0.06)
    assert it.tilt_deg == pytest.approx(8.0, abs=2.0)
    assert it.height_m == pytest.approx(1.2, abs=0.08)
    assert abs(it.turn_deg) < 2.0


@pytest.mark.parametrize("tilt_deg", [-4.0, 2.0, 15.0])
def test_another_tilt_is_found(tilt_deg):
    """Within two degrees, where height and body height are right."""
    it = found(BODIES[0], tilt_deg=tilt_deg)
    assert it.tilt_deg == pytest.approx(tilt_deg, abs=2.0)
    is_right, said = hanging_advice(it, CAMERA, optics())
    assert not is_right
    assert f"it looks {it.tilt_deg:.0f} degrees down where camera.height_m = 1.2 is right" in said


@pytest.mark.parametrize("height_m", [0.8, 1.5])
def test_another_height_is_found(height_m):
    """Where the tilt is right; the sentence leaves open which of the two is wrong."""
    it = found(BODIES[0], height_m=height_m)
    assert it.height_m == pytest.approx(height_m, abs=0.1)
    assert f"or hangs {it.height_m:.1f} m high" in hanging_advice(it, CAMERA, optics())[1]


@pytest.mark.parametrize("roll_deg", [-12.0, 7.0])
def test_a_frame_that_leans_is_found(roll_deg):
    """The suggested settings put it upright: then there are no findings."""
    it = found(BODIES[0], roll_deg=roll_deg)
    assert it.turn_deg == pytest.approx(-roll_deg, abs=2.0)
    assert f"set camera.roll_deg = {it.turn_deg:.0f}" in hanging_advice(it, CAMERA, optics())[1]
    pose = seen(BODIES[0], roll_deg=roll_deg)
    again = hanging(pose, optics(roll_deg=it.turn_deg), 1.2, BODIES[0].height_m)
    assert hanging_advice(again, replace_roll(it.turn_deg), optics())[0]


def replace_roll(roll_deg):
    """Settings with that roll."""
    return CameraSettings(height_m=1.2, tilt_deg=8.0, roll_deg=roll_deg)


@pytest.mark.parametrize(("roll_deg", "rotate"), [(90.0, 0), (180.0, 270), (-90.0, 180)])
def test_a_frame_that_lies_names_the_rotation_to_set(roll_deg, rotate):
    """A camera that hangs on its side is turned by 90 already."""
    is_right, said = hanging_advice(found(BODIES[0], roll_deg=roll_deg), CAMERA, optics())
    assert not is_right
    assert said.endswith(f"set camera.rotate = {rotate}.")


def test_a_camera_that_is_right_is_said_to_be():
    """With the room above and below."""
    is_right, said = hanging_advice(found(BODIES[0]), CAMERA, optics())
    assert is_right
    assert "whole and upright" in said


@pytest.mark.parametrize(
    ("above", "below", "words"),
    [
        (0.2, -0.05, "the feet are at the edge: turn the camera 7 degrees down"),
        (-0.05, 0.2, "the head is at the edge: turn the camera 7 degrees up"),
        (-0.05, -0.05, "head and feet do not fit in"),
    ],
)
def test_what_is_cut_off_names_the_way_to_turn(above, below, words):
    """By as much as the room on both sides differs."""
    it = replace(found(BODIES[0]), above=above, below=below)
    is_right, said = hanging_advice(it, CAMERA, optics())
    assert not is_right
    assert words in said


def test_nothing_is_found_of_a_person_who_does_not_stand_and_face_the_glass():
    """Side-on, bowed, or with feet that are not seen."""
    body = BODIES[0]
    assert found(body, yaw_deg=0.0) is None
    motion = Motion(1, body=body)
    bottom = motion.reps_between(0.0, 60.0)[0].bottom_s
    assert found(body, t=bottom) is None
    pose = seen(body)
    pose.visibility[Mark.LEFT_HEEL] = 0.1
    assert hanging(pose, optics(), 1.2, body.height_m) is None


@pytest.mark.parametrize("noise", [0.0, 4.0, 16.0, 32.0])
def test_noise_is_measured_beside_what_moves(noise):
    """A third of the frame moves; the rest is still."""
    draw = np.random.default_rng(1)
    still = draw.integers(60, 180, (120, 90, 3)).astype(float)
    pictures = []
    for k in range(6):
        one = still.copy()
        one[:, 30 : 30 + 5 * k] += 40
        pictures.append(np.clip(one + draw.normal(0, noise, one.shape), 0, 255).astype(np.uint8))
    light = LightReading.of(pictures)
    assert light.noise == pytest.approx(noise, abs=0.15 * noise + 0.5)
    assert light.verdict()[0] == (noise < 20.0)


@pytest.mark.parametrize(("value", "is_fine"), [(120, True), (20, False)])
def test_darkness_is_said(value, is_fine):
    """One frame is enough for that."""
    light = LightReading.of([np.full((40, 30, 3), value, np.uint8)])
    assert light.bright == value
    is_right, said = light.verdict()
    assert is_right == is_fine
    assert ("light the person more" in said) != is_fine
