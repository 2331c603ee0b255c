"""Sets as text: a table for people, CSV and JSON Lines for programs."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

import msgspec

from mirror.history.record import Detail, Entry, format_entry

HEAD = ("set", "when", "what", "reps", "depth", "rounding", "stop", "faults")


def table(entries: Sequence[Entry]) -> str:
    """One line a set, under a heading; `?` after a time: the clock was not set then."""
    rows = [HEAD, *(_row(entry) for entry in entries)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(HEAD) - 1)]
    lines = []
    for row in rows:
        # Words to the left, numbers to the right.
        cells = [
            cell.ljust(width) if k in (1, 2) else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    return "\n".join(lines)


def _row(entry: Entry) -> tuple[str, ...]:
    faults = ", ".join(f"{name} {count}" for name, count in entry.faults.items())
    return (
        str(entry.number),
        f"{entry.when:%a %Y-%m-%d %H:%M}{'' if entry.is_sure else '?'}",
        entry.name,
        str(entry.reps),
        _deg(entry.depth_deg),
        _deg(entry.rounding_deg),
        _deg(entry.stop_deg),
        faults,
    )


def set_table(entry: Entry, detail: Detail) -> str:
    """One set in full: its row, its setup, and a line for each rep."""
    setup = detail.configuration.get("versions", {})
    lines = [
        table([entry]),
        "",
        f"ended by {entry.ended}, {entry.duration_s:.0f} s, {entry.partials} partial, "
        f"rejected: {', '.join(entry.rejected) or 'nothing'}",
        f"said: {', '.join(entry.cues) or 'nothing'}",
        f"version {entry.version}, " + ", ".join(f"{k} {v}" for k, v in setup.items()),
        "",
        "rep   down    up  depth  rounding  knee  faults",
    ]
    for rep in detail.reps:
        faults = ", ".join(fault.fault for fault in rep.faults)
        line = (
            f"{rep.number:3}  {rep.bottom_s - rep.start_s:3.1f} s {rep.end_s - rep.bottom_s:3.1f} s"
            f"  {_deg(rep.fold_deg):>5}  {_deg(rep.back_rounding_max_deg):>8}"
            f"  {_deg(rep.knee_at_bottom_deg):>4}  {faults}"
        )
        lines.append(line.rstrip())
    return "\n".join(lines)


def write_csv(entries: Iterable[Entry], out: TextIO) -> None:
    """A heading and one line a set; lists are joined by spaces, faults as name:reps."""
    writer = None
    for entry in entries:
        values = format_entry(entry)
        values["faults"] = " ".join(f"{k}:{v}" for k, v in entry.faults.items())
        values["cues"], values["rejected"] = " ".join(entry.cues), " ".join(entry.rejected)
        if writer is None:
            writer = csv.DictWriter(out, list(values), lineterminator="\n")
            writer.writeheader()
        writer.writerow(values)


def write_signals(detail: Detail, out: TextIO) -> None:
    """The signals of one set as CSV: a heading, and one line a sample."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(detail.signals)
    writer.writerows(zip(*detail.signals.values(), strict=True))


def write_json(entries: Iterable[tuple[Entry, Detail | None]], out: TextIO) -> None:
    """One JSON object a line, with the details where they are given."""
    for entry, detail in entries:
        values: dict[str, Any] = format_entry(entry)
        if detail is not None:
            # `reps` is their number in every object.
            each = msgspec.to_builtins(detail.reps)
            values |= {"each_rep": each, "signals": detail.signals, **detail.configuration}
        out.write(json.dumps(values, ensure_ascii=False, allow_nan=False) + "\n")


def _deg(value: float | None) -> str:
    return "-" if value is None else f"{round(value)}°"
