"""Is the computer well? Supply voltage and temperature, from the kernel's own files.

A Pi that gets too little voltage or too hot is slowed down by its firmware; looking less often
keeps it ahead of that. Sources: the kernel's `raspberrypi-hwmon` (`rpi_volt`, `in0_lcrit_alarm`)
and thermal zones (thousandths of a degree Celsius). Elsewhere both are missing, and all is well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Ill = Literal["low-voltage", "hot"]

SYS = Path("/sys/class")
HOT_C = 80.0
"""Here the firmware of a Pi begins to slow it down."""
COOL_C = 72.0
"""Cooler than this it is no longer called hot."""
ASK_S = 5.0
"""How often the files are read."""
LOW_S = 60.0
"""A dip of the voltage counts for so long: the alarm itself may last a moment only."""


@dataclass(frozen=True)
class Vitals:
    """low_voltage: the alarm stands now. temperature_c: of the hottest zone; None: unknown."""

    low_voltage: bool = False
    temperature_c: float | None = None


def vitals(sys: Path = SYS) -> Vitals:
    """Read them; what cannot be read is left out."""
    alarms = []
    for name in sorted(sys.glob("hwmon/hwmon*/name")):
        if _read(name) == "rpi_volt":
            alarms.append(_read(name.with_name("in0_lcrit_alarm")) == "1")
    zones = [_read(path) for path in sorted(sys.glob("thermal/thermal_zone*/temp"))]
    found = [int(zone) / 1000 for zone in zones if zone.lstrip("-").isdigit()]
    return Vitals(any(alarms), max(found, default=None))


class Health:
    """The vitals over time: `ill` is what the mirror has to spare itself for, if anything."""

    def __init__(self, read: Callable[[], Vitals] = vitals) -> None:
        self._read = read
        self._asked: float | None = None
        self._low_until = 0.0
        self.vitals = Vitals()
        self.ill: Ill | None = None

    def update(self, now: float) -> Ill | None:
        """Call often; reads when it is time. now: monotonic seconds."""
        if self._asked is None or now - self._asked >= ASK_S:
            self._asked = now
            self.vitals = self._read()
            if self.vitals.low_voltage:
                self._low_until = now + LOW_S
            limit = COOL_C if self.ill == "hot" else HOT_C
            temperature = self.vitals.temperature_c
            if now < self._low_until:
                self.ill = "low-voltage"
            elif temperature is not None and temperature >= limit:
                self.ill = "hot"
            else:
                self.ill = None
        return self.ill


def told(ill: Ill, vitals: Vitals) -> str:
    """The sentence for the journal and for `check`."""
    if ill == "low-voltage":
        return "The supply voltage is too low: use the official power supply and a short cable."
    return f"The computer is {vitals.temperature_c:.0f} °C hot: give it air."


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
