"""The speed of the whole mirror on this computer, beside MediaPipe alone and a plain loop.

Every measurement is a process of its own, so that its memory is its own; the kinds take turns, and
the median of the turns is printed. Frames lie decoded in memory, and each estimator that is ready
gets the one of this moment. The glass is drawn off-screen at 1080x1920.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np

from mirror.app.edges import Options, Parts
from mirror.app.loop import Mirror
from mirror.camera import Frame, open_camera
from mirror.camera.video import open_camera as open_video
from mirror.coach.advance import advance
from mirror.coach.session import Session
from mirror.config import CameraSettings, Settings
from mirror.display.screen import Screen, open_screen
from mirror.hinge.measure.pose import Pose
from mirror.pose import pipeline
from mirror.pose.landmarker import Estimator
from mirror.pose.model import bundle
from mirror.pose.pipeline import VisionPipeline
from mirror.screens.router import compose

SEED, FRAMES, FILM_HZ = 3, 60, 30.0
FAST_HZ = 200.0
"""Frames a second of a camera that no estimator waits for."""
WARM_S = 2.0
GLASS = (1080, 1920)
KINDS = ("bare", "naive", "mirror-1", "mirror-2", "mirror-3", "bare-2")
STATES = ("awake", "asleep")
PARTS = ("pose", "core", "screens", "display")
NAMES = {
    "bare": "MediaPipe alone",
    "naive": "plain loop",
    "mirror-1": "mirror, 1 worker",
    "mirror-2": "mirror, 2 workers",
    "mirror-3": "mirror, 3 workers",
    "bare-2": "two of MediaPipe alone",
    "awake": "mirror at work, 30 frames/s",
    "asleep": "mirror asleep, 30 frames/s",
}


class Measured(msgspec.Struct, frozen=True):
    """One measurement.

    per_s: frames estimated a second. cpu_ms: CPU time of the process for each of them, also as
    cpu_share: of one core. rss_mb: memory in the end, without the frames. latency_ms: from a frame
    to the glass that shows it, median and the 95th of 100. parts: CPU ms a frame.
    """

    per_s: float
    cpu_ms: float
    cpu_share: float
    rss_mb: float
    latency_ms: tuple[float, float] | None = None
    parts: dict[str, float] = {}


@dataclass
class Film:
    """Frames in memory, played forth and back without an end."""

    frames: list[Any]

    def at(self, seconds: float) -> Any:
        """The frame of this moment."""
        last = len(self.frames) - 1
        k = int(seconds * FILM_HZ) % (2 * last)
        return self.frames[min(k, 2 * last - k)]

    @property
    def megabytes(self) -> float:
        """Memory of the frames themselves."""
        return float(sum(frame.nbytes for frame in self.frames)) / 1e6


def keep_film(clip: str | None, path: str) -> None:
    """Decode the first seconds of a video, or draw the figure, into a file of numpy."""
    settings = CameraSettings(source=clip or "figure", seed=SEED)
    camera = (open_video if clip else open_camera)(settings, live=False)
    try:
        read = (camera.read() for _ in range(FRAMES))
        np.save(path, np.stack([frame.rgb for frame in read if frame is not None]))
    finally:
        camera.close()


class Memory:
    """A camera whose frames lie in memory; their time is the clock's."""

    frames_total = None

    def __init__(self, film: Film, fps: float) -> None:
        self.fps, self._film = fps, film
        self.size = film.frames[0].shape[1::-1]
        self._due = time.monotonic()

    def read(self) -> Frame:
        """Wait for the next frame."""
        self._due = max(self._due + 1.0 / self.fps, time.monotonic())
        time.sleep(max(0.0, self._due - time.monotonic()))
        now = time.monotonic()
        return Frame(self._film.at(now), now)

    def close(self) -> None:
        """Nothing to free."""


