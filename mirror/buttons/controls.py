"""All sources of commands: the buttons, opened again until they are there, and the keys."""

from __future__ import annotations

from collections.abc import Iterable

from mirror.buttons import Buttons, open_buttons
from mirror.buttons.keyboard import Keyboard
from mirror.coach.command import Command, Held
from mirror.config import ButtonSettings
from mirror.errors import ButtonsError

BUTTONS_RETRY_S = 15.0
"""Seconds before missing buttons are tried again; at boot the pins may come after the mirror."""


class Controls:
    """All sources of commands. Without buttons the mirror runs on.

    trouble: what is wrong with the buttons now, as a sentence.
    """

    def __init__(self, settings: ButtonSettings, *, keep_trying: bool) -> None:
        self._settings, self._keep_trying = settings, keep_trying
        self._keyboard = Keyboard()
        self._buttons: Buttons | None = None
        self._missing: str | None = None
        self._tried: float | None = None

    @property
    def trouble(self) -> str | None:
        """The sentence about missing buttons, or about buttons that are down since the start."""
        if self._buttons is None:
            return self._missing
        stuck = self._buttons.stuck()
        if not stuck:
            return None
        return f"Down without being pressed: {', '.join(stuck)}; check the wiring."

    def commands(self, keys: Iterable[str], now: float) -> list[Command]:
        """Commands since the last call. keys: names of the keys that went down at the window."""
        if self._buttons is None and self._is_time(now):
            self._tried = now
            try:
                self._buttons = open_buttons("gpio", self._settings)
            except ButtonsError as error:
                self._missing = f"{error} The mirror runs on without buttons."
        self._keyboard.feed(keys)
        found = self._keyboard.commands()
        return found if self._buttons is None else found + self._buttons.commands()

    @property
    def have_buttons(self) -> bool:
        """Whether there are buttons; their signs are then drawn on the glass."""
        return self._buttons is not None

    def held(self) -> Held | None:
        """The button that is being held for its second meaning, if any."""
        return None if self._buttons is None else self._buttons.held()

    def close(self) -> None:
        """Free the pins. May be called twice."""
        if self._buttons is not None:
            self._buttons.close()

    def _is_time(self, now: float) -> bool:
        if self._tried is None:
            return True
        return self._keep_trying and now - self._tried >= BUTTONS_RETRY_S
