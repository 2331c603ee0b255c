"""Pictures of an off-screen glass, for a computer without a display."""

from __future__ import annotations

import logging
from pathlib import Path

from mirror.display.screen import Screen
from mirror.errors import OutputError

_LOG = logging.getLogger(__name__)

PREVIEW_S = 2.0
"""Seconds between two writings of the newest picture."""


class Snapshots:
    """Pictures of an off-screen glass: the newest one, and one of each rep up to a limit."""

    LIMIT = 20

    def __init__(self, screen: Screen, folder: Path) -> None:
        self._screen = screen
        self._folder = folder
        self._next = 0.0
        self._saved = 0
        self._broken: str | None = None

    def take(self, now: float, *, is_rep: bool, is_last: bool = False) -> None:
        """Write the pictures that are due; a full disk is logged once and stops nothing."""
        names = []
        if is_rep and self._saved < self.LIMIT:
            self._saved += 1
            names.append(f"rep-{self._saved:02}.png")
        if now >= self._next or is_last:
            self._next = now + PREVIEW_S
            names.append("glass.png")
        for name in names:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._screen.save(self._folder / name)
            except (OSError, OutputError) as error:
                if self._broken is None:
                    self._broken = str(error)
                    _LOG.warning(f"Pictures of the glass cannot be written: {error}")

    def summary(self) -> str:
        """One sentence about what was written."""
        if self._broken is not None:
            return "Not every picture of the glass could be written."
        return f"What the glass showed: {self._folder}/glass.png and {self._saved} of the reps."
