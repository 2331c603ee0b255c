import numpy as np
import pytest

from mirror.pose.smoothing import OneEuro


def test_a_value_at_rest_is_smoothed_and_a_fast_one_followed():
    """The cutoff rises with the speed."""
    rest, fast = OneEuro(0.05, 40.0), OneEuro(0.05, 40.0)
    rest.step(np.array([0.0]), 0.0)
    fast.step(np.array([0.0]), 0.0)
    assert rest.step(np.array([0.001]), 1 / 30)[0] < 0.0002
    assert fast.step(np.array([1.0]), 1 / 30)[0] > 0.8


def test_the_size_scales_with_the_value():
    """A person twice as large in the frame is smoothed alike."""
    small, large = OneEuro(0.05, 40.0), OneEuro(0.05, 40.0)
    for k, x in enumerate([0.0, 1.0, 3.0, 2.0]):
        a = small.step(np.array([x]), k / 15, 100.0)
        b = large.step(np.array([2 * x]), k / 15, 200.0)
        assert b[0] == pytest.approx(2 * a[0])


def test_a_step_back_in_time_begins_again():
    """A film that starts again has no speed from its end to its beginning."""
    filter_ = OneEuro(0.05, 40.0)
    filter_.step(np.array([5.0]), 1.0)
    assert filter_.step(np.array([7.0]), 0.0)[0] == 7.0
