"""The line of the back on people with known spines, and on labelled real clips.

Every number of the rendered people is held out: the clips are dealt into folds, and the mirror
reads each fold by weights that are fitted on the others, unless the shipped ones are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from benches.back_fit import figures, fitted, in_parallel, reading_by, side_views
from benches.back_plot import plot
from benches.back_tables import tables
from benches.people import Followed, Frame, Person, followed, people
from benches.tracks import PROCESSES, read, tracked
from mirror.coach.session import start
from mirror.errors import UsageError
from mirror.hinge.judging.stop_depth import StopDepth
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.joints import BODY_HEIGHT
from mirror.hinge.measure.rounding import SHIPPED, Weights

FOLDS = 12
NAMES = {
    "arms_drop": "arms-drop",
    "knees_bent": "knees-bent",
    "trunk_rotation_lean": "twist",
    "lumbar_rounding": "rounding",
    "thoracic_rounding": "rounding",
    "both_rounding": "rounding",
    "hand_distance_shrinks": "string-slack",
    "pelvis_open": "pelvis-open",
    "trunk_jerk": "torso-drift",
}
"""Faults of the truth by the mirror's names."""


class Labelled(msgspec.Struct, frozen=True):
    """One real clip and its labels."""

    file: str
    variation: str
    view: str = ""
    back: str = ""


class Labels(msgspec.Struct, frozen=True):
    """LABELS.json of a folder of real clips."""

    clips: tuple[Labelled, ...]


def real(folder: Path, model: Path, kept: Path | None, way: str) -> int:
    """List the reps of real side views with their rounding. Return the exit code."""
    path = next(folder.glob("[Ll][Aa][Bb][Ee][Ll][Ss].json"), folder / "LABELS.json")
    try:
        clips = msgspec.json.decode(path.read_bytes(), type=Labels).clips
    except (OSError, msgspec.DecodeError) as error:
        raise UsageError(f"{path}: cannot be used ({error}).") from error
    print("| clip | back | reps | rounding of each, flagged with * |\n|---|---|---|---|")
    side = [clip for clip in clips if clip.view == "side" and clip.back not in ("", "na")]
    tracks = tracked([folder / clip.file for clip in side], model, kept, way)
    for clip, track in zip(side, tracks, strict=True):
        reps = followed(start(clip.variation), read(track)).reps
        reported = [
            "-" if (deg := rep.back_rounding_max_deg) is None
            else f"{deg:.0f}{'*' if any(f.fault == 'rounding' for f in rep.faults) else ''}"
            for rep in reps
        ]  # fmt: skip
        print(f"| {clip.file} | {clip.back} | {len(reps)} | {' '.join(reported)} |", flush=True)
    return 0


def draw(folder: Path, model: Path, kept: Path | None, way: str, name: str) -> int:
    """Draw one clip by the shipped weights. Return the exit code."""
    person = next(people(folder, model, kept, way, name))
    to = Path("out")
    to.mkdir(exist_ok=True)
    plot(person, person.followed().frames, to / f"{name}.png")
    return 0


@dataclass(frozen=True)
class Verdict:
    """One true rep, and what the mirror found. Angles are changes since standing, degrees.

    true_deg, upper: rounding, and the share of the upper back in it. found_deg: None where the back
    was not judged, or the rep not counted. faults, raised: those of the truth, and of the mirror.
    off: found minus true hip, trunk and knee at the bottom, and of the weight over the foot, foot
    lengths; NaN where missing.
    """

    true_deg: float
    upper: float
    found_deg: float | None
    faults: frozenset[str]
    raised: frozenset[str]
    off: Array


@dataclass(frozen=True)
class Judged:
    """One clip as the mirror judged it.

    turn_deg: true turn off side view. height_px: of the standing person. off: (4,) mean absolute
    error of all frames, as in `Verdict`. stop, true_stop: stop depths, degrees; None where there
    is none.
    """

    name: str
    variation: str
    is_side: bool
    turn_deg: float
    height_px: float
    verdicts: list[Verdict]
    off: Array
    stop: float | None
    true_stop: float | None


