import pytest
from benches.soak import soak

pytestmark = pytest.mark.slow


def test_a_few_visits_are_counted_exactly(capsys):
    """Every set that is done is found in the session of the running mirror."""
    soak(20, seed=1)
    out = capsys.readouterr().out
    assert "Sets counted wrong: 0." in out
    assert "open files by +0" in out
