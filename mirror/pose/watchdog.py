"""Detect the part that hangs, and when only a new process can help.

Every part (camera, estimator) promises when its next step will be done. A part that breaks its
promise hangs, and a thread that hangs cannot be stopped from outside. A part that fails is opened
again and again, but some libraries recover only in a new process. Seconds are of one steady clock.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

SHOWN_S = 6.0
"""Seconds for which the glass shows that a part hangs before the mirror restarts."""
LOST_S = 60.0
"""Seconds of failing after which a part that had worked gets a new process."""
ABSENT_S = 900.0
"""The same for a part that never worked: seldom, since it may not exist."""

DEFAULT_STEP_S = 10.0
"""Longest step of a part in seconds, where systemd sets no time for the watchdog."""


def step_s() -> float:
    """Longest step of a part in seconds: half of what systemd's watchdog allows."""
    allowed_us = os.environ.get("WATCHDOG_USEC", "")
    return int(allowed_us) / 2e6 if allowed_us.isdigit() and int(allowed_us) else DEFAULT_STEP_S


class Watchdog:
    """The promises of all parts. Each part calls it from its own thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due: dict[str, float] = {}
        self._failing: dict[str, float] = {}
        self._worked: set[str] = set()

    def promise(self, part: str, within_s: float) -> None:
        """Promise that the next step of a part will be done in so many seconds."""
        self._due[part] = self._clock() + within_s

    def works(self, part: str) -> None:
        """Note that a part has done its work."""
        self._worked.add(part)
        self._failing.pop(part, None)

    def fails(self, part: str) -> None:
        """Note that a part has failed and will be tried again."""
        self._failing.setdefault(part, self._clock())

    def is_over(self, part: str) -> None:
        """Note that a part has ended and promises nothing more."""
        self._due.pop(part, None)

    @property
    def hangs(self) -> str | None:
        """The part that has broken its promise."""
        now = self._clock()
        late = (part for part, due in sorted(self._due.items()) if due < now)
        return next(late, None)

    @property
    def wants_new_process(self) -> str | None:
        """The part for which only a new process may help, once the glass has shown that."""
        now = self._clock()
        for part, due in sorted(self._due.items()):
            if due + SHOWN_S < now:
                return part
        for part, since in sorted(self._failing.items()):
            if now - since > (LOST_S if part in self._worked else ABSENT_S):
                return part
        return None
