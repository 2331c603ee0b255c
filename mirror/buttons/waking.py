"""How a computer that was switched off is switched on again: the key of the sentence for the glass.

A halted Raspberry Pi 4 starts when GPIO 3 is pulled to ground, and no other pin does it. A
Raspberry Pi 5 starts by its own power button only. Any other computer wants its plug.
(raspberrypi.com/documentation/computers: bootloader configuration, Raspberry Pi 5.)
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from mirror.config import ButtonSettings

Waking = Literal["select", "computer", "plug"]
"""The select button, the power button of the computer, or the plug."""

WAKING_PIN = 3
"""GPIO (BCM) number."""
MODEL = Path("/proc/device-tree/model")
"""Where the kernel names the computer."""


def waking(buttons: ButtonSettings, model: Path = MODEL) -> Waking:
    """What switches this computer on again once it is halted."""
    try:
        name = model.read_text(encoding="utf-8", errors="replace")
    except OSError:
        name = ""
    if name.startswith(("Raspberry Pi 5", "Raspberry Pi Compute Module 5")):
        return "computer"
    wakes = name.startswith("Raspberry Pi") and buttons.select == WAKING_PIN
    return "select" if wakes else "plug"
