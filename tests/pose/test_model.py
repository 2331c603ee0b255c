"""Obtaining the pose model. No test here uses a network: pip is handed a wheel made here."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import threading
import zipfile

import pytest

from mirror.config import ModelSettings
from mirror.errors import ModelError
from mirror.pose import model
from mirror.pose import networks as made

CACHED = ModelSettings()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder; gives the place of the bundle in it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "hinge-mirror" / model.FILE_NAME


@pytest.fixture
def networks(monkeypatch):
    """Two tiny TFLite files in place of MediaPipe's, with their checksums."""
    schema = pytest.importorskip(
        "mediapipe.tasks.metadata.schema_py_generated", reason="MediaPipe is not installed"
    )
    tiny = [_tiny_network(schema, weight) for weight in (1, 2)]
    parts = tuple(
        made.Part(part.name, part.member, hashlib.sha256(data).hexdigest(), part.mean, part.std)
        for part, data in zip(made.PARTS, tiny, strict=True)
    )
    for module in (model, made):
        monkeypatch.setattr(module, "PARTS", parts)
    return tiny


def _tiny_network(schema, weight):
    """A TFLite file with one tensor, one odd-sized weight, and metadata of an older kind."""
    import flatbuffers
    import numpy as np

    root = schema.ModelT()
    root.version = 3
    empty, weights, old = schema.BufferT(), schema.BufferT(), schema.BufferT()
    weights.data = np.full(37, weight, np.uint8)
    old.data = np.full(5, 7, np.uint8)
    root.buffers = [empty, weights, old]
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.buffer = b"input", [1, 37], 1
    graph = schema.SubGraphT()
    graph.tensors, graph.inputs, graph.outputs, graph.operators = [tensor], [0], [0], []
    root.subgraphs = [graph]
    entry = schema.MetadataT()
    entry.name, entry.buffer = b"TFLITE_METADATA", 2
    root.metadata = [entry]
    builder = flatbuffers.Builder(0)
    builder.Finish(root.Pack(builder), b"TFL3")
    return bytes(builder.Output())


@pytest.fixture
def index(networks, monkeypatch):
    """A package index: wheels by requirement. Counts the downloads."""

    class Index:
        def __init__(self):
            wheel = io.BytesIO()
            with zipfile.ZipFile(wheel, "w") as archive:
                for part, data in zip(made.PARTS, networks, strict=True):
                    archive.writestr(part.member, data)
            self.wheels = dict.fromkeys(made.WHEELS, wheel.getvalue())
            self.asked = []

        def download(self, wheel, folder, say):
            self.asked.append(wheel)
            if self.wheels[wheel] is None:
                raise ModelError("pip could not download it: no such thing")
            path = folder / f"{wheel}.whl"
            path.write_bytes(self.wheels[wheel])
            return path

    index = Index()
    monkeypatch.setattr(made, "_download", index.download)
    return index


def quiet(line):
    """A report to nobody."""


def test_obtained_once_then_kept(cache, index):
    """The first call downloads, reports and stores; later ones only look."""
    said = []
    assert model.obtain(said.append) == cache
    assert said
    said.clear()
    assert model.obtain(said.append) == cache
    assert model.bundle(CACHED, said.append) == cache
    assert model.locate(CACHED) == cache
    assert (index.asked, said) == ([made.WHEELS[0]], [])
    assert sorted(path.name for path in cache.parent.iterdir()) == ["lock", cache.name]


def test_the_same_networks_give_the_same_bytes(cache, index):
    """The bundle does not depend on the day it is made."""
    first = model.obtain(quiet).read_bytes()
    cache.unlink()
    assert model.obtain(quiet).read_bytes() == first


def test_the_bundle_is_what_mediapipe_reads(cache, index, networks):
    """Stored and aligned; one metadata entry with the scaling; weights intact and aligned."""
    from mediapipe.tasks.metadata import metadata_schema_py_generated as meta
    from mediapipe.tasks.metadata import schema_py_generated as schema

    model.obtain(quiet)
    whole = cache.read_bytes()
    with zipfile.ZipFile(cache) as archive:
        assert archive.namelist() == ["pose_detector.tflite", "pose_landmarks_detector.tflite"]
        for weight, (part, info) in enumerate(zip(made.PARTS, archive.infolist(), strict=True), 1):
            data = archive.read(info)
            assert info.compress_type == zipfile.ZIP_STORED
            assert whole.index(data) % 64 == 0
            assert data[4:8] == b"TFL3"
            root = schema.Model.GetRootAsModel(data, 0)
            assert root.MetadataLength() == 2
            assert root.Metadata(1).Name() == b"reduced_precision_support"
            hint = root.Buffers(root.Metadata(1).Buffer()).DataAsNumpy().tobytes()
            assert hint == b"fp16accfp16"
            assert root.Metadata(0).Name() == b"TFLITE_METADATA"
            held = root.Buffers(root.Metadata(0).Buffer()).DataAsNumpy().tobytes()
            assert held[4:8] == b"M001"
            tensor = (
                meta.ModelMetadata.GetRootAs(held, 0).SubgraphMetadata(0).InputTensorMetadata(0)
            )
            unit = tensor.ProcessUnits(0)
            assert unit.OptionsType() == meta.ProcessUnitOptions.NormalizationOptions
            options = meta.NormalizationOptions()
            options.Init(unit.Options().Bytes, unit.Options().Pos)
            assert (options.Mean(0), options.Std(0)) == (part.mean, part.std)
            weights = root.Buffers(1).DataAsNumpy()
            assert weights.tolist() == [weight] * 37
            assert data.index(weights.tobytes()) % 16 == 0


