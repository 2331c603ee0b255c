"""`hinge-mirror history`: what is printed, written and deleted."""

import csv
import json
import time
from datetime import datetime

import pytest
from benches import madeup

from mirror.__main__ import main
from mirror.config import Settings
from mirror.history import record
from mirror.history.clock import Moment
from mirror.history.store import Store

NOON_S = datetime(2026, 11, 20, 12).astimezone().timestamp()


@pytest.fixture
def kept(state):
    """A history of 40 sets in November 2026, the newest without a clock; gives its folder."""
    store = Store(state / "history.db")
    year = [one for one, _ in madeup.year(40, time.time())]
    for k, finished in enumerate(year):
        moment = Moment(NOON_S + (k - 39) * 21_600, k != 39)
        store.add(finished, moment, record.configuration(Settings()))
    store.close()
    return state


def numbers(text):
    """The set numbers in a table."""
    words = [line.split() for line in text.splitlines()]
    return [int(line[0]) for line in words if line and line[0].isdigit()]


def test_without_a_history_it_says_so(state, capsys):
    """No error: nobody has done a set yet. And nothing is made."""
    assert main(["history"]) == 0
    assert "No sets are kept yet" in capsys.readouterr().out
    assert not state.exists()


def test_the_newest_sets_are_shown_and_all_on_request(kept, capsys):
    """Thirty, oldest first, with the number of all of them."""
    main(["history"])
    out = capsys.readouterr().out
    assert numbers(out) == list(range(11, 41))
    assert "The newest 30 of 40 sets" in out
    main(["history", "--all"])
    assert numbers(capsys.readouterr().out) == list(range(1, 41))


def test_a_time_that_is_not_sure_is_marked(kept, capsys):
    """With a word about what that means."""
    main(["history"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if "12:00?" in line] == ["40"]
    assert "clock was not set" in lines[-1]


def test_one_day_and_one_variation(kept, capsys):
    """Both narrow the table; a drill counts as its variation, and alone."""
    main(["history", "--day", "2026-11-19"])
    assert numbers(capsys.readouterr().out) == [34, 35, 36, 37]
    main(["history", "--since", "2026-11-19"])
    assert numbers(capsys.readouterr().out) == [34, 35, 36, 37, 38, 39, 40]
    main(["history", "--variation", "stick"])
    sticks = numbers(capsys.readouterr().out)
    main(["history", "--variation", "basic"])
    assert set(sticks) < set(numbers(capsys.readouterr().out))
    main(["history", "--day", "today"])
    assert "There is no such set." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--day", "soon"], "'soon' is not a day"),
        (["--since", "2026-13-01"], "is not a day"),
        *[
            ([*words, option, day], f"'{day}': no set is of a day before 1970 or after 2999.")
            for words in ([], ["delete"])
            for option in ("--day", "--since")
            for day in ("0001-01-01", "9999-12-31")
        ],
        (["--set", "99999999999999999999"], "There is no set 99999999999999999999."),
        (["delete", "--set", "99999999999999999999"], "There is no set 99999999999999999999."),
        (["--variation", "salsa"], "There is no variation 'salsa'"),
        (["--set", "99"], "There is no set 99"),
        (["--plot", "out.gif"], "a plot is one of"),
        (["delete"], "say which"),
        (["delete", "--variation", "salsa"], "There is no variation 'salsa'"),
    ],
)
def test_what_there_is_not_is_one_sentence(kept, capsys, words, said):
    """Exit code 2."""
    assert main(["history", *words]) == 2
    assert said in capsys.readouterr().err


def test_one_set_is_reported_rep_by_rep(kept, capsys):
    """With how it ended and what it was measured with."""
    main(["history", "--json", "-"])
    wanted = [json.loads(line) for line in capsys.readouterr().out.splitlines()][6]
    main(["history", "--set", "7"])
    out = capsys.readouterr().out
    assert f"ended by {wanted['ended']}" in out
    assert len(numbers(out)) == 1 + wanted["reps"]
    assert "mediapipe" in out


