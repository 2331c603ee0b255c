import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirror.coach.language import load_language
from mirror.hinge.judging.stop_depth import (
    FromStart,
    NotFound,
    StopDepth,
    find_stop_depth,
    reached,
    text_key,
)

BENDS = {
    "hollow": lambda u: np.sin(np.pi * u),
    "late": lambda u: u**2,
    "later": lambda u: u**3,
    "wave": lambda u: np.sin(2 * np.pi * u),
    "bowl": lambda u: 2 * (2 * u - 1) ** 2 - 1,
}
"""Shapes that an error of the neutral curve may take over a fold of 0..1."""


def alike(draw, n, dt, sd, lasting):
    """Noise of this SD whose neighbours are alike for `lasting` seconds."""
    share = np.exp(-dt / lasting)
    noise = np.empty(n)
    noise[0] = draw.normal(0, sd)
    for i in range(1, n):
        noise[i] = share * noise[i - 1] + draw.normal(0, sd * np.sqrt(1 - share**2))
    return noise


def descents(seed, *, b1=None, b2=0.0, reps=5, bend=None, amount=4.0):
    """A simulated set and the pelvis flexion at which its back begins to help.

    Reps of 2-5 s, 70-100 deg deep, at 10-30 frames a second. Rounding has a noise of 1-2 deg that
    lasts .15-.3 s, a slow drift of 1-3, and an error of the neutral curve: `amount` of this bend,
    or up to as much of any.
    """
    draw = np.random.default_rng(seed)
    dt = 1 / draw.choice([10, 15, 20, 30])
    b1 = draw.uniform(0, 0.06) if b1 is None else b1
    deep, noise, lasting = draw.uniform(70, 100), draw.uniform(1, 2), draw.uniform(0.15, 0.3)
    begins = min(draw.uniform(30, 55), deep - 30)
    shape = BENDS[bend or draw.choice(list(BENDS))]
    error = draw.uniform(-amount, amount) if bend is None else draw.choice([-amount, amount])
    found = []
    for _ in range(reps):
        down = draw.uniform(2, 5) * draw.uniform(0.42, 0.62)
        t = np.arange(0, down + 0.15, dt)
        u = np.minimum(t / down, 1)
        pelvis = (deep + draw.uniform(-6, 6)) * u**3 * (10 - 15 * u + 6 * u * u)
        back = b1 * pelvis + b2 * np.maximum(0, pelvis - begins)
        fold = pelvis + 0.65 * back + alike(draw, len(t), dt, 1.5, 0.2) + draw.normal(0, 1)
        slow = t / draw.uniform(3, 10) + draw.random()
        back = back + alike(draw, len(t), dt, noise, lasting) + draw.normal(0, 2)
        back += draw.uniform(1, 3) * np.sin(2 * np.pi * slow) + error * shape(pelvis / 90)
        found.append((fold, back))
    return found, begins


def near(count, b2, **how):
    """Share of simulated sets whose depth is found within 8 degrees of a sixth of the way."""
    hits = 0
    for seed in range(count):
        made, begins = descents(seed, b2=b2, **how)
        stop = find_stop_depth(made)
        deepest = np.median([fold.max() for fold, _ in made])
        pelvis = (deepest + 0.65 * b2 * begins) / (1 + 0.65 * b2)
        there = begins + (pelvis - begins) / 6
        hits += isinstance(stop, StopDepth) and abs(stop.pelvis_flexion_deg - there) <= 8
    return hits / count


def clean(begins, b2, *, reps=3, deep=85.0, b1=0.0):
    """Descents without noise."""
    pelvis = np.linspace(0, deep, 60)
    back = b1 * pelvis + b2 * np.maximum(0, pelvis - begins)
    return [(pelvis + 0.6 * back, back) for _ in range(reps)]


@pytest.mark.parametrize("begins", [35.0, 45.0, 55.0])
def test_clean_bend_is_found_where_it_is(begins):
    """Without noise the depth is that at which the back has moved by a sixth of its way."""
    stop = find_stop_depth(clean(begins, 0.7, deep=95.0))
    assert isinstance(stop, StopDepth)
    assert stop.pelvis_flexion_deg == pytest.approx(begins + (95 - begins) / 6, abs=3.0)
    assert stop.fold_deg > stop.pelvis_flexion_deg
    assert stop.reps == 3


@pytest.mark.parametrize(("b2", "share"), [(0.6, 0.75), (1.0, 0.9)])
def test_depth_is_found_in_most_sets_of_five_reps(b2, share):
    """Within 8 degrees of where the back has moved by a sixth of its way."""
    assert near(200, b2=b2, amount=2.0) >= share


