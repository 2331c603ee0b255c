"""Every screen of the glass as a picture, and what drawing each costs.

The sessions are those of a real set: the shipped figure, seen by the pose estimator. Only what a
figure can't do at will (a stop depth, a wrong view, a rest) is put into them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

import msgspec

from mirror.analyze import follow
from mirror.camera import open_camera
from mirror.compose import compose
from mirror.config import CameraSettings, Settings
from mirror.errors import CameraStalled, OutputError
from mirror.estimator import Estimator
from mirror.glass import Glass
from mirror.hinge.depth import StopDepth
from mirror.hinge.posture import Posture, Unseen
from mirror.hinge.presence import Presence
from mirror.hinge.reps import Phase, fold_deg
from mirror.language import Language, load
from mirror.model import bundle
from mirror.scene import Scene
from mirror.screen import open_screen
from mirror.screens.apart import getting_ready, shutting_down, trouble
from mirror.session import Said, Session, advance, start
from mirror.states import State, state

SEED, FPS, SECONDS = 3, 15.0, 40.0
"""A figure whose fourth to seventh rep are rounded."""
UPRIGHT, LYING = (1080, 1920), (1920, 1080)
STOP = StopDepth(55.0, (48.0, 62.0), 62.0, 0.05, 0.8, 5)


def gallery(settings: Settings, folder: Path) -> int:
    """Write a PNG of every screen, upright and lying, to a folder; gives the exit code.

    Raises:
        OutputError: the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror}).") from error
    language = load(settings.coach.language)
    shown = sessions(filmed(bundle(settings.model)))
    for name, size in (("upright", UPRIGHT), ("lying", LYING)):
        plain = msgspec.structs.replace(settings.screen, rotate=0)
        screen = open_screen(plain, mode="offscreen", size=size)
        for screen_name, scene in scenes(shown, screen.glass, language).items():
            screen.draw(scene)
            screen.save(folder / f"{screen_name}-{name}.png")
    print(f"{folder}/: {len(shown) + 4} screens, each upright and lying.")
    return 0


def scenes(
    shown: dict[str, tuple[Session, float]], glass: Glass, language: Language
) -> dict[str, Scene]:
    """Every screen by its name. shown: sessions with the time since their last look."""
    stalled = CameraStalled("no frame for 5 s; the camera counts as broken.")
    made = {
        "getting-ready": getting_ready(glass, language, 0.9),
        "trouble-camera": trouble(str(stalled), glass, language, stalled.kind),
        "trouble-model": trouble("pose_landmarker.task: not there.", glass, language, "model"),
        "shutting-down": shutting_down(glass, language),
    }
    for name, (session, late_s) in shown.items():
        made[name] = compose(session, glass, language, now=1.2, late_s=late_s)
    return made


def filmed(model: Path) -> list[Session]:
    """The sessions of one set, look by look."""
    camera = open_camera(CameraSettings(source="figure", seed=SEED), live=False)
    estimator = Estimator(model)
    try:
        steps = follow(camera, estimator, start(), seconds=SECONDS, fps=FPS)
        return [session for _, session in steps]
    finally:
        estimator.close()
        camera.close()


def sessions(film: list[Session]) -> dict[str, tuple[Session, float]]:
    """The moments of a set that are shown: name -> session, seconds since its last look."""
    return {name: (session, late_s) for name, session, late_s in _moments(film)}


