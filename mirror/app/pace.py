"""How often the glass is drawn: as asked for, and less often where little changes.

Drawing and estimating share a small computer. A glass that is drawn many times between two
observations takes the time of the next one.
"""

from __future__ import annotations

LEAST_HZ = 15.0
"""Pictures a second at which demonstrations still move."""
ASLEEP_HZ = 10.0
"""Pictures a second of a glass that shows nothing; a press waits for one of them."""
DRAWN = 2.0
"""Pictures for each observation: the second one moves what moves by itself."""
_NEW_SHARE = 0.1
"""Weight of a new time between two observations in the usual one."""
PAUSE_S = 1.0
"""A longer time between two observations is a pause, and says nothing of the computer."""


class Pace:
    """The time from one picture of the glass to the next. fps: the most pictures a second."""

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._usual_s: float | None = None
        self._last_s: float | None = None
        self.is_asleep = False

    def observed(self, t: float) -> None:
        """Note an observation by the time of its frame, seconds."""
        passed = PAUSE_S if self._last_s is None else t - self._last_s
        self._last_s = t
        if 0 < passed < PAUSE_S and not self.is_asleep:
            usual_s = passed if self._usual_s is None else self._usual_s
            self._usual_s = usual_s + _NEW_SHARE * (passed - usual_s)

    @property
    def interval_s(self) -> float:
        """Seconds from one picture to the next."""
        if self.is_asleep:
            return 1.0 / min(self._fps, ASLEEP_HZ)
        hz = self._fps if self._usual_s is None else max(DRAWN / self._usual_s, LEAST_HZ)
        return 1.0 / min(self._fps, hz)
