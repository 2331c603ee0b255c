"""Many visits to the mirror as fast as the computer goes: exact counts, flat memory, no leak.

The mirror is the real one: its loop, keys, session, history and drawing. People come and go, choose
an exercise by pressing keys, train, rest, walk about, are disturbed by others, and leave. Only the
estimator is stood in for, by the joints of the figure; time passes only while the mirror sleeps.
The movements are computed once and then repeated at other places of the frame, so that most of
the time is the mirror's own.
"""

from __future__ import annotations

import gc
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirror.app.edges import Options, Parts
from mirror.app.loop import run
from mirror.coach.advance import advance
from mirror.coach.exercise import exercises
from mirror.coach.session import Session
from mirror.config import PresenceSettings, ScreenSettings, Settings
from mirror.display.screen import Screen, open_screen
from mirror.figure.motion import PATTERNS, Motion, Plan
from mirror.hinge.counting.reps import Rep
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Pose
from mirror.pose.pipeline import Observation
from mirror.pose.watchdog import Watchdog
from mirror.simulator.camera import Figure, viewed

SIZE, FPS, DRAWN_HZ, GLASS = (480, 640), 15.0, 5, (180, 320)
DROPPED = 0.03
"""Share of the frames that are lost."""
SETTLED = 0.2
"""Share of the run after which memory may not grow any more."""
GROWTH_MB = 5.0
BODIES, SET_REPS = 2, (5, 9)
SIDES_DEG = (0.0, 180.0)
CENTRE, NOISE_PX = np.array(SIZE) / 2, 0.4
HANDLES = "/proc/self/fd"
NEGATIVES = ("squat", "walk", "turn", "sit", "pick-up")

Script = Iterator[None]


@dataclass
class Tally:
    """The movements that were done and counted. wrong: the sets whose count was not exact."""

    done: int = 0
    sets: int = 0
    visits: int = 0
    presses: int = 0
    negatives: int = 0
    disturbed: int = 0
    wrong: list[str] = field(default_factory=list)
    by_exercise: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Film:
    """Landmarks (frames, 33, 5) of a movement at `FPS`, how long it lasts, and its reps.

    The numbers of a landmark are its pixels and its metres.
    """

    points: NDArray[np.float32]
    lasts_s: float
    reps: int

    def at(self, since_s: float) -> Array:
        """(33, 5) landmarks so long after the beginning; in the end the person stands still."""
        k = min(max(round(since_s * FPS), 0), len(self.points) - 1)
        points: Array = self.points[k].astype(np.float64)
        return points


_FILMS: list[Film] = []
"""All films so far; what they take is not the mirror's."""


@cache
def film(act: str, arms: str | None, kind: str, body: int, side_deg: float) -> Film:
    """The film of a set, or of one movement of another kind; `still` is standing."""
    usual = next(iter(PATTERNS[act].mix))
    in_sets = kind in ("row", "swing")
    few = 0 if kind == "still" else 1 if in_sets or kind != usual else SET_REPS[body]
    plan = Plan(
        mix={usual if kind == "still" else kind: 1.0},  # type: ignore[dict-item]
        reps=few,
        stand_s=(2.0, 3.0),
        tempo_s=(2.4, 4.4),
        hip_deg=(68.0, 96.0),
        set_of=(4, 8),
    )
    motion = Motion(1 + body, act, plan=plan, arms=arms)
    view: Any = viewed(motion, SIZE, side_deg)
    view = replace(view, yaw_deg=view.yaw_deg + (-5.0, 4.0, 1.0)[body])
    some = motion.reps_between(0.0, 1e4)
    lasts_s = some[-1].end_s if some else 2.0
    times = np.arange(0.0, lasts_s + 1.0, 1 / FPS)
    figure = Figure(motion, view=view)
    points = [np.hstack([figure.points(t), figure.space(t)]) for t in times.tolist()]
    return Film(
        np.stack(points).astype(np.float32), lasts_s, sum(len(rep.counts_s) for rep in some)
    )


