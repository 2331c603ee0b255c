"""The basic hip hinge, with its drills: a stick along the back, a string between the hands."""

from __future__ import annotations

from mirror.hinge.judging.faults import BACK, RULES
from mirror.hinge.variations.variation import DrillMode, Variation

STICK = DrillMode(
    name="stick",
    # The arm behind the back hides it. The gap of the stick is judged instead.
    rules=tuple(rule for rule in RULES if rule not in BACK),
    hides_back=True,
    has_stick=True,
)
STRING = DrillMode(name="string")
BASIC = Variation(name="basic", drills=(STICK, STRING))
