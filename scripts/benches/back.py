"""The line of the back on people with known spines, and the fit of its weights.

The weights are fitted on rendered people, each clip another body. Every number that `back` prints
of them is held out: the clips are dealt into folds, and each fold is read by the weights of the
others, unless the weights that are shipped are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from benches.back_plot import plot
from benches.people import Drawn, Frame, Person, people, steps_of
from benches.tracks import track
from mirror.coach.advance import advance
from mirror.coach.session import start
from mirror.coach.sets import finish
from mirror.errors import UsageError
from mirror.hinge.counting.reps import Rep
from mirror.hinge.judging import metrics
from mirror.hinge.judging.faults import UPPER_BACK
from mirror.hinge.judging.stop_depth import StopDepth, find
from mirror.hinge.judging.rep_frames import RepFrames, descent
from mirror.hinge.measure import rounding
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.posture import since

FOLDS = 12
FIGURES, FIGURE_WEIGHT = 16, 0.5
"""Sets of the figure in the fit, and the weight of each against a rendered person."""
RIDGE = 0.05
"""Cost of the standardised weights."""
LEAN_DEG = 35.0
"""Least lean since standing of the frames that the weights are fitted on."""
NECK_DEG, NECK = 4.0, np.array([0.0, -0.28, -0.2, -0.27])
"""Turns of the head that are added to those of the rendered people, and what a turn by a radian does
to `rounding.head`. Real heads turn more: with this the outline carries more of the reading."""
TABLE = Path(rounding.__file__).with_name("back_weights.py")
ROUNDED_DEG, NEUTRAL_DEG, NEAR_DEG = 20.0, 9.0, 8.0
SLOW_S = 1.2
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


@dataclass(frozen=True)
class Seen:
    """One clip as the mirror measured it: what the weights see, and the truth beside it.

    features: (n, 32) of the frames with a baseline; true_deg: (n, 2); weight: (n,) in the fit.
    """

    person: Person | Drawn
    frames: list[Frame]
    features: Array
    true_deg: Array
    weight: Array


def seen(person: Person | Drawn) -> Seen:
    """Follow one clip."""
    return weighed(person, person.followed()[1])


def weighed(person: Person | Drawn, frames: list[Frame]) -> Seen:
    """What the weights see of the frames of one clip."""
    judged = [(f, x) for f in frames if (x := _features(f)) is not None]
    times = np.array([f.posture.t for f, _ in judged])
    lean = np.array([since(f.posture, f.standing)[0] for f, _ in judged if f.standing])
    weight = (lean > LEAN_DEG).astype(np.float64)
    return Seen(
        person,
        frames,
        np.array([x for _, x in judged]).reshape(-1, 32),
        person.flexion(times).reshape(-1, 2),
        weight * (1.0 if isinstance(person, Person) else FIGURE_WEIGHT) / max(1.0, weight.sum()),
    )


def fitted(clips: Iterable[Seen]) -> tuple[Array, Array]:
    """Weights (32, 2) and constant (2,) of a ridge regression; each clip counts the same."""
    some = list(clips)
    x = np.concatenate([c.features for c in some])
    y = np.concatenate([c.true_deg for c in some])
    weight = np.concatenate([c.weight for c in some])
    weight /= weight.sum()
    mean, level = weight @ x, weight @ y
    scale = np.sqrt(weight @ (x - mean) ** 2) + 1e-9
    z = (x - mean) / scale
    turn = np.zeros(len(mean))
    turn[15:19] = np.radians(NECK_DEG) * NECK
    turn /= scale
    gram = (z * weight[:, None]).T @ z + RIDGE * np.eye(len(mean)) + np.outer(turn, turn)
    gains = np.linalg.solve(gram, (z * weight[:, None]).T @ (y - level)) / scale[:, None]
    return gains, level - mean @ gains


def usual(clips: Iterable[Seen]) -> Array:
    """(19,) what people stand like: the mean of the last baseline of each side view."""
    shapes = [
        c.frames[-1].standing.shape
        for c in clips
        if c.person.is_side and c.frames and c.frames[-1].standing is not None
    ]
    mean: Array = np.mean([shape for shape in shapes if shape is not None], axis=0)
    return mean


def figures(model: Path, kept: Path | None) -> list[Seen]:
    """Sets of the figure: a few, that its other bodies are read as well as the people."""
    return [seen(Drawn(index, model, kept)) for index in range(FIGURES)]


def fit(folder: Path, model: Path, kept: Path | None) -> int:
    """Fit the weights on all side views of a folder and write them; gives the exit code."""
    clips = [seen(person) for person in people(folder, model, kept) if person.is_side]
    clips += figures(model, kept)
    before = rounding.USUAL
    stand = usual(clips)
    # The features hold the old usual standing: its change is taken out of them.
    for clip in clips:
        own = [f.standing is not None and f.standing.shape is not None
               for f in clip.frames if _features(f) is not None]  # fmt: skip
        share = np.where(own, 1 - rounding.OWN, 1.0)
        clip.features[:, :19] -= share[:, None] * (stand - before)
    weights, constant = fitted(clips)
    TABLE.write_text(_source(stand, weights, constant, len(clips), folder))
    print(f"{len(clips)} clips; wrote {TABLE}")
    return 0


class Labelled(msgspec.Struct, frozen=True):
    """One real clip and what is known of it."""

    file: str
    variation: str
    view: str = ""
    back: str = ""


class Labels(msgspec.Struct, frozen=True):
    """LABELS.json of a folder of real clips."""

    clips: tuple[Labelled, ...]


def real(folder: Path, model: Path, kept: Path | None) -> int:
    """List the reps of real side views with their rounding; gives the exit code."""
    path = next(folder.glob("[Ll][Aa][Bb][Ee][Ll][Ss].json"), folder / "LABELS.json")
    try:
        clips = msgspec.json.decode(path.read_bytes(), type=Labels).clips
    except (OSError, msgspec.DecodeError) as error:
        raise UsageError(f"{path}: cannot be used ({error}).") from error
    print("| clip | back | reps | rounding of each, flagged with * |\n|---|---|---|---|")
    for clip in clips:
        if clip.view != "side" or clip.back in ("", "na"):
            continue
        session, events = start(clip.variation), []
        for t, pose in track(folder / clip.file, model, kept):
            session = advance(session, pose, t)
            events += session.events
        reps = [event for event in (*events, *finish(session).events) if isinstance(event, Rep)]
        told = [
            "-" if (deg := rep.back_rounding_max_deg) is None
            else f"{deg:.0f}{'*' if any(f.fault == 'rounding' for f in rep.faults) else ''}"
            for rep in reps
        ]  # fmt: skip
        print(f"| {clip.file} | {clip.back} | {len(reps)} | {' '.join(told)} |", flush=True)
    return 0


def draw(folder: Path, model: Path, kept: Path | None, name: str) -> int:
    """Draw one clip by the shipped weights; gives the exit code."""
    person = next((p for p in people(folder, model, kept) if p.name == name), None)
    if person is None:
        raise UsageError(f"{folder}: holds no {name}.json.gz.")
    to = Path("out")
    to.mkdir(exist_ok=True)
    plot(person, person.followed()[1], to / f"{name}.png")
    return 0


def _source(stand: Array, weights: Array, constant: Array, clips: int, folder: Path) -> str:
    def rows(table: Array) -> str:
        return ",\n".join("    " + (f"({', '.join(f'{v:.4g}' for v in row)})" if np.ndim(row) else
                                    f"{row:.4f}") for row in table)  # fmt: skip

    return f'''"""The weights of the back's reading. Written by `scripts/bench back --fit FOLDER`; do not edit.

