"""Writes files whole or not at all; a full disk gives one sentence.

A file appears under its name only when it is complete. A full disk or an interruption leaves the
earlier file in place.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from mirror.errors import MirrorError, OutputError


@contextmanager
def text_to(target: str) -> Iterator[TextIO]:
    """A text file to write to; `-` is standard output.

    Raises:
        OutputError: it cannot be written.
    """
    if target == "-":
        with _sentences("standard output"):
            yield sys.stdout
            sys.stdout.flush()
        return
    with replacing(Path(target)) as path, path.open("w", encoding="utf-8") as file:
        yield file
        file.flush()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A scratch file beside `path` that takes its place at the end, if all went well.

    A pipe or a device is written to directly. A file that root writes gets the owner of its folder,
    so that the mirror can still write it.

    Raises:
        OutputError: the folder cannot be written to, or the disk is full.
    """
    with _sentences(str(path)):
        path = path.resolve()  # a link stays a link
        if path.exists() and not path.is_file():
            yield path
            return
        handle, name = tempfile.mkstemp(path.suffix, f".{path.stem}-", path.parent)
        os.close(handle)
        scratch = Path(name)
        try:
            yield scratch
            # mkstemp makes private files; an output is as readable as any other new file.
            umask = os.umask(0)
            os.umask(umask)
            scratch.chmod(0o666 & ~umask)
            if os.geteuid() == 0:
                owner = path.parent.stat()
                with suppress(PermissionError):  # a file system that keeps no owners
                    os.chown(scratch, owner.st_uid, owner.st_gid, follow_symlinks=False)
            with scratch.open("rb") as file:
                os.fsync(file.fileno())
            scratch.replace(path)
        finally:
            scratch.unlink(missing_ok=True)


@contextmanager
def _sentences(name: str) -> Iterator[None]:
    """Turn errors of writing into one sentence; a MirrorError already is one."""
    try:
        yield
    except (MirrorError, BrokenPipeError):
        raise
    except OSError as error:
        raise OutputError(f"{name}: cannot be written ({error.strerror}).") from error
