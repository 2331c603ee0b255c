"""Measure the core: tables of expected and found counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mirror.camera import open_camera
from mirror.cli.analyze import process
from mirror.coach.session import start
from mirror.config import CameraSettings, Settings
from mirror.errors import UsageError
from mirror.figure.motion import Motion
from mirror.hinge.counting.reps import Outcome, Partial, Rejected, Rep
from mirror.hinge.variations.catalog import VARIATIONS
from mirror.pose.model import bundle
from mirror.pose.tracker import SubjectTracker

LOCKOUT_S = 0.6
"""Seconds after its end by which a rep of the figure is counted (at 10 frames/s)."""


class Clip(msgspec.Struct, frozen=True):
    """One labelled video: the reps (and squats) that a person counts in it."""

    file: str
    variation: str
    reps: int
    squats: int = 0
    back: str = ""

    def count(self) -> Count:
        """The expected counts; the back is labelled `neutral ...` or `rounded ...`, or not."""
        rounded = {"rounded": self.reps, "neutral": 0}.get(self.back.partition(" ")[0])
        return Count(self.reps, None, self.squats, rounded)


class Labels(msgspec.Struct, frozen=True):
    """LABELS.json of a folder of clips."""

    clips: tuple[Clip, ...]


@dataclass(frozen=True)
class Count:
    """The expected counts of a clip, or the counts of the core."""

    reps: int
    partials: int | None
    squats: int
    rounded: int | None = None

    def agrees(self, found: Count) -> bool:
        """Whether the found count is this one; a count without a label always agrees."""
        pairs = (
            (self.reps, found.reps),
            (self.partials, found.partials),
            (self.squats, found.squats),
            (self.rounded, found.rounded),
        )
        return all(expected is None or expected == got for expected, got in pairs)


RATES: tuple[float | None, ...] = (None, 15.0, 10.0)
"""Frames a second at which each source is counted; None is its own rate."""


def counts(settings: Settings, folder: Path | None, *, seeds: int, seconds: float) -> int:
    """Print expected and found counts for the figure and for labelled clips; 0 if all agree.

    seeds: figures 1..seeds are counted, for about `seconds` each. folder: of clips, or None.

    Raises:
        UsageError: the folder has no readable LABELS.json.
    """
    model = bundle(settings.model)
    clips = _labels(folder).clips if folder is not None else ()
    print(f"{'source':34} {'variation':10} {'frames/s':12} reps      partials  squats    rounded")
    print(f"{'':34} {'':10} {'':12} exp found exp found exp found exp found")
    is_right = True
    for seed in range(1, seeds + 1):
        expected, until = _truth(seed, seconds)
        for fps, flip in _ways():
            source = CameraSettings(source="figure", seed=seed, flip=flip)
            found = _count(source, "basic", model, fps, until)
            is_right &= _row(f"figure {seed}, {until:.1f} s", "basic", fps, flip, expected, found)
    for clip in clips:
        if clip.variation not in VARIATIONS:
            print(f"{clip.file:34} {clip.variation:10} not built yet")
            continue
        expected = clip.count()
        for fps, flip in _ways():
            source = CameraSettings(source=str(folder / clip.file) if folder else "", flip=flip)
            found = _count(source, clip.variation, model, fps, None)
            is_right &= _row(clip.file, clip.variation, fps, flip, expected, found)
    return 0 if is_right else 1


def _ways() -> Iterator[tuple[float | None, bool]]:
    return ((fps, flip) for fps in RATES for flip in (False, True))


def _row(
    name: str, variation: str, fps: float | None, flip: bool, expected: Count, found: Count
) -> bool:
    """Print one row; whether the counts agree."""
    agrees = expected.agrees(found)
    rate = f"{fps or 'all':>4}{' flipped' if flip else ''}"
    pairs = (
        (expected.reps, found.reps),
        (expected.partials, found.partials),
        (expected.squats, found.squats),
        (expected.rounded, found.rounded),
    )
    numbers = " ".join(f"{'-' if e is None else e:>3} {f:>5}" for e, f in pairs)
    mark = "" if agrees else "  <- differs"
    print(f"{name:34} {variation:10} {rate:12} {numbers}{mark}", flush=True)
    return agrees


def _truth(seed: int, seconds: float) -> tuple[Count, float]:
    """The true counts of figure `seed` in about `seconds`, and a time to stop, just after a rep."""
    reps = [r for r in Motion(seed).reps_between(0.0, seconds) if r.end_s <= seconds - LOCKOUT_S]
    kinds = [r.kind for r in reps]
    full = sum(kind in ("neutral", "rounded") for kind in kinds)
    until = reps[-1].end_s + LOCKOUT_S if reps else seconds
    return Count(full, kinds.count("partial"), kinds.count("squat")), until


def _labels(folder: Path) -> Labels:
    path = folder / "LABELS.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Labels)
    except (OSError, msgspec.DecodeError) as error:
        raise UsageError(f"{path}: cannot be used ({error}).") from error


def _count(
    source: CameraSettings, variation: str, model: Path, fps: float | None, until: float | None
) -> Count:
    """Run the whole core over one source."""
    camera = open_camera(source, live=False)
    estimator = SubjectTracker(model)
    found: list[Outcome] = []
    try:
        for _, session in process(camera, estimator, start(variation), seconds=until, fps=fps):
            found += session.events
    finally:
        estimator.close()
        camera.close()
    return Count(
        reps=sum(isinstance(o, Rep) for o in found),
        partials=sum(isinstance(o, Partial) for o in found),
        squats=sum(isinstance(o, Rejected) and o.reason == "squat" for o in found),
        rounded=sum(isinstance(o, Rep) and _is_flagged(o) for o in found),
    )


def _is_flagged(rep: Rep) -> bool:
    return any(fault.fault == "rounding" for fault in rep.faults)
