"""Every screen of the glass as a PNG, searched for parts that are cut or overlap.

The sessions are those of a real set: the shipped figure, seen by the pose estimator. Only what a
figure can't do at will (a stop depth, a wrong view, a rest) is put into them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from benches.altered import altered
from benches.repertoire import Trial, poses
from mirror.buttons import LONG
from mirror.calibration.calibration import as_configured
from mirror.calibration.projection import Reflection
from mirror.calibration.state import CalibrationState, look
from mirror.camera import open_camera
from mirror.camera.optics import lens
from mirror.cli.analyze import process
from mirror.coach.advance import advance
from mirror.coach.command import Command, Held
from mirror.coach.finished import HistorySnapshot, LastTime, Saved
from mirror.coach.language import Language, load_language
from mirror.coach.lifetimes import ShownGuidance, Stage, StopSearch
from mirror.coach.session import Session, start
from mirror.config import CameraSettings, ScreenSettings, Settings
from mirror.display.glass import Glass, RigGeometry
from mirror.display.scene import Dot, Line, Point, Ring, Scene, Text
from mirror.display.screen import Screen, open_screen, save
from mirror.errors import CameraStalled, OutputError
from mirror.figure.motion import Motion
from mirror.hinge.counting.reps import Phase, fold_deg
from mirror.hinge.judging.stop_depth import StopDepth
from mirror.hinge.measure.posture import Posture, Unseen
from mirror.hinge.measure.presence import Presence
from mirror.hinge.variations.basic import BASIC
from mirror.hinge.variations.catalog import VARIATIONS
from mirror.pose.model import bundle
from mirror.pose.tracker import SubjectTracker
from mirror.screens.apart import getting_ready, holding, shutting_down, trouble
from mirror.screens.calibrating import calibrating
from mirror.screens.labels import Labels
from mirror.screens.router import ScreenState, Situation, compose, route
from mirror.simulator.people import CAMERA, Errors, case
from mirror.simulator.volunteer import Volunteer

Picture = NDArray[np.uint8]
"""(height, width, 3) RGB."""

SEED, FPS, SECONDS = 3, 15.0, 40.0
"""A figure whose fourth to seventh rep are rounded."""
UPRIGHT, LYING = (1080, 1920), (1920, 1080)
SIZES = {
    UPRIGHT: "upright",
    LYING: "lying",
    (720, 1280): "",
    (1280, 720): "",
    (2160, 3840): "",
    (3840, 2160): "",
}
"""Sizes of the glass that are searched, and the names of the PNGs of two of them."""
STRIPS = {
    "set": (UPRIGHT, ("chosen", "bowed", "cue", "rest")),
    "back": (UPRIGHT, ("bowed", "rounded", "cue")),
    "drills": (UPRIGHT, ("stick-working", "stick-rounding-working", "string-rounding-working")),
    "variations": (
        UPRIGHT,
        tuple(f"{name}-working" for name in VARIATIONS if name != "basic"),
    ),
    "calibrating": (
        UPRIGHT,
        ("calibrating-eye", "calibrating-knee", "calibrating-done", "reflection"),
    ),
    "lying": (LYING, ("chosen", "rounded", "rest")),
}
"""Screens that are shown small beside one another, for the READMEs."""
README, SMALLER, BETWEEN_PX, BETWEEN = "readme", 3, 8, 96
"""Their folder, the factor by which they are made smaller, and the grey between them."""
STOP = StopDepth(55.0, 62.0, 5)


def gallery(settings: Settings, folder: Path) -> int:
    """Write a PNG of every screen, upright and lying, to a folder. Return the exit code.

    Each is searched for parts that are cut or overlap, at other sizes of glass, too; 1 if there are
    any.

    Raises:
        OutputError: the folder cannot be written to.
    """
    try:
        (folder / README).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror}).") from error
    model = bundle(settings.model)
    shown = sessions(filmed(model))
    for name in VARIATIONS:
        shown |= practised(Trial(name, None, 1, FPS), model)
    for drill in BASIC.drills:
        for fault in (None, "rounding"):
            shown |= practised(Trial("basic", fault, 1, FPS, drill=drill.name), model)
    plain = msgspec.structs.replace(settings.screen, rotate=0)
    found: list[str] = []
    small: dict[tuple[str, tuple[int, int]], Picture] = {}
    for tongue in ("en", "de"):
        language = load_language(tongue)
        for size, name in SIZES.items():
            screen = open_screen(plain, mode="offscreen", size=size)
            for screen_name, scene in scenes(shown, screen.glass, language).items():
                where = f"{screen_name} {size[0]}x{size[1]} {tongue}"
                if screen_name != "asleep":
                    found += [f"{where}: {flaw}" for flaw in flaws(scene, screen)]
                if name and tongue == settings.coach.language:
                    screen.draw(scene)
                    screen.save(folder / f"{screen_name}-{name}.png")
                    small[screen_name, size] = smaller(screen.pixels())
    for strip_name, (size, names) in STRIPS.items():
        beside = strip([small[name, size] for name in names])
        save(beside, folder / README / f"{strip_name}.png")
    print(*found, sep="\n", end="\n" if found else "")
    screens = len(scenes(shown, screen.glass, language))
    print(f"{folder}/: {screens} screens, each upright and lying.")
    print(f"{folder / README}/: {', '.join(STRIPS)}.")
    print(f"At {len(SIZES)} sizes in 2 languages, cut or overlapping: {len(found)}.")
    return 1 if found else 0


def scenes(
    shown: dict[str, tuple[Session, float]], glass: Glass, language: Language
) -> dict[str, Scene]:
    """Every screen by its name. shown: sessions with the time since their last frame."""
    stalled = CameraStalled("no frame for 5 s; the camera counts as broken.")
    labels = Labels("right", ("next", "previous", "select"), tuple(LONG))
    held = Held("select", Command.SHUTDOWN, 0.6)
    made = {
        "getting-ready": getting_ready(glass, language, 0.9),
        "trouble-camera": trouble(str(stalled), glass, language, stalled.kind),
        "trouble-model": trouble("pose_landmarker.task: not there.", glass, language, "model"),
        "holding": holding(held, glass, language, labels),
        "shutting-down": shutting_down(glass, language),
    }
    for name, (session, late_s) in shown.items():
        made[name] = compose(
            Situation(session, now=1.2, late_s=late_s, labels=labels), glass, language
        )
    low = replace(labels, side="bottom")
    chosen, late_s = shown["chosen"]
    made["chosen-buttons-below"] = compose(Situation(chosen, 1.2, late_s, low), glass, language)
    bowed = altered(shown["bowed"][0], trail=())  # the body at rest, and the line lit in full
    fitted = _reflection(bowed, glass)
    made["reflection"] = compose(Situation(bowed, late_s=1.0, reflection=fitted), glass, language)
    for name, now in _calibrated(glass).items():
        made[name] = calibrating(now, glass, language)
    return made


def _reflection(session: Session, glass: Glass) -> Reflection:
    """The view of the figure's camera, which looks 5 degrees down."""
    tall_m = Motion(SEED).body.height_m
    camera = CameraSettings(lens="own", fov_deg=47.4, height_m=0.66 * tall_m)
    size = session.pose.size if session.pose is not None else (480, 640)
    setting = RigGeometry.of(camera, ScreenSettings(), glass, lens(camera, size))
    return Reflection(replace(setting, tilt_deg=5.0))


