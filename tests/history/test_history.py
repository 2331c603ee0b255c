"""The file of finished sets: what was called saved is there, whatever befell the file."""

import math
import os
import random
import sqlite3
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from benches import history, madeup
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mirror.coach.profile import Profile
from mirror.config import HistorySettings, Settings
from mirror.errors import HistoryDamaged, HistoryError
from mirror.hinge.judging.stop_depth import StopDepth
from mirror.history import clock, record, recorder, table
from mirror.history.clock import Moment
from mirror.history.database import set_aside
from mirror.history.filter import Filter
from mirror.history.recorder import Recorder
from mirror.history.schema import MIGRATIONS, VERSION
from mirror.history.store import DAY_S, Store

NOW_S = 1_790_000_000.0
NOW = Moment(NOW_S, True)
CONFIGURED = record.configuration(Settings())
STOP = StopDepth(55.0, 62.0, 5)


def made_up(name="basic", seed=1, ended_s=0.0):
    """A set."""
    return replace(madeup.made_up(name, 0.5, random.Random(seed)), ended_s=ended_s)


@pytest.fixture
def path(tmp_path):
    """Where the history is to be."""
    return tmp_path / "history.db"


@pytest.fixture
def store(path):
    """An open history."""
    opened = Store(path)
    yield opened
    opened.close()


def waited(until, seconds=20.0):
    """Wait for something that a thread is to do."""
    limit = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < limit, "it never happened"
        time.sleep(0.002)


@pytest.fixture
def keep(path):
    """Start recorders that log to a list, and close them at the end."""
    recorders = []

    def begin(said=None, at=path, **history):
        made = Settings(history=HistorySettings(**{"least_reps": 1, **history}))
        recorders.append(Recorder(made, (said if said is not None else []).append, at))
        return recorders[-1]

    yield begin
    for each in recorders:
        each.close()


def saved(one, finished):
    """Hand over a set, and wait until it is called saved; gives its number."""
    one.keep(finished)
    waited(lambda: one.past.saved is not None and one.past.saved.ended_s == finished.ended_s)
    return one.past.saved.number


def test_a_set_comes_back_as_it_was(store):
    """Its row, its reps, its signals, and what it was measured with."""
    finished = made_up()
    entry = store.add(finished, NOW, CONFIGURED)
    (read,), damaged = store.sets()
    assert (read, damaged) == (entry, 0)
    assert (read.number, read.reps, read.variation) == (1, len(finished.reps), "basic")
    assert read.depth_deg == pytest.approx(finished.depth_deg, abs=0.05)
    assert read.faults == finished.faults
    assert (read.at_s, read.is_sure) == (NOW_S, True)
    detail = store.detail(1)
    assert [rep.number for rep in detail.reps] == [rep.number for rep in finished.reps]
    assert len(detail.signals["t"]) == len(finished.log.samples)
    assert detail.signals["fold_deg"][3] == pytest.approx(
        finished.log.samples[3].fold_deg, abs=0.05
    )
    assert detail.configuration["settings"]["coach"]["variation"] == "basic"
    assert "mediapipe" in detail.configuration["versions"]
    assert store.detail(2) is None


def test_no_kept_value_identifies_the_person(store):
    """The columns are numbers of the movement; the network and its secrets are left out."""
    store.add(made_up(), NOW, CONFIGURED)
    detail = store.detail(1)
    assert set(detail.configuration["settings"]) == {"camera", "model", "coach"}
    assert set(detail.signals) == {"t", "fold_deg", "trunk_deg", "knee_deg", "rounding_deg"}


def test_numbers_go_up_and_are_never_used_again(store):
    """Also when the newest set was deleted, and whatever the clock says."""
    for at_s in (NOW_S, 0.0, NOW_S - 5 * DAY_S):
        store.add(made_up(), Moment(at_s, False), CONFIGURED)
    assert store.delete(Filter(number=3)) == 1
    assert store.add(made_up(), NOW, CONFIGURED).number == 4
    assert [entry.number for entry in store.sets()[0]] == [1, 2, 4]


