"""Speech: when a cue is said, so that it never comes too late and never over another word."""

from __future__ import annotations

LATE_S = 0.5
"""Age of the next descent, in seconds, from which a cue is not begun any more."""
TONE_S = 0.2
"""Seconds that a cue waits after the tone of the count."""

Names = tuple[str, ...]
"""Names of recordings of one text, the best first."""


class Speech:
    """The cue that waits to be said. Times are monotonic seconds.

    A cue waits for the tone or the number of the rep. Once the next descent has begun it waits for
    no number any more, and from `LATE_S` on it is dropped. A newer cue takes its place.
    """

    def __init__(self) -> None:
        self._cue: Names = ()
        self._not_before = 0.0
        self._descent: float | None = None
        self._is_moving = False

    @property
    def is_waiting(self) -> bool:
        """Whether a cue waits."""
        return bool(self._cue)

    def wait(self, cue: Names, now: float, age_s: float) -> None:
        """Let a cue wait. age_s: seconds since the lockout of its rep."""
        self._cue = cue
        # A movement from before the lockout, such as the hold of a row, is not the next descent.
        if self._descent is not None and self._descent < now - age_s:
            self._descent = None

    def after_tone(self, now: float) -> None:
        """Note that the tone of the count begins."""
        self._not_before = now + TONE_S

    def due(self, now: float, *, is_moving: bool, is_saying: bool) -> Names:
        """The cue to begin now; call it at every turn.

        is_moving: a movement is under way. is_saying: the voice says something.
        """
        if is_moving and not self._is_moving:
            self._descent = now
        elif not is_moving:
            self._descent = None
        self._is_moving = is_moving
        if self._descent is not None and now - self._descent >= LATE_S:
            self._cue = ()
        has_to_wait = now < self._not_before or (is_saying and self._descent is None)
        if not self._cue or has_to_wait:
            return ()
        cue, self._cue = self._cue, ()
        return cue
