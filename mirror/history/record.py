"""One set as it is stored: a row of columns, and its details.

`packed` makes both from a finished set; `Entry` is the row as it is read, `Detail` the rest. Angles
in degrees, durations in seconds, wall time in seconds since 1970.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from mirror import __version__
from mirror.coach.finished import FinishedSet, LastTime, SignalSample
from mirror.config import Settings
from mirror.errors import HistoryDamaged, UnfitSet
from mirror.hinge.counting.reps import Rep
from mirror.history.clock import LATEST_S, Moment

SIGNALS = tuple(name for name in SignalSample._fields if name != "t")


@dataclass(frozen=True)
class Entry:
    """The row of one set.

    number: rises with every set and is never used again; it orders the sets. uid: names the same
    set in every file and message. is_sure: the clock was set when the set ended. faults: number of
    reps with each. cues: the cues that were given (`praise` for praise). rejected: reasons.
    """

    number: int
    uid: str
    at_s: float
    is_sure: bool
    variation: str
    drill: str | None
    ended: str
    duration_s: float
    reps: int
    partials: int
    depth_deg: float
    rounding_deg: float | None
    stop_deg: float | None
    faults: Mapping[str, int]
    cues: tuple[str, ...]
    rejected: tuple[str, ...]
    version: str

    @property
    def name(self) -> str:
        """The drill, else the variation."""
        return self.drill or self.variation

    @property
    def last_time(self) -> LastTime:
        """The numbers that the next set is compared with."""
        return LastTime(self.reps, self.depth_deg, self.stop_deg)

    @property
    def when(self) -> datetime:
        """When the set ended, in the time zone of this machine."""
        return datetime.fromtimestamp(self.at_s).astimezone()


COLUMNS = tuple(field.name for field in fields(Entry))
JSON_COLUMNS = ("faults", "cues", "rejected")


@dataclass(frozen=True)
class KeptRep(Rep):
    """A rep; its times count from the start of the first rep. fold_deg: its depth."""

    fold_deg: float = 0.0


@dataclass(frozen=True)
class Detail:
    """Reps, signals and configuration of a set.

    signals: name -> samples, None where not judged; `t` counts from the start of the first rep.
    configuration: settings and versions.
    """

    reps: list[KeptRep]
    signals: dict[str, list[float | None]]
    configuration: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Packed:
    """A set as it is stored. entry: its row as it will be read, without a number yet."""

    row: dict[str, Any]
    reps: str
    signals: bytes
    entry: Entry


def packed(finished: FinishedSet, uid: str, moment: Moment, configured: str) -> Packed:
    """Pack a set for the file, and read it back once. configured: see `configuration`.

    Raises:
        UnfitSet: it cannot be read back, for example because its depth is not a number.
    """
    try:
        row = pack(finished, uid, moment)
        reps, signals = pack_detail(finished)
        _detail(reps, signals, configured)
        return Packed(row, reps, signals, _entry({"number": 0, **row}))
    except Exception as error:  # a defect; another try would give the same
        raise UnfitSet(
            f"A set of {finished.drill or finished.variation} is not saved, since its numbers make "
            f"no sense ({error})."
        ) from error


def pack(finished: FinishedSet, uid: str, moment: Moment) -> dict[str, Any]:
    """The columns of a set, without its number."""
    cues = [cue.fault or "praise" for cue in finished.log.cues]
    return {
        "uid": uid,
        "at_s": round(moment.at_s, 3),
        "is_sure": moment.is_sure,
        "variation": finished.variation,
        "drill": finished.drill,
        "ended": finished.ended,
        "duration_s": _rounded(finished.duration_s),
        "reps": len(finished.reps),
        "partials": finished.partials,
        "depth_deg": _rounded(finished.depth_deg),
        "rounding_deg": _rounded(finished.rounding_deg),
        "stop_deg": _rounded(finished.stop_deg),
        "faults": _json(finished.faults),
        "cues": _json(cues),
        "rejected": _json(finished.rejected),
        "version": __version__,
    }


def pack_detail(finished: FinishedSet) -> tuple[str, bytes]:
    """The reps as JSON text, and the signals packed."""
    begin = finished.reps[0].start_s
    reps = _rounded(msgspec.to_builtins(finished.reps), 3)
    for rep, fold in zip(reps, finished.folds_deg, strict=True):
        times = {key: round(rep[key] - begin, 3) for key in ("start_s", "bottom_s", "end_s")}
        measures = {name: value for name, value in rep["measures"].items() if value is not None}
        rep |= {**times, "fold_deg": _rounded(fold), "measures": measures}
    samples = finished.log.samples
    columns = {name: [_rounded(getattr(s, name)) for s in samples] for name in SIGNALS}
    signals = {"t": [_rounded(s.t - begin, 2) for s in samples], **columns}
    return _json(reps), zlib.compress(msgspec.json.encode(signals))


def configuration(settings: Settings) -> str:
    """The settings that affect measuring, and versions, as JSON text."""
    kept = {
        section: values
        for section, values in msgspec.to_builtins(settings).items()
        if section not in ("history", "network", "buttons", "screen", "sound", "presence")
    }
    model = Path(settings.model.path).name or "built in"
    versions = {"model": model}
    with suppress(metadata.PackageNotFoundError):
        versions["mediapipe"] = metadata.version("mediapipe")
    return _json({"settings": kept, "versions": versions})


def entry(row: Mapping[str, Any]) -> Entry:
    """Decode the row of a set.

    Raises:
        HistoryDamaged: it cannot be decoded.
    """
    values = dict(row)
    try:
        return _entry(values)
    except (msgspec.MsgspecError, ValueError) as error:
        raise HistoryDamaged(f"set {values.get('number')} is damaged.") from error


def _entry(values: dict[str, Any]) -> Entry:
    decoded = {name: msgspec.json.decode(values[name]) for name in JSON_COLUMNS}
    made = msgspec.convert(values | decoded, Entry, strict=False)
    numbers = (made.depth_deg, made.rounding_deg or 0.0, made.stop_deg or 0.0, made.duration_s)
    if not all(math.isfinite(n) for n in numbers):
        raise ValueError(f"{numbers} are not all finite")
    if not 0.0 <= made.at_s < LATEST_S:
        raise ValueError(f"a time of {made.at_s} s")
    return made


def detail(reps: str, signals: bytes, configured: str) -> Detail:
    """Decode the details of a set.

    Raises:
        HistoryDamaged: they cannot be decoded, or are missing.
    """
    try:
        return _detail(reps, signals, configured)
    except (msgspec.MsgspecError, TypeError, ValueError, zlib.error) as error:
        raise HistoryDamaged("the details of this set are damaged.") from error


def _detail(reps: str, signals: bytes, configured: str) -> Detail:
    unpacked = zlib.decompress(signals)
    columns = msgspec.json.decode(unpacked, type=dict[str, list[float | None]])
    if not {"t", *SIGNALS} <= columns.keys() or len({len(c) for c in columns.values()}) > 1:
        raise ValueError(columns.keys())
    return Detail(
        msgspec.json.decode(reps, type=list[KeptRep]),
        columns,
        msgspec.json.decode(configured, type=dict[str, dict[str, Any]]),
    )


def format_entry(one: Entry) -> dict[str, Any]:
    """One set as a JSON object, for files and brokers."""
    values: dict[str, Any] = msgspec.to_builtins(one)
    at_s = values.pop("at_s")
    is_sure = values.pop("is_sure")
    when = datetime.fromtimestamp(at_s).astimezone().isoformat(timespec="seconds")
    return {"number": values.pop("number"), "at": when, "clock_sure": is_sure, **values}


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _rounded(value: Any, digits: int = 1) -> Any:
    """Round all floats in a value to this many digits; NaN and infinity become None."""
    if isinstance(value, float):
        return round(value, digits) + 0.0 if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _rounded(part, digits) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(part, digits) for part in value]
    return value