def test_each_commit_is_synchronised(store):
    """Write-ahead log, synchronous=FULL (2): a power cut takes nothing that was committed."""
    assert store._db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert store._db.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_sets_are_found_by_variation_drill_and_time(store):
    """A variation with its drills; from and before."""
    for k, name in enumerate(("basic", "stick", "swing")):
        store.add(made_up(name), Moment(NOW_S + k * DAY_S, True), CONFIGURED)

    def numbers(**which):
        return [entry.number for entry in store.sets(Filter(**which))[0]]

    assert numbers(name="basic") == [1, 2]
    assert numbers(name="stick") == [2]
    assert numbers(since_s=NOW_S + DAY_S) == [2, 3]
    assert numbers(until_s=NOW_S + DAY_S) == [1]
    assert numbers(last=2) == [2, 3]
    assert numbers(name="swing", until_s=NOW_S) == []


def test_the_last_of_each_variation_is_known(store):
    """By its number, not by what the clock said."""
    store.add(made_up(seed=1), NOW, CONFIGURED)
    newest = store.add(made_up(seed=2), Moment(0.0, False), CONFIGURED)
    store.add(made_up("stick"), NOW, CONFIGURED)
    lasts = store.lasts()
    assert set(lasts) == {("basic", None), ("basic", "stick")}
    assert lasts["basic", None] == newest.last_time


def test_what_is_deleted_is_gone_from_the_file(store, path):
    """Overwritten, with its details, and no longer in the log."""
    store.add(made_up(), NOW, '{"settings": {"coach": "FIND-ME"}}')
    assert store.delete(Filter()) == 1
    assert store.sets() == ([], 0)
    assert store._db.execute("SELECT count(*) FROM details").fetchone()[0] == 0
    there = path.read_bytes() + path.with_name("history.db-wal").read_bytes()
    assert b"FIND-ME" not in there


def test_what_is_deleted_while_the_mirror_runs_is_gone(path, keep, monkeypatch):
    """From the file, its log, and from what the next set is compared with; numbers go on."""
    monkeypatch.setattr(recorder, "RETRY_S", 0.05)
    one = keep()
    saved(one, made_up("swing", ended_s=1.0))
    saved(one, made_up("basic", ended_s=2.0))
    uid = Store(path, read_only=True).sets()[0][1].uid.encode()
    owner = Store(path)
    assert owner.delete(Filter(number=2)) == 1
    owner.close()
    log = path.with_name("history.db-wal")
    assert uid not in path.read_bytes() + (log.read_bytes() if log.exists() else b"")
    waited(lambda: set(one.past.lasts) == {("swing", None)})
    assert saved(one, made_up(ended_s=3.0)) == 3
    assert set(one.past.lasts) == {("swing", None), ("basic", None)}


def test_a_log_that_is_being_read_reports_when_it_cannot_be_emptied(store, path, monkeypatch):
    """The sets are deleted, and may still be found in it until it is deleted again."""
    monkeypatch.setattr("mirror.history.database.BUSY_S", 0.05)
    store.add(made_up(), NOW, CONFIGURED)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM sets").fetchone()
    owner = Store(path)
    with pytest.raises(HistoryError, match="is still in the log"):
        owner.delete(Filter())
    reader.execute("ROLLBACK")
    reader.close()
    assert owner.delete(Filter()) == 0
    assert path.with_name("history.db-wal").stat().st_size == 0
    owner.close()


def test_old_sets_go_by_age(store):
    """Only those whose time is sure, and only by a clock that is sure: one that jumps is not."""
    for days, sure in ((400, True), (400, False), (2, True)):
        store.add(made_up(), Moment(NOW_S - days * DAY_S, sure), CONFIGURED)
    assert store.bound(Moment(NOW_S + 9000 * DAY_S, False), 365, 500) == 0
    assert store.bound(NOW, 365, 500) == 1
    assert [entry.number for entry in store.sets()[0]] == [2, 3]


def test_the_oldest_sets_go_where_all_take_too_much(store, path):
    """The file stays near its bound, and the newest set always stays."""
    for seed in range(250):
        store.add(made_up(seed=seed), NOW, CONFIGURED)
        store.bound(NOW, 365, 1)
    numbers = [entry.number for entry in store.sets()[0]]
    assert numbers[-1] == 250
    assert numbers[0] > 1
    assert numbers == list(range(numbers[0], 251))
    store.close()
    assert path.stat().st_size < 1_150_000


