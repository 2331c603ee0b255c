"""The rest screen of a set: right numbers, those of each variation, and room for them."""

from dataclasses import replace

import pytest
from benches.altered import altered
from benches.gallery import flaws

from mirror.coach.language import load_language
from mirror.coach.session import start
from mirror.config import ScreenSettings
from mirror.display.scene import Dot, Scene, Text
from mirror.display.screen import open_screen
from mirror.hinge.counting.reps import Fault, Rep
from mirror.hinge.judging import summary as rows
from mirror.hinge.judging.summary import Person
from mirror.hinge.variations.catalog import VARIATIONS
from mirror.screens.layout import divide
from mirror.screens.resting import rest

EVERYTHING = {
    "stance": 1.84,
    "knees": 0.93,
    "twist_deg": 12.0,
    "drift_deg": 11.4,
    "elbow_deg": 104.0,
    "arms_lost_deg": 14.0,
    "hold_s": 10.4,
    "sway_cm": 10.2,
    "touch_downs": 2.0,
    "float_s": 0.34,
    "power_deg_s": 412.0,
}
"""Readings of all variations, as long as they get."""


def made(count, leg=None, **measures):
    """So many reps, one every 2 s: 1 s down, .5 s up, each 10 deg deeper than the last."""
    return tuple(
        Rep(
            number=k + 1,
            start_s=2.0 * k,
            bottom_s=2.0 * k + 1.0,
            end_s=2.0 * k + 1.5,
            hip_flexion_max_deg=60.0 + 10.0 * k,
            trunk_max_deg=50.0,
            knee_at_bottom_deg=20.0,
            side="left",
            leg=leg,
            back_rounding_max_deg=4.0 * k,
            measures=measures,
        )
        for k in range(count)
    )


def shapes(name, reps, tongue="en", size=(1080, 1920)):
    """The rest screen of these reps, and the screen it is for."""
    screen = open_screen(ScreenSettings(), mode="offscreen", size=size)
    session = altered(start(name), outcomes=reps, t=99.0)
    return Scene(tuple(rest(session, divide(screen.glass, 0.0), load_language(tongue)))), screen


def written(name, reps, tongue="en"):
    """Its texts."""
    return [s.text for s in shapes(name, reps, tongue)[0].shapes if isinstance(s, Text)]


def test_depth_and_rounding_are_medians_since_standing():
    """Depth since the baseline; a rep that was not seen does not count."""
    reps = made(3)
    folds = rows.depth(reps, Person(stood_deg=5.0))
    assert folds == [55.0, 65.0, 75.0]
    assert rows.middle(reps, folds, Person()) == {"value": 65.0}
    assert rows.middle(reps, [None, 4.0, None], Person()) == {"value": 4.0}
    assert rows.middle(reps, [None] * 3, Person()) == {"value": None}


def test_rounding_is_a_share_of_the_range_where_that_is_known():
    """Never less than nothing."""
    reps = made(3)
    hollow = (replace(reps[0], back_rounding_max_deg=-3.0),)
    unseen = (replace(reps[0], back_rounding_max_deg=None),)
    assert rows.range_share(reps, Person()) is None
    assert rows.range_share(reps, Person(range_deg=20.0)) == 20.0
    assert rows.range_share(hollow, Person(range_deg=20.0)) == 0.0
    assert rows.range_share(unseen, Person(range_deg=20.0)) is None


def test_a_row_of_a_fault_counts_the_reps_without_it():
    """Only those in which it was seen."""
    one, two, three = made(3)
    reps = (one, replace(two, faults=(Fault("rounding", 20.0, 0.9),)), three)
    total = rows.good("rounding")
    assert total(reps, [1.0, 20.0, None], Person()) == {"good": 1.0, "count": 2.0}
    assert total(reps, [None] * 3, Person()) == {"good": None, "count": None}


def test_the_ways_are_kept_apart():
    """Down and up."""
    assert rows.ways(made(2), [], Person()) == {"down": 1.0, "up": 0.5}


def test_cadence_is_from_top_to_top_and_not_over_a_pause():
    """The first swing has none."""
    one, two, three = made(3)
    late = replace(three, end_s=two.end_s + rows.IN_TIME_S + 0.1)
    assert rows.cadence((one, two, late), Person()) == [None, 30.0, None]
    assert rows.cadence((), Person()) == []


