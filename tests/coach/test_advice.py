"""What the rest says about a set: nothing is called clean that was not seen."""

from dataclasses import replace

import pytest
from benches.altered import altered

from mirror.coach.advice import advice
from mirror.coach.language import load_language
from mirror.coach.session import start
from mirror.hinge.counting.reps import Fault, Rep

SEEN = replace(Rep(1, 0, 1, 2, 90, 60, 20, "right"), is_judged=True, back_rounding_max_deg=3.0)
UNSEEN = replace(SEEN, is_judged=False, back_rounding_max_deg=None)
BACK_HIDDEN = replace(SEEN, back_rounding_max_deg=None)
BENT = replace(SEEN, faults=(Fault("knees-bent", 60.0, 1.0),))


@pytest.mark.parametrize(
    ("variation", "reps", "said"),
    [
        ("basic", (SEEN, SEEN), "rest.all-long"),
        ("sumo", (BACK_HIDDEN, BACK_HIDDEN), "rest.all-clean"),
        ("basic", (UNSEEN, UNSEEN), "rest.not-seen"),
        ("basic", (SEEN, UNSEEN), "rest.seen-clean"),
        ("basic", (SEEN, BACK_HIDDEN), "rest.seen-clean"),
        ("sumo", (SEEN, UNSEEN), "rest.seen-clean"),
        ("basic", (SEEN, BENT, UNSEEN), "rest.some-clean"),
    ],
)
def test_only_what_was_seen_is_clean(variation, reps, said):
    """And the words are there."""
    found = advice(altered(start(variation), outcomes=reps))
    assert found.key == said
    assert load_language("en").has(said)


def test_a_rep_that_was_not_seen_is_not_counted_as_clean():
    """One of the two that were seen."""
    found = advice(altered(start(), outcomes=(SEEN, BENT, UNSEEN)))
    assert dict(found.values) == {"good": 1, "count": 2}