@pytest.mark.parametrize("step", range(1, VERSION))
def test_a_file_of_an_older_schema_is_brought_on(path, step):
    """With every set that was in it."""
    old = sqlite3.connect(path)
    for script in MIGRATIONS[:step]:
        old.executescript(script)
    row = record.pack(made_up(), "u1", NOW) | {"configuration": 1}
    old.execute("INSERT INTO configurations VALUES (1, ?)", (CONFIGURED,))
    columns, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
    old.execute(f"INSERT INTO sets ({columns}) VALUES ({marks})", row)
    old.execute("INSERT INTO details VALUES (1, ?, ?)", record.pack_detail(made_up()))
    old.execute(f"PRAGMA user_version = {step}")
    old.commit()
    old.close()
    reader = Store(path, read_only=True)
    assert len(reader.sets()[0]) == 1, "also to a reader"
    reader.close()
    store = Store(path)
    assert store.add(made_up(), NOW, CONFIGURED, queue=5).number == 2
    assert store.sets()[0][0].uid == "u1"
    assert store.waiting().number == 2
    store.close()


def test_a_step_that_fails_changes_nothing(path, monkeypatch):
    """The file stays at the step it had."""
    Store(path).close()
    monkeypatch.setattr("mirror.history.store.VERSION", VERSION + 1)
    broken = (*MIGRATIONS, "CREATE TABLE more (x) STRICT; NO SQL;")
    monkeypatch.setattr("mirror.history.store.MIGRATIONS", broken)
    with pytest.raises(HistoryError):
        Store(path)
    monkeypatch.undo()
    store = Store(path)
    assert not store._db.execute("SELECT * FROM sqlite_master WHERE name = 'more'").fetchall()
    store.close()


def test_a_file_of_a_newer_mirror_is_gone_on_with(path, keep):
    """After an update that was taken back: what the newer one added stays."""
    store = Store(path)
    store.add(made_up(), NOW, CONFIGURED)
    store._db.execute("ALTER TABLE sets ADD COLUMN mood TEXT")
    store._db.execute("UPDATE sets SET mood = 'fine'")
    store._db.execute(f"PRAGMA user_version = {VERSION + 1}")
    store.close()
    one = keep()
    assert saved(one, made_up(ended_s=1.0)) == 2
    one.close()
    store = Store(path)
    assert [row["mood"] for row in store._db.execute("SELECT mood FROM sets")] == ["fine", None]
    assert store._db.execute("PRAGMA user_version").fetchone()[0] == VERSION + 1
    store.close()


def test_the_keeper_saves_and_says_so(keep):
    """One line of the journal for each; what is known for the next set."""
    said = []
    one = keep(said)
    assert saved(one, made_up(ended_s=1.0)) == 1
    assert saved(one, made_up("swing", ended_s=2.0)) == 2
    assert [line.partition(":")[0] for line in said] == ["Set 1 saved", "Set 2 saved"]
    assert set(one.past.lasts) == {("basic", None), ("swing", None)}
    one.close()
    assert set(keep().past.lasts) <= {("basic", None), ("swing", None)}


def test_a_set_below_the_minimum_is_not_kept(keep, path):
    """Trying a bow or two is no set."""
    one = keep(least_reps=3)
    short = made_up(ended_s=1.0)
    one.keep(replace(short, reps=short.reps[:2]))
    saved(one, replace(short, reps=short.reps[:3], ended_s=2.0))
    one.close()
    assert [entry.reps for entry in Store(path).sets()[0]] == [3]


def test_nothing_is_kept_where_the_owner_says_so(keep, path):
    """No file, no thread."""
    one = keep(keep=False)
    one.keep(made_up())
    one.remember(Profile("basic", STOP))
    one.close()
    assert not path.exists()
    assert one.past.profile is not None


def test_without_comparing_nothing_is_known_of_the_last_set(keep):
    """Where many people use one mirror."""
    one = keep(compare=False)
    saved(one, made_up(ended_s=1.0))
    assert one.past.lasts == {}


def test_a_stop_depth_is_remembered_over_a_restart(keep):
    """And let go of over another one."""
    one = keep()
    one.remember(Profile("basic", STOP))
    one.close()
    two = keep()
    waited(lambda: two.past.profile == Profile("basic", STOP))
    two.remember(None)
    two.close()
    three = keep()
    saved(three, made_up(ended_s=1.0))
    assert three.past.profile is None


