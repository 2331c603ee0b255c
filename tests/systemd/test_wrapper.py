"""systemd/hinge-mirror.sh, run as it is: who does what, where, and with which folders."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent.parent / "systemd" / "hinge-mirror.sh"
TOLD = ("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "MPLCONFIGDIR")


@dataclass(frozen=True)
class Done:
    """What the installed program was started with; None if it was not."""

    code: int
    err: str
    words: list[str] | None
    folder: Path | None
    by: str | None
    umask: str | None
    places: dict[str, str]


def program(path, text):
    """A stand-in for a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def mirror(tmp_path):
    """An installed mirror under a folder that stands for /; gives a function that runs it."""
    under, tools, here = tmp_path / "root", tmp_path / "tools", tmp_path / "here"
    here.mkdir()
    for folder in ("var/lib/hinge-mirror", "var/cache/hinge-mirror"):
        (under / folder).mkdir(parents=True)
    said = tmp_path / "said"
    program(
        under / "opt/hinge-mirror/current/bin/hinge-mirror",
        f'{{ pwd; umask; echo "$BY"; for n in {" ".join(TOLD)}; do eval echo "\\$$n"; done\n'
        f"  for w; do echo \"$w\"; done; }} >'{said}'",
    )
    program(
        tools / "setpriv",
        'BY=; while [ "$1" != -- ]; do BY="$BY $1"; shift; done; shift; export BY; exec "$@"',
    )

    def run(*words, user="root", mask=0o077):
        names = {"root": "0", "mirror": "997", "pi": "1000"}
        program(
            tools / "id",
            f"case $1 in -u) echo {names[user]} ;; -un) echo {user} ;; *) exit 1; esac",
        )
        said.unlink(missing_ok=True)
        done = subprocess.run(
            ["sh", str(SCRIPT), *words],
            cwd=here,
            env={
                "PATH": f"{tools}:{os.environ['PATH']}",
                "HOME": "/home/pi",
                "HINGE_MIRROR_PREFIX": str(under),
            },
            capture_output=True,
            text=True,
            check=False,
            umask=mask,
        )
        if not said.exists():
            return Done(done.returncode, done.stderr, None, None, None, None, {})
        folder, umask, by, *rest = said.read_text().splitlines()
        places = dict(zip(TOLD, rest, strict=False))
        return Done(
            done.returncode, done.stderr, rest[len(TOLD) :], Path(folder), by.strip(), umask, places
        )

    run.here, run.under = here, under
    return run


@pytest.mark.parametrize("words", [["check"], ["run", "--for", "9"], ["calibrate"], ["model"], []])
def test_the_devices_are_the_mirrors_users(mirror, words):
    """Root becomes the user of the service, in a folder that lgpio may write to."""
    done = mirror(*words)
    assert done.words == words
    assert done.by == "--reuid mirror --regid mirror --init-groups"
    state = mirror.under / "var/lib/hinge-mirror"
    assert done.folder == state
    assert done.places == {
        "HOME": str(state),
        "XDG_CACHE_HOME": str(mirror.under / "var/cache"),
        "XDG_STATE_HOME": str(mirror.under / "var/lib"),
        "MPLCONFIGDIR": str(mirror.under / "var/cache/hinge-mirror"),
    }


@pytest.mark.parametrize(
    "words",
    [
        ["import", "old.zip"],
        ["export", "--history", "a b.zip"],
        ["history", "--plot", "x.png"],
        ["analyze", "clip.mp4"],
    ],
)
def test_files_of_the_caller_stay_with_him(mirror, words):
    """Root stays root, in his own folder; the state of the mirror is found, his caches are his."""
    done = mirror(*words)
    assert done.words == words
    assert done.by == ""
    assert done.folder == mirror.here
    assert done.places["XDG_STATE_HOME"] == str(mirror.under / "var/lib")
    assert done.places["HOME"] == "/home/pi"
    assert done.places["MPLCONFIGDIR"] == "/home/pi/.cache/matplotlib"


def test_what_is_imported_can_be_read_by_the_mirror(mirror):
    """Even where root keeps new files to himself; elsewhere his own habit counts."""
    assert mirror("import", "old.zip").umask == "0022"
    assert mirror("export", "new.zip").umask == "0077"


@pytest.mark.parametrize(
    "words", [["check"], ["import", "old.zip"], ["export", "a.zip"], ["history"], ["run"], []]
)
def test_without_sudo_it_says_so(mirror, words):
    """One sentence and exit code 2, instead of faults that there are not."""
    done = mirror(*words, user="pi")
    assert done.words is None
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert f"run it with sudo: sudo hinge-mirror {' '.join(words)}".strip() in done.err


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["check", "--help"], ["analyze", "clip.mp4"]]
)
def test_what_touches_nothing_needs_no_sudo(mirror, words):
    """Help, the version, and a video of the caller's own."""
    done = mirror(*words, user="pi")
    assert (done.code, done.words, done.by, done.folder) == (0, words, "", mirror.here)


def test_the_mirrors_user_is_himself_already(mirror):
    """Nothing is changed but folders."""
    done = mirror("check", user="mirror")
    assert (done.words, done.by) == (["check"], "")
    assert done.folder == mirror.under / "var/lib/hinge-mirror"


def test_a_check_without_its_folder_still_checks(mirror):
    """A partition that is not there is for the check to tell."""
    shutil.rmtree(mirror.under / "var/lib/hinge-mirror")
    done = mirror("check")
    assert (done.words, done.folder) == (["check"], Path("/"))
