"""THE TABLE of variations: one record each. A new variation touches this file alone.

Limits are in the units of their measure (see `form`). P1 is said first.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mirror.hinge import form
from mirror.hinge.form import Rule
from mirror.hinge.phases import Limits, Phase
from mirror.hinge.view import View

MOVING = frozenset({Phase.DESCENDING, Phase.BOTTOM, Phase.ASCENDING})

ROUNDING = Rule(
    fault="rounding",
    measure=form.rounding,
    limit=10.0,
    sd=4.0,
    phases=MOVING,
    hold_s=form.ROUNDING_S,
    cue="Stay long, crown to tailbone",
    priority=1,
    from_deg=form.BENT_DEG,
)
WEIGHT = Rule(
    fault="weight-forward",
    measure=form.com_shift,
    limit=0.2,
    sd=0.04,
    phases=MOVING,
    hold_s=0.5,
    cue="Whole foot heavy on the floor",
    priority=3,
)
RULES = (
    ROUNDING,
    WEIGHT,
    replace(WEIGHT, fault="weight-back", limit=-0.2, sign=-1),
    Rule(
        fault="knees-bent",
        measure=form.knee_flexion,
        limit=50.0,
        sd=7.0,
        phases=MOVING,
        hold_s=0.3,
        cue="Shins like posts",
        priority=2,
    ),
)
"""Faults of the basic hinge; what other variations share with it, they take from here."""


@dataclass(frozen=True)
class DrillMode:
    """A way to practise the basic hinge with the hands; see `drills`.

    rules: of the hinge that can be judged with the hands there. hides_back: an arm lies before
    the line of the back, so that nothing is made of it.
    """

    name: str
    title: str
    instruction: str
    rules: tuple[Rule, ...] = RULES
    hides_back: bool = False


STICK = DrillMode(
    name="stick",
    title="Stick",
    instruction="Hold a stick along your back. Hinge, and keep it touching.",
    # The arm behind the back hides it: the gap of the stick is judged in its place.
    rules=tuple(rule for rule in RULES if rule is not ROUNDING),
    hides_back=True,
)
STRING = DrillMode(
    name="string",
    title="String",
    instruction="One hand on your collar bones, one below your navel. Keep their distance.",
)


@dataclass(frozen=True)
class Variation:
    """One variation of the hinge.

    name: as on the command line. title: as on the glass. instruction: one short sentence.
    view: from which side it must be seen. limits: what a rep is.
    rules: what a fault is. drills: modes of this variation.
    """

    name: str
    title: str
    instruction: str
    view: View = View.SIDE
    limits: Limits = field(default_factory=Limits)
    rules: tuple[Rule, ...] = RULES
    drills: tuple[DrillMode, ...] = ()


BASIC = Variation(
    name="basic",
    title="Hip hinge",
    instruction="Bow from the hips. Keep your spine straight.",
    drills=(STICK, STRING),
)

VARIATIONS: dict[str, Variation] = {v.name: v for v in (BASIC,)}
