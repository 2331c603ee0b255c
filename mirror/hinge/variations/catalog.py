"""The catalog of the variations, in the order of the glass. One row adds a variation."""

from __future__ import annotations

from mirror.hinge.variations.basic import BASIC
from mirror.hinge.variations.one_hand import ONE_HAND
from mirror.hinge.variations.overhead import OVERHEAD
from mirror.hinge.variations.row import ROW
from mirror.hinge.variations.single_leg import SINGLE_LEG
from mirror.hinge.variations.sumo import SUMO
from mirror.hinge.variations.swing import SWING
from mirror.hinge.variations.variation import Variation

VARIATIONS: dict[str, Variation] = {
    variation.name: variation
    for variation in (
        BASIC,
        SUMO,
        ONE_HAND,
        ROW,
        OVERHEAD,
        SINGLE_LEG,
        SWING,
    )
}
"""Name -> variation."""
