"""The cost of the mirror: of a frame in each state, and of a second with and without a person.

The pose estimator is the measure, since it takes most of a small computer, and everything is
measured beside it in one run.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import which
from statistics import median
from tempfile import TemporaryDirectory

import msgspec

from mirror.camera import open_camera
from mirror.coach.advance import advance
from mirror.coach.language import load_language
from mirror.coach.lifetimes import SourceState
from mirror.coach.session import start
from mirror.config import CameraSettings, Settings
from mirror.display.screen import open_screen
from mirror.display.video import Recording
from mirror.figure.motion import Motion
from mirror.hinge.measure.posture import Unseen
from mirror.pose.model import bundle
from mirror.pose.pipeline import VisionPipeline
from mirror.pose.tracker import SubjectTracker
from mirror.screens.router import ScreenState, Situation, compose, route
from mirror.simulator.camera import viewed
from mirror.simulator.render import room

SEED, FPS, SECONDS, UPRIGHT = 3, 15.0, 40.0, (1080, 1920)
PANEL = (1920, 1080)
WORKING_SHARE, ASLEEP_SHARE = 0.5, 0.02
"""Greatest cost of a frame, in calls of the estimator (medians)."""
FILM_FPS, THERE_S, GONE_S = 30.0, 12.0, 15.0
"""Seconds of film with a person, and of the empty room after that."""
GRACE_S, IDLE_SHARE = 1.0, 0.25
"""Second of the film in which the mirror falls asleep, and greatest share of its CPU time then."""


def drawing(settings: Settings) -> int:
    """Print the cost of a frame in each state beside a call of the estimator. Return 1 if too high.

    Both are measured in turns, in one run: each frame is estimated, and then drawn twice. The
    sleeping glass is another one, as black before as after. The panel lies on its side, on a real
    X display in memory where Xvfb is installed.
    """
    with _display():
        return _drawing(settings)


@contextmanager
def _display() -> Iterator[None]:
    """A display in memory, to which the parts that changed are sent: that of Xvfb, or SDL's own."""
    xvfb = which("Xvfb")
    if xvfb is None:
        os.environ["SDL_VIDEODRIVER"] = "dummy"
        yield
        return
    there, here = os.pipe()
    screen = ["-screen", "0", f"{PANEL[0]}x{PANEL[1]}x24", "-nolisten", "tcp"]
    server = subprocess.Popen(
        [xvfb, "-displayfd", str(here), *screen], pass_fds=(here,), stderr=subprocess.DEVNULL
    )
    os.close(here)
    try:
        with open(there, encoding="ascii") as number:
            os.environ.update(DISPLAY=f":{number.readline().strip()}", SDL_VIDEODRIVER="x11")
        yield
    finally:
        server.terminate()
        server.wait()


def _drawing(settings: Settings) -> int:
    turned = msgspec.structs.replace(settings.screen, rotate=90)
    screen = open_screen(turned, mode="windowed", size=PANEL)
    dark = open_screen(turned, mode="offscreen", size=PANEL)
    dark.present()
    camera = open_camera(CameraSettings(source="figure", seed=SEED), live=False)
    estimator = SubjectTracker(bundle(settings.model))
    language, session = load_language(settings.coach.language), start()
    asleep = replace(session, source=SourceState(0.0, posture=Unseen(0.0, "nobody")))
    calls: list[float] = []
    took: dict[ScreenState, list[float]] = {}
    cpu: dict[ScreenState, list[float]] = {}
    sent: dict[ScreenState, list[float]] = {}
    half, whole = 0.5 / FPS, 1.0 / FPS
    try:
        while (frame := camera.read()) is not None and frame.taken_at < SECONDS:
            if len(calls) > FPS * frame.taken_at:
                continue
            began = time.perf_counter()
            pose = estimator.estimate(frame)
            calls.append(time.perf_counter() - began)
            session = advance(session, pose, frame.taken_at)
            for shown, late_s in ((session, half), (session, whole), (asleep, half)):
                glass = dark if shown is asleep else screen
                screen.events()
                began, used = time.perf_counter(), time.thread_time()
                glass.draw(
                    compose(
                        Situation(shown, frame.taken_at + late_s, late_s), glass.glass, language
                    )
                )
                part = glass.changed_share
                glass.present()
                took.setdefault(route(Situation(shown)), []).append(time.perf_counter() - began)
                cpu.setdefault(route(Situation(shown)), []).append(time.thread_time() - used)
                sent.setdefault(route(Situation(shown)), []).append(part)
    finally:
        estimator.close()
        camera.close()
        screen.close()
    call = median(calls)
    print(f"display: {screen.driver}, {PANEL[0]}x{PANEL[1]}, turned by 90 degrees")
    print(f"one call of the estimator: {1000 * call:.1f} ms (median of {len(calls)})")
    print(
        f"{'state':10} {'frames':>6} {'median':>9} {'CPU':>9} {'of a call':>10} "
        f"{'of the glass sent':>18}"
    )
    shares = {state: median(times) / call for state, times in took.items()}
    for state, share in shares.items():
        ms, part = 1000 * share * call, median(sent[state])
        used_ms = 1000 * median(cpu[state])
        print(
            f"{state.value:10} {len(took[state]):6} {ms:6.2f} ms {used_ms:6.2f} ms {share:10.1%} "
            f"{part:18.1%}"
        )
    is_met = (
        shares[ScreenState.WORKING] < WORKING_SHARE and shares[ScreenState.ASLEEP] < ASLEEP_SHARE
    )
    limits = f"Working below {WORKING_SHARE:.0%} of a call, asleep below {ASLEEP_SHARE:.0%}"
    print(f"{limits}: {_yes(is_met)}.")
    return 0 if is_met else 1


