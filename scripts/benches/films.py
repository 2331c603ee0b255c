"""A set as a film of the glass: a contact sheet, and how long each screen and text was there.

A set is one of the figure (`SETS`: reps with a fault, then right ones, then a turn to the glass),
or a video: of rendered people, whose exercise stands in the NAME.json.gz beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Generic, TypeVar

import numpy as np

from benches.gallery import Picture, strip
from benches.people import people
from benches.repertoire import Trial, poses
from benches.tracks import Track, read
from mirror.buttons import LONG
from mirror.coach.advance import advance
from mirror.coach.language import Language, load_language
from mirror.coach.session import Session, start
from mirror.config import ScreenSettings, Settings
from mirror.display.glass import Glass
from mirror.display.scene import AMBER, EMBER, GREY, ICE, Scene, Text
from mirror.display.screen import open_screen, save
from mirror.errors import OutputError
from mirror.hinge.judging.feedback import Cue
from mirror.pose.model import bundle
from mirror.pose.tracker import SubjectTracker
from mirror.screens.labels import Labels
from mirror.screens.router import ScreenState, Situation, compose, route

SETS: dict[str, tuple[str | None, ...]] = {
    "basic": ("rounding", "knees-bent", None),
    "stick": ("rounding", None),
    "string": ("rounding", None),
    "sumo": ("knees-in", None),
    "one-hand": ("twist", None),
    "row": ("torso-drift", None),
    "overhead": ("arms-drop", None),
    "single-leg": ("line-broken", None),
    "swing": ("squat-swing", "arms-first", None),
}
"""Variations and drills, and the faults of one trial after the other."""
FPS, SEED, REPS, TARGET, AFTER_S = 15.0, 1, 3, 10, 10.0
"""AFTER_S: seconds for which the person stands on as they were seen last."""
SHEET_S, TILE, ACROSS = 0.5, (216, 384), 9
"""Seconds from tile to tile of a sheet, their size in pixels, and how many lie side by side."""
GLASS, COLOURS = Glass.of(TILE, ScreenSettings()), (ICE.name, AMBER.name, EMBER.name)


What = TypeVar("What")


@dataclass(frozen=True)
class Run(Generic[What]):
    """A screen or a text, and from when to when it was on the glass without a break."""

    what: What
    start_s: float
    end_s: float

    @property
    def lasts_s(self) -> float:
        """Seconds."""
        return self.end_s - self.start_s


def films(settings: Settings, names: list[str], folder: Path) -> int:
    """Write the sheet of each set or video, and print its screens and texts with their times.

    names: of `SETS`, or videos; none of them: all sets.

    Raises:
        OutputError: the folder cannot be written to.
        UsageError: a name is neither a set nor a video with its truth beside it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror}).") from error
    model, language = bundle(settings.model), load_language(settings.coach.language)
    for name in names or SETS:
        film = list(filmed(name, model) if name in SETS else _of_video(Path(name), model))
        path = folder / f"film-{Path(name).stem}.png"
        save(sheet(film, language), path)
        print(f"{path}: {len(film[-1].reps)} reps in {film[-1].t or 0.0:.0f} s")
        print(*reported(film, language), sep="\n", end="\n\n", flush=True)
    return 0


def filmed(name: str, model: Path | None) -> Iterator[Session]:
    """A set of the figure, a turn to the glass and back, and standing on.

    model: of the estimator; None takes the true joints and outline of the figure.
    """
    drill = name if name in ("stick", "string") else None
    variation = "basic" if drill else name
    usual = Trial(variation, None, SEED, FPS, reps=REPS, drill=drill)
    trials = [replace(usual, fault=fault) for fault in SETS[name]]
    return played(
        start(variation, drill, target=TARGET),
        _one_after_the_other((*trials, replace(usual, kind="turn", reps=1)), model),
    )


def _one_after_the_other(trials: Iterable[Trial], model: Path | None) -> Track:
    t0 = 0.0
    for trial in trials:
        t, estimator = 0.0, SubjectTracker(model) if model is not None else None
        try:
            for t, pose in poses(trial, estimator, masks=True):
                yield t0 + t, pose and replace(pose, taken_at=t0 + t)
        finally:
            if estimator is not None:
                estimator.close()
        t0 += t + 1 / FPS


