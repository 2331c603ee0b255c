"""What the wall clock says, and whether it can be believed.

A Pi has no clock battery: until it has heard from a time server its clock goes on from where it
last stood, or from 1970. Source: adjtimex(2).
"""

from __future__ import annotations

import ctypes
import time
from dataclasses import dataclass

EARLIEST_S = 1_764_000_000.0
"""November 2025: no set was finished before there was this mirror."""
TIME_ERROR = 5
"""What adjtimex(2) answers while the clock is not synchronised."""


@dataclass(frozen=True)
class Moment:
    """Wall time in seconds since 1970 (UTC). is_sure: the clock was set when it was read."""

    at_s: float
    is_sure: bool


def now(*, battery_clock: bool = False) -> Moment:
    """The present moment. battery_clock: the clock is right without a time server."""
    at_s = time.time()
    is_sure = at_s >= EARLIEST_S and (battery_clock or is_synchronised())
    return Moment(at_s, is_sure)


def is_synchronised() -> bool:
    """Whether the kernel says that a time server has set its clock."""
    # A struct timex of zeros asks and changes nothing; it is smaller than this everywhere.
    answer = ctypes.create_string_buffer(512)
    try:
        state: int = ctypes.CDLL(None).adjtimex(answer)
    except (OSError, AttributeError):
        return False
    return 0 <= state < TIME_ERROR
