"""Measuring the core: tables that say how right it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mirror.analyze import follow
from mirror.camera import open_camera
from mirror.config import CameraSettings, Settings
from mirror.errors import UsageError
from mirror.estimator import Estimator
from mirror.hinge.phases import Outcome, Rejected, Rep
from mirror.hinge.variations import VARIATIONS
from mirror.model import bundle
from mirror.session import start


class Clip(msgspec.Struct, frozen=True):
    """One labelled video: the reps (and squats) that a person counts in it."""

    file: str
    variation: str
    reps: int
    squats: int = 0


class Labels(msgspec.Struct, frozen=True):
    """LABELS.json of a folder of clips."""

    clips: tuple[Clip, ...]


@dataclass(frozen=True)
class Found:
    """What the core counted."""

    reps: int
    squats: int


def counts(settings: Settings, folder: Path | None) -> int:
    """Print expected and found counts for labelled clips; 0 if all agree, else 1.

    Raises:
        UsageError: the folder has no readable LABELS.json.
    """
    if folder is None:
        raise UsageError("Name a folder of labelled videos with --clips.")
    clips = _labels(folder).clips
    rates: tuple[float | None, ...] = (None, 15.0, 10.0)
    print(f"{'clip':32} {'variation':10} {'frames/s':>8} {'reps':>9} {'squats':>9}")
    print(f"{'':32} {'':10} {'':>8} {'exp found':>9} {'exp found':>9}")
    model = bundle(settings.model)
    is_right = True
    for clip in clips:
        if clip.variation not in VARIATIONS:
            print(f"{clip.file:32} {clip.variation:10} {'not built yet':>8}")
            continue
        for fps in rates:
            for flip in (False, True):
                found = _count(clip, folder, model, fps, flip=flip)
                agrees = found == Found(clip.reps, clip.squats)
                is_right = is_right and agrees
                rate = f"{fps or 'all':>8}{' flipped' if flip else ''}"
                row = f"{clip.file:32} {clip.variation:10} {rate:16}"
                row += f" {clip.reps:3} {found.reps:3}   {clip.squats:3} {found.squats:3}"
                print(row + ("" if agrees else "   <- differs"), flush=True)
    return 0 if is_right else 1


def _labels(folder: Path) -> Labels:
    path = folder / "LABELS.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Labels)
    except (OSError, msgspec.DecodeError) as error:
        raise UsageError(f"{path}: cannot be used ({error}).") from error


def _count(clip: Clip, folder: Path, model: Path, fps: float | None, *, flip: bool) -> Found:
    outcomes = list(_outcomes(clip, folder, model, fps, flip=flip))
    return Found(
        reps=sum(isinstance(o, Rep) for o in outcomes),
        squats=sum(isinstance(o, Rejected) and o.reason == "squat" for o in outcomes),
    )


def _outcomes(
    clip: Clip, folder: Path, model: Path, fps: float | None, *, flip: bool
) -> Iterator[Outcome]:
    settings = CameraSettings(source=str(folder / clip.file), flip=flip)
    camera = open_camera(settings, live=False)
    estimator = Estimator(model)
    try:
        for _, session in follow(camera, estimator, start(clip.variation), fps=fps):
            yield from session.events
    finally:
        estimator.close()
        camera.close()