def _of_video(video: Path, model: Path) -> Iterator[Session]:
    (person,) = people(video.parent, model, None, only=video.stem)
    session = start(person.variation, person.truth["drill"], target=TARGET)
    return played(session, read(person.track))


def played(session: Session, track: Track) -> Iterator[Session]:
    """The session after each frame, and while the person stands on as they were seen last.

    Their poses are without masks: those of a film fill a gigabyte.
    """
    t, last = 0.0, None
    for t, pose in track:
        session, last = advance(session, pose, t), pose or last
        bare = session.pose and replace(session.pose, mask=None)
        yield replace(session, source=replace(session.source, pose=bare))
    for k in range(1, int(AFTER_S * FPS)):
        then = t + k / FPS
        session = advance(session, last and replace(last, taken_at=then), then)
        yield session


def scene(session: Session, language: Language) -> Scene:
    """The glass at a frame."""
    labels = Labels("right", ("next", "previous", "select"), tuple(LONG))
    return compose(Situation(session, session.t or 0.0, 0.0, labels), GLASS, language)


def sheet(film: Sequence[Session], language: Language) -> Picture:
    """Tiles of the glass, `SHEET_S` apart, each with its second."""
    screen = open_screen(ScreenSettings(), mode="offscreen", size=TILE)
    tiles, due = [], 0.0
    for session in film:
        t = session.t or 0.0
        if t < due:
            continue
        due += SHEET_S
        clock = Text(f"{t:.1f}", (4.0, GLASS.height_mm - 4.0), 12.0, GREY)
        screen.draw(Scene((*scene(session, language).shapes, clock)))
        tiles.append(screen.pixels())
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % ACROSS)
    rows = [strip(tiles[k : k + ACROSS]) for k in range(0, len(tiles), ACROSS)]
    return np.concatenate(rows)


def runs(film: Sequence[Session], seen: Callable[[Session], Iterable[What]]) -> list[Run[What]]:
    """What is seen in a film, and from when to when, in order of the beginning.

    seen: names what is on the glass at a frame.
    """
    open_s: dict[What, float] = {}
    ended = []
    for session in film:
        t, now = session.t or 0.0, set(seen(session))
        ended += [Run(what, open_s.pop(what), t) for what in tuple(open_s) if what not in now]
        open_s |= {what: t for what in now if what not in open_s}
    ended += [Run(what, since, film[-1].t or 0.0) for what, since in open_s.items()]
    return sorted(ended, key=lambda run: run.start_s)


def state(session: Session) -> tuple[str]:
    """The screen of a frame."""
    return (route(Situation(session)).value,)


def written(session: Session, language: Language) -> list[str]:
    """The texts in colour on the glass: what is said, and labels of the line of the back."""
    shapes = scene(session, language).shapes
    texts = [shape for shape in shapes if isinstance(shape, Text)]
    return [text.text for text in texts if text.colour.name in COLOURS]


def message(session: Session, language: Language) -> list[tuple[str, float]]:
    """The cue, praise or stop depth that stands on the glass, and since when it is due."""
    now = session.shown.messages.now
    if now is None or route(Situation(session)) not in (ScreenState.WORKING, ScreenState.FINISHED):
        return []
    about, choice = now.about, session.exercise
    text = language.cue(about, choice) if isinstance(about, Cue) else language.stop(about)
    return [(text, now.since_s)] if text in written(session, language) else []


def lasting(film: Sequence[Session], language: Language) -> dict[tuple[str, float], float]:
    """Each message, and for how many seconds it was there in all."""
    lasted: dict[tuple[str, float], float] = {}
    for run in runs(film, partial(message, language=language)):
        lasted[run.what] = lasted.get(run.what, 0.0) + run.lasts_s
    return lasted


def reported(film: Sequence[Session], language: Language) -> Iterator[str]:
    """Each screen and each text in colour, with its times; then the durations of the messages."""
    states = runs(film, state)
    texts = runs(film, partial(written, language=language))
    for run in sorted((*states, *texts), key=lambda run: run.start_s):
        what = run.what.replace("\n", " / ")
        yield f"{run.start_s:6.1f} {run.lasts_s:6.1f}  {'' if run in states else '    '}{what}"
    if said := sorted(lasting(film, language).values()):
        yield f"messages: {len(said)}, shortest {said[0]:.1f} s, median {median(said):.1f} s"
    yield f"shortest screen: {min(run.lasts_s for run in states[1:]):.1f} s"
