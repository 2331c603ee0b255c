"""READY, WATCHDOG and STATUS messages to systemd (sd_notify protocol).

Source: sd_notify(3). Without NOTIFY_SOCKET every call does nothing.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress

PAT_S = 1.0
"""Least time between two messages to the watchdog, in seconds; the loop turns more often."""


class Service:
    """The line to systemd; sends READY once."""

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        self._is_ready = False
        self._patted: float | None = None

    def ready(self, status: str) -> None:
        """Frames flow, or the trouble screen is drawn. Also resets the watchdog."""
        if self._is_ready and not self._is_time():
            return
        lines = ["WATCHDOG=1", f"STATUS={status}"]
        if not self._is_ready:
            lines.insert(0, "READY=1")
            self._is_ready = True
        self._send("\n".join(lines))

    def starting(self) -> None:
        """Ask for more time while the mirror still loads or downloads."""
        if not self._is_ready and self._is_time():
            self._send("EXTEND_TIMEOUT_USEC=60000000\nSTATUS=getting ready")

    def stopping(self) -> None:
        """The mirror is about to stop."""
        self._send("STOPPING=1")

    def _is_time(self) -> bool:
        now = time.monotonic()
        if self._patted is not None and now - self._patted < PAT_S:
            return False
        self._patted = now
        return True

    def _send(self, message: str) -> None:
        if not self._address:
            return
        # A leading @ stands for the NUL of Linux' abstract name space.
        address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.connect(address)
            line.send(message.encode())