def test_csv_and_json_hold_every_set(kept, capsys, tmp_path):
    """The same numbers in both; JSON to standard output, CSV to a file."""
    assert main(["history", "--json", "-"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert main(["history", "--csv", str(tmp_path / "sets.csv")]) == 0
    with (tmp_path / "sets.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [row["number"] for row in rows] == [int(row["number"]) for row in table]
    assert [row["depth_deg"] for row in rows] == [float(row["depth_deg"]) for row in table]
    assert datetime.fromisoformat(rows[0]["at"]).timestamp() == NOON_S - 39 * 21_600
    assert [row["clock_sure"] for row in rows] == [True] * 39 + [False]


def test_the_signals_of_one_set(kept, capsys, tmp_path):
    """As CSV, as JSON with its reps, and as a plot."""
    assert main(["history", "--set", "7", "--csv", "-"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert set(rows[0]) == {"t", "fold_deg", "trunk_deg", "knee_deg", "rounding_deg"}
    assert main(["history", "--set", "7", "--json", "-"]) == 0
    one = json.loads(capsys.readouterr().out)
    assert len(one["signals"]["t"]) == len(rows)
    assert len(one["each_rep"]) == one["reps"]
    assert main(["history", "--set", "7", "--plot", str(tmp_path / "one.png")]) == 0
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("words", [[], ["--variation", "swing"], ["--day", "2026-11-19"]])
def test_the_plot_is_an_image(kept, tmp_path, words):
    """Of all sets, of one variation, of a single day."""
    assert main(["history", *words, "--plot", str(tmp_path / "all.png")]) == 0
    assert (tmp_path / "all.png").read_bytes().startswith(b"\x89PNG")


def test_a_plot_that_cannot_be_written_is_one_sentence(kept, tmp_path, capsys):
    """The folder is not there."""
    assert main(["history", "--plot", str(tmp_path / "none" / "all.png")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_what_is_to_be_deleted_is_deleted_and_nothing_else(kept, capsys):
    """One set, one day, all of them; the command prints the number."""
    assert main(["history", "delete", "--set", "7"]) == 0
    assert capsys.readouterr().out == "1 set deleted.\n"
    main(["history", "--all"])
    assert numbers(capsys.readouterr().out) == [n for n in range(1, 41) if n != 7]
    main(["history", "delete", "--day", "2026-11-19"])
    assert capsys.readouterr().out == "4 sets deleted.\n"
    main(["history", "delete", "--all"])
    assert capsys.readouterr().out == "35 sets deleted.\n"
    main(["history"])
    assert capsys.readouterr().out == "No sets are kept yet.\n"


@pytest.mark.parametrize("day", ["1970-01-01", "2999-12-31"])
def test_the_first_and_the_last_day_can_be_asked_for(kept, capsys, day):
    """There is no set of them."""
    assert main(["history", "--day", day]) == 0
    assert capsys.readouterr().out == "There is no such set.\n"


def test_deleting_without_a_history_makes_none(state, capsys):
    """Nothing is there to be deleted."""
    assert main(["history", "delete", "--all"]) == 0
    assert capsys.readouterr().out == "0 sets deleted.\n"
    assert not state.exists()


def test_a_damaged_history_is_one_sentence_and_stays_where_it_is(kept, capsys):
    """Looking never moves anything: that is the mirror's business."""
    (kept / "history.db").write_text("no database at all")
    assert main(["history"]) == 1
    assert "is damaged" in capsys.readouterr().err
    assert main(["history", "delete", "--all"]) == 1
    assert (kept / "history.db").read_text() == "no database at all"


def test_looking_at_sets_does_not_disturb_the_mirror(kept, capsys):
    """While one is being saved, the others can be read."""
    store = Store(kept / "history.db")
    store._db.execute("BEGIN IMMEDIATE")
    store._db.execute("DELETE FROM sets WHERE number = 40")
    assert main(["history"]) == 0
    assert numbers(capsys.readouterr().out)[-1] == 40
    store._db.execute("ROLLBACK")
    store.close()