def _calibrated(glass: Glass) -> dict[str, CalibrationState]:
    """A person in the simulated room who calibrates."""
    settings = Settings(camera=CAMERA)
    now = CalibrationState(partial(as_configured, settings, glass))
    volunteer = Volunteer(case(1, Errors(), CAMERA, settings.screen, glass), now.eye)
    made = {}
    for _ in range(400):
        volunteer.follow(now, 0.2)
        while not volunteer.observations.empty():
            seen = volunteer.observations.get()
            now = look(now, seen.pose, seen.t)
            if now.held > 0.6:
                made[f"calibrating-{now.aim}"] = now
        if now.fitted is not None:
            made["calibrating-done"] = now
            break
    return made


def flaws(scene: Scene, screen: Screen) -> list[str]:
    """The parts that the edge of the glass cuts, and texts that other texts or lines run through.

    A screen that shows nothing is a flaw, too.
    """
    if not scene.shapes:
        return ["nothing is shown"]
    width, height = screen.glass.width_mm, screen.glass.height_mm
    texts = [(shape, screen.extent(shape)) for shape in scene.shapes if isinstance(shape, Text)]
    found = [
        f"{text.text!r} leaves the glass"
        for text, (left, top, right, bottom) in texts
        if left < 0 or top < 0 or right > width or bottom > height
    ]
    for k, (one, a) in enumerate(texts):
        for other, b in texts[k + 1 :]:
            if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]:
                found.append(f"{one.text!r} overlaps {other.text!r}")
    for x, y in _ink(scene):
        if not (0 <= x <= width and 0 <= y <= height):
            found.append("something is drawn beyond the glass")
        found += [
            f"something runs through {text.text!r}"
            for text, (left, top, right, bottom) in texts
            if left < x < right and top < y < bottom
        ]
    return list(dict.fromkeys(found))


