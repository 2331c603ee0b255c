"""The messages about the reps: their order of precedence, and their times."""

from mirror.coach.message import LEAST_S, PRAISE_S, Message, Messages
from mirror.hinge.judging.feedback import Cue
from mirror.hinge.judging.stop_depth import NotFound

KNEES = Cue(10.0, "knees-bent", 2)
BACK = Cue(13.0, "rounding", 3)
YES = Cue(13.0, None, 3, "knees-bent")
PRAISE = Cue(10.0, None, 4)
STRAIGHT = NotFound("straight")


def said(*offered, t=10.0, pauses=True):
    """The messages after these were offered."""
    messages = Messages()
    for about in offered:
        messages = messages.offered(about)
    return messages.follow(t, pauses=pauses)


def test_a_correction_stays_until_it_is_answered():
    """Then the answer is said for its time, and nothing after it."""
    messages = said(KNEES)
    assert messages.follow(99.0, pauses=False).now == Message(KNEES, 10.0)
    messages = messages.offered(YES).follow(20.0, pauses=False)
    assert messages.now == Message(YES, 20.0)
    assert messages.follow(20.0 + PRAISE_S - 0.1, pauses=True).now == Message(YES, 20.0)
    assert messages.follow(20.0 + PRAISE_S, pauses=True).now is None


def test_nothing_takes_the_place_of_a_message_before_its_time():
    """Another correction waits, and so does the answer."""
    messages = said(KNEES).offered(YES)
    assert messages.follow(10.0 + LEAST_S - 0.1, pauses=True).now.about is KNEES
    assert messages.follow(10.0 + LEAST_S, pauses=True).now.about is YES


def test_a_correction_that_was_never_read_is_not_answered():
    """It waited behind another one, and the rep was clean meanwhile."""
    messages = said(BACK).offered(KNEES).offered(YES)
    assert messages.waiting == ()


def test_the_stop_depth_waits_for_a_free_moment_on_its_feet():
    """A cue of the same rep goes first; and a person who moves does not read a sentence."""
    messages = said(STRAIGHT, PRAISE)
    assert messages.now.about is PRAISE
    later = 10.0 + PRAISE_S
    assert messages.follow(later, pauses=False).now is None
    assert messages.follow(later, pauses=True).now.about is STRAIGHT


def test_the_glass_returns_to_a_correction_that_is_not_answered():
    """After the stop depth was said."""
    messages = said(KNEES).offered(STRAIGHT).follow(10.0 + LEAST_S, pauses=True)
    assert messages.now.about is STRAIGHT
    assert messages.follow(10.0 + 2 * LEAST_S, pauses=True).now.about is KNEES
