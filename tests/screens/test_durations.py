"""How long the glass says and shows what it does, in whole sets of the figure.

The landmarks are those of the figure's joints, so that no estimator is needed.
"""

from dataclasses import replace
from functools import cache
from itertools import groupby, pairwise
from statistics import median

import pytest
from benches.repertoire import Trial, poses

from mirror.coach.advance import advance
from mirror.coach.language import load_language
from mirror.coach.session import start
from mirror.config import ScreenSettings
from mirror.display.glass import Glass
from mirror.display.scene import Text
from mirror.hinge.judging.feedback import Cue
from mirror.screens.router import ScreenState, Situation, compose, route

pytestmark = pytest.mark.slow

ENGLISH, FPS = load_language("en"), 15.0
GLASS = Glass.of((1080, 1920), ScreenSettings())
SETS = (
    ("basic", ("knees-bent", None)),
    ("basic", ("lean-back", "knees-bent", None)),
    ("sumo", ("knees-in", None)),
    ("one-hand", ("twist", None)),
    ("row", ("torso-drift", None)),
    ("overhead", ("arms-drop", None)),
    ("single-leg", ("line-broken", None)),
    ("swing", ("squat-swing", None)),
    ("swing", ("arms-first", "short-float", None)),
)
"""Variations, and the faults of one trial after the other."""
AFTER_S = 14.0
LEAST_S, MEDIAN_S, SHORTEST_S = 1.5, 3.0, 0.5


@cache
def film(name, faults):
    """The sessions of these trials by one figure, and of standing on afterwards."""
    session, t0, sessions = start(name, target=10), 0.0, []
    pose = None
    for fault in faults:
        t = 0.0
        for t, pose in poses(Trial(name, fault, 1, fps=FPS), None):
            session = advance(session, replace(pose, taken_at=t0 + t), t0 + t)
            sessions.append(session)
        t0 += t + 1 / FPS
    for k in range(int(AFTER_S * FPS)):
        t = t0 + k / FPS
        session = advance(session, replace(pose, taken_at=t), t)
        sessions.append(session)
    return sessions


def words_of(session):
    """The cue, praise or stop depth that stands on the glass, as it is written; or None."""
    now = session.shown.messages.now
    if now is None or route(Situation(session)) is ScreenState.REST:
        return None
    about = now.about
    choice = session.exercise
    text = ENGLISH.cue(about, choice) if isinstance(about, Cue) else ENGLISH.stop(about)
    shapes = compose(Situation(session), GLASS, ENGLISH).shapes
    written = {shape.text for shape in shapes if isinstance(shape, Text)}
    return (text, now.since_s) if text in written else None


def lasting(sessions):
    """Each text about the reps, and for how many seconds it was there in all."""
    lasted = {}
    for before, after in pairwise(sessions):
        if (words := words_of(before)) is not None:
            lasted[words] = lasted.get(words, 0.0) + after.t - before.t
    return lasted


@pytest.mark.parametrize(("name", "faults"), SETS)
def test_what_is_said_can_be_read(name, faults):
    """Cues, praise and stop depths: none shorter than a glance, most of them much longer."""
    lasted = lasting(film(name, faults))
    assert lasted
    assert min(lasted.values()) >= LEAST_S - 1e-6, lasted
    assert median(lasted.values()) >= MEDIAN_S - 1.5 / FPS, lasted


@pytest.mark.parametrize(("name", "faults"), SETS)
def test_no_screen_flashes(name, faults):
    """Each state of the glass stays for half a second, from the first that is seen."""
    states = [(route(Situation(s)), s.t) for s in film(name, faults)]
    begun = [next(some) for _, some in groupby(states, key=lambda one: one[0])]
    for (state, since_s), (_, until_s) in pairwise(begun[1:]):
        assert until_s - since_s >= SHORTEST_S - 1e-6, state


def test_a_correction_is_answered_once():
    """The first clean rep after it; a cue that stays is no new one."""
    (last,) = film("basic", ("knees-bent", None))[-1:]
    cues = last.current_set.log.cues
    assert [cue.answers for cue in cues].count("knees-bent") == 1
    assert len(cues) == len({cue.rep for cue in cues})
    assert ENGLISH.cue(cues[-1], last.exercise).startswith("Yes. Hips back") or not cues[-1].fault