@dataclass(frozen=True)
class Footprint:
    """The resources of the process: memory in MB, threads, open files."""

    rss_mb: float
    threads: int
    files: int

    @classmethod
    def now(cls) -> Footprint:
        """Measured after a collection of garbage. The display keeps up to 36 open files of type."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        rss_mb = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
        rss_mb -= sum(made.points.nbytes for made in _FILMS) / 1e6
        return cls(rss_mb, threading.active_count(), sum(map(_is_own, os.listdir(HANDLES))))


class Room:
    """Clock, camera, estimator and keys of the mirror: everything around it.

    seen: (33, 5) landmarks at a time, or None without a person.
    """

    fault = None
    pause_s = spare_s = 0.0
    has_stick = False

    def __init__(self, seed: int) -> None:
        self.t = 1000.0
        self.draw = np.random.default_rng([seed, 21])
        self.observations: SimpleQueue[Observation] = SimpleQueue()
        self.ended, self.watchdog = threading.Event(), Watchdog()
        self.seen: Callable[[float], Array | None] = lambda t: None
        self.keys: list[str] = []
        self.life: Script = iter(())
        self.session: Session | None = None
        self.found = 0
        self._frames = 0

    def monotonic(self) -> float:
        """Now, seconds."""
        return self.t

    def sleep(self, seconds: float) -> None:
        """Let time pass, and the people live on."""
        self.t += max(seconds, 1e-3)
        while self._frames / FPS <= self.t - 1000.0:
            t = 1000.0 + self._frames / FPS
            self._frames += 1
            if self.draw.random() >= DROPPED:
                self.observations.put(Observation(self._pose(t), t))
        with suppress(StopIteration):
            next(self.life)
            return
        self.ended.set()

    def _pose(self, t: float) -> Pose | None:
        points = self.seen(t)
        if points is None:
            return None
        return Pose(points[:, :2], np.full(33, 0.99), points[:, 2:], None, SIZE, t)

    def advance(self, session: Session, pose: Pose | None, t: float) -> Session:
        """The mirror's own step, watched."""
        self.session = advance(session, pose, t)
        self.found += sum(isinstance(event, Rep) for event in self.session.events)
        return self.session

    def close(self) -> bool:
        """Nothing to free."""
        return True

    def wait(self, seconds: float) -> Script:
        """Live on for so long."""
        until = self.t + seconds
        while self.t < until:
            yield

    def press(self, key: str, tally: Tally) -> Script:
        """Press a key, and let the mirror take it in."""
        tally.presses += 1
        self.keys.append(key)
        yield from self.wait(2.5 / DRAWN_HZ)


class Person:
    """One visitor: a body, seen from one side, somewhere in the frame."""

    def __init__(self, room: Room) -> None:
        draw = self._draw = room.draw
        self._room = room
        self._body, self._side = int(draw.integers(BODIES)), float(draw.choice(SIDES_DEG))
        self._scale, self._at = float(draw.uniform(0.9, 1.05)), draw.uniform(-15, 15, 2)

    def does(self, act: str, kind: str, arms: str | None = None) -> Film:
        """Begin a movement."""
        whose = (0, 0.0) if kind in NEGATIVES else (self._body, self._side)
        made, begun, middle = film(act, arms, kind, *whose), self._room.t, CENTRE

        def seen(t: float) -> Array:
            points = made.at(t - begun)
            points[:, :2] = middle + self._at + self._scale * (points[:, :2] - middle)
            points[:, :2] += self._draw.normal(0.0, NOISE_PX, (33, 2))
            return points

        self._room.seen = seen
        return made


def visits(room: Room, tally: Tally, reps: int) -> Script:
    """Visit after visit, each with one or more exercises, until there were enough reps."""
    cycle, number = exercises(), 0
    while tally.done < reps:
        tally.visits += 1
        room.seen = lambda t: None
        yield from room.wait(float(room.draw.choice([3.0, 8.0, 20.0, 60.0])))
        person = Person(room)
        for _ in range(int(room.draw.integers(1, 4))):
            wanted = cycle[number % len(cycle)]
            number += 1
            yield from _train(room, tally, person, wanted.key)
            if tally.done >= reps:
                break
    room.seen = lambda t: None
    yield from room.wait(5.0)


def _train(room: Room, tally: Tally, person: Person, wanted: tuple[str, str | None]) -> Script:
    """Choose an exercise by keys, do a set of it, and a movement that is no hinge."""
    draw, (variation, drill) = room.draw, wanted
    usual = next(iter(PATTERNS[variation].mix))
    person.does(variation, "still", drill)
    yield from room.wait(1.0)
    for _ in range(len(exercises()) + 1):
        if room.session is not None and room.session.exercise.key == wanted:
            break
        yield from room.press("right", tally)
    if draw.random() < 0.5:
        yield from room.press("space", tally)  # the set begins again
    yield from room.wait(3.0)
    counts = [room.found]
    made = person.does(variation, usual, drill)
    yield from room.wait(made.lasts_s + 4.0)
    counts.append(room.found)
    if draw.random() < 0.3:
        yield from _disturbed(room, tally)
    counts.append(room.found)
    kind = ""
    if draw.random() < 0.5 and drill is None:
        tally.negatives += 1
        kind = str(draw.choice(NEGATIVES))
        # A squat is one on both legs, also where one leg is asked for.
        act = "basic" if kind == "squat" and variation == "single-leg" else variation
        yield from room.wait(person.does(act, kind).lasts_s + 3.0)
    counts.append(room.found)
    if draw.random() < 0.2:
        person.does(variation, "still", drill)
        yield from room.wait(35.0)  # a rest: the set is over
    seen, room.seen = room.seen, lambda t: None
    yield from room.wait(2.5)
    room.seen = seen
    counts.append(room.found)
    name = "/".join(filter(None, wanted))
    tally.sets += 1
    tally.done += made.reps
    tally.by_exercise[name] += made.reps
    if counts[-1] - counts[0] != made.reps:
        steps = [after - before for before, after in pairwise(counts)]
        parts = zip(("set", "others", kind or "pause", "leaving"), steps, strict=True)
        tally.wrong.append(f"{name}: {made.reps} reps; " + ", ".join(f"{w} {n}" for w, n in parts))


