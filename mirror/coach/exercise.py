"""The exercise: a variation of the hinge, or one of its drills."""

from __future__ import annotations

from dataclasses import dataclass

from mirror.errors import UsageError
from mirror.hinge.counting.counter import Counter
from mirror.hinge.judging.rules import AnyRule
from mirror.hinge.variations.catalog import VARIATIONS
from mirror.hinge.variations.variation import DrillMode, Variation


@dataclass(frozen=True)
class Exercise:
    """A variation, or one of its drills."""

    variation: Variation
    drill: DrillMode | None = None

    @property
    def key(self) -> tuple[str, str | None]:
        """Names of the variation and the drill."""
        return self.variation.name, self.drill.name if self.drill else None

    @property
    def counter(self) -> Counter:
        """The counter before the first rep."""
        return self.drill.counter if self.drill else self.variation.counter

    @property
    def rules(self) -> tuple[AnyRule, ...]:
        """The rules by which a rep is judged."""
        return self.drill.rules if self.drill else self.variation.rules

    def limit(self, fault: str) -> tuple[float, int] | None:
        """Number from which it is this fault, and whether more (1) or less (-1) is wrong."""
        rule = next((rule for rule in self.rules if rule.fault == fault), None)
        return None if rule is None else (rule.limit + rule.sign * rule.sd, rule.sign)


def exercises() -> list[Exercise]:
    """All exercises in the order of the buttons: each variation, followed by its drills."""
    return [Exercise(v, drill) for v in VARIATIONS.values() for drill in (None, *v.drills)]


def find_exercise(variation: str, drill: str | None = None) -> Exercise:
    """The exercise of these names.

    Raises:
        UsageError: there is no such variation or drill.
    """
    if variation not in VARIATIONS:
        known = ", ".join(VARIATIONS)
        raise UsageError(f"There is no variation {variation!r}; there are: {known}.")
    found = VARIATIONS[variation]
    drills = {d.name: d for d in found.drills}
    if drill is not None and drill not in drills:
        known = ", ".join(drills) or "none"
        raise UsageError(f"There is no drill {drill!r} of {variation}; there are: {known}.")
    return Exercise(found, drills[drill] if drill else None)