def _ink(scene: Scene) -> Iterator[Point]:
    """Points a few mm apart on all that is drawn."""
    for shape in scene.shapes:
        if isinstance(shape, Line):
            for (ax, ay), (bx, by) in pairwise(shape.points):
                n = 1 + int(math.hypot(bx - ax, by - ay) / 3.0)
                yield from ((ax + k / n * (bx - ax), ay + k / n * (by - ay)) for k in range(n + 1))
        elif isinstance(shape, Ring):
            for k in range(65):
                turn = 2 * math.pi * (shape.start + shape.sweep * k / 64)
                yield (
                    shape.centre[0] + shape.radius_mm * math.sin(turn),
                    shape.centre[1] - shape.radius_mm * math.cos(turn),
                )
        elif isinstance(shape, Dot):
            yield shape.centre


def smaller(picture: Picture) -> Picture:
    """A third of the size; each pixel is the mean of those it stands for."""
    height, width = (side // SMALLER for side in picture.shape[:2])
    blocks = picture[: height * SMALLER, : width * SMALLER].astype(np.uint16)
    blocks = blocks.reshape(height, SMALLER, width, SMALLER, 3)
    means: Picture = np.rint(blocks.mean(axis=(1, 3))).astype(np.uint8)
    return means


def strip(pictures: Sequence[Picture]) -> Picture:
    """Images of one height beside one another, grey between them."""
    between = np.full((len(pictures[0]), BETWEEN_PX, 3), BETWEEN, np.uint8)
    parts = [part for picture in pictures for part in (between, picture)]
    return np.concatenate(parts[1:], axis=1)


def practised(trial: Trial, model: Path) -> dict[str, tuple[Session, float]]:
    """Chosen, working, finished and rest of one variation or drill, as the figure does it."""
    estimator = SubjectTracker(model)
    session, film = start(trial.variation, trial.drill), []
    try:
        for t, pose in poses(trial, estimator):
            session = advance(session, pose, t)
            film.append(session)
    finally:
        estimator.close()
    last = film[-1]
    done = next(s for s in film if len(s.reps) == len(last.reps) - 1)
    moving = [s for s in film if s.reps == done.reps and s.counter.is_moving]
    shown = {
        "chosen": altered(film[0], chosen_s=film[0].t),
        "working": max(moving, key=_fold),
        "finished": altered(_after(done, 3.2), guidance=ShownGuidance()),
        "rest": altered(_after(last, 20.0), guidance=ShownGuidance()),
    }
    name = "-".join(part for part in (trial.drill or trial.variation, trial.fault) if part)
    return {f"{name}-{key}": (shown[key], 0.0) for key in shown}


def filmed(model: Path) -> list[Session]:
    """The sessions of one set, frame by frame."""
    camera = open_camera(CameraSettings(source="figure", seed=SEED), live=False)
    estimator = SubjectTracker(model)
    try:
        steps = process(camera, estimator, start(), seconds=SECONDS, fps=FPS)
        return [session for _, session in steps]
    finally:
        estimator.close()
        camera.close()


def sessions(film: list[Session]) -> dict[str, tuple[Session, float]]:
    """The moments of a set that are shown: name -> session, seconds since its last frame."""
    return {name: (session, late_s) for name, session, late_s in _moments(film)}


def _moments(film: list[Session]) -> Iterator[tuple[str, Session, float]]:
    first = film[0]
    yield (
        "asleep",
        altered(first, posture=Unseen(first.t or 0.0, "nobody"), presence=Presence()),
        0.0,
    )
    yield "welcome", next(s for s in film if route(Situation(s)) is ScreenState.WELCOME), 0.0
    chosen = next(s for s in film if route(Situation(s)) is ScreenState.CHOSEN)
    yield "chosen", chosen, 0.0
    restless = altered(
        chosen, baseline=None, stage=Stage.WELCOME, guidance=ShownGuidance("stand-still")
    )
    yield "restless", restless, 0.0
    moving = [s for s in film if s.phase is Phase.DESCENDING and len(s.reps) == 2]
    yield "working", moving[len(moving) // 2], 0.0
    deep = [s for s in film if s.phase is Phase.DESCENDING and len(s.reps) == 4]
    at_stop = min(deep, key=lambda s: abs(_fold(s) - STOP.fold_deg))
    yield (
        "stop",
        altered(at_stop, stop=StopSearch(found=STOP), guidance=ShownGuidance("stop-here")),
        0.0,
    )
    bowed = [s for s in film if s.phase is Phase.BOTTOM and len(s.reps) == 2]
    yield "bowed", bowed[len(bowed) // 2], 0.0
    yield "rounded", max((s for s in film if s.reps), key=_rounding), 0.0
    reported = next(
        s for s in film if (cue := s.current_set.cue) and cue.fault and s.reps[-1].number == cue.rep
    )
    yield "counted", _after(reported, 0.05), 0.0
    yield "cue", _after(reported, 3.2), 0.0
    last = [s for s in film if s.reps and not s.counter.is_open][-1]
    rest = altered(_after(last, 20.0), guidance=ShownGuidance())
    past = HistorySnapshot(saved=Saved(412, 60.0))
    kept = altered(
        rest,
        stop=StopSearch(found=STOP, rep=3),
        over_s=60.0,
        history=past,
        last=LastTime(7, 91.0, 50),
    )
    yield "rest", kept, 0.0
    yield "rest-asked", altered(rest, stop=StopSearch()), 0.0
    for doubt in ("turn-side-on", "step-back"):
        posture = rest.posture
        if isinstance(posture, Posture):
            posture = replace(posture, doubt=doubt, confidence=0.3)
        yield doubt, altered(rest, posture=posture, guidance=ShownGuidance(doubt)), 0.0


def _after(session: Session, seconds: float) -> Session:
    """The session so long after its last rep, its person still there."""
    t = session.reps[-1].end_s + seconds
    return altered(session, t=t, presence=replace(session.person.presence, seen_s=t))


def _fold(session: Session) -> float:
    posture = session.posture
    return fold_deg(posture, session.baseline) if isinstance(posture, Posture) else 0.0


def _rounding(session: Session) -> float:
    posture = session.posture
    return (posture.rounding_deg or 0.0) if isinstance(posture, Posture) else 0.0
