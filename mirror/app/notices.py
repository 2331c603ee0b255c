"""Short notices in the margin: what the keys of a window do, and that a key can do nothing here."""

from __future__ import annotations

KEYS_S = 14.0
"""Seconds for which a window says what its keys do."""
IDLE_S = 4.0
"""Seconds for which it is said that a key can do nothing here."""


class Notices:
    """The notices of one run. is_windowed: keys are pressed at a window. began: monotonic s."""

    def __init__(self, began: float, *, is_windowed: bool) -> None:
        self._keys_until = began + KEYS_S if is_windowed else began
        self._idle: tuple[str, float] | None = None

    def note(self, reason: str, now: float) -> None:
        """Say why a key did nothing. reason: key of the texts without `keys.`."""
        self._idle = (f"keys.{reason}", now + IDLE_S)

    def banners(self, now: float) -> tuple[str, ...]:
        """Keys of the texts that are due, to be shown in turn."""
        if self._idle is not None and now < self._idle[1]:
            return (self._idle[0],)
        return ("keys.first", "keys.second") if now < self._keys_until else ()
