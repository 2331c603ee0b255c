"""One long press for all that is remembered: keep what is new, else forget, else measure."""

import pytest

from mirror.coach.profile import Kept, offer, pressed
from mirror.hinge.judging.stop_depth import NotFound, StopDepth

STOP = StopDepth(55.0, 62.0, 5)
ALIKE = StopDepth(56.0, 63.0, 5)
OTHER = StopDepth(65.0, 72.0, 5)


@pytest.mark.parametrize(
    ("kept", "stop", "range_deg", "what", "after"),
    [
        (None, None, None, "measure", None),
        (None, NotFound("straight"), None, "measure", None),
        (None, STOP, None, "keep", Kept("basic", STOP)),
        (None, None, 30.0, "keep", Kept(range_deg=30.0)),
        (None, STOP, 30.0, "keep", Kept("basic", STOP, 30.0)),
        (Kept("basic", STOP), None, None, "forget", None),
        (Kept("basic", STOP), ALIKE, None, "forget", None),
        (Kept("basic", STOP), OTHER, None, "keep", Kept("basic", OTHER)),
        (Kept("basic", STOP), ALIKE, 30.0, "keep", Kept("basic", ALIKE, 30.0)),
        (Kept("basic", STOP, 30.0), OTHER, None, "keep", Kept("basic", OTHER, 30.0)),
        (Kept("basic", STOP, 30.0), None, 31.0, "forget", None),
        (Kept("basic", STOP, 30.0), None, 40.0, "keep", Kept("basic", STOP, 40.0)),
        (Kept("row", STOP), None, None, "forget", None),
        (Kept("row", STOP), OTHER, None, "keep", Kept("basic", OTHER)),
    ],
)
def test_the_press(kept, stop, range_deg, what, after):
    """What it would do, and what is kept afterwards."""
    assert offer(kept, "basic", stop, range_deg) == what
    if what != "measure":
        assert pressed(kept, "basic", stop, range_deg) == after
