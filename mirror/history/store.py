"""history.db: the one file of finished sets, through SQLite.

A set that `add` has given a number is on the disk: the write-ahead log is synchronised before `add`
returns (journal_mode=WAL, synchronous=FULL). So a power cut loses at most the set that is being
saved. Deleted sets are overwritten.

Every trouble is a HistoryError with one sentence; a file that is damaged or is not a database is
HistoryDamaged (see `database`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from mirror.coach.finished import FinishedSet, LastTime
from mirror.errors import HistoryDamaged, HistoryError, HistoryRefused
from mirror.history import record
from mirror.history.clock import Moment
from mirror.history.database import open_to_read, open_to_write, sentence
from mirror.history.filter import Filter
from mirror.history.record import COLUMNS, Detail, Entry, Packed
from mirror.history.schema import MIGRATIONS, VERSION

FILE_NAME = "history.db"
DAY_S = 86400.0
_ROW = ", ".join(f"sets.{name}" for name in COLUMNS)


class Store:
    """The open file. Use it from the thread that opened it.

    Raises:
        HistoryDamaged: the file is damaged or is not a database.
        HistoryError: it cannot be opened or migrated.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        with sentence(path, "opened"):
            self._db = open_to_read(path) if read_only else open_to_write(path)
        try:
            with sentence(path, "opened"):
                self._examine(read_only)
            self._seen = self._data_version()
        except HistoryError:
            self.close()
            raise

    def _data_version(self) -> int:
        with sentence(self.path, "read"):
            return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def has_news(self) -> bool:
        """Whether another program has changed the file since the last call."""
        before, self._seen = self._seen, self._data_version()
        return before != self._seen

    def _examine(self, read_only: bool) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if read_only:
            return
        fault = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if fault != "ok":
            raise HistoryDamaged(f"{self.path}: is damaged ({fault}).")
        for step in range(max(0, version), VERSION):
            script = (
                f"BEGIN IMMEDIATE; {MIGRATIONS[step]} PRAGMA user_version = {step + 1}; COMMIT;"
            )
            self._db.executescript(script)

    def close(self) -> None:
        """Close the file. May be called twice."""
        self._db.close()

    def add(
        self, finished: FinishedSet, moment: Moment, configuration: str, queue: int = 0
    ) -> Entry:
        """Save one set; it is safe when this returns.

        queue: how many sets, with this one, may wait for a broker; 0: none waits.

        Raises:
            UnfitSet: it cannot be read back, and nothing has changed.
            HistoryError: it cannot be saved, and nothing has changed.
        """
        packed = record.packed(finished, uuid.uuid4().hex, moment, configuration)
        try:
            number = self._insert(packed, configuration, queue)
        except HistoryRefused:
            self._examine_whole()
            raise
        return replace(packed.entry, number=number)

    def _insert(self, packed: Packed, configuration: str, queue: int) -> int:
        """Write the rows of a set; returns its number."""
        with sentence(self.path, "written"), self._transaction():
            run = self._db.execute
            run("INSERT OR IGNORE INTO configurations (text) VALUES (?)", (configuration,))
            found = run("SELECT id FROM configurations WHERE text = ?", (configuration,))
            row = {**packed.row, "configuration": found.fetchone()[0]}
            names = ", ".join(row)
            marks = ", ".join(f":{name}" for name in row)
            number = run(f"INSERT INTO sets ({names}) VALUES ({marks})", row).lastrowid
            assert number is not None, "a row was inserted"
            run("INSERT INTO details VALUES (?, ?, ?)", (number, packed.reps, packed.signals))
            if queue:
                run("INSERT INTO outbox VALUES (?)", (number,))
                run(
                    "DELETE FROM outbox WHERE number NOT IN"
                    " (SELECT number FROM outbox ORDER BY number DESC LIMIT ?)",
                    (queue,),
                )
        return number

    def _examine_whole(self) -> None:
        """Check the whole file, which takes longer than `quick_check`.

        Raises:
            HistoryDamaged: the file breaks its own rules.
        """
        with sentence(self.path, "read"):
            fault = self._db.execute("PRAGMA integrity_check(1)").fetchone()[0]
            astray = self._db.execute("PRAGMA foreign_key_check").fetchone()
        if fault == "ok" and astray is not None:
            fault = f"a row of {astray[0]} is astray"
        if fault != "ok":
            raise HistoryDamaged(f"{self.path}: is damaged ({fault}).")

    def sets(self, which: Filter | None = None) -> tuple[list[Entry], int]:
        """The rows of sets, oldest first, and the number of damaged ones left out.

        Raises:
            HistoryError: the file cannot be read.
        """
        which = which or Filter()
        where, values = which.where()
        last = "" if which.last is None else f" LIMIT {which.last:d}"
        query = f"SELECT {_ROW} FROM sets WHERE {where} ORDER BY number DESC{last}"
        with sentence(self.path, "read"):
            rows = self._db.execute(query, values).fetchall()
        entries, damaged = [], 0
        for row in reversed(rows):
            try:
                entries.append(record.entry(row))
            except HistoryDamaged:
                damaged += 1
        return entries, damaged

    def detail(self, number: int) -> Detail | None:
        """Reps, signals and configuration of a set; None where there is no such set.

        Raises:
            HistoryError: they cannot be read.
        """
        query = (
            "SELECT details.reps, signals, text FROM sets LEFT JOIN details USING (number)"
            " LEFT JOIN configurations ON id = configuration WHERE number = ?"
        )
        with sentence(self.path, "read"):
            row = self._db.execute(query, (number,)).fetchone()
        return None if row is None else record.detail(*row)

    def lasts(self) -> dict[tuple[str, str | None], LastTime]:
        """The newest set of each variation and drill."""
        query = (
            "SELECT variation, drill, reps, depth_deg, stop_deg FROM sets WHERE number IN"
            " (SELECT max(number) FROM sets GROUP BY variation, drill)"
        )
        with sentence(self.path, "read"):
            rows = self._db.execute(query).fetchall()
        return {(row[0], row[1]): LastTime(*row[2:]) for row in rows}

    def delete(self, which: Filter) -> int:
        """Delete sets for good; returns how many.

        Raises:
            HistoryError: they cannot be deleted, or are deleted but not overwritten yet.
        """
        where, values = which.where()
        with sentence(self.path, "written"):
            with self._transaction():
                count = self._db.execute(f"DELETE FROM sets WHERE {where}", values).rowcount
                self._db.execute(
                    "DELETE FROM configurations WHERE id NOT IN (SELECT configuration FROM sets)"
                )
            # The deleted rows are still in the write-ahead log.
            is_busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if is_busy:
            raise HistoryError(
                f"{self.path}: what was deleted is still in the log, since another program reads "
                "it: delete again."
            )
        return count

    def bound(self, moment: Moment, days: int, megabytes: int) -> int:
        """Delete the oldest sets beyond these limits; returns how many.

        The limit of age counts only for sets whose time is sure, and only while the present time
        is sure: a clock that jumps must not empty the history.
        """
        gone = 0
        if moment.is_sure:
            with sentence(self.path, "written"), self._transaction():
                gone = self._db.execute(
                    "DELETE FROM sets WHERE is_sure AND at_s < ?", (moment.at_s - days * DAY_S,)
                ).rowcount
        while self._bytes() > megabytes * 1_000_000:
            with sentence(self.path, "written"), self._transaction():
                # A twentieth at a time, so that not every new set costs an old one.
                some = self._db.execute(
                    "DELETE FROM sets WHERE number IN (SELECT number FROM sets ORDER BY number"
                    " LIMIT max(1, (SELECT count(*) / 20 FROM sets)))"
                ).rowcount
            if not some:
                break
            gone += some
        return gone

    def _bytes(self) -> int:
        with sentence(self.path, "read"):
            pages, free, size = (
                self._db.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
        return int((pages - free) * size)

    def waiting(self) -> Entry | None:
        """The oldest readable set that waits for the broker."""
        query = f"SELECT {_ROW} FROM outbox JOIN sets USING (number) ORDER BY number"
        with sentence(self.path, "read"), closing(self._db.execute(query)) as rows:
            for row in rows:
                with suppress(HistoryDamaged):
                    return record.entry(row)
        return None

    def count(self) -> int:
        """How many sets there are."""
        return self._count("sets")

    def count_waiting(self) -> int:
        """How many sets wait for the broker."""
        return self._count("outbox")

    def _count(self, name: str) -> int:
        with sentence(self.path, "read"):
            return int(self._db.execute(f"SELECT count(*) FROM {name}").fetchone()[0])

    def sent(self, number: int) -> None:
        """Take a set out of the outbox: the broker has it."""
        with sentence(self.path, "written"):
            self._db.execute("DELETE FROM outbox WHERE number = ?", (number,))

    def remember(self, name: str, text: str | None) -> None:
        """Keep a text under a name; None deletes it."""
        with sentence(self.path, "written"):
            if text is None:
                self._db.execute("DELETE FROM remembered WHERE name = ?", (name,))
            else:
                self._db.execute("INSERT OR REPLACE INTO remembered VALUES (?, ?)", (name, text))

    def remembered(self, name: str) -> str | None:
        """The text under a name, if there is one."""
        with sentence(self.path, "read"):
            found = self._db.execute("SELECT text FROM remembered WHERE name = ?", (name,))
            row = found.fetchone()
        return None if row is None else str(row[0])

    def copy(self, target: Path) -> None:
        """Write the whole history as of now to a new file."""
        with sentence(target, "written"):
            self._db.execute("VACUUM INTO ?", (str(target),))

    def begin_after(self, number: int) -> None:
        """The next set gets a higher number than this one."""
        with sentence(self.path, "written"):
            self._db.execute("INSERT INTO sqlite_sequence VALUES ('sets', ?)", (number,))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Commit all statements inside, or none."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # a full disk has already rolled back
                self._db.execute("ROLLBACK")
            raise
