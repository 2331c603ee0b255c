"""Does everything move? What hangs, and when a fresh process is the better try.

Every part (camera, estimator) promises by when its next step is done. One that breaks its promise
hangs, and a thread that hangs cannot be stopped from outside. One that fails is opened again and
again, but some libraries only come back to life in a new process. Seconds are of one steady clock.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

SHOWN_S = 6.0
"""What hangs is told on the glass for so long before the mirror starts anew."""
LOST_S = 60.0
"""A part that worked, and failed for so long, is tried with a new process."""
ABSENT_S = 900.0
"""So is one that never worked: rarely, since there may be nothing to find."""

STEP_S = 10.0
"""What takes longer for one picture hangs, where systemd sets no time for the watchdog."""


def step_s() -> float:
    """How long one step of a part may take: half of what systemd's watchdog allows."""
    allowed_us = os.environ.get("WATCHDOG_USEC", "")
    return int(allowed_us) / 2e6 if allowed_us.isdigit() and int(allowed_us) else STEP_S


class Watchdog:
    """The promises of all parts. Each part speaks from its own thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due: dict[str, float] = {}
        self._failing: dict[str, float] = {}
        self._worked: set[str] = set()

    def promise(self, part: str, within_s: float) -> None:
        """The next step of a part will be done in so many seconds."""
        self._due[part] = self._clock() + within_s

    def works(self, part: str) -> None:
        """A part has done what it is there for."""
        self._worked.add(part)
        self._failing.pop(part, None)

    def fails(self, part: str) -> None:
        """A part has failed, and will be tried again."""
        self._failing.setdefault(part, self._clock())

    def is_over(self, part: str) -> None:
        """A part has come to its end and promises nothing more."""
        self._due.pop(part, None)

    @property
    def hangs(self) -> str | None:
        """The part that has broken its promise."""
        now = self._clock()
        late = (part for part, due in sorted(self._due.items()) if due < now)
        return next(late, None)

    @property
    def wants_new_process(self) -> str | None:
        """The part for which only a new process may help, once that has been told."""
        now = self._clock()
        for part, due in sorted(self._due.items()):
            if due + SHOWN_S < now:
                return part
        for part, since in sorted(self._failing.items()):
            if now - since > (LOST_S if part in self._worked else ABSENT_S):
                return part
        return None
