"""Trials of the history: a year of sets, and power cuts.

`looked_at` measures how long it takes to show many sets. `power_cuts` kills a recorder with SIGKILL
at random moments while it saves set after set, and then searches for every set that it had called
saved. Data that a killed process has given to the kernel is not lost, so this shows that no
moment of a write leaves a torn file or a set that is called saved too early; it does not show how
a disk behaves without power.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benches import madeup
from mirror.config import HistorySettings, Settings
from mirror.history import record
from mirror.history.recorder import Recorder
from mirror.history.store import FILE_NAME, Store

LONGEST_S = 0.4
"""Seconds after the first set by which a cut comes."""


def looked_at(count: int, out: Path) -> int:
    """Make up a year of sets and print the time that showing it takes. Return the exit code."""
    plot = out / "history.png"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hinge-mirror" / FILE_NAME
        store = Store(path)
        began = time.perf_counter()
        configured = record.configuration(Settings())
        for finished, moment in madeup.year(count, time.time()):
            store.add(finished, moment, configured)
        took = time.perf_counter() - began
        store.close()
        print(f"{count} sets made up and saved: {1000 * took / count:.1f} ms each")
        print(f"file: {path.stat().st_size / 1e6:.1f} MB")
        out.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "XDG_STATE_HOME": folder}
        for words in ([], ["--all"], ["--plot", str(plot)]):
            command = [sys.executable, "-m", "mirror", "history", *words]
            times = []
            for _ in range(5):
                wall, work = time.perf_counter(), _work_of_children_s()
                subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
                times.append((time.perf_counter() - wall, _work_of_children_s() - work))
            wall, work = map(min, zip(*times, strict=True))
            reported = " ".join(["history", *words[:1]])
            print(f"{reported}: {wall:.2f} s from start to end, {work:.2f} s of work (best of 5)")
    print(plot)
    return 0


def _work_of_children_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def power_cuts(cuts: int, seed: int = 1) -> int:
    """Cut the power so many times, and print the losses. Return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE_NAME
        chance = random.Random(seed)
        called: set[int] = set()
        during = 0
        for _ in range(cuts):
            said, last = _one_cut(path, chance.uniform(0.0, LONGEST_S))
            called |= said
            # A set that was begun and not called saved: the cut came during its write.
            during += last
        store = Store(path)  # reads the whole file
        entries, damaged = store.sets()
        there = {entry.number for entry in entries}
        whole = {n for n in there if (d := store.detail(n)) is not None and d.reps}
        store.close()
    lost = called - whole
    print(
        f"{cuts} cuts, {during} of them during a write: {len(called)} sets called saved, "
        f"{len(lost)} of them lost; {len(there)} sets there, {damaged} damaged, "
        f"{len(there - whole)} without details"
    )
    return 1 if lost or damaged or there - whole else 0


def _one_cut(path: Path, after_s: float) -> tuple[set[int], bool]:
    """Numbers that a mirror called saved before it was cut, and whether it was writing."""
    command = [sys.executable, "-m", "benches.history", str(path)]
    places = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=places) as mirror:
        assert mirror.stdout is not None, "it is a pipe"
        first = mirror.stdout.readline()
        time.sleep(after_s)
        mirror.send_signal(signal.SIGKILL)
        # A last line that was cut off was not said.
        lines = [
            line for line in (first + mirror.stdout.read()).splitlines(True) if line[-1] == "\n"
        ]
    words = [line.split() for line in lines]
    said = {int(number) for word, number in words if word == "saved"}
    return said, words[-1][0] == "begun"


def _victim(path: Path) -> None:
    """Save set after set until the power is cut; say each time what the glass would say."""
    settings = Settings(history=HistorySettings(least_reps=1))
    recorder = Recorder(settings, lambda sentence: None, path)
    chance = random.Random()
    for ended_s in range(sys.maxsize):
        finished = replace(madeup.made_up("basic", 0.5, chance), ended_s=float(ended_s))
        print(f"begun {ended_s}", flush=True)
        recorder.keep(finished)
        while (saved := recorder.past.saved) is None or saved.ended_s != ended_s:
            time.sleep(0.0002)
        print(f"saved {saved.number}", flush=True)


if __name__ == "__main__":
    _victim(Path(sys.argv[1]))