def _moments(film: list[Session]) -> Iterator[tuple[str, Session, float]]:
    first = film[0]
    yield (
        "asleep",
        replace(first, posture=Unseen(first.t or 0.0, "nobody"), presence=Presence()),
        0.0,
    )
    yield "welcome", next(s for s in film if state(s) is State.WELCOME), 0.0
    still = [s for s in film if state(s) is State.STILL] or [
        replace(s, standing=None, presence=Presence(-9.0, s.t), said=Said("stand-still"))
        for s in film[: int(3 * FPS)]
    ]
    yield "still", max(still, key=lambda s: s.stillness.share < 0.8 and s.stillness.share), 0.0
    yield "chosen", next(s for s in film if s.said.key == "instruction"), 0.0
    moving = [s for s in film if s.phase is Phase.DESCENDING and len(s.reps) == 2]
    yield "working", moving[len(moving) // 2], 0.0
    deep = [s for s in film if s.phase is Phase.DESCENDING and len(s.reps) == 4]
    at_stop = min(deep, key=lambda s: abs(_fold(s) - STOP.fold_deg))
    yield "stop", replace(at_stop, stop=STOP, said=Said("stop-here")), 0.0
    yield "rounded", max((s for s in film if s.reps), key=_rounding), 0.0
    told = next(s for s in film if s.cue and s.cue.fault and s.reps[-1].number == s.cue.rep)
    yield "counted", replace(told, t=told.reps[-1].end_s + 0.05), 0.0
    yield "cue", replace(told, t=told.reps[-1].end_s + 2.2), 0.0
    last = [s for s in film if s.reps and not s.counting.is_open][-1]
    rest = replace(last, t=last.reps[-1].end_s + 20, said=Said())
    yield "rest", replace(rest, stop=STOP, stop_rep=3), 0.0
    yield "rest-asked", replace(rest, stop=None, stop_rep=None), 0.0
    for doubt in ("turn-side-on", "step-back"):
        posture = rest.posture
        if isinstance(posture, Posture):
            posture = replace(posture, doubt=doubt, confidence=0.3)
        yield doubt, replace(rest, posture=posture, said=Said(doubt)), 0.0


def _fold(session: Session) -> float:
    posture = session.posture
    return fold_deg(posture, session.standing) if isinstance(posture, Posture) else 0.0


def _rounding(session: Session) -> float:
    posture = session.posture
    return (posture.rounding_deg or 0.0) if isinstance(posture, Posture) else 0.0


def drawing(settings: Settings) -> int:
    """Print what a frame of each state costs, next to a call of the estimator; the exit code.

    Both are measured in turns, in one run: each look is estimated, and then drawn twice.
    """
    os.environ["SDL_VIDEODRIVER"] = "dummy"  # a display in memory: the parts that changed are sent
    plain = msgspec.structs.replace(settings.screen, rotate=0)
    screen = open_screen(plain, mode="windowed", size=UPRIGHT)
    dark = open_screen(plain, mode="offscreen", size=UPRIGHT)
    dark.present()
    camera = open_camera(CameraSettings(source="figure", seed=SEED), live=False)
    estimator = Estimator(bundle(settings.model))
    language, session = load(settings.coach.language), start()
    asleep = replace(session, t=0.0, posture=Unseen(0.0, "nobody"))
    calls: list[float] = []
    took: dict[State, list[float]] = {}
    sent: dict[State, list[float]] = {}
    try:
        while (frame := camera.read()) is not None and frame.taken_at < SECONDS:
            if len(calls) > FPS * frame.taken_at:
                continue
            began = time.perf_counter()
            pose = estimator.estimate(frame)
            calls.append(time.perf_counter() - began)
            session = advance(session, pose, frame.taken_at)
            for shown, late_s in (
                (session, 0.5 / FPS),
                (session, 1.0 / FPS),
                *2 * ((asleep, 0.0),),
            ):
                began = time.perf_counter()
                screen.draw(compose(shown, screen.glass, language, frame.taken_at + late_s, late_s))
                part = screen.changed_share
                screen.present()
                took.setdefault(state(shown), []).append(time.perf_counter() - began)
                sent.setdefault(state(shown), []).append(part)
    finally:
        estimator.close()
        camera.close()
        screen.close()
    call = median(calls)
    print(f"one call of the estimator: {1000 * call:.1f} ms (median of {len(calls)})")
    print(f"{'state':10} {'frames':>6} {'median':>9} {'of a call':>10} {'of the glass sent':>18}")
    for which, times in took.items():
        mid, part = median(times), median(sent[which])
        row = (
            f"{which.value:10} {len(times):6} {1000 * mid:6.2f} ms {mid / call:10.1%} {part:18.1%}"
        )
        print(row)
    return 0
