"""How long the glass says and shows what it does, in whole sets of the figure.

Joints and outline are those of the figure, so that no estimator is needed.
"""

from functools import cache, partial
from statistics import median

import pytest
from benches.films import FPS, SETS, filmed, lasting, message, runs, state, written

from mirror.coach.language import load_language
from mirror.coach.stage import SHORTEST_S

pytestmark = pytest.mark.slow

ENGLISH = load_language("en")
LEAST_S, MEDIAN_S = 1.5, 3.0
DEEP = ENGLISH.say("guidance.stop-here")


@cache
def film(name):
    """The sessions of a set."""
    return tuple(filmed(name, None))


@pytest.mark.parametrize("name", SETS)
def test_what_is_said_can_be_read_and_nothing_flashes(name):
    """Only what "deep enough" cuts short is there for less; a screen stays for half a second."""
    sessions = film(name)
    texts = runs(sessions, partial(written, language=ENGLISH))
    deep_s = {run.start_s for run in texts if run.what == DEEP}
    cut = {r.what for r in runs(sessions, partial(message, language=ENGLISH)) if r.end_s in deep_s}
    lasted = lasting(sessions, ENGLISH)
    assert lasted
    assert min(s for what, s in lasted.items() if what not in cut) >= LEAST_S - 1e-6, lasted
    assert median(lasted.values()) >= MEDIAN_S - 1.5 / FPS, lasted
    screens = runs(sessions, state)
    assert min(run.lasts_s for run in screens[1:]) >= SHORTEST_S - 1e-6, screens


def test_the_set_of_the_basic_hinge_says_all_kinds():
    """A correction, its answer and the stop depth; each correction is answered once."""
    sessions = film("basic")
    said = {text for text, _ in lasting(sessions, ENGLISH)}
    cues = sessions[-1].current_set.log.cues
    answered = [cue.answers for cue in cues if cue.answers]
    assert answered
    assert len(answered) == len(set(answered))
    assert {ENGLISH.cue(cue, sessions[-1].exercise) for cue in cues} <= said
    assert any(text.startswith(("Your hips fold", "Your back")) for text in said)
