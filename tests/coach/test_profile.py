"""One long press for all that is remembered: keep what is new, else forget, else measure."""

import pytest

from mirror.coach.profile import Profile, remember_action, updated
from mirror.hinge.judging.stop_depth import NotFound, StopDepth

STOP = StopDepth(55.0, 62.0, 5)
ALIKE = StopDepth(56.0, 63.0, 5)
OTHER = StopDepth(65.0, 72.0, 5)


@pytest.mark.parametrize(
    ("kept", "stop", "range_deg", "what", "after"),
    [
        (None, None, None, "measure", None),
        (None, NotFound("straight"), None, "measure", None),
        (None, STOP, None, "keep", Profile("basic", STOP)),
        (None, None, 30.0, "keep", Profile(range_deg=30.0)),
        (None, STOP, 30.0, "keep", Profile("basic", STOP, 30.0)),
        (Profile("basic", STOP), None, None, "forget", None),
        (Profile("basic", STOP), ALIKE, None, "forget", None),
        (Profile("basic", STOP), OTHER, None, "keep", Profile("basic", OTHER)),
        (Profile("basic", STOP), ALIKE, 30.0, "keep", Profile("basic", ALIKE, 30.0)),
        (Profile("basic", STOP, 30.0), OTHER, None, "keep", Profile("basic", OTHER, 30.0)),
        (Profile("basic", STOP, 30.0), None, 31.0, "forget", None),
        (Profile("basic", STOP, 30.0), None, 40.0, "keep", Profile("basic", STOP, 40.0)),
        (Profile("row", STOP), None, None, "forget", None),
        (Profile("row", STOP), OTHER, None, "keep", Profile("basic", OTHER)),
    ],
)
def test_the_press(kept, stop, range_deg, what, after):
    """Its action, and the profile afterwards."""
    assert remember_action(kept, "basic", stop, range_deg) == what
    if what != "measure":
        assert updated(kept, "basic", stop, range_deg) == after