def corrupt(path, how):
    """Spoil a history with some sets in it."""
    store = Store(path)
    for seed in range(20):
        store.add(made_up(seed=seed), NOW, CONFIGURED)
    store.close()
    data = bytearray(path.read_bytes())
    if how == "no database":
        data = bytearray(b"not a database at all, " * 400)
    elif how == "torn":
        data = data[: len(data) // 2]
    elif how == "zeros":
        data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    elif how == "header":
        data[:100] = bytes(100)
    path.write_bytes(data)
    return bytes(data)


@pytest.mark.parametrize("how", ["no database", "torn", "zeros", "header"])
def test_a_damaged_file_is_set_aside_and_never_deleted(path, keep, how):
    """Said once; a new history begins, and its sets are safe; the old file is as it was."""
    before = corrupt(path, how)
    said = []
    one = keep(said)
    number = saved(one, made_up(ended_s=1.0))
    one.close()
    aside = path.with_name("history.damaged-1.db")
    assert aside.read_bytes() == before
    damages = [line for line in said if "damaged" in line]
    assert len(damages) == 1
    assert "history.damaged-1.db" in damages[0]
    store = Store(path)
    assert [entry.number for entry in store.sets()[0]] == [number]
    store.close()
    if how == "zeros":
        assert number == 21, "numbers go on where they can still be read"


def test_a_file_that_is_damaged_while_the_mirror_runs_is_set_aside(path, keep):
    """The set that found it out is saved in the new one."""
    said = []
    one = keep(said)
    saved(one, made_up(ended_s=1.0))
    waited(lambda: not one._waiting)
    other = sqlite3.connect(path)
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    data = bytearray(path.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    path.write_bytes(data)
    saved(one, made_up(ended_s=2.0))
    one.close()
    assert path.with_name("history.damaged-1.db").exists()
    assert len(Store(path).sets()[0]) == 1


def test_numbers_go_on_after_those_that_are_only_in_the_log(path):
    """Where another program has the file open, the log stays apart from it."""
    store, other = Store(path), Store(path)
    for seed in range(3):
        store.add(made_up(seed=seed), NOW, CONFIGURED)
    store.close()
    assert set_aside(path) == (path.with_name("history.damaged-1.db"), 3)
    other.close()


def with_rep(finished, **changes):
    """The set with other numbers in its first rep."""
    return replace(finished, reps=(replace(finished.reps[0], **changes), *finished.reps[1:]))


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda one: replace(one, log=replace(one.log, stood_deg=math.nan)),
        lambda one: with_rep(one, hip_flexion_max_deg=math.inf),
        lambda one: with_rep(one, knee_at_bottom_deg=math.nan),
        lambda one: with_rep(one, start_s=math.nan),
        lambda one: with_rep(one, end_s=-math.inf),
        lambda one: with_rep(one, number="first"),
        lambda one: replace(one, drill=7),
    ],
)
def test_a_set_that_could_not_be_read_again_is_left_out(path, keep, spoiled):
    """Said once; the history stays as it is, and the sets before and after it are saved."""
    said = []
    one = keep(said)
    saved(one, made_up(ended_s=1.0))
    one.keep(spoiled(made_up(ended_s=2.0)))
    assert saved(one, made_up(ended_s=3.0)) == 2
    assert not one.past.is_failing
    one.close()
    assert [file.name for file in path.parent.glob("*.db")] == ["history.db"]
    assert len([line for line in said if "is not saved" in line]) == 1
    assert len(said) == 3
    store = Store(path)
    entries, damaged = store.sets()
    assert ([entry.number for entry in entries], damaged) == ([1, 2], 0)
    store.close()


def test_what_may_be_unknown_is_stored_as_unknown(store):
    """A rounding, a stop depth, a sample and a measure that are no numbers cost no set."""
    one = with_rep(made_up(), back_rounding_max_deg=math.nan, measures={"a": math.nan, "b": 1.0})
    one = replace(one, reps=one.reps[:1])
    samples = (one.log.samples[0]._replace(fold_deg=math.inf), *one.log.samples[1:])
    stop = replace(STOP, pelvis_flexion_deg=math.nan)
    entry = store.add(
        replace(one, log=replace(one.log, samples=samples, stop=stop)), NOW, CONFIGURED
    )
    assert store.sets() == ([entry], 0)
    assert (entry.rounding_deg, entry.stop_deg) == (None, None)
    detail = store.detail(1)
    assert detail.signals["fold_deg"][0] is None
    assert detail.signals["fold_deg"][1] is not None
    assert detail.reps[0].measures == {"b": 1.0}


