"""Presses: what a person asks for with busy hands, and where presses come from.

A new source of hardware is one file in this package and one row of `BUTTONS`. The keyboard is a
source too, but the keys come from the window (see `keyboard.Keyboard`), so nothing opens it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from mirror.config import ButtonSettings
from mirror.session import Press


@dataclass(frozen=True)
class Held:
    """A button that is being held down for its second meaning.

    Attributes:
        button: its name in the configuration, such as `select`.
        press: what will be asked for, or was, once the fraction is 1.
        fraction: how much of the hold time has passed, 0 to 1. A short press passes through
            small fractions too; show nothing below about 0.2.
    """

    button: str
    press: Press
    fraction: float


class Buttons(Protocol):
    """A source of presses. Opened by its constructor."""

    def presses(self) -> list[Press]:
        """Presses since the last call, oldest first. Never waits."""

    def held(self) -> Held | None:
        """The button held longest for its second meaning, if any."""

    def stuck(self) -> tuple[str, ...]:
        """Names of buttons down since opening: wired wrong, or jammed. They are ignored."""

    def close(self) -> None:
        """Free the pins. May be called twice; afterwards there are no presses."""


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
