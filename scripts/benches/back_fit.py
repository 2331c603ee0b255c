"""The fit of the weights that read the back: `scripts/bench back --fit FOLDER`.

They are fitted on rendered people, each clip another body, and on a few sets of the figure, so that
its other bodies are read as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benches.people import Drawn, Frame, Person, people
from benches.tracks import PROCESSES
from mirror.hinge.measure import rounding
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.rounding import Weights
from mirror.hinge.measure.view import View

FITTED = ("as-filmed", "two")
"""Ways of tracking of the rendered people that the fit knows."""
FIGURES, FIGURE_WEIGHT = 16, 0.5
"""Sets of the figure in the fit, and the weight of each against a rendered person."""
RIDGE = 0.01
"""Cost of the standardised weights. From .01 to .2 people are read alike."""
NECK_DEG, NECK = 4.0, np.array([0.0, -0.28, -0.2, -0.27])
"""Turns of the head that are added to those of the rendered people, and what a turn by a radian
does to `rounding.head`. Real heads turn more: with this the outline carries more of the reading."""
TABLE = Path(rounding.__file__).with_name("back_weights.py")


@dataclass(frozen=True, eq=False)
class Seen:
    """One clip as the mirror measured it, frame by frame, and the truth beside it.

    shape, standing: (n, 19) now and of the baseline, NaN where that was not seen. trunk_deg: (n,).
    true_deg: (n, 3) of low and upper back, and of the turn of the trunk line, NaN where that is not
    known. weight: of the clip.
    """

    name: str
    shape: Array
    standing: Array
    trunk_deg: Array
    true_deg: Array
    weight: float


def seen(person: Person | Drawn) -> Seen:
    """Follow one clip."""
    with reading_by(Weights(np.zeros(19), np.zeros((22, 3)), np.zeros(3))):
        frames = [f for f in person.followed().frames if f.posture.back is not None]
    none = np.full(19, np.nan)
    flexion = person.flexion(np.array([f.posture.t for f in frames])).reshape(-1, 2)
    return Seen(
        person.name,
        np.array([f.posture.back.shape for f in frames if f.posture.back]).reshape(-1, 19),
        np.array([none if (own := _standing(f)) is None else own for f in frames]).reshape(-1, 19),
        np.array([f.posture.trunk_deg for f in frames]),
        np.column_stack([flexion, [_turn_deg(person, f) for f in frames]]),
        1.0 if isinstance(person, Person) else FIGURE_WEIGHT,
    )


def _standing(frame: Frame) -> Array | None:
    baseline = frame.baseline
    return baseline.shape if baseline is not None and baseline.view is View.SIDE else None


def _turn_deg(person: Person | Drawn, frame: Frame) -> float:
    """Measured minus true change of the hip flexion since standing."""
    if isinstance(person, Drawn) or frame.baseline is None or _standing(frame) is None:
        return float("nan")
    now, rest = person.hip_and_knee(frame.posture)[0]
    return frame.posture.hip_flexion_deg - frame.baseline.hip_flexion_deg - float(now - rest)


def in_parallel(some: Iterable[Person | Drawn]) -> list[Seen]:
    """Follow many clips."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        return [clip for clip in pool.map(seen, some) if len(clip.shape)]


def fitted(clips: Iterable[Seen]) -> Weights:
    """Ridge regression; each clip counts twice: with its standing back, and as if without it."""
    some = list(clips)
    usual = usual_of(some)
    x = np.concatenate([_features(c, usual, own=own) for own in (True, False) for c in some])
    y = np.concatenate([c.true_deg for c in some] * 2)
    weight = np.concatenate([np.full(len(c.shape), c.weight / len(c.shape)) for c in some] * 2)
    known = np.isfinite(y[:, 2])
    parts = _ridge(x, y[:, :2], weight), _ridge(x[known], y[known, 2:], weight[known])
    gains, constant = (np.concatenate(both, axis=-1) for both in zip(*parts, strict=True))
    return Weights(usual, gains, constant)


def _ridge(x: Array, y: Array, weight: Array) -> tuple[Array, Array]:
    """(22, k) gains and (k,) constants. x: (n, 22). y: (n, k). weight: (n,)."""
    weight = weight / weight.sum()
    mean, level = weight @ x, weight @ y
    scale = np.sqrt(weight @ (x - mean) ** 2) + 1e-9
    z = (x - mean) / scale
    turn = np.zeros(len(mean))
    turn[15:19] = np.radians(NECK_DEG) * NECK
    turn /= scale
    gram = (z * weight[:, None]).T @ z + RIDGE * np.eye(len(mean)) + np.outer(turn, turn)
    gains = np.linalg.solve(gram, (z * weight[:, None]).T @ (y - level)) / scale[:, None]
    return gains, level - mean @ gains


def _features(clip: Seen, usual: Array, *, own: bool) -> Array:
    rows = zip(clip.shape, clip.standing, clip.trunk_deg.tolist(), strict=True)
    return np.array(
        [
            rounding.features(shape, standing if own and np.isfinite(standing[0]) else None, deg,
                              usual)
            for shape, standing, deg in rows
        ]
    )  # fmt: skip


def usual_of(clips: Iterable[Seen]) -> Array:
    """(19,) mean standing shape of people: that of the last baseline of each clip."""
    last = [c.standing[-1] for c in clips if c.weight == 1.0]
    mean: Array = np.nanmean(last, axis=0)
    return mean


def side_views(folder: Path, model: Path, kept: Path | None) -> list[Seen]:
    """The rendered people in side view, in each way that the fit knows."""
    found = (person for way in FITTED for person in people(folder, model, kept, way))
    return in_parallel(person for person in found if person.is_side)


def figures(model: Path, kept: Path | None) -> list[Drawn]:
    """Sets of the figure: a few, that its other bodies are read as well as the people."""
    return [Drawn(index, model, kept) for index in range(FIGURES)]


def fit(folder: Path, model: Path, kept: Path | None) -> int:
    """Fit the weights on all side views of a folder and write them. Return the exit code."""
    clips = side_views(folder, model, kept)
    drawn = in_parallel(figures(model, kept))
    many = len({clip.name for clip in clips})
    TABLE.write_text(_source(fitted([*clips, *drawn]), many))
    print(f"{many} people and {len(drawn)} sets of the figure; wrote {TABLE}")
    return 0


@contextmanager
def reading_by(weights: Weights) -> Iterator[None]:
    """The mirror reads the back by these weights."""
    shipped = rounding.SHIPPED
    rounding.SHIPPED = weights
    try:
        yield
    finally:
        rounding.SHIPPED = shipped


def _source(weights: Weights, clips: int) -> str:
    rows = "\n".join(f"    ({', '.join(f'{v:.5g}' for v in row)})," for row in weights.gains)
    usual = ", ".join(f"{v:.4f}" for v in weights.usual)
    constant = ", ".join(f"{v:.4f}" for v in weights.constant)
    return f'''"""Weights of the reading of the back. Written by `scripts/bench back --fit FOLDER`.

Fitted by ridge regression on {clips} rendered people in side view, each another body, as one
tracker and as two see them, and on {FIGURES} sets of the figure of half the weight.
"""

from __future__ import annotations

import numpy as np

# fmt: off
# ruff: noqa: E501
USUAL = np.array([{usual}])
"""(19,) mean standing shape of people, see `rounding.shape_of`."""
GAINS = np.array([
{rows}
])
"""(22, 3) degrees of low and of upper back, and of the turn of the trunk line, for each of
`rounding.features`."""
CONSTANT = np.array([{constant}])
# fmt: on
'''
