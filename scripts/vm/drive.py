"""Installs the mirror in a virtual machine and puts it through what a mirror meets.

Each step is one row of the report: what was done, what was seen, and the seconds until the mirror
was back. Seconds are of the emulated machine, which is ten to fifty times slower than a real one.
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


def main() -> int:
    """Run the steps asked for; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--only", nargs="*", metavar="STEP", help="after the installation")
    parser.add_argument("--keep", action="store_true", help="begin with the disk as it was left")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    shares = {"product": options.checkout, "wheels": options.cache / "wheels"}
    machine = Machine(options.cache, options.out, shares)
    mirror = Mirror(machine, options.out)
    rows, is_fine = [], True
    if not options.keep:
        machine.new_disk()
    machine.start()
    try:
        machine.await_agent()
        for name, step in STEPS:
            always = name in ("mounted",) or (name == "installed" and not options.keep)
            if options.only is not None and name not in options.only and not always:
                continue
            if options.keep and name == "installed" and options.only is None:
                continue
            began = time.monotonic()
            try:
                told, mark = step(mirror), "ok"
            except Exception as error:
                if not isinstance(error, (MachineError, AssertionError)):
                    traceback.print_exc()
                told, mark, is_fine = f"{error}", "FAILED", False
            rows.append((name, mark, told))
            took = time.monotonic() - began
            print(f"{mark:6} {name:24} {told}  [{took:.0f} s in all]", flush=True)
            if mark == "FAILED" and name in ("mounted", "installed", "ready"):
                break
    finally:
        machine.close()
    _write(options.out / "report.md", rows)
    return 0 if is_fine else 1


def _write(path: Path, rows: list[tuple[str, str, str]]) -> None:
    lines = [f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "", "| step | | seen |", "|---|---|---|"]
    lines += [
        f"| {name} | {mark} | {told.splitlines()[0] if told else ''} |" for name, mark, told in rows
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
