"""Presses: what a person asks for with busy hands, and where presses come from.

A new source is one file in this package and one row of `BUTTONS`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from mirror.config import ButtonSettings
from mirror.session import Press


class Buttons(Protocol):
    """A source of presses. Opened by its constructor."""

    def presses(self) -> list[Press]:
        """Presses since the last call, oldest first. Never waits."""

    def close(self) -> None:
        """Free the pins. May be called twice."""


BUTTONS: dict[str, str] = {
    "gpio": "mirror.buttons.gpio",
    "keyboard": "mirror.buttons.keyboard",
}
"""Name -> module with `open_buttons(settings: ButtonSettings) -> Buttons`."""


def open_buttons(name: str, settings: ButtonSettings) -> Buttons:
    """Open one source of `BUTTONS`.

    Raises:
        ButtonsError: there is no such hardware here, in one sentence.
    """
    buttons: Buttons = import_module(BUTTONS[name]).open_buttons(settings)
    return buttons
