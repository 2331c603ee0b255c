"""The slump by which the range of a back is taken: what counts, and when it is over."""

import pytest
from people import person, rounded

from mirror.coach.advance import advance
from mirror.coach.session import start
from mirror.hinge.judging.range_test import (
    HOLD_S,
    LEAST_DEG,
    LONGEST_S,
    RangeTest,
    follow_range_test,
)
from mirror.hinge.measure.posture import Measuring, measure


def standing():
    """A person who stands there."""
    session = start()
    for k in range(12):
        session = advance(session, rounded(person(k / 8), -0.06), k / 8)
    return session.baseline


STANDING = standing()


def bent(t, lean=45.0, bow=0.06):
    """A posture that leans so far and bows so much."""
    memory = Measuring()
    for k in range(8):
        memory, posture = measure(memory, rounded(person(t, lean), bow), t - 1 + k / 7, STANDING)
    return posture


def followed(*postures):
    """A slump after these postures."""
    memory = RangeTest(0.0)
    for posture in postures:
        memory = follow_range_test(memory, posture, STANDING, posture.t)
    return memory


def test_a_range_must_be_held():
    """The rounding must be held for half a second, not for one frame."""
    assert followed(bent(1.0)).range_deg == 0.0
    assert followed(bent(1.0), bent(1.0 + HOLD_S)).range_deg > LEAST_DEG


@pytest.mark.parametrize("lean", [10.0, 85.0])
def test_only_halfway_counts(lean):
    """Upright and right down the reading means something else."""
    assert followed(bent(1.0, lean), bent(1.0 + HOLD_S, lean)).range_deg == 0.0


def test_it_is_over_when_the_person_stands_up_again():
    """Then the range is taken, and nothing changes it any more."""
    up = bent(3.0, 0.0, -0.06)
    memory = followed(bent(1.0), bent(1.0 + HOLD_S), up)
    assert memory.done_s == 3.0
    assert memory.taken_deg == memory.range_deg
    assert memory.guidance == "range-taken"
    assert follow_range_test(memory, bent(4.0, bow=0.2), STANDING, 4.0) == memory
    assert followed(up).done_s is None, "standing before the slump is no end"


def test_whoever_does_not_slump_is_let_go():
    """A person who has left gets no range either."""
    assert follow_range_test(RangeTest(0.0), None, STANDING, LONGEST_S).done_s is None
    memory = follow_range_test(RangeTest(0.0), None, STANDING, LONGEST_S + 1)
    assert memory.guidance == "range-missed"
    assert memory.taken_deg is None
    late = bent(LONGEST_S + 1)
    assert follow_range_test(RangeTest(0.0), late, STANDING, late.t).done_s == late.t
