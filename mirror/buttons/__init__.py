"""Where presses come from: the buttons of the mirror.

A new source of hardware is one file in this package and one row of `BUTTONS`. The keyboard is a
source too, but the keys come from the window (see `keyboard.Keyboard`), so nothing opens it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from mirror.coach.command import Command, Held
from mirror.config import ButtonSettings


class Buttons(Protocol):
    """A source of presses. Opened by its constructor."""

    def commands(self) -> list[Command]:
        """Presses since the last call, oldest first. Never waits."""

    def held(self) -> Held | None:
        """The button held longest for its second meaning, if any."""

    def stuck(self) -> tuple[str, ...]:
        """Names of buttons down since opening: wired wrong, or jammed. They are ignored."""

    def close(self) -> None:
        """Free the pins. May be called twice; afterwards there are no presses."""


SHORT: dict[str, Command] = {
    "next": Command.NEXT,
    "previous": Command.PREVIOUS,
    "select": Command.SELECT,
    "drill": Command.DRILL,
}
LONG: dict[str, Command] = {
    "next": Command.REMEMBER,
    "previous": Command.CALIBRATE,
    "select": Command.SHUTDOWN,
}
"""Buttons with a second meaning. The others, held too long, mean nothing at all."""

BUTTONS: dict[str, str] = {
    "gpio": "mirror.buttons.gpio",
}
"""Name -> module with `open_buttons(settings: ButtonSettings) -> Buttons`."""


def open_buttons(name: str, settings: ButtonSettings) -> Buttons:
    """Open one source of `BUTTONS`.

    Raises:
        ButtonsError: there is no such hardware here, in one sentence.
    """
    buttons: Buttons = import_module(BUTTONS[name]).open_buttons(settings)
    return buttons
