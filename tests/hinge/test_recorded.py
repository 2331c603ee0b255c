"""Rendered people as the pose model saw them: their reps count, and nothing else.

Each file holds the landmarks of one person at 15 frames/s, named after what is done, the variation,
and the count: what was rendered is known.
"""

import numpy as np
import pytest
from recordings import DATA, recorded

from mirror.coach.advance import advance
from mirror.coach.session import start
from mirror.coach.sets import finish
from mirror.hinge.counting.reps import Partial, Rejected, Rep
from mirror.hinge.measure.pose import Pose

SWAPPED = [0, 4, 5, 6, 1, 2, 3, *(m + 1 if m % 2 else m - 1 for m in range(7, 33))]
MIRRORED = np.array([-1.0, 1.0, 1.0])


def mirrored(frames):
    """The frames as seen in a mirror, where left is right."""
    for t, pose in frames:
        if pose is None:
            yield t, None
            continue
        points = np.column_stack([pose.size[0] - pose.points[:, 0], pose.points[:, 1]])
        world = (pose.world * MIRRORED)[SWAPPED]
        yield t, Pose(points[SWAPPED], pose.visibility[SWAPPED], world, None, pose.size, t)


def lossy(frames):
    """The frames without one in ten, and with nobody in another one in ten."""
    draws = np.random.default_rng(7)
    for t, pose in frames:
        draw = draws.random()
        if draw > 0.1:
            yield t, None if draw < 0.2 else pose


def slow(frames):
    """Every third frame."""
    return (frame for k, frame in enumerate(frames) if k % 3 == 0)


def outcomes(frames, variation):
    """The session after the frames."""
    session, found = start(variation), []
    for t, pose in frames:
        session = advance(session, pose, t)
        found += session.events
    return [*found, *finish(session).events]


@pytest.mark.parametrize("way", [iter, mirrored, lossy, slow])
@pytest.mark.parametrize("path", DATA, ids=lambda path: path.stem)
def test_a_rendered_person_is_counted_right(path, way):
    """Whatever the body, the clothes, the camera, and the frames that are lost."""
    variation, count = path.stem.split("-", 1)[1].rsplit("-", 1)
    found = outcomes(way(recorded(path)), variation)
    assert sum(isinstance(o, Rep) for o in found) == int(count)


def test_what_is_no_hinge_has_its_reason():
    """Squats with the arms forward, and something that is picked up."""
    reasons = {}
    for path in DATA:
        found = outcomes(recorded(path), path.stem.split("-", 1)[1].rsplit("-", 1)[0])
        reasons[path.stem.split("-")[0]] = {o.reason for o in found if isinstance(o, Rejected)}
        if path.stem.startswith("partials"):
            assert any(isinstance(o, Partial) for o in found)
    assert reasons.pop("squat") == {"squat"}
    assert reasons.pop("pickup") == {"picking-up"}
    assert not any(reasons.values())
