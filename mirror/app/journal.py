"""Log lines to stderr, with the levels that journald understands.

A line that begins with `<N>` has the syslog priority N (sd-daemon(3)). systemd sets JOURNAL_STREAM
to the device and inode of the journal's end of stderr (systemd.exec(5)). At a terminal, or where
stderr is redirected, the prefix is left out.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import TextIO

PRIORITIES = {logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6}
"""Level of the logging module -> syslog priority: error, warning, informational."""


def log_to_stderr(stream: TextIO | None = None) -> None:
    """Send the lines of the package's loggers to stderr, or to another stream."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JournalFormatter() if is_journal(stream) else logging.Formatter())
    logger = logging.getLogger("mirror")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)


def is_journal(stream: TextIO) -> bool:
    """Whether journald reads this stream."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):  # a stream without a file, or one that is closed
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


class JournalFormatter(logging.Formatter):
    """Puts the priority before each line of a record."""

    def format(self, record: logging.LogRecord) -> str:
        """The record with its priority, as journald takes it."""
        reached = [value for level, value in PRIORITIES.items() if record.levelno >= level]
        prefix = f"<{min(reached, default=7)}>"
        return "\n".join(prefix + line for line in super().format(record).splitlines())
