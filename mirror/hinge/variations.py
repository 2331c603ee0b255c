"""THE TABLE of variations: one record each. A new variation touches this file alone.

Limits are in the units of their measure (see `form`). P1 is said first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mirror.hinge import form
from mirror.hinge.form import Rule
from mirror.hinge.phases import Limits, Phase
from mirror.hinge.view import View

MOVING = frozenset({Phase.DESCENDING, Phase.BOTTOM, Phase.ASCENDING})
LOW = frozenset({Phase.BOTTOM, Phase.ASCENDING})

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
RULES = (ROUNDING,)


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
    drills: tuple[str, ...] = ()


BASIC = Variation(
    name="basic",
    title="Hip hinge",
    instruction="Bow from the hips. Keep your spine straight.",
)

VARIATIONS: dict[str, Variation] = {v.name: v for v in (BASIC,)}
