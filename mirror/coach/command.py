"""The commands that a person gives with the buttons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Command(Enum):
    """A command of a button."""

    NEXT = "next"
    PREVIOUS = "previous"
    SELECT = "select"
    DRILL = "drill"
    CALIBRATE = "calibrate"
    REMEMBER = "remember"
    SHUTDOWN = "shutdown"


@dataclass(frozen=True)
class Held:
    """A button that is being held down for its second meaning.

    Attributes:
        button: its name in the configuration, such as `select`.
        command: the one that it gives once the fraction is 1.
        fraction: how much of the hold time has passed, 0 to 1. A short press passes through
            small fractions too; show nothing below about 0.2.
    """

    button: str
    command: Command
    fraction: float
