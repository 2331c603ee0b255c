"""When a cue is said."""

import pytest

from mirror.display.speech import LATE_S, TONE_S, Speech

CUE = ("rounding",)


def first(speech, until_s, *, moving_from=None, saying_until=0.0, begin_s=0.0):
    """When the cue is said, in steps of 1/30 s; None where it is dropped."""
    for k in range(round(30 * (until_s - begin_s))):
        now = begin_s + k / 30
        is_moving = moving_from is not None and now >= moving_from
        if speech.due(now, is_moving=is_moving, is_saying=now < saying_until):
            return now
    return None


@pytest.mark.parametrize(
    ("moving_from", "saying_until", "expected"),
    [
        (None, 0.0, TONE_S),  # after the tone of the count
        (None, 0.6, 0.6),  # after the number
        (0.3, 0.9, 0.3),  # a descent does not let the number end
        (0.0, 0.0, TONE_S),
    ],
)
def test_a_cue_is_said_as_soon_as_it_can_be_heard(moving_from, saying_until, expected):
    """After the count, and in time."""
    speech = Speech()
    speech.after_tone(0.0)
    speech.wait(CUE, 0.0, 0.0)
    said = first(speech, 3.0, moving_from=moving_from, saying_until=saying_until)
    assert said == pytest.approx(expected, abs=0.05)


def test_a_late_cue_is_dropped():
    """Once the descent after its lockout is half a second old."""
    speech = Speech()
    assert first(speech, LATE_S, moving_from=0.0) is None
    speech.wait(CUE, LATE_S + 0.1, 1.0)
    assert first(speech, 3.0, moving_from=0.0, begin_s=LATE_S + 0.1) is None
    assert not speech.is_waiting


def test_the_hold_of_a_row_is_no_descent():
    """It began before the rep: the cue is said at once."""
    speech = Speech()
    assert first(speech, 4.0, moving_from=0.0) is None
    speech.wait(CUE, 4.0, 0.0)
    assert first(speech, 6.0, moving_from=0.0, begin_s=4.0) == pytest.approx(4.0)


def test_a_newer_cue_takes_the_place_of_one_that_waits():
    """One is said."""
    speech = Speech()
    speech.wait(CUE, 0.0, 0.0)
    speech.wait(("heel-lift",), 0.0, 0.0)
    assert speech.due(0.0, is_moving=False, is_saying=False) == ("heel-lift",)
    assert speech.due(0.1, is_moving=False, is_saying=False) == ()
