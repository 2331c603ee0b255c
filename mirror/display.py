"""Switching the display off and on again, where the kernel lets the mirror.

On the device SDL owns the display (kmsdrm). Only when it has let go may the kernel's console blank
it, which takes the signal away, so that the panel sleeps: by `blank` of the framebuffer (4 is
power-down, 0 is on; linux/fb.h), if the user of the mirror may write it. Elsewhere (a window, X)
the display is left to the desktop.
"""

from __future__ import annotations

import os
from pathlib import Path

from mirror.config import ScreenSettings
from mirror.errors import ScreenError
from mirror.screen import Screen, open_screen

BLANK = Path("/sys/class/graphics/fb0/blank")
POWER_DOWN, POWER_ON = "4", "0"


class Display:
    """The glass and its power. `screen` is always there: off-screen while the display is not.

    Args:
        screen: as it was opened.
        settings: to open it again.
        blank: file of the kernel.
    """

    def __init__(self, screen: Screen, settings: ScreenSettings, blank: Path = BLANK) -> None:
        self.screen = screen
        self.is_off = False
        self._settings, self._blank = settings, blank

    @property
    def can_sleep(self) -> bool:
        """Whether the display can be switched off here."""
        return self.screen.driver == "kmsdrm" and os.access(self._blank, os.W_OK)

    def sleep(self) -> None:
        """Switch it off; does nothing where that is not possible."""
        if self.is_off or not self.can_sleep:
            return
        self.screen.close()
        self.is_off = self._write(POWER_DOWN)
        if not self.is_off:
            self.retry()

    def wake(self) -> None:
        """Switch it on again and show the glass there."""
        if self.is_off:
            self.is_off = False
            self._write(POWER_ON)
            self.retry()

    def retry(self) -> None:
        """Open the display, if there is one by now; else the glass stays off-screen."""
        try:
            self.screen = open_screen(self._settings)
        except ScreenError:
            if self.screen.driver != "offscreen":
                self.screen = open_screen(self._settings, mode="offscreen")

    def _write(self, value: str) -> bool:
        try:
            self._blank.write_text(value)
        except OSError:
            return False
        return True
