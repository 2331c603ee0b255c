"""Install the mirror in a virtual machine and test it against the faults of real life.

Each step is one row of the report: its name, the observations, and the seconds until the mirror
was back. Seconds are of the emulated machine, which is ten to fifty times slower than a real one.
With --keep the rows of earlier runs stay in the report, each with the time it is of.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import faults
from machine import Machine, MachineError
from mirror_in_vm import Mirror

STEPS: list[tuple[str, Callable[[Mirror], str]]] = faults.STEPS
Row = tuple[str, str, str, str, str]
"""Step, ok or FAILED, observations, seconds, and time."""


def main() -> int:
    """Run the requested steps. Return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("checkout", type=Path)
    known = dict(STEPS)
    parser.add_argument("--only", nargs="+", metavar="STEP", choices=list(known),
                        help="in this order, after the installation")  # fmt: skip
    parser.add_argument("--keep", action="store_true", help="begin with the disk as it was left")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    shares = {"product": options.checkout, "wheels": options.cache / "wheels"}
    machine = Machine(options.cache, options.out, shares)
    mirror = Mirror(machine, options.out)
    report, is_fine = options.out / "report.md", True
    rows = _read(report) if options.keep else {}
    if not options.keep:
        machine.new_disk()
    machine.start()
    try:
        machine.await_agent()
        first = ["mounted"] if options.keep else ["mounted", "installed"]
        wanted = options.only or [name for name, _ in STEPS if name not in ("mounted", "installed")]
        for name in first + wanted:
            began = time.monotonic()
            try:
                reported, mark = known[name](mirror), "ok"
            except Exception as error:
                if not isinstance(error, (MachineError, AssertionError)):
                    traceback.print_exc()
                # Of an assertion without words, its own.
                where = traceback.extract_tb(error.__traceback__)[-1]
                reported, mark, is_fine = f"{error}" or f"{where.line}", "FAILED", False
            took = time.monotonic() - began
            at = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
            rows[name] = (name, mark, _cell(reported), f"{took:.0f}", at)
            _write(report, rows)
            print(f"{mark:6} {name:24} {reported}  [{took:.0f} s in all]", flush=True)
            must_be_fine = name in ("mounted", "installed", "ready")
            if mark == "FAILED" and (must_be_fine or not machine.is_on):
                break
    finally:
        machine.close()
    return 0 if is_fine else 1


def _cell(reported: str) -> str:
    return reported.partition("\n")[0].replace("|", "/")


def _read(path: Path) -> dict[str, Row]:
    """The rows of an earlier report, by step; none if there is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    found = [line.strip("| ").split(" | ") for line in lines]
    known = [name for name, _ in STEPS]
    return {
        name: (name, mark, reported, took, at)
        for name, mark, reported, took, at in (cells for cells in found if len(cells) == 5)
        if name in known
    }


def _write(path: Path, rows: dict[str, Row]) -> None:
    lines = ["| step | | seen | seconds in all | UTC |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(rows[name])} |" for name, _ in STEPS if name in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
