"""Every screen draws a variation that nothing else knows of, in words of the languages alone."""

from dataclasses import replace

import pytest
from benches.altered import altered
from people import film, person, reps

from mirror.coach.advance import advance
from mirror.coach.exercise import exercises
from mirror.coach.language import Language, load_language
from mirror.coach.session import start
from mirror.config import ScreenSettings
from mirror.display.glass import Glass
from mirror.display.scene import Text
from mirror.hinge.counting.reps import Rep
from mirror.hinge.judging.faults import KNEES_BENT
from mirror.hinge.judging.summary import SummaryRow, depth
from mirror.hinge.variations.catalog import VARIATIONS
from mirror.hinge.variations.variation import DrillMode, Variation
from mirror.screens.layout import divide
from mirror.screens.resting import rest
from mirror.screens.router import ScreenState, Situation, compose, route

GLASS = Glass.of((1080, 1920), ScreenSettings())
REPS = tuple(
    Rep(
        k, 2.0 * k, 2.0 * k + 1, 2.0 * k + 1.5, 80.0, 60.0, 20.0, "left",
        measures={"float_s": 0.3, "power_deg_s": 400.0, "sway_cm": 1.0},
    )
    for k in (1, 2, 3)
)  # fmt: skip
"""All texts of the panels and rows of every variation."""
BROOM = DrillMode(name="broom")
PRAYER = Variation(
    name="prayer-bow",
    rules=(replace(KNEES_BENT, fault="soft-knees", limit=0.0, sd=0.0),),
    panel="candles",
    demonstration="kneeling",
    rows=(SummaryRow("reach", depth),),
    drills=(BROOM,),
)


@pytest.fixture(autouse=True)
def invented(monkeypatch):
    """A variation without texts, panel or demonstration of its own."""
    monkeypatch.setitem(VARIATIONS, PRAYER.name, PRAYER)


def steps(drill):
    """Every session of three reps and the rest after them, seen askew before, gone after."""
    session = altered(start(PRAYER.name, drill), chosen_s=-9.0)
    yield session
    for k in range(80):
        session = advance(session, person(k / 20, turn=0 if k < 40 else 40), k / 20)
        yield session
    for pose in film(reps(3), 30.0):
        session = advance(session, pose, 4 + pose.taken_at)
        yield session
    for k in range(40):
        session = advance(session, person(34 + k / 10, turn=40), 34 + k / 10)
        yield session
    for k in range(20):
        session = advance(session, None, 38 + k)
        yield session


@pytest.mark.parametrize("tongue", ["en", "de"])
@pytest.mark.parametrize("drill", [None, "broom"])
def test_every_screen_draws_an_invented_variation(tongue, drill):
    """Without a text, a panel, a row's words or a demonstration: plain ones, and no error."""
    language, seen, said = load_language(tongue), set(), set()
    for k, session in enumerate(steps(drill)):
        which = route(Situation(session))
        if which in seen and k % 10:
            continue
        seen.add(which)
        scene = compose(Situation(session), GLASS, language)
        said |= {shape.text for shape in scene.shapes if isinstance(shape, Text)}
    assert seen >= {
        ScreenState.CHOSEN,
        ScreenState.WORKING,
        ScreenState.FINISHED,
        ScreenState.REST,
        ScreenState.BLIND,
        ScreenState.ASLEEP,
    }
    assert ("Broom" if drill else "Prayer bow") in said
    assert "Reach" in said
    assert not any("variation." in text or "rest." in text for text in said)


def test_the_question_of_an_invented_variation_is_empty():
    """The text of the variation that stands alone at rest."""
    session = next(iter(steps(None)))
    shapes = [*rest(session, divide(GLASS, 0.0), load_language("en"))]
    assert not any(isinstance(s, Text) and s.text.startswith("variation.") for s in shapes)


class Marked(Language):
    """A language whose texts are the marks of a language: nothing else may be on the glass."""

    def say(self, key, **values):
        """Its key, marked, with what is filled in; a decimal mark of its own."""
        return "¶" if key == "rest.decimal" else f"§{key} {' '.join(map(str, values.values()))}"


@pytest.mark.parametrize("choice", exercises(), ids=lambda c: (c.drill or c.variation).name)
def test_every_word_of_the_glass_is_in_the_languages(choice):
    """A text of the set's screens is a text of the language, or a number."""
    english = load_language("en")
    marked = Marked("xx", {}, english.english)
    session = start(choice.variation.name, choice.drill.name if choice.drill else None)
    for k, pose in enumerate(film(reps(3), 30.0)):
        session = advance(session, pose, pose.taken_at)
        if k % 5:
            continue
        done = altered(session, outcomes=REPS, chosen_s=None)
        for one in (session, done):
            for shape in compose(Situation(one), GLASS, marked).shapes:
                if isinstance(shape, Text):
                    assert shape.text.startswith("§") or shape.text.isdigit(), shape.text
