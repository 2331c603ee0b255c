"""The thread that saves finished sets, so that the glass never waits for a disk.

The mirror hands over finished sets (`keep`) and what to remember (`remember`). It reads `past`, a
plain value: what is known of earlier sets, and which set is safe on the disk. A trouble is logged
once; until it is over the sets wait in memory and are tried again. A damaged file is set aside, and
a new one begins. A set that could not be read back is left out and harms no other set.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import msgspec

from mirror.coach.finished import FinishedSet, HistorySnapshot, Saved
from mirror.coach.profile import Profile
from mirror.config import Settings, state_folder
from mirror.errors import ConfigError, HistoryDamaged, HistoryError, UnfitSet
from mirror.history import clock, record
from mirror.history.clock import Moment
from mirror.history.database import is_fleeting, set_aside
from mirror.history.mqtt import Publisher
from mirror.history.record import Entry
from mirror.history.store import FILE_NAME, Store

RETRY_S = 30.0
"""Seconds until sets that could not be saved are tried again, and until sets that the owner has
deleted are known to be gone."""
MOST_WAITING = 500
"""Unsaved sets held in memory at most: a day of a gym."""
ASIDE_S = 600.0
"""Seconds until another file is set aside: if a new file is damaged at once, the disk is broken."""
PAUSE_S = 1.0
"""Seconds until the first write to a new file."""
CLOSE_S = 2.0
"""Seconds that the end of the mirror waits for the disk."""
KEPT = "kept"

Log = Callable[[str], None]


class Recorder:
    """Saves finished sets on a thread. Call `close` at the end.

    Args:
        settings: what is saved, and the broker that gets it.
        log: takes one sentence for the journal.
        path: the file; by default the one in the state folder.
    """

    def __init__(self, settings: Settings, log: Log, path: Path | None = None) -> None:
        self._settings, self._log, self._path = settings, log, path
        self._past = HistorySnapshot()
        self._lock = threading.Lock()
        self._waiting: deque[tuple[FinishedSet, Moment]] = deque()
        self._lost = 0
        self._to_remember = False
        self._aside_s = -math.inf
        self._trouble: str | None = None
        self._publisher: Publisher | None = None
        self._status: str | None = None
        self._is_closing = False
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        if settings.history.keep:
            self._thread = threading.Thread(target=self._work, name="history", daemon=True)
            self._thread.start()

    @property
    def past(self) -> HistorySnapshot:
        """What is known of earlier sets at this moment."""
        with self._lock:
            return self._past

    def keep(self, finished: FinishedSet | None) -> None:
        """Save a set, if there is one and it is long enough. Never waits."""
        if self._thread is None or finished is None:
            return
        if len(finished.reps) < self._settings.history.least_reps:
            return
        moment = clock.now(battery_clock=self._settings.history.battery_clock)
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                self._waiting.popleft()
                self._lost += 1
            self._waiting.append((finished, moment))
        self._wake.set()

    def remember(self, kept: Profile | None) -> None:
        """Keep this for the next person; None: forget it."""
        with self._lock:
            self._past = replace(self._past, profile=kept)
            self._to_remember = True
        self._wake.set()

    def report(self, trouble: str | None) -> None:
        """Publish what is wrong with the mirror, if there is a broker; None: nothing is."""
        self._status = trouble
        if self._publisher is not None:
            self._publisher.report(trouble)

    def close(self) -> None:
        """Save what is left, for a moment at most."""
        if self._thread is None:
            return
        self._is_closing = True
        self._wake.set()
        self._thread.join(CLOSE_S)
        if self._publisher is not None:
            self._publisher.close()
        left = len(self._waiting) + self._lost
        if left:
            self._log(f"{left} finished {'set' if left == 1 else 'sets'} could not be saved.")

    def _work(self) -> None:
        store: Store | None = None
        while True:
            is_last, pause_s = self._is_closing, None
            try:
                store = store or self._opened()
                self._save(store)
                self._well()
            except HistoryDamaged as error:
                store = _close(store)
                if self._put_aside(error):
                    is_last, pause_s = False, PAUSE_S
                    self._wake.clear()
            except HistoryError as error:
                store = _close(store)
                self._fail(str(error))
            except Exception as error:  # a defect: the sets wait, and the mirror goes on
                store = _close(store)
                self._fail(f"saving failed ({error!r}).")
            if is_last:
                _close(store)
                return
            self._wake.wait(pause_s or RETRY_S)
            self._wake.clear()

    def _opened(self) -> Store:
        try:
            path = self._path or state_folder() / FILE_NAME
        except ConfigError as error:
            raise HistoryError(str(error)) from error
        self._path = path
        store = Store(path)
        try:
            lasts = store.lasts() if self._settings.history.compare else {}
            text = store.remembered(KEPT)
        except HistoryError:
            store.close()
            raise
        kept = None
        if text is not None:
            with suppress(msgspec.MsgspecError):
                kept = msgspec.json.decode(text, type=Profile)
        with self._lock:
            kept = self._past.profile if self._to_remember else kept
            self._past = replace(
                self._past, lasts=lasts, profile=kept, is_fleeting=is_fleeting(path.parent)
            )
        if self._settings.network.broker and self._publisher is None:
            self._publisher = Publisher(self._settings.network, path, self._log)
            self._publisher.report(self._status)
        return store

    def _save(self, store: Store) -> None:
        """Save all that waits, the oldest set first."""
        history, network = self._settings.history, self._settings.network
        configuration = record.configuration(self._settings)
        queue = network.queue if network.broker else 0
        if history.compare and store.has_news():
            there = store.lasts()
            with self._lock:
                self._past = replace(self._past, lasts=there)
        while self._waiting:
            finished, moment = self._waiting[0]
            try:
                entry = store.add(finished, moment, configuration, queue)
            except UnfitSet as error:
                with self._lock:
                    self._waiting.popleft()
                self._log(str(error))
                continue
            # From here on the set is safe on the disk.
            with self._lock:
                self._waiting.popleft()
                lasts = self._past.lasts
                if history.compare:
                    lasts = {**lasts, (entry.variation, entry.drill): entry.last_time}
                saved = Saved(entry.number, finished.ended_s)
                self._past = replace(self._past, lasts=lasts, saved=saved)
            self._log(_line(entry))
            if self._publisher is not None:
                self._publisher.wake()
            store.bound(moment, history.days, history.megabytes)
        if self._to_remember:
            with self._lock:
                self._to_remember, kept = False, self._past.profile
            try:
                text = msgspec.json.encode(kept).decode() if kept is not None else None
                store.remember(KEPT, text)
            except HistoryError:
                self._to_remember = True
                raise

    def _put_aside(self, damage: HistoryDamaged) -> bool:
        """Make room for a new file; whether there is one now."""
        assert self._path is not None, "only what was opened is damaged"
        now = time.monotonic()
        if now - self._aside_s < ASIDE_S:
            self._fail(str(damage))
            return False
        try:
            aside, number = set_aside(self._path)
            self._aside_s = now
            store = Store(self._path)
            store.begin_after(number)
            store.close()
            if self._publisher is not None:
                self._publisher.reopen()
        except HistoryError as error:
            self._fail(f"{damage} {error}")
            return False
        self._log(f"{damage} It is kept as {aside.name}; a new history begins.")
        return True

    def _fail(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._log(f"{trouble} Sets wait in memory until it can be written.")
        self._trouble = trouble
        with self._lock:
            self._past = replace(self._past, is_failing=True)

    def _well(self) -> None:
        if self._trouble is not None:
            self._log("Sets are saved again.")
        self._trouble = None
        with self._lock:
            self._past = replace(self._past, is_failing=False)


def _line(entry: Entry) -> str:
    """One line of the journal for a set."""
    rounding = "not judged" if entry.rounding_deg is None else f"{round(entry.rounding_deg)} deg"
    faults = "".join(f", {name} in {count}" for name, count in entry.faults.items())
    return (
        f"Set {entry.number} saved: {entry.name}, {entry.reps} reps, "
        f"depth {entry.depth_deg:.0f} deg, rounding {rounding}{faults}."
    )


def _close(store: Store | None) -> Store | None:
    if store is not None:
        with suppress(Exception):  # it is abandoned anyway
            store.close()
    return None
