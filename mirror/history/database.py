"""Opens a SQLite file so that a commit survives a power cut; sets a damaged one aside.

`sentence` turns each error of SQLite into one sentence.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from mirror.errors import HistoryDamaged, HistoryError, HistoryRefused

if TYPE_CHECKING:
    import sqlite3

PROC = Path("/proc")
BUSY_S = 5.0
"""Seconds that a write waits for another program."""


def is_fleeting(folder: Path) -> bool:
    """Whether files in this folder are gone after the next start.

    That is so with overlayroot, which keeps all changes of a read-only root in memory.
    """
    try:
        words, mounts = (
            (PROC / name).read_text(errors="replace") for name in ("cmdline", "self/mounts")
        )
    except OSError:
        return False
    if not any(word.startswith("overlayroot=") for word in words.split()):
        return False
    there, kind, longest = folder.resolve(), "", 0
    for line in mounts.splitlines():
        _, point, found, *_ = line.split()
        # A later mount lies over an earlier one.
        if there.is_relative_to(point) and len(point) >= longest:
            longest, kind = len(point), found
    return kind in ("overlay", "tmpfs")


def _connect(uri: str, busy_s: float | None = None) -> sqlite3.Connection:
    import sqlite3

    waits_s = BUSY_S if busy_s is None else busy_s
    db = sqlite3.connect(uri, uri=True, timeout=waits_s, isolation_level=None)
    db.row_factory = sqlite3.Row
    # Garbled text fails the check of its column later; reading it is no error.
    db.text_factory = lambda data: data.decode(errors="replace")
    return db


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open a file, or make it. Every commit is on the disk before it returns."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HistoryError(f"{path.parent}: cannot be made ({error.strerror}).") from error
    if _has_unknown_version(path):
        raise HistoryDamaged(f"{path}: is damaged (an unknown version of the file format).")
    db = _connect(f"file:{quote(str(path))}?mode=rwc")
    try:
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",
        ):
            db.execute(f"PRAGMA {pragma}")
    except BaseException:
        db.close()
        raise
    return db


def _has_unknown_version(path: Path) -> bool:
    """Whether SQLite would open this version of the file format for reading only.

    Its error is the same as for a read-only folder. Bytes 18 and 19 of the file, see
    sqlite.org/fileformat.html.
    """
    with suppress(OSError), path.open("rb") as file:
        return any(version > 2 for version in file.read(20)[18:])
    return False


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a file for reading only, even in a folder without write permission."""
    import sqlite3

    uri = f"file:{quote(str(path))}?mode=ro"
    db = _connect(uri)
    try:
        db.execute("PRAGMA user_version")
    except sqlite3.OperationalError:
        db.close()
        if path.with_name(path.name + "-wal").exists():
            raise
        # Without a log no program is writing, and reading needs no log.
        db = _connect(uri + "&immutable=1")
    return db


def is_in_use(path: Path) -> bool:
    """Whether another program has this file open, even without writing to it now.

    A program with an open write-ahead log holds a shared lock all the time. An exclusive lock is
    granted only while no program holds a shared one (sqlite.org/wal.html).
    """
    import sqlite3

    with (
        suppress(sqlite3.DatabaseError),
        closing(_connect(f"file:{quote(str(path))}?mode=rw", busy_s=0.0)) as db,
    ):
        try:
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("SELECT count(*) FROM sqlite_schema")
        except sqlite3.OperationalError as error:
            return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return False


def set_aside(path: Path) -> tuple[Path, int]:
    """Move a damaged file and its log out of the way; returns its new path and its last number.

    Raises:
        HistoryError: it cannot be moved.
    """
    number = _last_number(path)
    taken = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{taken}{path.suffix}")).exists():
        taken += 1
    try:
        for tail in ("-wal", "-shm", ""):  # the file last: until then it is still where it was
            part = path.with_name(path.name + tail)
            if part.exists():
                part.rename(aside.with_name(aside.name + tail))
    except OSError as error:
        raise HistoryError(f"{path}: cannot be set aside ({error.strerror}).") from error
    return aside, number


def _last_number(path: Path) -> int:
    """The highest number that can still be read in a damaged file; 0 if none can.

    It is read with the log and without it, since either may be damaged.
    """
    import sqlite3

    queries = ("SELECT max(seq) FROM sqlite_sequence", "SELECT max(number) FROM sets")
    numbers = [0]
    for how, query in itertools.product(("mode=ro", "mode=ro&immutable=1"), queries):
        uri = f"file:{quote(str(path))}?{how}"
        with suppress(sqlite3.Error, TypeError, ValueError), closing(_connect(uri)) as db:
            numbers.append(int(db.execute(query).fetchone()[0]))
    # Nonsense from a torn file must not use up the numbers.
    return max((n for n in numbers if n < sys.maxsize // 2), default=0)


_REASONS = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "it may not be written to",
    "SQLITE_CANTOPEN": "there is none, or no permission",
    "SQLITE_PERM": "no permission",
    "SQLITE_BUSY": "another program holds it",
    "SQLITE_LOCKED": "another program holds it",
    "SQLITE_IOERR": "the disk gives an error",
}
_DAMAGES: Sequence[str] = (
    "SQLITE_CORRUPT",
    "SQLITE_NOTADB",
    "SQLITE_FORMAT",
    # The statements are right, so the tables must be damaged:
    "SQLITE_ERROR",
)


@contextmanager
def sentence(path: Path, what: str) -> Iterator[None]:
    """Turn errors of SQLite into one sentence. what: `opened`, `read` or `written`."""
    import sqlite3

    try:
        yield
    except UnicodeError as error:  # in the name of a column, or in SQLite's own sentence
        raise HistoryDamaged(f"{path}: is damaged ({error}).") from error
    except sqlite3.IntegrityError as error:
        raise HistoryRefused(f"{path}: cannot be {what} ({error}).") from error
    except sqlite3.Error as error:
        # The basic code of an extended one: SQLITE_IOERR of SQLITE_IOERR_WRITE.
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        names = [n for n in (*_REASONS, *_DAMAGES) if getattr(sqlite3, n) == code]
        if names and names[0] in _DAMAGES:
            raise HistoryDamaged(f"{path}: is damaged ({error}).") from error
        reason = _REASONS[names[0]] if names else str(error)
        raise HistoryError(f"{path}: cannot be {what} ({reason}).") from error