@dataclass
class Meter:
    """Counts and times of one measurement, from the end of the warm-up on."""

    seconds: float
    film_mb: float
    frames: int = 0
    latencies: list[float] = field(default_factory=list)
    parts: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))
    began: float | None = None
    used: float = 0.0

    def start(self) -> None:
        """The warm-up is over."""
        self.frames, self.latencies = 0, []
        self.parts = dict.fromkeys(PARTS, 0.0)
        self.began, self.used = time.monotonic(), time.process_time()

    def timed(self, part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The work, whose CPU time is that of a part."""

        def timed(*args: Any, **how: Any) -> Any:
            began = time.thread_time()
            try:
                return work(*args, **how)
            finally:
                self.parts[part] += time.thread_time() - began

        return timed

    def result(self) -> Measured:
        """All of it."""
        passed = time.monotonic() - (self.began or 0.0)
        cpu, count = time.process_time() - self.used, max(self.frames, 1)
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        rss_mb = pages * os.sysconf("SC_PAGE_SIZE") / 1e6 - self.film_mb
        late = [1000 * s for s in self.latencies]
        return Measured(
            per_s=self.frames / passed,
            cpu_ms=1000 * cpu / count,
            cpu_share=cpu / passed,
            rss_mb=rss_mb,
            latency_ms=(median(late), quantiles(late, n=20)[-1]) if len(late) > 1 else None,
            parts={part: 1000 * s / count for part, s in self.parts.items()},
        )


def measure(kind: str, settings: Settings, path: str, seconds: float) -> Measured:
    """One measurement, in this process, of the frames of a file."""
    film = Film(list(np.load(path)))
    if kind == "asleep":
        film = Film([np.full_like(film.frames[0], 90)] * 2)
    meter = Meter(seconds, film.megabytes)
    if kind in ("bare", "bare-2"):
        return _bare(meter, film, bundle(settings.model), 2 if kind == "bare-2" else 1)
    if kind == "naive":
        return _naive(meter, film, bundle(settings.model))
    workers = int(kind[-1]) if kind.startswith("mirror-") else 0
    return _mirror(meter, film, settings, workers, FILM_HZ if kind in STATES else FAST_HZ)


def _bare(meter: Meter, film: Film, model: Path, count: int) -> Measured:
    """MediaPipe alone, as the mirror asks it: with masks, in so many threads."""
    lock, begun = threading.Lock(), threading.Barrier(count + 1)
    counts = [0] * count
    stop = threading.Event()

    def work(k: int) -> None:
        landmarker, image = _landmarker(model, masks=True)
        begun.wait()
        while not stop.is_set():
            now = time.monotonic()
            landmarker.detect_for_video(image(Frame(film.at(now), now)), int(now * 1000))
            with lock:
                counts[k] += 1
        landmarker.close()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(count)]
    for thread in threads:
        thread.start()
    begun.wait()
    time.sleep(WARM_S)
    meter.start()
    before = sum(counts)
    time.sleep(meter.seconds)
    meter.frames = sum(counts) - before
    result = meter.result()
    stop.set()
    for thread in threads:
        thread.join()
    return result


def _naive(meter: Meter, film: Film, model: Path) -> Measured:
    """The usual loop: a frame of OpenCV, the model, lines, and the size of the screen."""
    import cv2

    landmarker, image = _landmarker(model, masks=False)
    bgr = [np.ascontiguousarray(frame[..., ::-1]) for frame in film.frames]
    film, began = Film(bgr), time.monotonic()
    meter.film_mb *= 2
    while (now := time.monotonic()) - began < WARM_S + meter.seconds:
        if meter.began is None and now - began >= WARM_S:
            meter.start()
        picture = film.at(now).copy()  # as a capture hands one out
        rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
        found = landmarker.detect_for_video(image(Frame(rgb, now)), int(now * 1000))
        height, width = picture.shape[:2]
        for marks in found.pose_landmarks:
            places = [(int(m.x * width), int(m.y * height)) for m in marks]
            for a, b in ((11, 23), (12, 24), (23, 25), (24, 26), (25, 27), (26, 28), (11, 12)):
                cv2.line(picture, places[a], places[b], (0, 255, 0), 2)
            for place in places:
                cv2.circle(picture, place, 3, (0, 0, 255), -1)
        cv2.resize(picture, GLASS)
        meter.frames += 1
        meter.latencies.append(time.monotonic() - now)
    result = meter.result()
    landmarker.close()
    return result


def _landmarker(model: Path, *, masks: bool) -> tuple[Any, Callable[[Frame], Any]]:
    """MediaPipe's own landmarker, and the maker of its images."""
    from mirror.pose.landmarker import _open

    return _open(model, "VIDEO", 1, masks=masks)


def _mirror(meter: Meter, film: Film, settings: Settings, workers: int, fps: float) -> Measured:
    """The whole mirror but for buttons and sound, with so many workers (0: as it chooses)."""
    replace = msgspec.structs.replace
    settings = replace(
        settings,
        model=replace(settings.model, workers=workers),
        screen=replace(settings.screen, fps=30, rotate=0),
        presence=replace(settings.presence, grace_s=1.0, screen_off_s=0.0),
        history=replace(settings.history, keep=False),
        network=type(settings.network)(),
    )
    vars(pipeline)["open_camera"] = lambda _: Memory(film, fps)
    Estimator.estimate = meter.timed("pose", Estimator.estimate)  # type: ignore[method-assign]
    newest = [0.0, 0.0]  # time of the newest frame taken in, and of the newest one shown

    def taken(session: Session, pose: Pose | None, t: float) -> Session:
        meter.frames += 1
        newest[0] = t
        return advance(session, pose, t)

    def opens(how: Any, **_: object) -> Screen:
        screen = open_screen(how, mode="offscreen", size=GLASS)
        screen.driver = "none"
        screen.draw = meter.timed("display", screen.draw)  # type: ignore[method-assign]
        present = meter.timed("display", screen.present)

        def presented() -> None:
            present()
            if newest[0] > newest[1]:
                newest[1] = newest[0]
                meter.latencies.append(time.monotonic() - newest[0])

        screen.present = presented  # type: ignore[method-assign]
        return screen

    parts = Parts(
        advance=meter.timed("core", taken),
        compose=meter.timed("screens", compose),
        open_screen=opens,
        pipeline=VisionPipeline,
    )
    settling_s = WARM_S + (4.0 if len(film.frames) == 2 else 0.0)  # until it is asleep
    mirror = Mirror(settings, Options(seconds=settling_s + meter.seconds), parts)
    began = [0.0]
    idle = mirror._is_over

    def is_over(now: float) -> bool:
        if mirror._times.ready is not None and meter.began is None:
            began[0] = began[0] or now
            if now - began[0] >= settling_s:
                meter.start()
        return idle(now)

    mirror._is_over = is_over  # type: ignore[method-assign]
    mirror.run()
    result = meter.result()
    fault = mirror.edges.pipeline.fault
    mirror.close()
    if fault is not None:
        raise fault
    return result


def loop(
    settings: Settings, clip: Path | None, turns: int, seconds: float, out: Path | None
) -> int:
    """Print the table, and the ratio to MediaPipe alone. Return the exit code."""
    found: dict[str, list[Measured]] = {}
    load = os.getloadavg()[0]
    with TemporaryDirectory() as folder:
        path = f"{folder}/film.npy"
        _apart(keep_film, None if clip is None else str(clip), path)
        for turn in range(turns):
            for kind in (*KINDS, *(STATES if turn == 0 else ())):
                one = _apart(measure, kind, settings, path, seconds)
                found.setdefault(kind, []).append(one)
                print(f"{turn + 1}/{turns} {NAMES[kind]}: {one.per_s:.1f}/s", flush=True)
    print("\n".join(table(found)))
    print(
        f"{os.cpu_count()} cores, load {load:.1f} at the start and {os.getloadavg()[0]:.1f} at the "
        f"end; medians of {turns} turns of {seconds:.0f} s."
    )
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(json.dumps(msgspec.to_builtins(found), indent=1).encode())
    return 0


def _apart(work: Callable[..., Any], *arguments: object) -> Any:
    """Do the work in a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def table(found: dict[str, list[Measured]]) -> list[str]:
    """The table of all kinds, line by line, and the ratios of each turn."""

    def middle(kind: str, what: Callable[[Measured], float]) -> float:
        return median(what(one) for one in found[kind])

    lines = [
        "| | frames/s | CPU ms a frame | CPU of one core | memory MB | latency ms (95 %) | "
        + ", ".join(PARTS)
        + " ms |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, some in found.items():
        late = [one.latency_ms for one in some if one.latency_ms is not None]
        shown = (
            f"{median(a for a, _ in late):.0f} ({median(b for _, b in late):.0f})" if late else "-"
        )
        has_parts = any(some[0].parts.values())
        parts = [median(one.parts[part] for one in some) for part in PARTS] if has_parts else []
        lines.append(
            f"| {NAMES[kind]} | {middle(kind, lambda m: m.per_s):.1f} | "
            f"{middle(kind, lambda m: m.cpu_ms):.1f} | {middle(kind, lambda m: m.cpu_share):.0%} | "
            f"{middle(kind, lambda m: m.rss_mb):.0f} | {shown} | "
            f"{', '.join(f'{ms:.1f}' for ms in parts) or '-'} |"
        )
    for kind in ("mirror-1", "mirror-2", "mirror-3"):
        reported = []
        for other in ("bare", "naive", "bare-2"):
            pairs = zip(found[kind], found[other], strict=True)
            reported.append(f"{median(a.per_s / b.per_s for a, b in pairs):.2f} of {NAMES[other]}")
        lines.append(f"{NAMES[kind]}: {', '.join(reported)}.")
    asleep = found["asleep"][0].cpu_share / found["awake"][0].cpu_share
    lines.append(f"Asleep it takes {asleep:.1%} of the CPU time that it takes at work.")
    return lines
