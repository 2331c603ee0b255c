"""The wall clock, and whether its time is right.

A Pi has no clock battery: until a time server answers, its clock goes on from its last time, or
from 1970. Sources: adjtimex(2), systemd-timesyncd(8).
"""

from __future__ import annotations

import ctypes
import time
from dataclasses import dataclass
from pathlib import Path

EARLIEST_S = 1_764_000_000.0
"""November 2025: no set was finished before there was this mirror."""
LATEST_S = 32_503_680_000.0
"""The year 3000: no set is finished later."""
TIMESYNCD = Path("/run/systemd/timesync/synchronized")
"""This file exists once systemd's time client has set the clock since the start of the machine."""
TIME_ERROR = 5
"""Answer of adjtimex(2) while the clock is not synchronised."""


@dataclass(frozen=True)
class Moment:
    """Wall time in seconds since 1970 (UTC). is_sure: the clock was set when it was read."""

    at_s: float
    is_sure: bool


def now(*, battery_clock: bool = False) -> Moment:
    """The present moment. battery_clock: a battery keeps the clock right without a time server.

    A time outside 1970 to 3000 becomes the nearer end of that range, and is not sure.
    """
    at_s = time.time()
    is_sure = EARLIEST_S <= at_s < LATEST_S and (battery_clock or is_synchronised())
    return Moment(min(max(at_s, 0.0), LATEST_S - 1.0), is_sure)


def is_synchronised() -> bool:
    """Whether a time server has set the clock.

    The kernel knows for any client, but the unit of the mirror may not ask it about the clock.
    """
    if TIMESYNCD.exists():
        return True
    # A struct timex of zeros asks and changes nothing; it is smaller than this everywhere.
    answer = ctypes.create_string_buffer(512)
    try:
        state: int = ctypes.CDLL(None).adjtimex(answer)
    except (OSError, AttributeError):
        return False
    return 0 <= state < TIME_ERROR
