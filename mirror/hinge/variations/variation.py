"""The record of a variation, and of a drill as one of its modes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mirror.hinge.counting.counter import Counter, HingeCounter
from mirror.hinge.counting.reps import Limits
from mirror.hinge.judging import summary as rows
from mirror.hinge.judging.faults import RULES
from mirror.hinge.judging.metrics import RepMetric
from mirror.hinge.judging.rules import AnyRule
from mirror.hinge.judging.summary import DEPTH, TEMPO, SummaryRow
from mirror.hinge.measure.quality import ViewRequirement


@dataclass(frozen=True)
class DrillMode:
    """A mode of a variation that gives the hands something to do; see `drills`.

    rules: the faults that can be judged with the hands there. counter: the counter before the first
    rep. hides_back: an arm covers the line of the back, so the back is not judged. has_stick: a
    stick lies along the back, and the frame may show it.
    """

    name: str
    rules: tuple[AnyRule, ...] = RULES
    counter: Counter = HingeCounter(Limits(picks_up=False))
    hides_back: bool = False
    has_stick: bool = False


@dataclass(frozen=True)
class Variation:
    """One variation of the hinge; its words stand in `config/languages` under its name.

    name: the name on the command line. requirement: the view and the leg that it needs.
    counter: the counter before the first rep. rules: the faults. metrics: the numbers of each
    rep, by name. panel: the key of the panel beside the line of the spine (`screens.panels`).
    demonstration: the key of the movement that the glass shows (`figure.acts`). A key that is not
    there draws the basic one. pause_s: seconds upright with still arms after which no rep follows
    at once. rows: the rows of the set at rest. drills: modes of this variation.
    """

    name: str
    requirement: ViewRequirement = ViewRequirement()
    counter: Counter = HingeCounter()
    rules: tuple[AnyRule, ...] = RULES
    metrics: Mapping[str, RepMetric] = field(default_factory=dict)
    panel: str = "depth"
    demonstration: str = "basic"
    pause_s: float = 0.0
    rows: tuple[SummaryRow, ...] = (rows.ROUNDING, DEPTH, TEMPO)
    drills: tuple[DrillMode, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """Names of its faults."""
        return tuple(rule.fault for rule in self.rules)