def test_half_precision_can_be_left_off(cache, index):
    """A bundle of its own beside the other one, without the hint."""
    from mediapipe.tasks.metadata import schema_py_generated as schema

    single = ModelSettings(half_precision=False)
    both = model.bundle(CACHED, quiet), model.bundle(single, quiet)
    assert both == (cache, cache.with_name("pose_landmarker_full.task"))
    assert model.locate(single) == both[1]
    with zipfile.ZipFile(both[1]) as archive:
        for info in archive.infolist():
            root = schema.Model.GetRootAsModel(archive.read(info), 0)
            assert [root.Metadata(k).Name() for k in range(root.MetadataLength())] == [
                b"TFLITE_METADATA"
            ]


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-30]),
        lambda path: path.write_bytes(path.read_bytes()[:200]),
        lambda path: path.write_bytes(_with_byte_flipped(path.read_bytes(), 300)),
        lambda path: path.write_bytes(path.read_bytes().replace(b"bundle 2", b"bundle 1")),
    ],
    ids=["gone", "empty", "no end", "beginning only", "one byte", "older recipe"],
)
def test_a_damaged_bundle_is_reported_then_mended(cache, index, damage):
    """Locate names the command to run; obtain makes it again."""
    good = model.obtain(quiet).read_bytes()
    damage(cache)
    with pytest.raises(ModelError, match="hinge-mirror model"):
        model.locate(CACHED)
    assert model.obtain(quiet) == cache
    assert cache.read_bytes() == good
    assert len(index.asked) == 2


def _with_byte_flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_locate_never_downloads(cache, index):
    """A missing bundle is one sentence with the command, and nothing is created."""
    with pytest.raises(ModelError, match="the pose model is missing: run `hinge-mirror model`"):
        model.locate(CACHED)
    assert index.asked == []
    assert not cache.parent.exists()


def test_the_second_wheel_serves_when_the_first_is_gone(cache, index):
    """Either release will do."""
    index.wheels[made.WHEELS[0]] = None
    model.obtain(quiet)
    assert index.asked == list(made.WHEELS)


@pytest.mark.parametrize("member", [0, 1])
def test_a_network_with_another_checksum_is_refused(cache, index, networks, member):
    """Bytes that are not MediaPipe's never reach the cache; the sentence names both sums."""
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        for number, (part, data) in enumerate(zip(made.PARTS, networks, strict=True)):
            archive.writestr(part.member, data + b"!" * (number == member))
    index.wheels = dict.fromkeys(made.WHEELS, wheel.getvalue())
    with pytest.raises(ModelError, match=made.PARTS[member].sha256):
        model.obtain(quiet)
    assert not cache.exists()


@pytest.mark.parametrize("wheel", [b"", b"not a wheel", None])
def test_a_useless_wheel_is_one_sentence(cache, index, wheel):
    """A damaged or missing wheel ends as a ModelError that names both releases."""
    index.wheels = dict.fromkeys(made.WHEELS, wheel)
    with pytest.raises(ModelError) as caught:
        model.obtain(quiet)
    for name in made.WHEELS:
        assert name in str(caught.value)
    assert [path.name for path in cache.parent.iterdir()] == ["lock"]


