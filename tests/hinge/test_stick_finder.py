"""The stick in the camera frame: found where there is one, and only there."""

from dataclasses import replace

import numpy as np
import pytest
from people import SIZE, person

from mirror.figure.arms import stick_line
from mirror.figure.body import BODIES
from mirror.figure.motion import Motion, Plan
from mirror.figure.viewpoint import Viewpoint
from mirror.hinge.drills.stick_finder import find_stick, with_stick
from mirror.hinge.measure.lens import Lens
from mirror.hinge.measure.pose import Pose
from mirror.simulator.camera import Figure
from mirror.simulator.dress import Look
from mirror.simulator.render import Light

PLAN = Plan(mix={"rounded": 1.0}, reps=1, hip_deg=(80, 80), rounding_deg=(30, 30))


def seen(arms, body, clothes="tight", yaw=0.0, bottom=False):
    """A frame of a figure, with a pose of its true joints, and the figure and the time."""
    motion = Motion(1, plan=PLAN, body=BODIES[body], arms=arms)
    view = Viewpoint.framing(motion.body.height_m, SIZE, yaw)
    look = Look(clothes=clothes)
    figure = Figure(motion, look, view, light=Light(level=0.8, noise=5.0))
    t = motion.reps_between(0, 20)[0].bottom_s if bottom else 0.5
    pose = Pose(figure.points(t), np.ones(33), np.zeros((33, 3)), None, SIZE, t)
    return figure.picture(t), pose, figure, t


@pytest.mark.parametrize("bottom", [False, True])
@pytest.mark.parametrize(("body", "yaw"), [(0, 0.0), (2, 0.0), (4, 0.0), (5, 0.0), (1, 8.0)])
def test_the_stick_lies_where_the_frame_shows_it(body, yaw, bottom):
    """Along a tight shirt it is found to a centimetre and a half, upright and bent with a gap."""
    picture, pose, figure, t = seen("stick", body, yaw=yaw, bottom=bottom)
    ends = find_stick(picture, pose)
    assert ends is not None
    line = figure.view.project(np.stack(stick_line(figure.motion.skeleton(t))))[:, :2]
    along = (line[1] - line[0]) / np.linalg.norm(line[1] - line[0])
    off = (np.array(ends) - line[0]) @ np.array([-along[1], along[0]])
    assert np.abs(off).max() < 1.5 * figure.view.px_per_m / 100
    assert (ends[1][1] < ends[0][1]) or bottom


@pytest.mark.parametrize("clothes", ["tight", "loose"])
@pytest.mark.parametrize("arms", ["hang", "crossed", "hold", "string"])
def test_no_stick_is_made_up(arms, clothes):
    """A back without one has none: neither its edge nor a fold of the shirt is a stick."""
    for body in range(0, 8, 3):
        for bottom in (False, True):
            picture, pose, _, _ = seen(arms, body, clothes, bottom=bottom)
            assert find_stick(picture, pose) is None


def test_a_mirrored_frame_has_the_mirrored_stick():
    """Left and right make no difference."""
    picture, pose, _, _ = seen("stick", 0)
    points = pose.points.copy()
    points[:, 0] = SIZE[0] - points[:, 0]
    there = find_stick(np.ascontiguousarray(picture[:, ::-1]), replace(pose, points=points))
    here = find_stick(picture, pose)
    assert here is not None
    assert there is not None
    assert [(SIZE[0] - x, y) for x, y in there] == [pytest.approx(end, abs=1.5) for end in here]


def test_an_empty_wall_has_no_stick():
    """Neither has a frame of one colour, nor a person so small that no stick would show."""
    wall = np.full((SIZE[1], SIZE[0], 3), 120, np.uint8)
    assert find_stick(wall, person(0.0)) is None
    assert find_stick(wall, person(0.0, scale=0.2)) is None
    assert find_stick(wall, person(0.0, at=(-400.0, 1500.0))) is None


def test_the_pose_carries_the_stick():
    """The found stick goes with the pose, and nothing else of it changes."""
    picture, pose, _, _ = seen("stick", 0)
    carried = with_stick(pose, picture)
    assert carried.stick == find_stick(picture, pose)
    assert carried.points is pose.points


def test_a_stick_is_found_through_the_lens():
    """A camera that hangs aslant behind a bent lens shows the stick where a straight one would."""
    picture, pose, _, _ = seen("stick", 0)
    bent = Lens(SIZE, 600.0, -0.15, 0.02, tilt_deg=4.0, roll_deg=12.0)
    places = bent.upright(np.stack(np.meshgrid(*(np.arange(n) + 0.5 for n in SIZE)), -1))
    x, y = (places[..., k].clip(0, SIZE[k] - 1).astype(int) for k in range(2))
    ends = find_stick(picture[y, x], pose, bent)
    straight = find_stick(picture, pose)
    assert ends is not None
    assert straight is not None
    assert np.abs(np.array(ends) - np.array(straight)).max() < 4.0
