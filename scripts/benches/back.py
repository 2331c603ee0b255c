"""The line of the back on people with known spines, and on labelled real clips.

Every number of the rendered people is held out: the clips are dealt into folds, and each fold is
read by weights that are fitted on the others, unless the shipped weights are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from benches.back_fit import figures, fitted, read_again, seen
from benches.back_plot import plot
from benches.people import Frame, Person, people, steps_of
from benches.tracks import read, tracked
from mirror.coach.advance import advance
from mirror.coach.session import start
from mirror.coach.sets import finish
from mirror.errors import UsageError
from mirror.hinge.counting.reps import Outcome, Rep
from mirror.hinge.judging import metrics
from mirror.hinge.judging.faults import UPPER_BACK
from mirror.hinge.judging.rep_frames import RepFrames, descent
from mirror.hinge.judging.stop_depth import StopDepth, find_stop_depth
from mirror.hinge.measure.rounding import SHIPPED

FOLDS = 12
ROUNDED_DEG, NEUTRAL_DEG, NEAR_DEG = 20.0, 9.0, 8.0
SLOW_S = 1.2
Stop = tuple[str, float | None, float | None]
"""Name of a clip, its true and its found stop depth, degrees."""
NAMES = {
    "arms_drop": "arms-drop",
    "knees_bent": "knees-bent",
    "trunk_rotation_lean": "twist",
    "lumbar_rounding": "rounding",
    "thoracic_rounding": "rounding",
    "both_rounding": "rounding",
    "hand_distance_shrinks": "string-slack",
    "pelvis_open": "pelvis-open",
}
"""Faults of the truth by the mirror's names; `small_rounding` is neither right nor wrong."""


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
        session = start(clip.variation)
        events: list[Outcome] = []
        for t, pose in read(track):
            session = advance(session, pose, t)
            events += session.events
        reps = [event for event in (*events, *finish(session).events) if isinstance(event, Rep)]
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
    plot(person, person.followed()[1], to / f"{name}.png")
    return 0


@dataclass(frozen=True)
class Verdict:
    """One true rep: true and found rounding, its true faults, and those that were raised."""

    person: Person
    true_deg: float
    found_deg: float | None
    upper: float
    true_upper: float
    true_faults: frozenset[str]
    raised: frozenset[str]


def back(folder: Path, model: Path, kept: Path | None, way: str, *, shipped: bool) -> int:
    """Print how well the back is read. Return the exit code. shipped: use the shipped weights."""
    clips = [(person, seen(person)) for person in people(folder, model, kept, way)]
    side = [clip for person, clip in clips if person.is_side]
    drawn = [] if shipped else figures(model, kept)
    verdicts: list[Verdict] = []
    stops: list[Stop] = []
    for fold in range(FOLDS):
        mine = [clip for k, clip in enumerate(side) if k % FOLDS == fold]
        weights = SHIPPED if shipped else fitted([*(c for c in side if c not in mine), *drawn])
        for person, clip in clips:
            if clip in mine or (fold == 0 and not person.is_side):
                frames = read_again(clip.frames, weights)
                verdicts += verdicts_of(person, frames)
                stops += stop_of(person, frames) if person.is_side else []
    print("\n".join([*_rounding(verdicts), "", *_faults(verdicts), "", *_stops(stops)]))
    return 0


def verdicts_of(person: Person, frames: list[Frame]) -> list[Verdict]:
    """The verdict on each true rep."""
    found = []
    baseline = next((f.baseline for f in reversed(frames) if f.baseline is not None), None)
    for rep in person.reps:
        steps, whole = steps_of(rep, frames)
        if baseline is None or not steps:
            continue
        times = np.array([p.t for p, _ in steps])
        flexion = person.flexion(times)
        deepest = flexion[flexion.sum(axis=1).argmax()]
        raised = [rule.judge(steps, baseline, whole) for rule in person.rules]
        deg = metrics.rounding_deg(steps, baseline, whole) if person.is_side else None
        found.append(
            Verdict(
                person,
                float(deepest.sum()),
                deg,
                metrics.upper_share(steps, baseline, whole) or 0.0,
                float(deepest[1] / max(1.0, deepest.sum())),
                frozenset(NAMES.get(name, name) for name in rep["faults"]),
                frozenset(fault.fault for fault in raised if fault is not None),
            )
        )
    return found