def test_pip_is_asked_for_data_only(cache, tmp_path, monkeypatch):
    """Pip of this Python downloads without installing, for whatever machine this is."""
    seen = []
    stand_in = tmp_path / "python"
    stand_in.write_text(
        '#!/bin/sh\nprintf "%s\\n" "$@" > "$0.args"\n'
        'echo "WARNING: slow" >&2; echo "ERROR: No matching distribution found." >&2; exit 1\n'
    )
    stand_in.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stand_in))
    with pytest.raises(ModelError, match=r"No matching distribution found[^.]*\)\.$"):
        model.obtain(seen.append)
    args = (tmp_path / "python.args").read_text().split()
    assert args[:3] == ["-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "manylinux_2_28_x86_64", "cp311"} <= set(args)
    assert args[-1] == made.WHEELS[-1]


def test_a_long_download_shows_that_it_goes_on(cache, tmp_path, monkeypatch):
    """While pip runs a line comes at each heartbeat."""
    stand_in = tmp_path / "python"
    stand_in.write_text("#!/bin/sh\nsleep 0.4\nexit 1\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stand_in))
    monkeypatch.setattr(made, "_HEARTBEAT_S", 0.1)
    said = []
    with pytest.raises(ModelError):
        model.obtain(said.append)
    assert any("still downloading" in line for line in said)


def test_two_starts_at_once_download_once(cache, index, monkeypatch):
    """The second start waits for the first, says so, and finds the work done."""
    started, go_on = threading.Event(), threading.Event()
    download = index.download

    def slow(wheel, folder, say):
        started.set()
        assert go_on.wait(10)
        return download(wheel, folder, say)

    monkeypatch.setattr(made, "_download", slow)
    said = []

    def second_says(line):
        said.append(line)
        go_on.set()

    first = threading.Thread(target=model.obtain, args=(quiet,))
    first.start()
    assert started.wait(10)
    assert model.obtain(second_says) == cache
    first.join()
    assert index.asked == [made.WHEELS[0]]
    assert said == ["Another start is obtaining the pose model; waiting for it."]


def test_leftovers_of_a_killed_start_are_removed(cache, index):
    """Half a download or half a bundle does not stay in the cache for ever."""
    (cache.parent / "download-xyz").mkdir(parents=True)
    (cache.parent / "download-xyz" / "half.whl").write_bytes(b"x")
    cache.with_name(f"{cache.name}.abc").write_bytes(b"x")
    model.obtain(quiet)
    assert sorted(path.name for path in cache.parent.iterdir()) == ["lock", cache.name]


def test_a_failed_write_leaves_nothing(cache, index, monkeypatch):
    """A full disk is one sentence with the folder and the reason; no half file stays."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelError, match="No space left on device") as caught:
        model.obtain(quiet)
    assert str(cache.parent) in str(caught.value)
    assert [path.name for path in cache.parent.iterdir()] == ["lock"]


def test_a_cache_that_cannot_be_made(cache, index):
    """A file where the cache folder should be is one sentence."""
    cache.parent.parent.write_text("in the way")
    with pytest.raises(ModelError, match="cannot be stored"):
        model.obtain(quiet)


@pytest.mark.parametrize("value", [None, "", "relative/path"])
def test_the_cache_folder_without_a_usable_variable(monkeypatch, tmp_path, value):
    """XDG_CACHE_HOME unset, empty or relative: ~/.cache."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    if value is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", value)
    assert model.cached() == tmp_path / ".cache" / "hinge-mirror" / model.FILE_NAME


def test_a_configured_file_replaces_the_cache(cache, index, tmp_path, monkeypatch):
    """Any bundle with both networks will do, from any recipe, and nothing is downloaded."""
    own = tmp_path / "heavy.task"
    with zipfile.ZipFile(own, "w") as archive:
        for part in made.PARTS:
            archive.writestr(part.name, b"network")
    monkeypatch.setenv("HOME", str(tmp_path))
    for written in (str(own), "~/heavy.task"):
        settings = ModelSettings(path=written)
        assert model.bundle(settings, quiet) == model.locate(settings) == own
    assert index.asked == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "does not exist"),
        ("folder", "cannot be read"),
        (b"", "not a model bundle"),
        (b"TFL3" * 50, "not a model bundle"),
        ("other zip", "lacks pose_detector.tflite"),
    ],
)
def test_a_configured_file_that_is_no_bundle(tmp_path, content, reason):
    """One sentence with the file, what is wrong, and the key to change."""
    path = tmp_path / "own.task"
    if content == "folder":
        path.mkdir()
    elif content == "other zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("readme.txt", "hello")
    elif content is not None:
        path.write_bytes(content)
    for use in (model.bundle, model.locate):
        with pytest.raises(ModelError, match=reason) as caught:
            use(ModelSettings(path=str(path)))
        assert str(path) in str(caught.value)
        assert "model.path" in str(caught.value)


def test_looking_does_not_import_mediapipe(cache):
    """`check` and a start with a filled cache must not pay for that import."""
    code = (
        "import sys; from mirror.pose import model; from mirror.config import ModelSettings\n"
        "try: model.locate(ModelSettings())\n"
        "except model.ModelError: pass\n"
        "sys.exit('mediapipe' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
