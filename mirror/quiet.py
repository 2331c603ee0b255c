"""Keeps C libraries from writing needless lines to standard error while they start."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Sieve:
    """Passes standard error through a pipe and leaves out unwanted lines.

    Lines pass at once, since C++ may abort the process. Several threads may use it at a time; the
    patterns of all of them count until the last one leaves.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._chatter: tuple[re.Pattern[bytes], ...] = ()
        self._real: int | None = None
        self._reader: threading.Thread | None = None

    def enter(self, chatter: re.Pattern[bytes]) -> None:
        with self._lock:
            self._users += 1
            if chatter not in self._chatter:
                self._chatter += (chatter,)
            if self._users > 1:
                return
            sys.stderr.flush()
            try:
                self._real = os.dup(2)
            except OSError:  # started without a standard error: nothing to keep quiet
                return
            out, into = os.pipe()
            os.dup2(into, 2)
            os.close(into)
            arguments = (out, self._real)
            self._reader = threading.Thread(target=self._pass_on, args=arguments, daemon=True)
            self._reader.start()

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users:
                return
            if self._real is not None and self._reader is not None:
                sys.stderr.flush()
                os.dup2(self._real, 2)  # closes the pipe, so that the reader comes to its end
                self._reader.join()
                os.close(self._real)
            self._real = self._reader = None
            self._chatter = ()

    def _pass_on(self, out: int, real: int) -> None:
        with open(out, "rb") as lines:
            for line in lines:
                if not any(chatter.match(line) for chatter in self._chatter):
                    os.write(real, line)


_SIEVE = _Sieve()


@contextmanager
def quiet(chatter: re.Pattern[bytes]) -> Iterator[None]:
    """Leave out lines of standard error that match `chatter` at their start; all others pass."""
    _SIEVE.enter(chatter)
    try:
        yield
    finally:
        _SIEVE.leave()
