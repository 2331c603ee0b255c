"""Keys of the window -> commands, for trying the mirror on a desktop.

The window owns the keys: feed it `Screen.events()`, in which closing the window is `quit`. A key
gives at once a command that takes a long press on the mirror.
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
KEYS_HELP = (
    "n or right: next, p or left: back, space: new set, d: drill, r: remember or measure, "
    "c: calibrate, q: quit"
)
"""What the keys do, in one line."""


def has_unknown(keys: Iterable[str]) -> bool:
    """Whether a key without a meaning went down; one that only changes others has a long name."""
    return any(key not in KEYS and (len(key) == 1 or key in ("up", "down", "tab")) for key in keys)


class Keyboard:
    """A source of commands that is fed with names of keys."""

    def __init__(self) -> None:
        self._waiting: list[Command] = []

    def feed(self, keys: Iterable[str]) -> None:
        """Take the keys that went down; those without a meaning are ignored."""
        self._waiting += [KEYS[key] for key in keys if key in KEYS]

    def commands(self) -> list[Command]:
        """Commands since the last call, oldest first."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def held(self) -> Held | None:
        """Return nothing: keys have no long press."""
        return None

    def stuck(self) -> tuple[str, ...]:
        """Return nothing: the window reports only keys that go down."""
        return ()

    def close(self) -> None:
        """Drop the commands that nobody asked for yet."""
        self._waiting.clear()
