"""Libraries written in C that chatter on standard error, kept quiet while they start."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet(chatter: re.Pattern[bytes]) -> Iterator[None]:
    """Keep lines that begin so off standard error; all else passes, at once.

    C++ may abort the process: so lines go through a pipe and are not held back to the end.
    """
    sys.stderr.flush()
    try:
        real = os.dup(2)
    except OSError:  # started without a standard error: nothing to keep quiet
        yield
        return
    out, into = os.pipe()
    os.dup2(into, 2)
    os.close(into)
    reader = threading.Thread(target=_pass_on, args=(out, real, chatter), daemon=True)
    reader.start()
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(real, 2)  # closes the pipe, so that the reader comes to its end
        reader.join()
        os.close(real)


def _pass_on(out: int, real: int, chatter: re.Pattern[bytes]) -> None:
    with open(out, "rb") as lines:
        for line in lines:
            if not chatter.match(line):
                os.write(real, line)
