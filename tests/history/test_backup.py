"""`export` and `import`: from one card to the next."""

import json
import os
import random
import subprocess
import sys
import time
import zipfile
from dataclasses import replace

import pytest
from benches import madeup

from mirror.__main__ import main
from mirror.config import HistorySettings, Settings, load
from mirror.history import record
from mirror.history.clock import Moment
from mirror.history.database import is_in_use
from mirror.history.recorder import Recorder
from mirror.history.store import Store

CONFIG = '[camera]\nwidth = 600\n[network]\nbroker = "b"\npassword_file = "/etc/secret"\n'


def add(path, seed=1):
    """A set more in a history."""
    store = Store(path)
    finished = madeup.made_up("basic", 0.5, random.Random(seed))
    store.add(finished, Moment(1_790_000_000.0, True), record.configuration(Settings()))
    store.close()


@pytest.fixture
def old(tmp_path, state):
    """A mirror with all that can be exported; gives its configuration."""
    config = tmp_path / "old" / "mirror.toml"
    (config.parent / "languages").mkdir(parents=True)
    config.write_text(CONFIG)
    (config.parent / "languages" / "nl.toml").write_text('[state]\nwelcome = "Hoi"\n')
    state.mkdir()
    (state / "calibration.toml").write_text("camera_height_m = 1.2\n")
    add(state / "history.db")
    return config


@pytest.fixture
def new(tmp_path, monkeypatch):
    """The place of a new mirror: its configuration, and its state folder."""

    def move():
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "new-state"))
        return tmp_path / "new" / "mirror.toml", tmp_path / "new-state" / "hinge-mirror"

    return move


def test_everything_comes_to_the_new_card(old, new, tmp_path, capsys):
    """Settings, a language, the calibration, the sets; what is secret is named."""
    archive = tmp_path / "mirror.zip"
    assert main(["export", "--config", str(old), "--history", str(archive)]) == 0
    assert "does not hold the password of the broker" in capsys.readouterr().out
    config, state = new()
    assert main(["import", "--config", str(config), str(archive)]) == 0
    assert load(config) == load(old)
    assert (config.parent / "languages" / "nl.toml").exists()
    assert (state / "calibration.toml").read_text() == "camera_height_m = 1.2\n"
    capsys.readouterr()
    assert main(["history", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["number"] == 1


def test_the_sets_are_only_in_it_on_request(old, tmp_path):
    """They are personal, and large."""
    archive = tmp_path / "mirror.zip"
    main(["export", "--config", str(old), str(archive)])
    with zipfile.ZipFile(archive) as file:
        assert set(file.namelist()) == {"mirror.toml", "languages/nl.toml", "calibration.toml"}


def test_what_an_import_replaces_is_kept(old, tmp_path, state, capsys):
    """Beside it, under a name of its own each time; a history with its log."""
    archive = tmp_path / "mirror.zip"
    main(["export", "--config", str(old), "--history", str(archive)])
    for k in (1, 2):
        old.write_text(f"[screen]\nfps = {20 + k}\n")
        add(state / "history.db", seed=k)
        assert main(["import", "--config", str(old), str(archive)]) == 0
        assert load(old.with_name(f"mirror.before-{k}.toml")).screen.fps == 20 + k
        store = Store(state / f"history.before-{k}.db")
        assert store.count() == 2
        store.close()
    assert "mirror.before-2.toml" in capsys.readouterr().out
    main(["import", "--config", str(old), str(archive)])
    assert not old.with_name("mirror.before-3.toml").exists(), "the same needs no keeping"


def test_a_history_that_is_in_use_is_not_replaced(old, tmp_path, state, capsys):
    """A running mirror would go on with the one that was put away: nothing is changed."""
    archive = tmp_path / "mirror.zip"
    main(["export", "--config", str(old), "--history", str(archive)])
    add(state / "history.db", seed=2)
    old.write_text(CONFIG + "[sound]\nvolume = 0.1\n")
    recorder = Recorder(Settings(history=HistorySettings(least_reps=1)), lambda sentence: None)
    finished = madeup.made_up("basic", 0.5, random.Random(3))
    for ended_s in (1.0, 2.0):
        recorder.keep(replace(finished, ended_s=ended_s))
        limit = time.monotonic() + 20
        while (saved := recorder.past.saved) is None or saved.ended_s != ended_s:
            assert time.monotonic() < limit
            time.sleep(0.01)
        # Idle by now, and the file is still its own.
        assert main(["import", "--config", str(old), str(archive)]) == 1
        assert "sudo systemctl stop hinge-mirror." in capsys.readouterr().err
    assert load(old).sound.volume == 0.1
    assert not list(tmp_path.rglob("*before*"))
    assert not list(state.glob("*before*"))
    recorder.close()
    store = Store(state / "history.db")
    assert store.count() == 4
    store.close()
    assert main(["import", "--config", str(old), str(archive)]) == 0
    (kept,) = state.glob("history.before-*")
    store = Store(kept)
    assert store.count() == 4
    store.close()


def test_settings_alone_may_be_replaced_while_the_mirror_runs(old, tmp_path, state):
    """They are used from its next start on."""
    archive = tmp_path / "mirror.zip"
    main(["export", "--config", str(old), str(archive)])
    store = Store(state / "history.db")
    assert main(["import", "--config", str(old), str(archive)]) == 0
    store.close()


def test_another_program_that_has_the_history_open_is_noticed(tmp_path):
    """Also one that only looks; and not one that was killed."""
    path = tmp_path / "history.db"
    add(path)
    code = (
        "import sys, time; from pathlib import Path; from mirror.history.store import Store;"
        "s = Store(Path(sys.argv[1]), read_only=sys.argv[2] == 'looks'); s.count();"
        "print('open', flush=True); time.sleep(60)"
    )
    for does in ("writes", "looks"):
        command = [sys.executable, "-c", code, str(path), does]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
            assert other.stdout.readline() == b"open\n"
            assert is_in_use(path)
            other.kill()
        assert not is_in_use(path)
    assert not is_in_use(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
    path.write_bytes(b"no database " * 500)
    assert not is_in_use(path)


def test_the_shipped_settings_are_exported_without_the_shipped_languages(tmp_path):
    """Every mirror has those."""
    archive = tmp_path / "mirror.zip"
    assert main(["export", str(archive)]) == 0
    with zipfile.ZipFile(archive) as file:
        assert file.namelist() == ["mirror.toml"]


def test_broken_settings_are_not_exported(old, tmp_path, capsys):
    """Such an archive would help nobody."""
    old.write_text("[camera]\nfsp = 3\n")
    assert main(["export", "--config", str(old), str(tmp_path / "mirror.zip")]) == 2
    assert "camera.fsp" in capsys.readouterr().err
    assert not (tmp_path / "mirror.zip").exists()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"mirror.toml": "[camera]\nfsp = 3\n"}, "unknown key camera.fsp"),
        ({"mirror.toml": "", "calibration.toml": "= no"}, "calibration.toml"),
        ({"mirror.toml": "", "languages/xx.toml": "a = " + "[" * 5000}, "languages/xx.toml"),
        ({"mirror.toml": "", "history.db": "no database " * 500}, "is damaged"),
        ({"mirror.toml": "", "../evil.toml": ""}, "does not belong to a mirror"),
        ({"mirror.toml": "", "languages/../../evil.toml": ""}, "does not belong to a mirror"),
        ({"mirror.toml": "", "run.sh": ""}, "does not belong to a mirror"),
        ({"calibration.toml": ""}, "There is no mirror.toml"),
    ],
)
def test_an_archive_with_something_wrong_in_it_changes_nothing(
    old, tmp_path, state, capsys, files, said
):
    """One sentence; not even the good files of it are taken."""
    archive = tmp_path / "mirror.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name, text in files.items():
            file.writestr(name, text)
    assert main(["import", "--config", str(old), str(archive)]) in (1, 2)
    assert said in capsys.readouterr().err
    assert old.read_text() == CONFIG
    assert (state / "calibration.toml").read_text() == "camera_height_m = 1.2\n"
    assert not list(tmp_path.rglob("evil.toml"))
    assert not list(tmp_path.rglob("*before*"))


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"PK\x03\x04 torn"])
def test_what_is_no_archive_is_one_sentence(old, tmp_path, capsys, content):
    """Not there, empty, something else, cut off: exit code 2."""
    archive = tmp_path / "mirror.zip"
    if content is not None:
        archive.write_bytes(content)
    assert main(["import", "--config", str(old), str(archive)]) == 2
    assert "mirror.zip" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_one_sentence(old, tmp_path, capsys):
    """A file stands where a folder should be."""
    archive = tmp_path / "mirror.zip"
    main(["export", "--config", str(old), str(archive)])
    (tmp_path / "file").write_text("")
    assert main(["import", "--config", str(tmp_path / "file" / "mirror.toml"), str(archive)]) == 1
    assert "cannot be" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to others")
