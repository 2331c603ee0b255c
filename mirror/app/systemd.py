"""READY, WATCHDOG and STATUS to systemd (sd_notify protocol), where it listens.

Source: sd_notify(3). Without NOTIFY_SOCKET every call does nothing.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress

PAT_S = 1.0
"""The watchdog is patted so often at most: the loop turns far more often than it needs."""


class Service:
    """The line to systemd; says READY once."""

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        self._is_ready = False
        self._patted: float | None = None

    def ready(self, status: str) -> None:
        """Frames flow, or the trouble screen is drawn. Also pats the watchdog."""
        if self._is_ready and not self._is_time():
            return
        lines = ["WATCHDOG=1", f"STATUS={status}"]
        if not self._is_ready:
            lines.insert(0, "READY=1")
            self._is_ready = True
        self._send("\n".join(lines))

    def starting(self) -> None:
        """Still loading or downloading: more time, please."""
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
