"""The baseline of a person who turns: towards the glass, or away from it."""

import math

import pytest
from people import hinge, person, reps, wave, with_mask

from mirror.coach.advance import FORGET_BASELINE_S, advance
from mirror.coach.session import start
from mirror.hinge.measure.view import View
from mirror.screens.router import ScreenState, Situation, route

pytestmark = pytest.mark.slow

FPS = 15


def lives(seconds, motion, turn, session=None, *, variation="basic", facing=lambda t: 1):
    """The sessions of a masked person who moves and turns (deg) so, frame by frame."""
    session = session or start(variation)
    for k in range(round(seconds * FPS)):
        t = k / FPS
        pose = person(t, *motion(t), turn=turn(t), facing=facing(t))
        session = advance(session, with_mask(pose, -0.06), t)
        yield session


def stands(t):
    """Tall and still."""
    return hinge(0.0)


def roundings(film):
    """Rounding of each rep of a film's last session; None where it was not judged."""
    return [rep.back_rounding_max_deg for rep in film[-1].reps]


@pytest.mark.parametrize("turn", [25, 40, 80])
def test_a_look_into_the_glass_between_reps_keeps_the_standing_side_on(turn):
    """Turned after each rep and back 1.0 s before the next, every rep is judged."""
    period = 6.0

    def bows(t):
        k = max(0, math.floor((t - 2) / period))
        return hinge(wave(t, start=2 + k * period, down=1.2, hold=0.3, up=1.2) if k < 3 else 0.0)

    def turns(t):
        return turn if t > 2 and 2.9 < (t - 2) % period < period - 1.0 else 0.0

    film = list(lives(20, bows, turns))
    assert len(roundings(film)) == 3
    assert None not in roundings(film)


@pytest.mark.parametrize(("turn", "side_on_s"), [(25, 1.0), (40, 1.0), (80, 1.5)])
def test_a_person_who_faced_the_glass_has_a_baseline_soon_after_turning(turn, side_on_s):
    """So long side-on before the first bow is enough for every rep to be judged."""
    film = list(
        lives(10.5 + side_on_s, reps(2, stand=3 + side_on_s), lambda t: turn if t < 3 else 0.0)
    )
    assert len(roundings(film)) == 2
    assert None not in roundings(film)


def test_a_person_who_bows_sooner_after_turning_is_asked_to_stand_still():
    """The words come while there is no standing side-on; the back is judged all the same."""
    film = list(lives(14, reps(2, stand=3.8), lambda t: 80 if t < 3 else 0.0))
    assert None not in roundings(film)
    assert any(s.shown.guidance.key == "stand-still" for s in film)
    assert film[-1].shown.guidance.key != "stand-still"
    assert film[-1].baseline.edge is not None


def test_a_person_who_fidgets_before_the_first_rep_is_asked_to_stand_still():
    """Also one who turned side-on a moment ago; and then what is practised is shown."""
    shaken = list(
        lives(12, lambda t: hinge(0.12 * (int(t * 4) % 2) if 3 < t < 8 else 0.0),
              lambda t: 80 if t < 3 else 0.0)
    )  # fmt: skip
    assert ScreenState.WELCOME not in [route(Situation(s)) for s in shaken[3 * FPS :]]
    assert any(s.shown.guidance.key == "stand-still" for s in shaken)
    assert route(Situation(shaken[-1])) is ScreenState.CHOSEN


@pytest.mark.parametrize("turn", [25, 40, 80])
@pytest.mark.parametrize("variation", ["basic", "sumo"])
def test_a_set_from_another_view_is_counted(turn, variation):
    """Turned all the time, or only after a standing as it is wanted: no rep is lost."""
    wanted = 0 if variation == "basic" else 80
    for turns in (lambda t: turn, lambda t: wanted if t < 2 else turn):
        film = list(lives(15, reps(3, stand=5), turns, variation=variation))
        assert film[-1].count == 3


def test_a_set_facing_the_glass_is_counted_by_the_standing_so_seen():
    """Its trunk looks 5 % shorter: by the baseline side-on it would never be upright."""
    session, count = start(), 0
    for k in range(round(16 * FPS)):
        t = k / FPS
        is_front = t > 2
        trunk, thigh, shank = reps(3, stand=6)(t)
        pose = person(t, trunk, thigh, shank, turn=80 if is_front else 0)
        if is_front:
            pose.points[:13, 1] += 7
        session = advance(session, pose, t)
        count += len([e for e in session.events if hasattr(e, "number")])
    assert count == 3


def test_a_standing_as_wanted_takes_the_place_of_any_other():
    """Front view first, then side-on; and the other way round where the front view is asked for."""
    film = list(lives(6, stands, lambda t: 80 if t < 3 else 0.0))
    assert [film[k * FPS].baseline.view for k in (2, 5)] == [View.FRONT, View.SIDE]
    film = list(lives(6, stands, lambda t: 0 if t < 3 else 80.0, variation="sumo"))
    assert [film[k * FPS].baseline.view for k in (2, 5)] == [View.SIDE, View.FRONT]


def test_a_person_who_turns_to_the_other_side_needs_a_new_baseline():
    """The other side of the body, the other foot: nothing of the old standing is blended in."""
    film = list(lives(8, lambda t: (0 if t < 3 else 6, 0, 0), lambda t: 0.0,
                      facing=lambda t: 1 if t < 3 else -1))  # fmt: skip
    assert any(s.baseline is not None and not s.has_baseline for s in film)
    assert film[-1].has_baseline
    assert film[-1].baseline.facing == -1
    assert film[-1].baseline.trunk_deg == pytest.approx(6, abs=0.1)


def test_every_standing_side_on_still_refines_the_old_one():
    """After a look into the glass, too."""
    film = list(lives(9, lambda t: (0 if t < 6 else 5, 0, 0), lambda t: 80 if 2 < t < 5 else 0.0))
    assert 0.5 < film[-1].baseline.trunk_deg < 4


def test_a_person_who_leaves_is_forgotten():
    """Another person may come."""
    session = list(lives(6, stands, lambda t: 0 if t < 3 else 80.0))[-1]
    assert session.baseline is not None
    session = advance(session, None, 6 + FORGET_BASELINE_S)
    assert session.baseline is None
