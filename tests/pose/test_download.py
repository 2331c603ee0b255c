"""The lite bundle over HTTP, from a server on this machine; no test here uses a network."""

from __future__ import annotations

import hashlib
import http.server
import io
import random
import threading
import zipfile

import pytest

from mirror.__main__ import main
from mirror.config import ModelSettings
from mirror.errors import ModelError
from mirror.pose import download, model
from mirror.pose.networks import PARTS

LITE = ModelSettings(size="lite")


def bundle():
    """Bytes of something that has both networks."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part in PARTS:
            archive.writestr(part.name, random.Random(1).randbytes(200_000))
    return out.getvalue()


class Storage(http.server.BaseHTTPRequestHandler):
    """A file that can be had from any byte on, over lines that may be cut off."""

    def do_GET(self):
        """Send the file, or what is asked of it."""
        world, data = self.server.world, self.server.world["data"]
        asked = self.headers.get("Range")
        world["asked"].append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        if not world["resumes"]:
            start = 0
        if start >= len(data):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        until = min(start + world["cut"].pop(0), len(data)) if world["cut"] else len(data)
        self.wfile.write(data[start:until])

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def storage(tmp_path, monkeypatch):
    """A server of a lite bundle, and an empty cache."""
    data = bundle()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Storage)
    server.world = world = {"data": data, "asked": [], "cut": [], "resumes": True}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    address = f"http://127.0.0.1:{server.server_port}/pose_landmarker_lite.task"
    monkeypatch.setattr(model, "LITE_URL", address)
    monkeypatch.setattr(model, "LITE_SHA256", hashlib.sha256(data).hexdigest())
    yield world
    server.shutdown()
    server.server_close()


def quiet(line):
    """A report to nobody."""


def test_the_lite_bundle_is_downloaded_once(storage, monkeypatch):
    """Into a file of its own beside the full one; what is there is not asked for again."""
    with pytest.raises(ModelError, match="run `hinge-mirror model --size lite`"):
        model.locate(LITE)
    path = model.bundle(LITE, quiet)
    assert path.name == "pose_landmarker_lite.task"
    assert path.read_bytes() == storage["data"]
    assert model.bundle(LITE, quiet) == model.locate(LITE) == path
    assert storage["asked"] == [None]
    assert sorted(each.name for each in path.parent.iterdir()) == ["lock", path.name]


def test_a_line_that_is_cut_off_is_gone_on_with(storage):
    """From the byte where it was cut, at once."""
    storage["cut"] = [100_000, 50_000]
    assert model.obtain(quiet, "lite").read_bytes() == storage["data"]
    assert storage["asked"] == [None, "bytes=100000-", "bytes=150000-"]


def test_a_later_run_goes_on_where_the_earlier_one_ended(storage):
    """After so many cuts the sentence says how much is there."""
    storage["cut"] = [100_000, 0, 0]
    with pytest.raises(ModelError, match=r"cannot be reached.*0\.1 MB are there") as caught:
        model.obtain(quiet, "lite")
    assert str(caught.value).count("\n") == 0
    said = []
    assert model.obtain(said.append, "lite").read_bytes() == storage["data"]
    assert storage["asked"][-1] == "bytes=100000-"
    assert any("Going on after 0.1 MB" in line for line in said)


def test_a_server_that_cannot_resume_gives_all_of_it_again(storage):
    """Then what is there is written over."""
    storage["cut"], storage["resumes"] = [100_000], False
    assert model.obtain(quiet, "lite").read_bytes() == storage["data"]


def test_a_download_that_only_lacked_its_name_is_used(storage):
    """The plug was pulled between the last byte and the file's new name."""
    part = model.cached("lite").with_name("pose_landmarker_lite.task.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(storage["data"])
    assert model.obtain(quiet, "lite").read_bytes() == storage["data"]
    assert not part.exists()


def test_another_file_is_thrown_away(storage, monkeypatch):
    """Bytes that are not MediaPipe's never reach the cache, and are not gone on with."""
    monkeypatch.setattr(model, "LITE_SHA256", "0" * 64)
    with pytest.raises(ModelError, match="expected 0000"):
        model.obtain(quiet, "lite")
    assert [path.name for path in model.cached("lite").parent.iterdir()] == ["lock"]


def test_without_internet_it_is_one_sentence(storage, monkeypatch, capsys):
    """It names the host; on the command line, too."""
    monkeypatch.setattr(model, "LITE_URL", "http://127.0.0.1:9/pose_landmarker_lite.task")
    assert main(["model", "--size", "lite"]) == 1
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("hinge-mirror: 127.0.0.1:9 cannot be reached, is there internet? (")


def test_a_page_that_is_not_there_is_one_sentence(storage, monkeypatch, tmp_path):
    """The server answers, but not with the file."""

    def gone(self):
        self.send_error(404)

    monkeypatch.setattr(Storage, "do_GET", gone)
    with pytest.raises(ModelError, match="404"):
        model.obtain(quiet, "lite")


def test_a_long_download_shows_that_it_goes_on(storage, monkeypatch):
    """A line at each heartbeat."""
    monkeypatch.setattr(download, "_HEARTBEAT_S", 0.0)
    said = []
    model.obtain(said.append, "lite")
    assert any("still downloading" in line for line in said)


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ("", ['size = "lite"']),
        ('size = "lite"', []),
        ('path = "/my.task"', ['size = "lite"', "take out the line"]),
    ],
)
def test_the_line_to_set_is_said_where_it_is_not_set(storage, tmp_path, capsys, lines, shown):
    """Settings are the owner's: the command does not write them."""
    config = tmp_path / "m.toml"
    config.write_text(f"[model]\n{lines}\n")
    assert main(["model", "--size", "lite", "--config", str(config)]) == 0
    out = capsys.readouterr().out
    assert str(model.cached("lite")) in out
    for words in ('size = "lite"', "take out the line"):
        assert (words in out) == (words in shown)
    assert (str(config) in out) == bool(shown)
    assert config.read_text() == f"[model]\n{lines}\n"