def test_a_set_at_an_impossible_time_is_kept(keep, monkeypatch):
    """A clock that is out of its mind is not sure, and costs no set; so is one before 1970."""
    for k, at_s in enumerate((1e12, -1e12, 253_402_300_800.0), 1):
        monkeypatch.setattr(clock.time, "time", lambda at_s=at_s: at_s)
        moment = clock.now(battery_clock=True)
        assert not moment.is_sure
        one = keep(battery_clock=True)
        assert saved(one, made_up(ended_s=float(k))) == k
        one.close()


def test_a_rule_of_the_file_that_is_broken_is_no_damage(path, keep, monkeypatch):
    """The file is whole: it stays, what was in it too, and the set waits; said once."""
    monkeypatch.setattr(recorder, "RETRY_S", 0.05)
    said = []
    one = keep(said)
    saved(one, made_up(ended_s=1.0))
    other = sqlite3.connect(path)
    other.execute(
        "CREATE TRIGGER no BEFORE INSERT ON sets BEGIN SELECT RAISE(ABORT, 'not today'); END"
    )
    one.keep(made_up(ended_s=2.0))
    waited(lambda: one.past.is_failing)
    time.sleep(0.3)
    other.execute("DROP TRIGGER no")
    other.close()
    waited(lambda: one.past.saved.number == 2)
    one.close()
    assert [file.name for file in path.parent.glob("*.db")] == ["history.db"]
    assert len([line for line in said if "not today" in line]) == 1
    assert len(Store(path).sets()[0]) == 2


def test_a_rule_that_is_broken_since_the_file_is_damaged_sets_it_aside(path, keep, monkeypatch):
    """An index that leads astray: the quick look at the start does not see it."""
    monkeypatch.setattr(recorder, "PAUSE_S", 0.05)
    store = Store(path)
    store.add(made_up(), NOW, CONFIGURED)
    store._db.execute("PRAGMA foreign_keys = OFF")
    store._db.execute("UPDATE details SET number = 2")
    store.close()
    said = []
    assert saved(keep(said), made_up(ended_s=1.0)) == 2
    assert path.with_name("history.damaged-1.db").exists()
    assert len([line for line in said if "is damaged" in line]) == 1


def test_where_each_new_file_is_damaged_at_once_one_is_set_aside(path, keep, monkeypatch):
    """A bad disk: said, the sets wait, and no heap of files grows."""
    monkeypatch.setattr(recorder, "RETRY_S", 0.02)
    monkeypatch.setattr(recorder, "PAUSE_S", 0.02)
    tries = []

    def torn(self, *what):
        tries.append(what)
        raise HistoryDamaged("history.db: is damaged (torn).")

    monkeypatch.setattr(Store, "add", torn)
    said = []
    one = keep(said)
    one.keep(made_up(ended_s=1.0))
    waited(lambda: len(tries) > 5)
    assert one.past.is_failing
    one.close()
    assert [file.name for file in path.parent.glob("*damaged*.db")] == ["history.damaged-1.db"]
    assert len(said) == 3, "set aside, waiting, and lost at the end"