def test_what_root_moves_belongs_to_whom_the_folder_belongs_to(old, tmp_path, state):
    """The export gets the owner of its folder; calibration, sets and kept files the mirror's."""
    home, theirs = tmp_path / "home", 65534
    home.mkdir()
    os.chown(home, theirs, theirs)
    archive = home / "mirror.zip"
    assert main(["export", "--config", str(old), "--history", str(archive)]) == 0
    (state / "calibration.toml").write_text("camera_height_m = 1.3\n")
    os.chown(state, theirs, theirs)
    assert main(["import", "--config", str(old), str(archive)]) == 0
    for path in (archive, *(state / f"calibration{n}.toml" for n in ("", ".before-1"))):
        assert (path.stat().st_uid, path.stat().st_gid) == (theirs, theirs), path
    assert (state / "history.db").stat().st_uid == theirs
    assert old.stat().st_uid == 0


def test_a_log_without_its_history_is_no_part_of_an_imported_one(old, state, tmp_path):
    """It is set beside it, as the rest of what was there."""
    assert main(["export", str(tmp_path / "a.zip"), "--history"]) == 0
    (state / "history.db").unlink()
    (state / "history.db-wal").write_bytes(b"left over")
    assert main(["import", str(tmp_path / "a.zip")]) == 0
    assert not (state / "history.db-wal").exists()
    assert (state / "history.before-1.db-wal").read_bytes() == b"left over"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to others")
def test_a_history_that_root_looks_at_stays_the_mirrors(old, state):
    """Nor does what SQLite keeps beside it, while the mirror is at work, become root's."""
    theirs = 65534
    for path in (state, state / "history.db"):
        os.chown(path, theirs, theirs)
    assert main(["history"]) == 0
    looking = Store(state / "history.db")
    assert main(["history", "delete", "--set", "1"]) == 0
    assert (state / "history.db-wal").exists()
    assert {path.stat().st_uid for path in state.glob("history.db*")} == {theirs}
    looking.close()
    assert {path.stat().st_uid for path in state.glob("history.db*")} == {theirs}