def _disturbed(room: Room, tally: Tally) -> Script:
    """Let a smaller person walk past behind; the tracker sees that person for a while."""
    tally.disturbed += 1
    other, begun, was = film("basic", None, "walk", 0, 0.0), room.t, room.seen

    def smaller(t: float) -> Array:
        points = other.at(3.0 + t - begun)
        points[:, :2] = CENTRE + 0.45 * (points[:, :2] - CENTRE)
        return points

    room.seen = smaller
    yield from room.wait(float(room.draw.uniform(0.5, 2.5)))
    room.seen = was
    yield from room.wait(1.0)


def soak(reps: int, seed: int = 1) -> int:
    """Run so many reps and print the result. Return 1 if something is wrong."""
    room, tally = Room(seed), Tally()
    marks: list[tuple[int, Footprint]] = []
    began = perf_counter()

    def watched() -> Script:
        step, due = max(reps // 10, 1), 0
        for _ in visits(room, tally, reps):
            if tally.done >= due:
                marks.append((tally.done, Footprint.now()))
                due = tally.done + step
                print(_line(*marks[-1], perf_counter() - began, tally), flush=True)
            yield
        marks.append((tally.done, Footprint.now()))

    room.life = watched()
    with TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        settings = Settings(
            screen=ScreenSettings(fps=DRAWN_HZ), presence=PresenceSettings(screen_off_s=30.0)
        )
        run(settings, Options(), _parts(room))
    settled = next(mark for done, mark in marks if done >= SETTLED * tally.done)
    last = marks[-1][1]
    growth = last.rss_mb - settled.rss_mb
    print(
        f"{tally.done} reps in {tally.sets} sets of {tally.visits} visits "
        f"({(room.t - 1000.0) / 3600:.1f} hours), {tally.presses} presses, {tally.negatives} "
        f"movements that are no hinge, {tally.disturbed} others in the way."
    )
    print(", ".join(f"{name} {count}" for name, count in sorted(tally.by_exercise.items())))
    print(f"Sets counted wrong: {len(tally.wrong)}.", *tally.wrong, sep="\n  ")
    print(
        f"After {SETTLED:.0%} of it memory grew by {growth:+.1f} MB, threads by "
        f"{last.threads - settled.threads:+d}, open files by {last.files - settled.files:+d}."
    )
    is_flat = growth < GROWTH_MB and last.threads <= settled.threads and last.files <= settled.files
    return 0 if is_flat and not tally.wrong else 1


def _parts(room: Room) -> Parts:
    """The mirror's parts, with the room around them."""

    def opens(settings: ScreenSettings, **_: object) -> Screen:
        screen = open_screen(settings, mode="offscreen", size=GLASS)
        screen.driver = "none"  # so that no snapshots are written

        def events() -> list[str]:
            keys, room.keys = room.keys, []
            return keys

        screen.events = events  # type: ignore[method-assign]
        return screen

    clock = SimpleNamespace(monotonic=room.monotonic, sleep=room.sleep)
    return Parts(
        advance=room.advance,
        open_screen=opens,
        pipeline=lambda settings, *, keep_trying: room,
        clock=clock,
    )


def _is_own(handle: str) -> bool:
    """Whether a handle is open, and no file of type."""
    with suppress(OSError):
        return not os.readlink(f"{HANDLES}/{handle}").endswith(".ttf")
    return False


def _line(done: int, mark: Footprint, took_s: float, tally: Tally) -> str:
    return (
        f"{done:6} reps, {len(tally.wrong)} sets wrong, {mark.rss_mb:6.1f} MB, "
        f"{mark.threads} threads, {mark.files} files, {took_s:.0f} s"
    )
