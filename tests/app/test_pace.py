import pytest

from mirror.app.pace import ASLEEP_HZ, LEAST_HZ, Pace


def after(looks_per_s, fps=30):
    """Frames a second after some seconds of observations at that rate."""
    pace = Pace(fps)
    for k in range(100):
        pace.observed(k / looks_per_s)
    return 1.0 / pace.interval_s


@pytest.mark.parametrize(("looks", "shown"), [(30, 30), (15, 30), (10, 20), (5, LEAST_HZ)])
def test_the_glass_is_drawn_less_often_where_observations_are_slow(looks, shown):
    """Two drawings for each frame, enough for the animations, and no more than asked for."""
    assert after(looks) == pytest.approx(shown)


def test_the_settings_bound_it():
    """A glass of ten frames a second stays so."""
    assert after(5, fps=10) == pytest.approx(10)


def test_before_the_first_observation_it_is_as_asked_for():
    """And a pause of the camera does not count as slow."""
    pace = Pace(30)
    assert pace.interval_s == pytest.approx(1 / 30)
    pace.observed(0.0)
    pace.observed(9.0)
    assert pace.interval_s == pytest.approx(1 / 30)


def test_asleep_it_only_waits_for_a_person():
    """The frames of a sleeping mirror do not show the speed of the computer."""
    pace = Pace(30)
    pace.is_asleep = True
    pace.observed(0.0)
    pace.observed(0.5)
    assert pace.interval_s == pytest.approx(1 / ASLEEP_HZ)
    pace.is_asleep = False
    assert pace.interval_s == pytest.approx(1 / 30)