def test_left_and_right_are_kept_apart():
    """Medians, sums and counts of each leg; a leg that was never seen has no number."""
    reps = (*made(2, "left"), *made(1, "right"))
    numbers = [1.0, 2.0, 5.0]
    assert rows.apart(reps, numbers, Person()) == {"left": 1.5, "right": 5.0}
    assert rows.sums_apart(reps, numbers, Person()) == {"left": 3.0, "right": 5.0}
    assert rows.counts_apart(reps, [], Person()) == {"left": 2.0, "right": 1.0}
    left = made(2, "left")
    assert rows.sums_apart(left, [0.0, None], Person()) == {"left": 0.0, "right": None}
    assert "2.0 / – s" in written("single-leg", made(2, "left", hold_s=2.0))


def test_power_fades_from_the_first_third_to_the_last():
    """Loss in per cent; more power at the end is no loss, and few swings give none."""
    powers = [400.0, 400.0, 380.0, 360.0, 300.0, 300.0]
    reps = tuple(
        replace(rep, measures={"power_deg_s": p}) for rep, p in zip(made(6), powers, strict=True)
    )
    assert rows.faded(reps, [], Person()) == {"value": pytest.approx(25.0)}
    assert rows.faded(reps[::-1], [], Person()) == {"value": 0.0}
    assert rows.faded(reps[:5], [], Person()) == {}


@pytest.mark.parametrize("name", VARIATIONS)
def test_every_row_shows_a_measure_of_the_variation(name):
    """A number where its readings are there, a dash where they are not."""
    variation = VARIATIONS[name]
    known = {*variation.metrics, "drift_deg", "elbow_deg"}
    measures = {key: value for key, value in EVERYTHING.items() if key in known}
    reps = (*made(6, "left", **measures), *made(6, "right", **measures))
    for row in variation.rows:
        reported = row.total(reps, row.each(reps, Person(0.0, 30.0)), Person(0.0, 30.0))
        assert None not in reported.values()
        assert not row.fault or row.fault in variation.faults
    bare = tuple(replace(rep, back_rounding_max_deg=None) for rep in made(6))
    for row in variation.rows:
        row.total(bare, row.each(bare, Person()), Person())


def test_each_variation_shows_its_own_rows():
    """Cadence, float and power of swings; the trunk of rows; level of one hand; arms overhead."""
    texts = {name: " ".join(written(name, made(6, **EVERYTHING))) for name in VARIATIONS}
    for name, words in {
        "basic": ("Depth", "Long back", "6 of 6", "Tempo"),
        "sumo": ("Bow", "Feet wide", "Knees out"),
        "one-hand": ("Bow", "Level"),
        "row": ("Long back", "Trunk still"),
        "overhead": ("Arms long", "Depth"),
        "single-leg": ("Left / right", "Hold", "Touches"),
        "swing": ("Cadence", "30/min", "0.3 s", "Power", "0 % lost"),
    }.items():
        assert all(word in texts[name] for word in words), (name, texts[name])
    assert "Long back" not in texts["swing"]
    assert "0,3 s" in written("swing", made(6, **EVERYTHING), "de")


def test_a_rep_beyond_the_limit_is_a_larger_dot_on_either_side():
    """More drift than may be, or less float."""
    for name, key, wrong, right in (
        ("row", "drift_deg", 14.0, 3.0),
        ("swing", "float_s", 0.1, 0.5),
    ):
        for value, larger in ((wrong, True), (right, False)):
            scene, screen = shapes(name, made(3, **{key: value}))
            u = divide(screen.glass, 0.0).u
            sizes = {round(s.radius_mm / u, 1) for s in scene.shapes if isinstance(s, Dot)}
            assert (5.0 in sizes) == larger


@pytest.mark.parametrize("tongue", ["en", "de"])
@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080)], ids=["upright", "lying"])
@pytest.mark.parametrize("name", VARIATIONS)
def test_nothing_is_cut_or_overlaps(name, size, tongue):
    """With numbers as long as they get, and two digits of reps."""
    reps = (*made(7, "left", **EVERYTHING), *made(6, "right", **EVERYTHING))
    scene, screen = shapes(name, reps, tongue, size)
    assert flaws(scene, screen) == []