def back(folder: Path, model: Path, kept: Path | None, way: str, *, shipped: bool) -> int:
    """Print how well the back is read. Return the exit code. shipped: use the shipped weights."""
    clips = list(people(folder, model, kept, way))
    side = [clip.name for clip in clips if clip.is_side]
    fold_of = {name: k % FOLDS for k, name in enumerate(side)}
    weights = [SHIPPED] * FOLDS
    if not shipped:
        seen = side_views(folder, model, kept)
        drawn = in_parallel(figures(model, kept))
        weights = [
            fitted([*(clip for clip in seen if fold_of[clip.name] != fold), *drawn])
            for fold in range(FOLDS)
        ]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        by = [weights[fold_of.get(clip.name, 0)] for clip in clips]
        print("\n".join(tables(list(pool.map(judged, clips, by)))))
    return 0


def judged(person: Person, weights: Weights) -> Judged:
    """Follow one clip with these weights."""
    with reading_by(weights):
        found = person.followed()
    stop = found.session.person.stop.found
    true = [rep["stop"]["hip_at_lumbar_5"] for rep in person.reps if rep["stop"]]
    heights = [
        BODY_HEIGHT * (f.baseline.trunk_px + f.baseline.leg_px) for f in found.frames if f.baseline
    ]
    return Judged(
        person.name,
        person.variation,
        person.is_side,
        person.turn_deg,
        float(np.median(heights)) if heights else float("nan"),
        [_verdict(person, rep, found) for rep in person.reps],
        np.abs(_off(person, found.frames)).mean(axis=0),
        stop.pelvis_flexion_deg if isinstance(stop, StopDepth) else None,
        float(np.median(true)) if true else None,
    )


def _verdict(person: Person, true: dict[str, Any], found: Followed) -> Verdict:
    """The verdict on one true rep."""
    start_s, end_s = true["start"], true["end"]
    reps = [rep for rep in found.reps if start_s < rep.bottom_s < end_s]
    degs = [rep.back_rounding_max_deg for rep in reps]
    flexion = person.flexion(np.linspace(start_s, end_s, 100))
    deepest = flexion[flexion.sum(axis=1).argmax()]
    return Verdict(
        float(deepest.sum()),
        float(deepest[1] / max(1.0, deepest.sum())),
        max((deg for deg in degs if deg is not None), default=None),
        frozenset(NAMES.get(name, name) for name in true["faults"]),
        frozenset(fault.fault for rep in reps for fault in rep.faults),
        np.median(_off(person, found.frames, true["bottom_from"], true["bottom_to"]), axis=0),
    )


def _off(
    person: Person, frames: Iterable[Frame], since: float = 0.0, until: float = np.inf
) -> Array:
    """(n, 4) as `Verdict.off`, of each frame with a baseline between these times."""
    rows = []
    for frame in frames:
        p, b = frame.posture, frame.baseline
        if b is None or not since <= p.t <= until:
            continue
        com = np.nan
        if p.com_fraction is not None and b.com_fraction is not None:
            com = p.com_fraction - b.com_fraction
        hip, knee = person.hip_and_knee(p)
        at = np.array([p.t, 0.0])
        trunk, weight = (person.angles(name, at)
                         for name in ("trunk_incl_hip_shoulder", "com_foot_frac"))  # fmt: skip
        change = np.array([now - rest for now, rest in (hip, trunk, knee, weight)])
        seen = (
            p.hip_flexion_deg - b.hip_flexion_deg,
            p.trunk_deg - b.trunk_deg,
            p.knee_flexion_deg - b.knee_flexion_deg,
            com,
        )
        rows.append(np.array(seen) - change)
    return np.array(rows or [np.full(4, np.nan)])