def stop_of(person: Person, frames: list[Frame]) -> list[Stop]:
    """Name, true and found stop depth of one clip of three reps and more, degrees."""
    descents, true = [], []
    baseline = next((f.baseline for f in reversed(frames) if f.baseline is not None), None)
    for rep in person.reps:
        steps, whole = steps_of(rep, frames)
        if (
            baseline is None
            or (metrics.upper_share(steps, baseline, whole) or 0.0) > UPPER_BACK.limit
        ):
            continue
        if rep["bottom"] - rep["start"] >= SLOW_S:
            descents.append(descent(RepFrames(steps), baseline, whole))
        if rep["stop"]:
            true.append(rep["stop"]["hip_at_lumbar_5"])
    if len(descents) < 3:
        return []
    found = find_stop_depth(descents)
    depth = found.pelvis_flexion_deg if isinstance(found, StopDepth) else None
    return [(person.name, float(np.median(true)) if true else None, depth)]


def auc(high: Sequence[float], low: Sequence[float]) -> float:
    """Share of the pairs that are in order."""
    pairs = np.sign(np.array(high)[:, None] - np.array(low)[None, :])
    return float((pairs.mean() + 1) / 2) if pairs.size else float("nan")


def _rounding(verdicts: list[Verdict]) -> list[str]:
    lines = [
        "| variation | reps | judged | MAE | rounded: flagged | neutral: flagged | AUC |",
        "|---|---|---|---|---|---|---|",
    ]
    side = [v for v in verdicts if v.person.is_side]
    for name in ("all", *dict.fromkeys(v.person.variation for v in side)):
        some = [v for v in side if name in ("all", v.person.variation)]
        deg = [(v, v.found_deg) for v in some if v.found_deg is not None]
        error = np.mean([abs(found - v.true_deg) for v, found in deg])
        rounded = [found for v, found in deg if v.true_deg >= ROUNDED_DEG]
        neutral = [found for v, found in deg if v.true_deg < NEUTRAL_DEG]
        flagged = [f"{sum(d > metrics.ROUNDED_DEG for d in part)} of {len(part)}"
                   for part in (rounded, neutral)]  # fmt: skip
        lines.append(
            f"| {name} | {len(some)} | {len(deg)} | {error:.1f} | {flagged[0]} | {flagged[1]} "
            f"| {auc(rounded, neutral):.4f} |"
        )
    upper = [
        v.upper > UPPER_BACK.limit for v in side if v.true_deg >= ROUNDED_DEG and v.true_upper > 0.8
    ]
    low = [
        v.upper > UPPER_BACK.limit for v in side if v.true_deg >= ROUNDED_DEG and v.true_upper < 0.2
    ]
    return [*lines, f"Called upper back: {sum(upper)} of {len(upper)} thoracic, "
            f"{sum(low)} of {len(low)} lumbar."]  # fmt: skip


def _faults(verdicts: list[Verdict]) -> list[str]:
    lines = [
        "| variation | fault | raised where it is | raised where it is not |",
        "|---|---|---|---|",
    ]
    for variation in dict.fromkeys(v.person.variation for v in verdicts):
        some = [v for v in verdicts if v.person.variation == variation]
        for fault in sorted(set().union(*(v.true_faults | v.raised for v in some))):
            there = [fault in v.raised for v in some if fault in v.true_faults]
            others = [fault in v.raised for v in some if fault not in v.true_faults]
            lines.append(f"| {variation} | {fault} | {sum(there)} of {len(there)} "
                         f"| {sum(others)} of {len(others)} |")  # fmt: skip
    return lines


def _stops(stops: list[Stop]) -> list[str]:
    def deg(value: float | None) -> str:
        return "-" if value is None else f"{value:.0f}"

    lines = ["| clip | stop depth | found |", "|---|---|---|"]
    lines += [f"| {name} | {deg(true)} | {deg(found)} |" for name, true, found in stops
              if found is not None or name.endswith("stop")]  # fmt: skip
    near = [found is not None and true is not None and abs(found - true) <= NEAR_DEG
            for name, true, found in stops if name.endswith("stop")]  # fmt: skip
    none = [found is not None for _, true, found in stops if true is None]
    return [*lines, f"Within {NEAR_DEG:.0f} deg: {sum(near)} of {len(near)} slow sets; invented in "
            f"{sum(none)} of {len(none)} others."]  # fmt: skip
