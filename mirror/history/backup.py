"""`hinge-mirror export` and `import`: one file with everything that the owner has set up.

The file is a ZIP archive of the configuration, added languages, the calibration and, on request,
the history, so that replacing a dead card takes ten minutes. It holds no secrets. An import checks
the whole archive before it writes anything, and keeps each replaced file beside the new one.
"""

from __future__ import annotations

import shutil
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mirror import __version__, config
from mirror.errors import ConfigError, HistoryError, MirrorError, OutputError, UsageError
from mirror.files import replacing
from mirror.history.database import is_in_use
from mirror.history.store import FILE_NAME, Store

CONFIG, CALIBRATION, LANGUAGES = "mirror.toml", "calibration.toml", "languages"
LARGEST = 2_000_000_000
"""Largest accepted size of a file in an archive, bytes."""


@dataclass(frozen=True)
class Places:
    """Where this mirror keeps its files. settings: the configuration. state: the state folder."""

    settings: Path
    state: Path

    def of(self, name: str) -> Path:
        """Where a file of the archive belongs."""
        if name in (CALIBRATION, FILE_NAME):
            return self.state / name
        return self.settings if name == CONFIG else self.settings.parent / name


def export(places: Places, target: Path, *, history: bool) -> int:
    """Write the archive; returns the exit code. history: include the finished sets.

    Raises:
        ConfigError: the configuration is broken, so the archive would be useless.
        OutputError: it cannot be written.
    """
    config.load(places.settings)
    names = [CONFIG]
    folder = places.settings.parent / LANGUAGES
    if places.settings.resolve() != config.shipped(CONFIG).resolve():
        names += [f"{LANGUAGES}/{path.name}" for path in sorted(folder.glob("*.toml"))]
    if places.of(CALIBRATION).is_file():
        names.append(CALIBRATION)
    with replacing(target) as scratch, zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as file:
        file.comment = f"hinge-mirror {__version__}".encode()
        for name in names:
            file.write(places.of(name), name)
        if history and places.of(FILE_NAME).exists():
            names.append(FILE_NAME)
            with tempfile.TemporaryDirectory() as spare:
                copy = Path(spare) / FILE_NAME
                store = Store(places.of(FILE_NAME), read_only=True)
                try:
                    store.copy(copy)
                finally:
                    store.close()
                file.write(copy, FILE_NAME)
    print(f"{target}: {', '.join(names)}.")
    if config.load(places.settings).network.password_file:
        print("The archive does not hold the password of the broker; keep it elsewhere.")
    return 0


def restore(places: Places, source: Path) -> int:
    """Put the files of an archive in their places; returns the exit code.

    Raises:
        UsageError: the archive does not exist, or does not come from a mirror.
        ConfigError: a file in it is broken; nothing is written then.
        HistoryError: a running mirror uses the history that the import would replace; nothing is
            written then.
        OutputError: a file cannot be written.
    """
    with tempfile.TemporaryDirectory() as spare:
        names = list(_unpacked(source, Path(spare)))
        _examine(Path(spare), names)
        if FILE_NAME in names and is_in_use(places.of(FILE_NAME)):
            raise HistoryError(
                f"{places.of(FILE_NAME)}: is in use; stop the mirror first: "
                "sudo systemctl stop hinge-mirror."
            )
        for name in names:
            kept = _put(Path(spare) / name, places.of(name))
            print(f"{places.of(name)}" + (f" (the one before: {kept.name})" if kept else ""))
    print("Restart the mirror to use them.")
    return 0


def _unpacked(source: Path, folder: Path) -> Iterator[str]:
    try:
        with zipfile.ZipFile(source) as file:
            for info in file.infolist():
                if not _is_known(info.filename) or info.file_size > LARGEST:
                    raise UsageError(f"{source}: {info.filename!r} does not belong to a mirror.")
                file.extract(info, folder)
                yield info.filename
    except OSError as error:
        raise UsageError(f"{source}: cannot be read ({error.strerror}).") from error
    except (zipfile.BadZipFile, ValueError, EOFError, RuntimeError, NotImplementedError) as error:
        if isinstance(error, UsageError):
            raise
        raise UsageError(f"{source}: is not a readable archive ({error}).") from error


def _is_known(name: str) -> bool:
    parts = PurePosixPath(name).parts
    is_language = len(parts) == 2 and parts[0] == LANGUAGES and name.endswith(".toml")
    return name in (CONFIG, CALIBRATION, FILE_NAME) or (is_language and ".." not in parts)


def _examine(folder: Path, names: list[str]) -> None:
    """Check that each file is valid."""
    if CONFIG not in names:
        raise UsageError("There is no mirror.toml in the archive.")
    config.load(folder / CONFIG)
    for name in names:
        if name.endswith(".toml"):
            try:
                tomllib.loads((folder / name).read_text(encoding="utf-8"))
            except (ValueError, RecursionError) as error:
                raise ConfigError(f"{name} in the archive: is not valid TOML: {error}.") from error
        elif name == FILE_NAME:
            Store(folder / name).close()


def _put(new: Path, place: Path) -> Path | None:
    """Copy a file to its place; returns the new path of the file that was there."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        kept = None
        # A log without its history would become part of the new history.
        is_left = place.name == FILE_NAME and not place.exists()
        if is_left or (place.exists() and place.read_bytes() != new.read_bytes()):
            kept = _kept(place)
        with replacing(place) as scratch:
            shutil.copyfile(new, scratch)
    except MirrorError:
        raise
    except OSError as error:
        raise OutputError(f"{place}: cannot be written ({error.strerror}).") from error
    return kept


def _kept(place: Path) -> Path | None:
    """Keep the file at this place under another name; None where there is none."""
    taken = 1
    while (kept := place.with_name(f"{place.stem}.before-{taken}{place.suffix}")).exists():
        taken += 1
    if place.name != FILE_NAME:
        with replacing(kept) as scratch:
            shutil.copyfile(place, scratch)
        return kept
    parts = 0
    for tail in ("-wal", "-shm", ""):  # a history is only whole with its log
        part = place.with_name(place.name + tail)
        if part.exists():
            part.rename(kept.with_name(kept.name + tail))
            parts += 1
    return kept if parts else None
