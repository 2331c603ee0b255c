"""Switching the display off and on again, where the mirror has a console to itself.

On the device SDL owns the display (kmsdrm). When it has let go, the kernel's console has it, and a
program may ask its own console to blank it until further notice, without any further right: the
signal goes away, so that the panel sleeps. Source: ioctl_console(2), TIOCLINUX; linux/tiocl.h.
Elsewhere (a window, X) the display is left to the desktop.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from fcntl import ioctl

from mirror.config import ScreenSettings
from mirror.display.connectors import plugged
from mirror.display.screen import Screen, open_screen
from mirror.errors import ScreenError

TIOCLINUX = 0x541C
UNBLANK, BLANK = 4, 14


def ask_console(what: int) -> bool:
    """Ask the console that the program was started on; return whether it obeyed."""
    try:
        ioctl(sys.__stdin__.fileno(), TIOCLINUX, bytes([what]))  # type: ignore[union-attr]
    except (OSError, ValueError, AttributeError):
        return False  # no terminal, or none of the kernel's own
    return True


class Display:
    """The glass and its power. `screen` is always there: off-screen while the display is not.

    Args:
        screen: as it was opened.
        settings: to open it again.
        console: switches it off and on.
        letting_go: called before a display is closed, to free the sound on its cable.
        opening: opens a screen.
    """

    def __init__(
        self,
        screen: Screen,
        settings: ScreenSettings,
        console: Callable[[int], bool] = ask_console,
        letting_go: Callable[[], object] = lambda: None,
        opening: Callable[..., Screen] = open_screen,
    ) -> None:
        self.screen = screen
        self.is_off = False
        self._settings, self._console, self._letting_go = settings, console, letting_go
        self._opening = opening
        self._can_sleep = True
        self._plugged = plugged()

    def sleep(self) -> None:
        """Switch the display off. Where that is not possible, try only once and do nothing."""
        if self.is_off or not self._can_sleep or self.screen.driver != "kmsdrm":
            return
        self._letting_go()
        self.screen.close()
        self.is_off = self._can_sleep = self._console(BLANK)
        if not self.is_off:
            self.retry()

    def wake(self) -> None:
        """Switch the display on again and show the glass there."""
        if self.is_off:
            self.is_off = False
            self._console(UNBLANK)
            self.retry()

    def update(self) -> bool:
        """Open the display again if one was plugged in, or if there is one now.

        Returns:
            Whether it was opened.
        """
        before, self._plugged = self._plugged, plugged()
        if self.is_off:
            return False
        if self.screen.driver != "offscreen":
            if not self._plugged or self._plugged == before:
                return False
            self._letting_go()
            self.screen.close()
        self.retry()
        return self.screen.driver != "offscreen"

    def retry(self) -> None:
        """Open the display, if there is one by now; else the glass stays off-screen."""
        try:
            self.screen = self._opening(self._settings)
        except ScreenError:
            if self.screen.driver != "offscreen":
                self.screen = self._opening(self._settings, mode="offscreen")

    def close(self) -> None:
        """Give the display back, switched on."""
        if self.is_off:
            self.is_off = False
            self._console(UNBLANK)
        self.screen.close()
