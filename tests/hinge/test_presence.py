"""A person comes and leaves; people who pass by in the background do not count."""

from dataclasses import replace

from people import ANKLE, film, person, reps

from mirror.coach.advance import advance
from mirror.coach.command import Command
from mirror.coach.session import GRACE_S, start
from mirror.coach.sets import apply
from mirror.hinge.measure.presence import NOTICED_S
from mirror.screens.router import ScreenState, Situation, route

FPS = 15


def seen(poses):
    """The session after these poses, (t, pose) each."""
    session = start()
    for t, pose in poses:
        session = advance(session, pose, t)
    return session


def test_a_person_is_noticed_within_a_second():
    """At the two frames a second of an idle mirror, and those that follow at once."""
    looks = [(0.0, None), (0.5, person(0.5))]
    looks += [(0.5 + k / FPS, person(0.5 + k / FPS)) for k in range(1, 6)]
    session = seen(looks)
    assert session.person.presence.came_s is not None
    assert session.person.presence.came_s - 0.0 <= 0.5 + NOTICED_S + 1 / FPS
    assert route(Situation(session)) is not ScreenState.ASLEEP


def test_a_small_person_in_the_background_is_nobody():
    """However long they stay."""
    poses = [(k / FPS, person(k / FPS, scale=0.35)) for k in range(90)]
    session = seen(poses)
    assert route(Situation(session)) is ScreenState.ASLEEP


def test_a_person_who_walks_past_near_the_glass_does_not_wake_it():
    """Across the whole frame at 1.2 m/s, and it stays a mirror throughout."""
    session = start()
    for k in range(60):
        t = k / FPS
        x = ANKLE[0] - 330 + 280 * t  # a body is 470 px high: .6 of it in a second
        session = advance(session, person(t, at=(x, ANKLE[1])), t)
        assert route(Situation(session)) is ScreenState.ASLEEP


def test_a_person_who_stops_before_the_glass_wakes_it():
    """Walking in from the side, then standing."""
    session = start()
    for k in range(60):
        t = k / FPS
        x = min(ANKLE[0], ANKLE[0] - 330 + 280 * t)
        session = advance(session, person(t, at=(x, ANKLE[1])), t)
    assert route(Situation(session)) is not ScreenState.ASLEEP


def test_nobody_for_the_grace_period_is_a_pure_mirror_again():
    """And a passer-by in the background does not keep it awake."""
    session = start()
    for pose in film(reps(1), 6):
        session = advance(session, pose, pose.taken_at)
    last = session.t
    for k in range(int(FPS * (GRACE_S + 1))):
        t = last + k / FPS
        session = advance(session, person(t, scale=0.35), t)
    assert route(Situation(session)) is ScreenState.ASLEEP


def test_bowing_does_not_look_like_leaving():
    """A person is there throughout a rep."""
    session = start(grace_s=0.2)
    states = set()
    for pose in film(reps(2), 9):
        session = advance(session, pose, pose.taken_at)
        if session.person.presence.came_s is not None:
            states.add(route(Situation(session)))
    assert ScreenState.ASLEEP not in states


def test_a_press_shows_what_was_chosen_even_to_nobody():
    """A person who presses a button stands outside the frame."""
    session = advance(start(), None, 0.0)
    session = apply(session, Command.NEXT)
    assert route(Situation(advance(session, None, 0.5))) is ScreenState.CHOSEN
    assert route(Situation(advance(session, None, 9.0))) is ScreenState.ASLEEP


def test_a_frame_of_another_size_changes_nothing():
    """Sizes are shares of the frame."""
    for scale in (0.5, 2.0):
        poses = []
        for k in range(10):
            pose = person(k / FPS)
            size = (int(scale * pose.size[0]), int(scale * pose.size[1]))
            poses.append((k / FPS, replace(pose, points=scale * pose.points, size=size)))
        assert seen(poses).person.presence.came_s == poses[5][0]


def test_a_higher_frame_notices_a_person_at_the_same_distance():
    """480 x 848 shows more above and below; the person is as large in it."""
    for height in (640, 848):
        far = (person(k / FPS, scale=0.5) for k in range(10))
        session = seen((pose.taken_at, replace(pose, size=(480, height))) for pose in far)
        assert session.person.presence.came_s is not None
