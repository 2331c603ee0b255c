"""The glass before rendered people: what they see when they turn to it, and what it warns of."""

from dataclasses import replace

from recordings import DATA, recorded

from mirror.coach.advance import advance
from mirror.coach.language import load_language
from mirror.coach.session import start
from mirror.coach.stage import TURNED_S
from mirror.config import ScreenSettings
from mirror.display.glass import Glass
from mirror.display.scene import AMBER, Text
from mirror.hinge.measure.view import View
from mirror.screens.router import ScreenState, Situation, compose, route

ENGLISH, GLASS = load_language("en"), Glass.of((1080, 1920), ScreenSettings())
FPS = 15
FACES_S = (9.0, 9.15), (9.15, 10.0)
"""When the person of the pick-ups faces the camera, and turns from there to side view."""
AT_THE_GLASS_S = 12.0


def frames(name, begin_s=0.0, end_s=99.0):
    """The poses of a recording, or of a part of it."""
    path = next(path for path in DATA if path.stem == name)
    return [pose for t, pose in recorded(path) if begin_s <= t < end_s]


def film(variation, poses):
    """The session after each pose."""
    session = start(variation)
    for k, pose in enumerate(poses):
        t = k / FPS
        session = advance(session, pose and replace(pose, taken_at=t), t)
        yield session


def glass(session):
    """The shapes on the glass."""
    return compose(Situation(session), GLASS, ENGLISH).shapes


def test_a_person_who_turns_to_the_glass_at_rest_sees_the_result_until_the_next_bow():
    """Three reps, a turn to the glass, a look at it, the turn back, and the next rep.

    The turn is that of another body of the same size in the same place; on the way to the glass it
    runs backwards.
    """
    faces, turns = (frames("pickup-basic-0", *part) for part in FACES_S)
    looks = (faces + faces[::-1]) * int(AT_THE_GLASS_S * FPS / (2 * len(faces)))
    reps = frames("neutral-basic-3")
    begins, ends = len(reps) / FPS, len(reps + turns + looks) / FPS
    sessions = list(film("basic", reps + turns[::-1] + looks + turns + frames("neutral-basic-3")))
    done_s = next(s for s in sessions if len(s.reps) == 3).reps[-1].end_s
    at_glass = [s for s in sessions if begins + 1.0 < s.t < ends]
    assert View.FRONT in {s.posture.view for s in at_glass}
    assert all(s.posture.doubt == "turn-side-on" for s in at_glass)

    resting = [s for s in sessions if done_s + TURNED_S + 0.1 < s.t < ends + 2.0]
    assert {route(Situation(s)) for s in resting} == {ScreenState.REST}
    for session in (resting[0], resting[len(resting) // 2], resting[-1]):
        texts = [shape.text for shape in glass(session) if isinstance(shape, Text)]
        assert {"3", "Tempo", ENGLISH.rest(session.exercise)} <= set(texts)
        assert ENGLISH.say("guidance.turn-side-on") not in texts

    assert route(Situation(next(s for s in sessions if s.t > ends + 3.0))) is ScreenState.WORKING
    assert len(sessions[-1].reps) == 6


def test_the_legs_of_a_clean_sumo_are_never_a_warning():
    """On the way down and up, where straight legs lie between hips and feet."""
    sessions = list(film("sumo", frames("sumo-sumo-3")))
    assert len(sessions[-1].reps) == 3
    assert not any(rep.faults for rep in sessions[-1].reps)
    assert not [s.t for s in sessions for shape in glass(s) if shape.colour == AMBER]