@pytest.mark.parametrize("bend", BENDS)
def test_neutral_sets_have_no_depth(bend):
    """An error of the neutral curve of 4 degrees, of any smooth shape, is no stop depth."""
    for seed in range(100):
        result = find_stop_depth(descents(seed, bend=bend)[0])
        assert isinstance(result, NotFound)


def test_back_that_joins_at_once_is_reported_so():
    """Where it rounds from the first degrees on, there is no depth to report."""
    results = [find_stop_depth(descents(seed, b1=0.4, amount=2.0)[0]) for seed in range(100)]
    assert sum(isinstance(r, FromStart) for r in results) >= 75
    assert sum(isinstance(r, StopDepth) for r in results) <= 15
    assert isinstance(find_stop_depth(clean(80, 0.0, b1=0.4)), FromStart)


def test_early_bend_of_a_back_that_already_joins_is_from_the_start():
    """Rounding from standing on that gets steeper later is no stop depth."""
    assert isinstance(find_stop_depth(clean(40, 0.6, b1=0.45)), FromStart)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 50), st.lists(st.floats(0, 20), min_size=5, max_size=5))
def test_level_of_rounding_does_not_matter(seed, levels):
    """A constant added to the rounding of each rep of a rounded back moves nothing."""
    made, _ = descents(seed, b2=1.0)
    made = [(fold, back + 10) for fold, back in made]
    moved = [(fold, back + level) for (fold, back), level in zip(made, levels, strict=True)]
    here, there = find_stop_depth(made), find_stop_depth(moved)
    assert type(here) is type(there)
    if isinstance(here, StopDepth):
        assert there.pelvis_flexion_deg == pytest.approx(here.pelvis_flexion_deg, abs=1e-3)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 50), st.permutations(range(5)))
def test_order_of_the_reps_does_not_matter(seed, order):
    """The same reps in another order have the same depth."""
    made, _ = descents(seed, b2=1.0)
    here, there = find_stop_depth(made), find_stop_depth([made[i] for i in order])
    assert type(here) is type(there)
    if isinstance(here, StopDepth):
        assert there.pelvis_flexion_deg == pytest.approx(here.pelvis_flexion_deg, abs=1e-3)


def test_too_few_or_too_shallow_descents_give_no_depth():
    """Three descents of 45 degrees are the least."""
    few = NotFound("few-reps")
    assert find_stop_depth([]) == few
    assert find_stop_depth(clean(40, 1.0, reps=2)) == few
    assert find_stop_depth(clean(20, 0.0, deep=40.0, reps=5)) == few
    assert find_stop_depth([(np.array([]), np.array([]))] * 4) == few


def test_missing_samples_are_left_out():
    """A sample that was not measured changes nothing for the others."""
    made = clean(40, 0.8)
    for fold, back in made:
        back[5::9] = np.nan
        fold[7::9] = np.nan
    stop = find_stop_depth(made)
    assert isinstance(stop, StopDepth)
    assert stop.pelvis_flexion_deg == pytest.approx(40 + 45 / 6, abs=3)


def test_back_that_keeps_or_regains_its_shape_has_no_depth():
    """A flat curve and a falling one are straight, without a warning of numpy."""
    with np.errstate(all="raise", under="ignore"):
        assert find_stop_depth(clean(40, 0.0)) == NotFound("straight")
        assert find_stop_depth(clean(40, -0.5)) == NotFound("straight")


def test_small_or_soft_bend_is_not_reported():
    """A gain of 10 degrees is within what the reading may be wrong by."""
    assert isinstance(find_stop_depth(clean(68, 0.6)), NotFound)


def test_each_stop_depth_has_its_words():
    """The depth is rounded to 5 degrees."""
    say = load_language("en").stop
    stop = StopDepth(53.2, 54.0, 5)
    assert text_key(stop) == ("depth", 55)
    assert say(stop).startswith("Your hips fold about 55° before your back helps.")
    assert say(FromStart(5)) == "Your back rounds from the start: try the stick."
    assert say(NotFound("straight")) == "Your back kept its shape all the way."


def test_live_cue_comes_before_the_depth():
    """It is due 5 degrees of fold earlier, or as much as is asked for."""
    stop = StopDepth(53.0, 55.0, 5)
    assert not reached(stop, 49.9)
    assert reached(stop, 50.0)
    assert not reached(stop, 50.0, margin_deg=2.0)
    assert reached(stop, 70.0)
