"""Which sets a command is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Filter:
    """A choice of sets; None means any.

    name: a variation (with its drills) or a drill. since_s, until_s: wall time, from and before.
    last: only this many of the newest.
    """

    number: int | None = None
    name: str | None = None
    since_s: float | None = None
    until_s: float | None = None
    last: int | None = None

    def where(self) -> tuple[str, dict[str, Any]]:
        """The condition in SQL, and its values."""
        parts = {
            "number": "sets.number = :number",
            "name": "(sets.variation = :name OR sets.drill = :name)",
            "since_s": "sets.at_s >= :since_s",
            "until_s": "sets.at_s < :until_s",
        }
        values = {key: getattr(self, key) for key in parts if getattr(self, key) is not None}
        return " AND ".join(parts[key] for key in values) or "TRUE", values