Fitted by ridge regression on {clips} clips of rendered people, each another body, in side view.
"""

from __future__ import annotations

import numpy as np

# fmt: off
USUAL = np.array([
{rows(stand)},
])
"""(19,) what people stand like, see `rounding.shape_of`."""
WEIGHTS = np.array([
{rows(weights)},
])
"""(32, 2) degrees of low and of upper back for each of `rounding.features`."""
CONSTANT = np.array([{constant[0]:.4f}, {constant[1]:.4f}])
# fmt: on
'''


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


def back(folder: Path, model: Path, kept: Path | None, *, shipped: bool) -> int:
    """Print how well the back is read; gives the exit code. shipped: by the weights as they are."""
    clips = [seen(person) for person in people(folder, model, kept)]
    side = [clip for clip in clips if clip.person.is_side]
    drawn = [] if shipped else figures(model, kept)
    verdicts: list[Verdict] = []
    stops: list[tuple[str, float | None, float | None]] = []
    before = rounding.WEIGHTS, rounding.CONSTANT
    for fold in range(1 if shipped else FOLDS):
        if not shipped:
            others = [clip for k, clip in enumerate(side) if k % FOLDS != fold]
            rounding.WEIGHTS, rounding.CONSTANT = fitted([*others, *drawn])
        for k, clip in enumerate([*side, *(c for c in clips if not c.person.is_side)]):
            if shipped or k % FOLDS == fold:
                frames = read_again(clip.frames)
                verdicts += verdicts_of(clip.person, frames)
                if clip.person.is_side:
                    stops += stop_of(clip.person, frames)
    rounding.WEIGHTS, rounding.CONSTANT = before
    print("\n".join([*_rounding(verdicts), "", *_faults(verdicts), "", *_stops(stops)]))
    return 0


def read_again(frames: list[Frame]) -> list[Frame]:
    """The frames with the back read by the weights that stand now."""
    found = []
    for frame in frames:
        back, seen_now = frame.posture.back, _features(frame)
        if back is not None and seen_now is not None:
            back = replace(back, flexion=rounding.flexion(seen_now))
            frame = replace(frame, posture=replace(frame.posture, back=back))
        found.append(frame)
    return found


def _features(frame: Frame) -> Array | None:
    """What the weights see of a frame; None without a back or a baseline."""
    posture, standing = frame.posture, frame.standing
    if posture.back is None or standing is None:
        return None
    return rounding.features(posture.back.shape, standing.shape, *since(posture, standing))


def verdicts_of(person: Person, frames: list[Frame]) -> list[Verdict]:
    """What is said of each true rep."""
    found = []
    standing = next((f.standing for f in reversed(frames) if f.standing is not None), None)
    for rep in person.reps:
        steps, whole = steps_of(rep, frames)
        if standing is None or not steps:
            continue
        times = np.array([p.t for p, _ in steps])
        flexion = person.flexion(times)
        deepest = flexion[flexion.sum(axis=1).argmax()]
        raised = [rule.judge(steps, standing, whole) for rule in person.rules]
        deg = metrics.rounding_deg(steps, standing, whole) if person.is_side else None
        found.append(
            Verdict(
                person,
                float(deepest.sum()),
                deg,
                metrics.upper_share(steps, standing, whole) or 0.0,
                float(deepest[1] / max(1.0, deepest.sum())),
                frozenset(NAMES.get(name, name) for name in rep["faults"]),
                frozenset(fault.fault for fault in raised if fault is not None),
            )
        )
    return found


def stop_of(person: Person, frames: list[Frame]) -> list[tuple[str, float | None, float | None]]:
    """Name, true and found stop depth of one clip of three reps and more, degrees."""
    descents, true = [], []
    standing = next((f.standing for f in reversed(frames) if f.standing is not None), None)
    for rep in person.reps:
        steps, whole = steps_of(rep, frames)
        if standing is None or (metrics.upper_share(steps, standing, whole) or 0.0) > UPPER_BACK.limit:
            continue
        if rep["bottom"] - rep["start"] >= SLOW_S:
            descents.append(descent(RepFrames(steps), standing, whole))
        if rep["stop"]:
            true.append(rep["stop"]["hip_at_lumbar_5"])
    if len(descents) < 3:
        return []
    found = find(descents)
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
    upper = [v.upper > UPPER_BACK.limit for v in side if v.true_deg >= ROUNDED_DEG and v.true_upper > 0.8]
    low = [v.upper > UPPER_BACK.limit for v in side if v.true_deg >= ROUNDED_DEG and v.true_upper < 0.2]
    return [*lines, f"Called upper back: {sum(upper)} of {len(upper)} thoracic, "
            f"{sum(low)} of {len(low)} lumbar."]  # fmt: skip


def _faults(verdicts: list[Verdict]) -> list[str]:
    lines = ["| variation | fault | raised where it is | raised where it is not |", "|---|---|---|---|"]
    for variation in dict.fromkeys(v.person.variation for v in verdicts):
        some = [v for v in verdicts if v.person.variation == variation]
        for fault in sorted(set().union(*(v.true_faults | v.raised for v in some))):
            there = [fault in v.raised for v in some if fault in v.true_faults]
            others = [fault in v.raised for v in some if fault not in v.true_faults]
            lines.append(f"| {variation} | {fault} | {sum(there)} of {len(there)} "
                         f"| {sum(others)} of {len(others)} |")  # fmt: skip
    return lines


def _stops(stops: list[tuple[str, float | None, float | None]]) -> list[str]:
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
