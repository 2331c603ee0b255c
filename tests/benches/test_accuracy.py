"""What the tables of the truth bench count as right, and what as a miss."""

import numpy as np
from benches.accuracy import COLUMNS, Result, Verdict, false_alarms, reported
from benches.truth import case


def verdict(true, found, flagged=False):
    """A rep with this true rounding that was found to have that, or was not judged."""
    return Verdict(true, found, flagged, found is not None)


def table(verdicts, *, seen=100, judged=100):
    """The tables of one set with these verdicts."""
    errors = np.zeros((3, len(COLUMNS)))
    what = case("table", 0)
    return "\n".join(reported([Result(what, errors, seen, judged, verdicts, 0.0, None)]))


RIGHT = tuple(verdict(25.0 + k, 24.0 + k, True) for k in range(4)) + tuple(
    verdict(0.0, float(k)) for k in range(4)
)


def test_right_verdicts_are_reported():
    """Everything found and nothing else: AUC 1, all flagged, no false alarm."""
    text = table(RIGHT)
    assert "AUC 1.000, found without a false alarm 100%" in text
    assert "4 of 4 rounded, 0 of 4 others, of these 0 of 4 neutral; 0 of 8 not judged" in text


def test_a_rep_left_unjudged_is_a_miss():
    """Whether it was rounded or not, it costs; a rounded one is not found."""
    rounded = table((verdict(30.0, None), *RIGHT[1:]))
    assert "AUC 0.750, found without a false alarm 75%" in rounded
    assert "3 of 4 rounded" in rounded
    assert "1 of 8 not judged" in rounded
    assert "AUC 0.750" in table((*RIGHT[:-1], verdict(0.0, None)))


def test_a_false_alarm_is_reported():
    """A neutral rep that was flagged is counted, and ranks where its reading puts it."""
    text = table((*RIGHT[:-1], verdict(0.0, 26.5, True)))
    assert "1 of 4 others, of these 1 of 4 neutral" in text
    assert "found without a false alarm 25%" in text
    assert false_alarms([verdict(0.0, 3.0), verdict(0.0, 16.0, True), verdict(0.0, None)]) == (
        "1 of 3 neutral reps flagged, 1 not judged"
    )


def test_frames_without_a_verdict_lower_the_share():
    """The share of verdicts is of all pictures since the first standing."""
    assert "| 90% |" in table(RIGHT, seen=200, judged=180)
