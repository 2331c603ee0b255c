"""`hinge-mirror history`: look at the sets that are kept, or delete some."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from mirror.cli.plot import PLOT_SUFFIXES
from mirror.config import state_folder
from mirror.errors import HistoryError, UsageError
from mirror.files import replacing, text_to
from mirror.hinge.variations.catalog import VARIATIONS
from mirror.history import chart, table
from mirror.history.filter import Filter
from mirror.history.record import Entry
from mirror.history.store import FILE_NAME, Store

NEWEST = 30
"""So many of the newest sets are shown where nothing else is asked for."""
YEARS = range(1970, 3000)
"""No clock of a mirror shows another one."""


@dataclass(frozen=True)
class Wish:
    """What was asked for, as on the command line."""

    day: str | None = None
    since: str | None = None
    variation: str | None = None
    number: int | None = None
    everything: bool = False
    plot: Path | None = None
    csv: str | None = None
    json: str | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether it says which sets."""
        asked = (self.day, self.since, self.variation, self.number)
        return any(value is not None for value in asked)


def show(wish: Wish, path: Path | None = None) -> int:
    """Print the table, or write what was asked for; gives the exit code.

    Raises:
        UsageError: a day, a variation or a set that there is not.
        HistoryError: the history cannot be read.
        OutputError: a result cannot be written.
    """
    if wish.plot is not None and wish.plot.suffix not in PLOT_SUFFIXES:
        raise UsageError(f"{wish.plot}: a plot is one of {', '.join(PLOT_SUFFIXES)}.")
    which = _filter(wish)
    with _opened(path) as store:
        if store is None:
            return 0
        if wish.number is not None:
            return _show_one(store, wish)
        written = wish.plot is not None or wish.csv is not None or wish.json is not None
        is_short = not (wish.is_narrowed or wish.everything or written)
        entries, damaged = store.sets(which)
        if damaged:
            print(f"hinge-mirror: {damaged} damaged sets are left out.", file=sys.stderr)
        if not entries:
            print("There is no such set." if wish.is_narrowed else "No sets are kept yet.")
            return 0
        if wish.csv is not None:
            with text_to(wish.csv) as out:
                table.write_csv(entries, out)
        if wish.json is not None:
            with text_to(wish.json) as out:
                table.write_json(((e, None) for e in entries), out)
        if wish.plot is not None:
            with replacing(wish.plot) as scratch:
                chart.over_time(entries, scratch)
        if not written:
            print(_listing(entries, is_short))
    return 0


def delete(wish: Wish, path: Path | None = None) -> int:
    """Delete the sets that were asked for; gives the exit code.

    Raises:
        UsageError: nothing says which, or there can be no such day, variation or set.
        HistoryError: they cannot be deleted.
    """
    if not (wish.is_narrowed or wish.everything):
        raise UsageError("history delete: say which (--set, --day, --since, --variation, --all).")
    which = _filter(wish)
    file = path or state_folder() / FILE_NAME
    count = 0
    if file.exists():
        store = Store(file)
        try:
            count = store.delete(which)
        finally:
            store.close()
    print(f"{count} {'set' if count == 1 else 'sets'} deleted.")
    return 0


def _show_one(store: Store, wish: Wish) -> int:
    assert wish.number is not None, "one set is asked for"
    entries, damaged = store.sets(Filter(number=wish.number))
    if damaged:
        raise HistoryError(f"{store.path}: set {wish.number} is damaged.")
    if not entries:
        raise UsageError(f"There is no set {wish.number}.")
    entry = entries[0]
    detail = store.detail(wish.number)
    if detail is None:
        raise HistoryError(f"{store.path}: set {wish.number} has lost its details.")
    if wish.csv is not None:
        with text_to(wish.csv) as out:
            table.write_signals(detail, out)
    if wish.json is not None:
        with text_to(wish.json) as out:
            table.write_json([(entry, detail)], out)
    if wish.plot is not None:
        with replacing(wish.plot) as scratch:
            chart.chart_set(entry, detail, scratch)
    if wish.csv is None and wish.json is None and wish.plot is None:
        print(table.set_table(entry, detail))
    return 0


def _listing(entries: list[Entry], is_short: bool) -> str:
    shown = entries[-NEWEST:] if is_short else entries
    lines = [table.table(shown)]
    if len(shown) < len(entries):
        lines.append(f"The newest {len(shown)} of {len(entries)} sets; --all shows every one.")
    if not all(entry.is_sure for entry in shown):
        lines.append("?: the clock was not set; the numbers give the order.")
    return "\n".join(lines)


@contextmanager
def _opened(path: Path | None) -> Iterator[Store | None]:
    """The history to look at; None, and a word about it, where there is none yet."""
    file = path or state_folder() / FILE_NAME
    if not file.exists():
        print(f"No sets are kept yet ({file}).")
        yield None
        return
    store = Store(file, read_only=True)
    try:
        yield store
    finally:
        store.close()


def _filter(wish: Wish) -> Filter:
    names = [name for v in VARIATIONS.values() for name in (v.name, *(d.name for d in v.drills))]
    if wish.variation is not None and wish.variation not in names:
        raise UsageError(
            f"There is no variation {wish.variation!r}; there are: {', '.join(names)}."
        )
    if wish.number is not None and wish.number > sys.maxsize:  # more than the file can count
        raise UsageError(f"There is no set {wish.number}.")
    since_s = until_s = None
    if wish.since is not None:
        since_s = _begin(_date(wish.since))
    if wish.day is not None:
        day = _date(wish.day)
        since_s, until_s = _begin(day), _begin(day + timedelta(days=1))
    return Filter(wish.number, wish.variation, since_s, until_s)


def _date(text: str) -> date:
    today = datetime.now().astimezone().date()
    words = {"today": today, "yesterday": today - timedelta(days=1)}
    if text in words:
        return words[text]
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is not a day: write today, yesterday, or 2026-11-25."
        ) from error
    if day.year not in YEARS:
        raise UsageError(f"{text!r}: no set is of a day before {YEARS[0]} or after {YEARS[-1]}.")
    return day


def _begin(day: date) -> float:
    """Midnight at which a day begins here, seconds since 1970."""
    return datetime(day.year, day.month, day.day).astimezone().timestamp()