def test_each_damaged_file_has_a_name_of_its_own(path):
    """The second one does not take the place of the first."""
    for k in (1, 2):
        path.write_text(f"broken {k}")
        path.with_name("history.db-wal").write_text(f"log {k}")
        assert set_aside(path)[0].name == f"history.damaged-{k}.db"
    assert path.with_name("history.damaged-1.db").read_text() == "broken 1"
    assert path.with_name("history.damaged-1.db-wal").read_text() == "log 1"


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(spoiled=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1))
@example(spoiled=[(18, 3)])  # a write version that SQLite does not know
@example(spoiled=[(220164, 0)])
@pytest.mark.slow
def test_any_bytes_of_the_file_may_be_wrong(tmp_path_factory, spoiled):
    """A new set is saved all the same, and looking gives sets or one sentence."""
    path = tmp_path_factory.mktemp("fuzz") / "history.db"
    store = Store(path)
    for seed in range(8):
        store.add(made_up(seed=seed), NOW, CONFIGURED)
    store.close()
    data = bytearray(path.read_bytes())
    for at, byte in spoiled:
        data[at % len(data)] = byte
    path.write_bytes(data)
    try:
        reader = Store(path, read_only=True)
    except HistoryError:
        pass
    else:
        try:
            entries, _ = reader.sets()
            table.table(entries)
            table.write_json(((entry, None) for entry in entries), StringIO())
            for entry in entries:
                with suppress(HistoryError):
                    # A damaged tree may hide a set from a search by number.
                    if (detail := reader.detail(entry.number)) is not None:
                        table.set_table(entry, detail)
        except HistoryError:
            pass
        reader.close()
    one = Recorder(Settings(history=HistorySettings(least_reps=1)), lambda sentence: None, path)
    saved(one, made_up(ended_s=1.0))
    one.close()


def test_a_garbled_row_does_not_hide_the_others(store):
    """It is left out, and counted."""
    for seed in range(3):
        store.add(made_up(seed=seed), NOW, CONFIGURED)
    store._db.execute("UPDATE sets SET faults = 'nonsense' WHERE number = 2")
    store._db.execute("UPDATE details SET signals = x'00' WHERE number = 3")
    store._db.execute("UPDATE sets SET at_s = 1e300 WHERE number = 1")
    entries, damaged = store.sets()
    assert ([entry.number for entry in entries], damaged) == ([3], 2)
    with pytest.raises(HistoryDamaged):
        store.detail(3)


def test_a_garbled_row_keeps_no_other_set_from_the_broker(store):
    """It is passed over; the sets after it are sent in their order."""
    for seed in range(3):
        store.add(made_up(seed=seed), NOW, CONFIGURED, queue=5)
    store._db.execute("UPDATE sets SET faults = 'nonsense' WHERE number = 1")
    sent = []
    while (entry := store.waiting()) is not None:
        sent.append(entry.number)
        store.sent(entry.number)
    assert sent == [2, 3]


@pytest.fixture
def as_nobody():
    """Files are opened as a user without rights: root may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def locked():
    """A folder that nobody but root may write to, with a history of one set in it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = Store(folder / "history.db")
        store.add(made_up(), NOW, CONFIGURED)
        store.close()
        folder.chmod(0o555)
        (folder / "history.db").chmod(0o444)
        yield folder
        folder.chmod(0o755)


def test_in_a_folder_that_is_read_only_the_mirror_runs_on(locked, keep, as_nobody):
    """Said once; what was there is still there, and can be looked at."""
    said = []
    one = keep(said, at=locked / "history.db")
    for k in range(3):
        one.keep(made_up(ended_s=float(k)))
    waited(lambda: one.past.is_failing)
    one.close()
    assert len([line for line in said if "cannot be" in line]) == 1
    assert said[-1] == "3 finished sets could not be saved."
    reader = Store(locked / "history.db", read_only=True)
    assert len(reader.sets()[0]) == 1
    reader.close()


def test_a_folder_that_cannot_be_made_is_said_once(keep, tmp_path):
    """A file stands where the folder should be."""
    (tmp_path / "state").write_text("a file")
    said = []
    one = keep(said, at=tmp_path / "state" / "history.db")
    waited(lambda: one.past.is_failing)
    one.keep(made_up())
    one.close()
    assert len([line for line in said if "state" in line]) == 1
    assert (tmp_path / "state").read_text() == "a file"


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 200 kB, where this user may mount one; gives its folder and how to enlarge it."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(options):
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        return subprocess.run(command, capture_output=True).returncode == 0

    if not mount("size=200k"):
        pytest.skip("no file system can be mounted here")
    try:
        yield folder, lambda: mount("remount,size=10m")
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_on_a_full_disk_sets_wait_and_are_saved_when_there_is_room(small_disk, keep, monkeypatch):
    """Said once; what was saved is there, and nothing is saved twice or lost."""
    monkeypatch.setattr(recorder, "RETRY_S", 0.05)
    folder, enlarge = small_disk
    said = []
    one = keep(said, at=folder / "history.db")
    for k in range(1, 31):
        one.keep(made_up(seed=k, ended_s=float(k)))
    waited(lambda: one.past.is_failing)
    time.sleep(0.3)
    full = one.past.saved.number
    assert 1 <= full < 30
    reader = Store(folder / "history.db", read_only=True)
    assert [entry.number for entry in reader.sets()[0]] == list(range(1, full + 1))
    reader.close()
    assert len([line for line in said if "the disk is full" in line]) == 1
    assert enlarge()
    waited(lambda: one.past.saved.number == 30)
    one.close()
    assert said[-1] == "Sets are saved again."
    store = Store(folder / "history.db")
    assert [entry.number for entry in store.sets()[0]] == list(range(1, 31))
    store.close()


