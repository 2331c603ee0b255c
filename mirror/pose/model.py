"""Obtains the pose model: MediaPipe's own pose landmarker, as one `.task` bundle.

The current mediapipe wheel carries no model. Older official wheels carry the two networks of the
"full" size, so that bundle is made from the package index alone (`networks`). The "lite" one is in
no wheel: it is downloaded as MediaPipe publishes it (`download`). Both go to the cache folder.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mirror.config import ModelSettings, ModelSize, cache_folder
from mirror.errors import ConfigError, ModelError
from mirror.pose.download import download
from mirror.pose.networks import PARTS, Report, assemble, networks

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
"""Written into the bundle as its zip comment; a bundle of another recipe is made again."""


def cached(size: ModelSize = "full", half: bool = True) -> Path:
    """Where the bundle lives: `hinge-mirror/` in the user's cache folder.

    half: may compute in half precision; the lite one never does.

    Raises:
        ModelError: the user has no home and XDG_CACHE_HOME is not set.
    """
    try:
        folder = cache_folder()
    except ConfigError as error:
        raise ModelError(
            "there is no home folder to keep the pose model in: set XDG_CACHE_HOME."
        ) from error
    name = LITE_NAME if size == "lite" else FILE_NAME if half else SINGLE_NAME
    return folder / name


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
                    _store(path, assemble(networks(path.parent, say), recipe or b"", half, say))
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
