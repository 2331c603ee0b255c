"""Keys of the window -> presses, for trying the mirror on a desktop.

The window owns the keys: feed it `Screen.events()`, in which closing the window is `quit`. A key
asks at once for what on the mirror takes a long press.
"""

from __future__ import annotations

from collections.abc import Iterable

from mirror.coach.command import Command, Held

KEYS: dict[str, Command] = {
    "right": Command.NEXT,
    "n": Command.NEXT,
    "left": Command.PREVIOUS,
    "p": Command.PREVIOUS,
    "space": Command.SELECT,
    "return": Command.SELECT,
    "enter": Command.SELECT,  # the one of the number pad
    "d": Command.DRILL,
    "c": Command.CALIBRATE,
    "r": Command.REMEMBER,
    "q": Command.SHUTDOWN,
    "escape": Command.SHUTDOWN,
    "quit": Command.SHUTDOWN,
}


class Keyboard:
    """A source of presses that is fed with names of keys."""

    def __init__(self) -> None:
        self._waiting: list[Command] = []

    def feed(self, keys: Iterable[str]) -> None:
        """Take the keys that went down; those without a meaning are ignored."""
        self._waiting += [KEYS[key] for key in keys if key in KEYS]

    def commands(self) -> list[Command]:
        """Presses since the last call, oldest first."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def held(self) -> Held | None:
        """Nothing: keys have no long press."""
        return None

    def stuck(self) -> tuple[str, ...]:
        """Nothing: the window tells only of keys that go down."""
        return ()

    def close(self) -> None:
        """Forget what was not asked for yet."""
        self._waiting.clear()
