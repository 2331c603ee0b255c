"""The report of `check` on the light and on the hanging of the camera."""

import numpy as np
import pytest

from mirror.camera import Frame
from mirror.cli import check, hung
from mirror.config import CameraSettings, CoachSettings, ModelSettings, Settings
from mirror.errors import MirrorError
from mirror.figure.body import BODIES
from mirror.figure.motion import Motion, landmarks
from mirror.figure.viewpoint import Viewpoint
from mirror.hinge.measure.pose import Pose

SETTINGS = Settings(
    camera=CameraSettings(source="figure", lens="own", fov_deg=53.13, tilt_deg=8.0),
    coach=CoachSettings(body_height_m=1.75),
)
"""The lens of a focal length of one frame height."""


def seen(yaw_deg=90.0, tilt_deg=8.0):
    """The pose of the standing figure."""
    view = Viewpoint((480, 640), yaw_deg, 2.6, 1.2, tilt_deg, 1.0, 0.0)
    points = view.project(landmarks(Motion(1, body=BODIES[0]).skeleton(0.0)))[..., :2]
    return Pose(points, np.ones(33), np.zeros((33, 3)), None, (480, 640), 0.0)


@pytest.fixture
def person(monkeypatch):
    """The poses that the estimator finds, one after another; then nobody."""
    found = []

    class Estimator:
        def __init__(self, model):
            pass

        def estimate(self, frame):
            return found.pop(0) if found else None

        def close(self):
            found.append("closed")

    monkeypatch.setattr(hung, "Estimator", Estimator)
    monkeypatch.setattr(hung, "locate", lambda settings: None)
    return found


def frames(count=3):
    """Frames that are not used."""
    return [Frame(np.zeros((640, 480, 3), np.uint8), k / 30) for k in range(count)]


def test_a_camera_that_hangs_right(person):
    """Of several frames the median counts."""
    person += [seen(), None, seen()]
    assert "whole and upright" in hung.hung(SETTINGS, frames())
    assert person == ["closed"]


def test_a_camera_that_hangs_wrong_is_a_finding(person):
    """It says what to measure and to set; a body height that is not known is said, too."""
    person += [seen(tilt_deg=0.0)] * 3
    unknown = Settings(camera=SETTINGS.camera)
    with pytest.raises(MirrorError, match=r"degrees down.*body height of 1\.8 m"):
        hung.hung(unknown, frames())


@pytest.mark.parametrize(("poses", "words"), [([], "nobody"), ([seen(0.0)] * 3, "facing")])
def test_where_nobody_stands_it_says_how(person, poses, words):
    """Nothing is wrong then."""
    person += poses
    said = hung.hung(SETTINGS, frames())
    assert words in said
    assert "sleep 20; sudo hinge-mirror check" in said


def test_light_and_hanging_follow_the_camera(person):
    """On the figure, whose light is well; neither is needed for the mirror to work."""
    settings = Settings(camera=SETTINGS.camera, model=ModelSettings(path="/none.task"))
    found = list(check._seen(settings))
    assert [each.part for each in found] == ["light", "hanging"]
    assert found[0].is_ok
    assert not any(each.needed for each in found)


def test_darkness_is_a_finding(monkeypatch):
    """A camera that gives no light."""

    class Dark:
        def read(self):
            return frames(1)[0]

        def close(self):
            pass

    monkeypatch.setattr(hung, "open_camera", lambda settings, live: Dark())
    with pytest.raises(MirrorError, match="light the person more"):
        hung.light(SETTINGS.camera, [])
