"""Supply voltage and temperature of the computer, from files of the kernel.

The firmware of a Pi slows it down when the voltage is too low or the chip too hot. Estimating fewer
frames avoids that. Sources: the kernel's `raspberrypi-hwmon` (`rpi_volt`, `in0_lcrit_alarm`) and
thermal zones (thousandths of a degree Celsius). Where both are missing, nothing is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Ill = Literal["low-voltage", "hot"]

SYS = Path("/sys/class")
HOT_C = 80.0
"""Temperature at which the firmware of a Pi begins to slow it down, degrees Celsius."""
COOL_C = 72.0
"""Temperature below which the computer no longer counts as hot, degrees Celsius."""
ASK_S = 5.0
"""Seconds between two readings of the files."""
LOW_S = 60.0
"""Seconds for which a dip of the voltage counts, since the alarm itself may be short."""


@dataclass(frozen=True)
class Vitals:
    """low_voltage: the alarm is on. temperature_c: of the hottest zone; None: unknown."""

    low_voltage: bool = False
    temperature_c: float | None = None


def vitals(sys: Path = SYS) -> Vitals:
    """Read both; a file that cannot be read is left out."""
    alarms = []
    for name in sorted(sys.glob("hwmon/hwmon*/name")):
        if _read(name) == "rpi_volt":
            alarms.append(_read(name.with_name("in0_lcrit_alarm")) == "1")
    zones = [_read(path) for path in sorted(sys.glob("thermal/thermal_zone*/temp"))]
    found = [int(zone) / 1000 for zone in zones if zone.lstrip("-").isdigit()]
    return Vitals(any(alarms), max(found, default=None))


class Health:
    """The vitals over time. ill: the reason to work less, if there is one."""

    def __init__(self, read: Callable[[], Vitals] = vitals) -> None:
        self._read = read
        self._read_s: float | None = None
        self._low_until = 0.0
        self.vitals = Vitals()
        self.ill: Ill | None = None

    def update(self, now: float) -> Ill | None:
        """Read the vitals when they are due; call it often. now: monotonic seconds."""
        if self._read_s is None or now - self._read_s >= ASK_S:
            self._read_s = now
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


def format_illness(ill: Ill, vitals: Vitals) -> str:
    """The sentence for the journal and for `check`."""
    if ill == "low-voltage":
        return "The supply voltage is too low: use the official power supply and a short cable."
    return f"The computer is {vitals.temperature_c:.0f} °C hot: give it air."


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
