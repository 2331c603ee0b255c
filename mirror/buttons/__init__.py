"""The buttons of the mirror: they turn presses into commands.

A new kind of hardware is one file in this package and one row of `BUTTONS`. The keyboard is a
source too, but its keys come from the window (see `keyboard.Keyboard`), so nothing opens it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from mirror.coach.command import Command, Held
from mirror.config import ButtonSettings


class Buttons(Protocol):
    """A source of commands, opened by its constructor."""

    def commands(self) -> list[Command]:
        """Commands since the last call, oldest first. Never waits."""

    def held(self) -> Held | None:
        """The button held longest for its second meaning, if any."""

    def stuck(self) -> tuple[str, ...]:
        """Names of buttons that are down since opening, wired wrong or jammed. They are ignored."""

    def close(self) -> None:
        """Free the pins. May be called twice; afterwards there are no commands."""


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
"""Buttons with a second meaning. The others mean nothing when they are held too long."""

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
