"""The fit of the weights that read the back: `scripts/bench back --fit FOLDER`.

They are fitted on rendered people, each clip another body, and on a few sets of the figure, so that
its other bodies are read as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benches.people import Drawn, Frame, Person, people
from mirror.hinge.measure import rounding
from mirror.hinge.measure.back_weights import USUAL
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.posture import since
from mirror.hinge.measure.rounding import Weights
from mirror.hinge.measure.view import View

FIGURES, FIGURE_WEIGHT = 16, 0.5
"""Sets of the figure in the fit, and the weight of each against a rendered person."""
RIDGE = 0.05
"""Cost of the standardised weights."""
LEAN_DEG = 35.0
"""Least lean since standing of the frames that the weights are fitted on."""
NECK_DEG, NECK = 4.0, np.array([0.0, -0.28, -0.2, -0.27])
"""Turns of the head that are added to those of the rendered people, and what a turn by a radian
does to `rounding.head`. Real heads turn more: with this the outline carries more of the reading."""
TABLE = Path(rounding.__file__).with_name("back_weights.py")


@dataclass(frozen=True, eq=False)
class Seen:
    """One clip as the mirror measured it: the inputs of the weights, and the truth beside them.

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
    """The inputs of the weights in the frames of one clip."""
    judged = [(f, x) for f in frames if (x := _features(f)) is not None]
    times = np.array([f.posture.t for f, _ in judged])
    lean = np.array([since(f.posture, f.baseline)[0] for f, _ in judged if f.baseline])
    weight = (lean > LEAN_DEG).astype(np.float64)
    return Seen(
        person,
        frames,
        np.array([x for _, x in judged]).reshape(-1, 32),
        person.flexion(times).reshape(-1, 2),
        weight * (1.0 if isinstance(person, Person) else FIGURE_WEIGHT) / max(1.0, weight.sum()),
    )


def fitted(clips: Iterable[Seen]) -> Weights:
    """Ridge regression; each person counts the same."""
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
    return Weights(gains, level - mean @ gains)


def usual(clips: Iterable[Seen]) -> Array:
    """(19,) mean standing shape of people: that of the last baseline of each side view."""
    shapes = [
        c.frames[-1].baseline.shape
        for c in clips
        if c.person.is_side and c.frames and c.frames[-1].baseline is not None
    ]
    mean: Array = np.mean([shape for shape in shapes if shape is not None], axis=0)
    return mean


def figures(model: Path, kept: Path | None) -> list[Seen]:
    """Sets of the figure: a few, that its other bodies are read as well as the people."""
    return [seen(Drawn(index, model, kept)) for index in range(FIGURES)]


def fit(folder: Path, model: Path, kept: Path | None) -> int:
    """Fit the weights on all side views of a folder and write them. Return the exit code."""
    clips = [seen(person) for person in people(folder, model, kept) if person.is_side]
    clips += figures(model, kept)
    stand = usual(clips)
    # The features hold the old usual standing: its change is taken out of them.
    for clip in clips:
        own = [f.baseline is not None and f.baseline.shape is not None
               for f in clip.frames if _features(f) is not None]  # fmt: skip
        share = np.where(own, 1 - rounding.OWN, 1.0)
        clip.features[:, :19] -= share[:, None] * (stand - USUAL)
    people_in = len(clips) - FIGURES
    TABLE.write_text(_source(stand, fitted(clips), people_in))
    print(f"{people_in} people and {FIGURES} sets of the figure; wrote {TABLE}")
    return 0


def read_again(frames: list[Frame], weights: Weights) -> list[Frame]:
    """The frames with the back read by these weights."""
    found = []
    for frame in frames:
        back, features = frame.posture.back, _features(frame)
        if back is not None and features is not None:
            back = replace(back, flexion=rounding.flexion(features, weights))
            frame = replace(frame, posture=replace(frame.posture, back=back))
        found.append(frame)
    return found


def _features(frame: Frame) -> Array | None:
    """The inputs of the weights in a frame; None without a back or a baseline."""
    posture, baseline = frame.posture, frame.baseline
    if posture.back is None or baseline is None or baseline.view is not View.SIDE:
        return None
    return rounding.features(posture.back.shape, baseline.shape, *since(posture, baseline))


def _source(stand: Array, weights: Weights, clips: int) -> str:
    def rows(table: Array) -> str:
        return "\n".join(f"    ({', '.join(f'{v:.5g}' for v in row)})," for row in table)

    usual = ", ".join(f"{v:.4f}" for v in stand)
    return f'''"""Weights of the reading of the back. Written by `scripts/bench back --fit FOLDER`.

Fitted by ridge regression on {clips} rendered people in side view, each another body, and on
{FIGURES} sets of the figure of half the weight.
"""

from __future__ import annotations

import numpy as np

# fmt: off
# ruff: noqa: E501
USUAL = np.array([{usual}])
"""(19,) mean standing shape of people, see `rounding.shape_of`."""
GAINS = np.array([
{rows(weights.gains)}
])
"""(32, 2) degrees of low and of upper back for each of `rounding.features`."""
CONSTANT = np.array([{weights.constant[0]:.4f}, {weights.constant[1]:.4f}])
# fmt: on
'''