def presence(settings: Settings) -> int:
    """Print the CPU time of a second with a person and of one without. Return the exit code.

    Pipeline, session and glass are those of the running mirror, before a film in which a person
    trains and then leaves. Decoding the film is counted, too.
    """
    cpu_s: dict[bool, float] = {False: 0.0, True: 0.0}
    wall_s: dict[bool, float] = {False: 0.0, True: 0.0}
    looks: dict[bool, float] = {False: 0.0, True: 0.0}
    plain = msgspec.structs.replace(settings.screen, rotate=0)
    screen = open_screen(plain, mode="offscreen", size=UPRIGHT)
    language, session = load_language(settings.coach.language), start(grace_s=GRACE_S)
    with TemporaryDirectory() as folder:
        camera = CameraSettings(source=str(_film(Path(folder) / "room.mp4")))
        pipeline = VisionPipeline(
            msgspec.structs.replace(settings, camera=camera), keep_trying=False
        )
        try:
            looked = time.monotonic()
            while not (pipeline.ended.is_set() and pipeline.observations.empty()):
                began, used = time.monotonic(), time.process_time()
                asleep, is_known = (
                    route(Situation(session)) is ScreenState.ASLEEP,
                    session.t is not None,
                )
                while not pipeline.observations.empty():
                    observation = pipeline.observations.get()
                    session, looked = advance(session, observation.pose, observation.t), began
                    looks[asleep] += is_known
                is_idle = route(Situation(session)) is ScreenState.ASLEEP
                pipeline.pause_s = 1.0 / settings.presence.looks_per_s if is_idle else 0.0
                screen.draw(
                    compose(Situation(session, began, began - looked), screen.glass, language)
                )
                screen.present()
                time.sleep(max(0.0, began + 1.0 / settings.screen.fps - time.monotonic()))
                if is_known:  # loading is over
                    cpu_s[asleep] += time.process_time() - used
                    wall_s[asleep] += time.monotonic() - began
        finally:
            pipeline.close()
    if pipeline.fault is not None:
        raise pipeline.fault
    share = {asleep: cpu_s[asleep] / max(wall_s[asleep], 1e-9) for asleep in (False, True)}
    for asleep, who in ((False, "with a person"), (True, "without one")):
        often = looks[asleep] / max(wall_s[asleep], 1e-9)
        print(
            f"{who:15} {wall_s[asleep]:5.1f} s: {often:4.1f} frames a second, "
            f"{share[asleep]:.2f} s of CPU time a second"
        )
    fall = share[True] / share[False]
    print(f"Asleep at most {IDLE_SHARE:.0%} of that: {fall:.0%}, {_yes(fall <= IDLE_SHARE)}.")
    return 0 if fall <= IDLE_SHARE else 1


def _film(path: Path) -> Path:
    """Write the film of a person who trains, and then leaves."""
    camera = open_camera(CameraSettings(source="figure", seed=SEED), live=False)
    recording = Recording(path, camera.size, FILM_FPS)
    try:
        while (frame := camera.read()) is not None and frame.taken_at < THERE_S:
            recording.add(frame.rgb)
        empty = room(viewed(Motion(SEED), camera.size), 1.0)
        for _ in range(round(GONE_S * FILM_FPS)):
            recording.add(empty)
    finally:
        recording.close()
        camera.close()
    return path


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
