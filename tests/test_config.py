"""mirror.toml -> Settings: accepted values, and how a mistake is reported."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mirror.config import Settings, default_file, load, shipped, state_folder, to_toml
from mirror.errors import ConfigError


@pytest.fixture
def written(tmp_path):
    """Write text or bytes to a mirror.toml and give its path."""

    def write(content):
        path = tmp_path / "mirror.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_the_shipped_file_holds_the_defaults():
    """config/mirror.toml changes nothing, and every key that has a default is in it."""
    path = shipped("mirror.toml")
    assert load(path) == Settings()
    text = path.read_text(encoding="utf-8")
    section = ""
    keys = set()
    for line in text.splitlines():
        if match := re.match(r"\[(\w+)\]", line):
            section = match[1]
        elif match := re.match(r"(?:# )?(\w+) +=", line):
            keys.add((section, match[1]))
    expected = {
        (name, key)
        for name in Settings.__struct_fields__
        for key in getattr(Settings(), name).__struct_fields__
    }
    assert keys == expected


def test_every_line_of_the_shipped_file_says_what_it_means():
    """Each key has a comment on its line, or follows one that speaks for both."""
    lines = shipped("mirror.toml").read_text(encoding="utf-8").splitlines()
    silent = [line for line in lines if re.match(r"\w+ +=", line) and "#" not in line]
    assert silent == ["previous = 27"]


def test_an_empty_file_is_the_defaults(written):
    """Every key may be left out."""
    assert load(written("")) == Settings()


def test_the_default_file_is_the_systems_if_there_is_one(monkeypatch, written):
    """/etc first, else the shipped one."""
    path = written("")
    monkeypatch.setattr("mirror.config.SYSTEM_CONFIG", path)
    assert default_file() == path
    path.unlink()
    assert default_file() == shipped("mirror.toml")


@pytest.mark.parametrize(
    "text",
    [
        "[camera]\nsource = '0'",
        "[camera]\nfps = 30",
        "[camera]\nrotate = 270\nflip = true",
        "[screen]\nfps = 5",
        "[buttons]\ndrill = 4",
        "[coach]\nbody_height_m = 1.75",
        "[camera]\nlens = 'own'\nfov_deg = 80.0\nk1 = -0.2",
        "[camera]\nlens = 'module-3-wide'\ntilt_deg = 8\nroll_deg = -1.5",
        "[screen]\nline = 'reflection'\nbottom_m = 0.6\ngap_mm = 12",
        "[model]\npath = '/opt/heavy.task'",
    ],
)
def test_what_is_accepted_survives_printing(written, text):
    """A good file loads, and the effective settings as TOML load to the same settings."""
    settings = load(written(text))
    assert settings != Settings() or "fps = 30" in text
    assert load(written(to_toml(settings))) == settings


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[camera]\nsauce = 'x'", ["unknown key camera.sauce"]),
        ("[camera]\nlens = 'own'", ["camera.lens = 'own'", "camera.fov_deg must be given"]),
        ("[camera]\nfsp = 80", ["unknown key camera.fsp (do you mean camera.fps?)"]),
        ("[sound]\nlanguage = 'de'", ["(do you mean coach.language?)"]),
        ("[camera]\nfps = 'many'", ["camera.fps = 'many': must be a number."]),
        ("[sound]\nvoice = 'loud'", ["must be 'off', 'cues' or 'all'"]),
        ("[camera]\nfov_deg = 80", ["camera.fov_deg = 80", "only with camera.lens = 'own'"]),
        ("[camera]\nk1 = 0.1", ["camera.k1 = 0.1", "only with camera.lens = 'own'"]),
        ("[camera]\nlens = 'fisheye'", ["camera.lens = 'fisheye'"]),
        ("[screen]\nline = 'both'", ["screen.line = 'both'"]),
        ("[coach]\neye = 'third'", ["coach.eye = 'third'"]),
        ("[kamera]\nwidth = 5", ["unknown key kamera (do you mean camera?)"]),
        ("volume = 3", ["unknown key volume (do you mean sound.volume?)"]),
        ("[camera]\n'a.b' = 3", ["unknown key camera.a.b"]),
        ("[camera]\n'a`b' = 3", ["unknown key camera.a`b"]),
        ("[camera]\n'x - at y' = 3", ["unknown key camera.x - at y"]),
        ("'x - at y' = 3", ["unknown key x - at y"]),
        ("'' = 3", ["unknown key"]),
        ("[camera]\nwidth = 'wide'", ["camera.width = 'wide'", "must be a whole number"]),
        ("[camera]\nwidth = 480.5", ["camera.width = 480.5", "must be a whole number"]),
        ("[camera]\nwidth = 100", ["camera.width = 100", "must be 160 or more"]),
        ("[camera]\nwidth = 99999", ["camera.width = 99999", "must be 1920 or less"]),
        ("[camera]\nsource = ''", ["camera.source = ''", "must not be empty"]),
        ("[camera]\nsource = 0", ["camera.source = 0", "must be a text in quotes"]),
        ("[camera]\nflip = 1", ["camera.flip = 1", "must be true or false"]),
        ("[camera]\nrotate = 45", ["camera.rotate = 45", "45"]),
        ("[camera]\nrotate = '90'", ["camera.rotate = '90'", "must be 0, 90, 180 or 270"]),
        ("[camera]\nfps = nan", ["camera.fps = nan"]),
        ("[camera]\nstall_s = inf", ["camera.stall_s = inf", "60 or less"]),
        ("[camera]\nseed = -1", ["camera.seed = -1", "0 or more"]),
        ("[camera]\nfps = 2026-01-01", ["camera.fps", "2026"]),
        ("camera = 5", ["camera = 5", "must be a table"]),
        ("[[camera]]\nwidth = 480", ["camera = [{'width': 480}]", "must be a table"]),
        ("[model]\npath = 3", ["model.path = 3", "must be a text in quotes"]),
        ("[screen]\ndiagonal_in = 1", ["screen.diagonal_in = 1", "3 or more"]),
        ("[buttons]\nnext = 28", ["buttons.next = 28", "27 or less"]),
        ("[buttons]\nnext = -1", ["buttons.next = -1", "0 or more"]),
        ("[buttons]\ndrill = 'x'", ["buttons.drill = 'x'", "must be a whole number"]),
        ("[buttons]\nnext = 22", ["buttons.select = 22", "buttons.next"]),
        ("[buttons]\ndrill = 27", ["buttons.drill = 27", "buttons.previous"]),
        ("[coach]\nbody_height_m = 175", ["coach.body_height_m = 175", "2.3 or less"]),
    ],
)
def test_a_mistake_is_reported_with_file_key_and_value(written, text, parts):
    """One sentence: the file, the key's path, its value, and what was expected."""
    path = written(text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    for part in parts:
        assert part in message
    assert message.endswith(".")
    assert "\n" not in message
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("not toml at all", "is not valid TOML"),
        ("[camera]\nwidth = 480\nwidth = 320", "is not valid TOML"),
        ("[camera\n", "is not valid TOML"),
        (b"\x7fELF\x00\xff\xfe", "is not valid TOML"),
        (b"\x00" * 64, "is not valid TOML"),
    ],
)
def test_what_is_no_toml(written, content, reason):
    """A file of another kind is one sentence that names the file."""
    path = written(content)
    with pytest.raises(ConfigError, match=reason) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_file(tmp_path):
    """A folder, or nothing at all, is one sentence that names it and the reason."""
    with pytest.raises(ConfigError, match=r"cannot be read \(Is a directory\)"):
        load(tmp_path)
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read \(No such file"):
        load(tmp_path / "none.toml")


def test_the_state_folder_is_where_the_system_says_else_the_users(monkeypatch, tmp_path):
    """XDG_STATE_HOME, else /var/lib/hinge-mirror if it is there, else ~/.local/state."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder() == tmp_path / "hinge-mirror"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setattr("mirror.config.SYSTEM_STATE", tmp_path)
    assert state_folder() == tmp_path
    monkeypatch.setattr("mirror.config.SYSTEM_STATE", tmp_path / "none")
    monkeypatch.setenv("HOME", "/home/me")
    assert state_folder() == Path("/home/me/.local/state/hinge-mirror")


def test_a_broker_needs_a_history(written):
    """Sets wait for it there."""
    with pytest.raises(ConfigError, match=r"network\.broker = 'b'.*history\.keep"):
        load(written('[history]\nkeep = false\n[network]\nbroker = "b"\n'))
    assert load(written('[network]\nbroker = "b"\n')).network.broker == "b"


@pytest.mark.parametrize("topic", ["", "a/#", "+/a", "/a", "a/"])
def test_a_topic_that_no_broker_takes_is_refused(written, topic):
    """Wildcards, and empty levels at the ends."""
    with pytest.raises(ConfigError, match=r"network\.topic"):
        load(written(f'[network]\ntopic = "{topic}"\n'))