def test_a_file_that_may_not_grow_loses_nothing(path, keep, monkeypatch):
    """A limit on the size of files: another way for a disk to be full."""
    import resource

    monkeypatch.setattr(recorder, "RETRY_S", 0.05)
    said = []
    one = keep(said)
    saved(one, made_up(ended_s=1.0))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (path.with_name("history.db-wal").stat().st_size, hard)
    )
    try:
        one.keep(made_up(seed=2, ended_s=2.0))
        waited(lambda: one.past.is_failing)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    waited(lambda: one.past.saved.number == 2)
    one.close()
    assert len(Store(path).sets()[0]) == 2


def test_another_program_that_holds_the_file_is_waited_for(path, keep, monkeypatch):
    """A set is late then, and not lost."""
    monkeypatch.setattr(recorder, "RETRY_S", 0.05)
    monkeypatch.setattr("mirror.history.database.BUSY_S", 0.05)
    one = keep()
    saved(one, made_up(ended_s=1.0))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    one.keep(made_up(ended_s=2.0))
    waited(lambda: one.past.is_failing)
    other.execute("ROLLBACK")
    other.close()
    waited(lambda: one.past.saved.number == 2)


def test_a_defect_of_saving_does_not_end_the_mirror(keep, monkeypatch):
    """It is said, and the set is tried again."""
    monkeypatch.setattr(recorder, "RETRY_S", 0.05)
    real, calls = Store.add, []

    def stumbles(self, *what):
        calls.append(what)
        if len(calls) == 1:
            raise ZeroDivisionError("oh")
        return real(self, *what)

    monkeypatch.setattr(Store, "add", stumbles)
    said = []
    assert saved(keep(said), made_up(ended_s=1.0)) == 1
    assert "saving failed" in said[0]


def test_a_power_cut_takes_no_set_that_was_called_saved(capsys):
    """SIGKILL at random moments while sets are saved; `bench power-cuts` does 200."""
    assert history.power_cuts(3) == 0
    out = capsys.readouterr().out
    assert out.startswith("3 cuts")
    assert " 0 of them lost" in out


def test_a_clock_that_was_never_set_is_not_believed(monkeypatch):
    """No time server, or a year before there was this mirror."""
    monkeypatch.setattr(clock, "is_synchronised", lambda: True)
    monkeypatch.setattr(clock.time, "time", lambda: NOW_S)
    assert clock.now() == Moment(NOW_S, True)
    monkeypatch.setattr(clock.time, "time", lambda: 1000.0)
    assert not clock.now().is_sure
    assert not clock.now(battery_clock=True).is_sure
    monkeypatch.setattr(clock.time, "time", lambda: NOW_S)
    monkeypatch.setattr(clock, "is_synchronised", lambda: False)
    assert not clock.now().is_sure
    assert clock.now(battery_clock=True).is_sure


def test_the_systems_own_time_client_is_believed(monkeypatch, tmp_path):
    """Where the kernel may not be asked: its file is there once it has set the clock."""
    monkeypatch.setattr(clock.ctypes, "CDLL", lambda name: (_ for _ in ()).throw(OSError("no")))
    monkeypatch.setattr(clock, "TIMESYNCD", tmp_path / "synchronized")
    assert not clock.is_synchronised()
    (tmp_path / "synchronized").touch()
    assert clock.is_synchronised()


def test_the_kernel_is_asked_whether_the_clock_is_set():
    """As `adjtimex` says; any answer will do here."""
    assert clock.is_synchronised() in (True, False)
