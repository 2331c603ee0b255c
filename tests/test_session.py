import pytest
from people import film, hinge, person, reps

from mirror.errors import UsageError
from mirror.session import (
    FORGET_SET_S,
    FORGET_STANDING_S,
    Press,
    advance,
    choices,
    press,
    start,
)


def after(poses, session=None):
    """The session after a film."""
    session = session or start()
    for pose in poses:
        session = advance(session, pose, pose.taken_at)
    return session


def test_five_reps_are_five():
    """The set holds its reps in order."""
    session = after(film(reps(5), 18))
    assert [rep.number for rep in session.reps] == [1, 2, 3, 4, 5]


def test_events_are_those_of_the_last_picture_only():
    """A rep is an event once."""
    session, events = start(), 0
    for pose in film(reps(2), 9):
        session = advance(session, pose, pose.taken_at)
        events += len(session.events)
    assert events == 2


@pytest.mark.parametrize("name", ["", "squat", "Basic"])
def test_an_unknown_variation_is_a_usage_error(name):
    """The sentence names what was asked for and what there is."""
    with pytest.raises(UsageError, match=r"There is no variation .*basic"):
        start(name)


def test_an_unknown_drill_is_a_usage_error():
    """Drills belong to their variation."""
    with pytest.raises(UsageError, match="There is no drill 'rope'"):
        start("basic", "rope")


def test_select_begins_a_new_set_and_keeps_what_is_known_of_the_person():
    """Reset sets the count to nought, not the standing."""
    session = press(after(film(reps(2), 9)), Press.SELECT)
    assert session.reps == ()
    assert session.standing is not None
    session = after((person(9 + k / 30, *reps(1)(k / 30)) for k in range(180)), session)
    assert [rep.number for rep in session.reps] == [1]


def test_next_and_previous_go_round():
    """Next and previous undo each other, and the cycle closes."""
    session = start()
    there = press(session, Press.NEXT)
    assert press(there, Press.PREVIOUS).choice == session.choice
    for _ in choices():
        session = press(session, Press.NEXT)
    assert session.choice == start().choice


def test_shutdown_is_noted_and_other_presses_change_nothing():
    """Shutdown ends the session; a drill that does not exist is ignored."""
    assert press(start(), Press.SHUTDOWN).shutdown
    assert not press(start(), Press.CALIBRATE).shutdown
    session = start()
    if not session.choice.variation.drills:
        assert press(session, Press.DRILL) == session


def test_the_person_is_forgotten_after_leaving():
    """First the standing, for another person may come; then the set."""
    session = after(film(reps(1), 6))
    gone = advance(session, None, 6 + FORGET_STANDING_S)
    assert gone.standing is None
    assert len(gone.reps) == 1
    gone = advance(gone, None, 6 + FORGET_SET_S)
    assert gone.reps == ()


@pytest.mark.parametrize(
    ("poses", "word"),
    [
        ([person(0)], "stand-still"),
        ([person(0, turn=40)], "turn-side-on"),
        ([person(0, scale=0.4)], "come-closer"),
        ([person(0, visibility=0.2)], "step-back"),
        (list(film(reps(0), 1.5)), "instruction"),
        (list(film(reps(1, depth=0.3), 6)), "partial"),
        (list(film(reps(1, knee=1.2), 6)), "squat"),
        (list(film(reps(1), 6)), None),
        ([*film(lambda t: hinge(0), 1), *(person(2 + k / 30, 40, 20) for k in range(20))],
         "stand-tall"),
    ],
)  # fmt: skip
def test_the_one_line_of_guidance(poses, word):
    """The most urgent thing, and only one."""
    assert after(poses).guidance == word


def test_nobody_gets_no_guidance():
    """Before the first picture and with nobody there the glass says nothing."""
    assert start().guidance is None
    assert advance(start(), None, 0.0).guidance is None
