"""THE TABLE of variations: one record each. A new variation touches this file alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from mirror.hinge.filters import OneEuro
from mirror.hinge.phases import Limits
from mirror.hinge.view import View


@dataclass(frozen=True)
class Variation:
    """One variation of the hinge.

    name: as on the command line. title: as on the glass. instruction: one short sentence.
    view: from which side it must be seen. limits: what a rep is. filter: of the angles.
    drills: modes of this variation.
    """

    name: str
    title: str
    instruction: str
    view: View = View.SIDE
    limits: Limits = field(default_factory=Limits)
    filter: OneEuro = field(default_factory=OneEuro)
    drills: tuple[str, ...] = ()


BASIC = Variation(
    name="basic",
    title="Hip hinge",
    instruction="Bow from the hips. Keep your spine straight.",
)

VARIATIONS: dict[str, Variation] = {v.name: v for v in (BASIC,)}
