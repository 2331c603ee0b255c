"""Stop depth: the pelvis flexion at which the low back begins to move, found over a set's reps.

The input is the descents of a set, each as two arrays in degrees, sample by sample: fold, the
change of measured hip flexion from standing, and rounding, the curve of the back beyond the neutral
one. The output is a depth in degrees of pelvis flexion, or the reason for none.

All reps are fitted at once with rounding = c_rep + b1 fold + b2 max(0, fold - fold0), fold0 on a
grid. The line from hip to shoulder turns with the back, so fold overstates the pelvis as soon as
the back rounds: pelvis = fold - K rounding. The fit runs over fold, where the noise of rounding
does not enter both axes, and is converted at the end. Neighbouring samples share their noise: the
fit first measures how much, and takes it out (Prais and Winsten 1954).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mirror.hinge.measure.geometry import Array

Index = npt.NDArray[np.intp]

K = 0.6
"""Degrees by which hip flexion overstates the pelvis, per degree of rounding: .64-.68 by the
figure's own joints, .56-.63 as measured through the pose estimator."""
BLOCKS = 24
"""Samples of a rep are averaged to this many, whatever the frame rate."""
EARLY, ANY = 0.02, 0.1
"""Prior SD of b1 around 0 in the search for fold0. A back that does not help yet hardly moves;
without `EARLY` the fit may place a soft bend anywhere. A first search with `ANY` finds out whether
the back joins from the start."""
LEAST_DEG = 45.0
"""Least depth of a descent that is used."""
REPS = 3
"""Fewest descents for a stop depth."""
FIRST_DEG = 15.0
"""Shallowest fold that is tried as the change point ..."""
ROOM_DEG = 10.0
"""... and how far above the deepest fold the last one lies."""
BETTER = 3.0
"""Least difference in BIC between the bent and the straight line. A difference of 10 would lose a
fifth of the sets at b2 = .6; here `GAIN_DEG` keeps the neutral ones out."""
JOINS = 0.35
"""Least b2, degrees of rounding per degree of pelvis."""
GAIN_DEG = 13.0
"""Least rounding gained from the change point to the bottom, and from standing to the bottom. An
error of the neutral curve of 4 deg either way, smooth over the fold, bends too; but it gains 8 at
the most, and what it gains it has mostly lost before."""
FROM_START = 0.25
"""b1 from which the back joins from the start."""
WIDEST_DEG = 25.0
"""Widest 95 % interval of a stop depth that is reported."""
TINY = 1e-9
"""Squared error (deg2) in place of 0."""


@dataclass(frozen=True)
class StopDepth:
    """Where the back begins to help.

    pelvis_flexion_deg: the depth. interval_deg: its 95 % interval. fold_deg: the hip flexion from
    standing that is measured there, for the live cue. b1, b2: rounding per degree of pelvis
    flexion before it, and the increase beyond. reps: number of descents used.
    """

    pelvis_flexion_deg: float
    interval_deg: tuple[float, float]
    fold_deg: float
    b1: float
    b2: float
    reps: int


@dataclass(frozen=True)
class FromStart:
    """The back joins from the start: b1 degrees of rounding per degree of pelvis flexion."""

    b1: float
    reps: int


@dataclass(frozen=True)
class NotFound:
    """No depth; reason `few-reps`, `straight` (the back keeps its shape) or `unclear`."""

    reason: str


Found = StopDepth | FromStart | NotFound


def find(descents: Sequence[tuple[Array, Array]]) -> Found:
    """The stop depth of a set.

    descents: for each slow descent (fold, rounding), arrays (n,) in degrees from standing to the
    bottom; samples that are not finite are left out. Both must lag alike: a fold that comes .08 s
    later than the rounding, from a filter on it alone, puts the depth 10-15 degrees too low.
    Costs about .2 ms a descent.
    """
    blocks = (_blocks(*descent) for descent in descents)
    reps = [rep for rep in blocks if rep is not None]
    if len(reps) < REPS:
        return NotFound("few-reps")
    bottom = float(np.median([fold.max() for fold, _ in reps]))
    from_start = _judge(_fit(reps, bottom, ANY), bottom, len(reps))
    if isinstance(from_start, FromStart):
        return from_start
    return _judge(_fit(reps, bottom, EARLY), bottom, len(reps))


def text_key(result: Found) -> tuple[str, int]:
    """The key of its text (`stop.KEY`), and a depth rounded to 5 degrees (else 0)."""
    if isinstance(result, StopDepth):
        return "depth", 5 * round(result.pelvis_flexion_deg / 5)
    return (result.reason if isinstance(result, NotFound) else "from-start"), 0


def reached(stop: StopDepth, fold_deg: float, margin_deg: float = 5.0) -> bool:
    """Whether the live cue is due: `margin_deg` of fold before the stop depth."""
    return fold_deg >= stop.fold_deg - margin_deg


@dataclass(frozen=True)
class _Fit:
    """The bent line and the straight one; slopes in degrees per degree of fold."""

    line: float
    first: float
    more: float
    fold: float
    low: float
    high: float
    better: float
    """BIC of the straight line minus that of the bent one."""


def _blocks(fold: Array, rounding: Array) -> tuple[Array, Array] | None:
    """Mean fold and rounding of at most `BLOCKS` stretches of time; None for a shallow descent."""
    good = np.isfinite(fold) & np.isfinite(rounding)
    fold, rounding = fold[good], rounding[good]
    if not len(fold) or fold.max() < LEAST_DEG:
        return None
    starts = np.unique(np.arange(BLOCKS) * len(fold) // BLOCKS)
    sizes = np.diff([*starts, len(fold)])
    return np.add.reduceat(fold, starts) / sizes, np.add.reduceat(rounding, starts) / sizes


def _fit(reps: list[tuple[Array, Array]], bottom: float, early: float) -> _Fit:
    """Generalised least squares for all change points of the grid at once; early: SD of b1."""
    grid = np.arange(FIRST_DEG, bottom - ROOM_DEG + 0.5)
    starts = np.cumsum([0, *(len(fold) for fold, _ in reps[:-1])])
    sizes = np.array([len(fold) for fold, _ in reps])
    x, y = (np.concatenate(parts) for parts in zip(*reps, strict=True))
    columns = np.column_stack([y, x, np.maximum(0.0, x[:, None] - grid)])
    alike, noise = 0.5, 5.0
    for _ in range(2):  # the first pass measures the noise, and how alike neighbours are
        white = _whitened(columns, starts, sizes, alike)
        error, more, line, leaning, flat = _solve(white, noise, early)
        best = int(error.argmin())
        slopes = line - more[best] * leaning[best], more[best]
        left = y - slopes[0] * x - slopes[1] * columns[:, 2 + best]
        left -= np.repeat(np.add.reduceat(left, starts) / sizes, sizes)
        alike = _alike(left, starts)
        noise = float(left @ left) / len(left) * (1.0 - alike**2)
    line = float(white[:, 1] @ white[:, 0] / (white[:, 1] @ white[:, 1]))
    count = max(3.0, len(x) - len(reps) - 3.0)
    likely = (error / error[best]) ** (-0.5 * count) * (more > 0)
    price = 2 * float(np.log(count))
    if not likely.any():
        return _Fit(line, line, 0.0, float(grid[0]), float(grid[0]), float(grid[-1]), -price)
    share = np.cumsum(likely) / likely.sum()
    # The mean over the grid errs less than its best point where the bend is soft.
    fold = float(grid @ likely / likely.sum())
    near = int(np.abs(grid - fold).argmin())
    low, high = grid[np.searchsorted(share, (0.025, 0.975))] + (-0.5, 0.5)  # half a step each way
    better = count * np.log(flat / error[best]) - price
    # `early` only helps to find the place. The slope before it comes from the reps alone.
    first, beyond = np.linalg.lstsq(white[:, [1, 2 + near]], white[:, 0])[0].tolist()
    return _Fit(line, first, beyond, fold, float(low), float(high), float(better))


def _whitened(columns: Array, starts: Index, sizes: Index, alike: float) -> Array:
    """Columns whose neighbouring rows no longer share noise, without the level of each rep."""
    rest = (1.0 - alike**2) ** 0.5
    level = np.full(len(columns), 1.0 - alike)
    level[starts] = rest
    white = columns.copy()
    white[1:] -= alike * columns[:-1]
    white[starts] = rest * columns[starts]
    norm = np.add.reduceat(level**2, starts)
    means = np.add.reduceat(white * level[:, None], starts) / norm[:, None]
    white -= level[:, None] * np.repeat(means, sizes, axis=0)
    return white


def _solve(white: Array, noise: float, early: float) -> tuple[Array, Array, float, Array, float]:
    """Squared error and bend at each change point; the straight line, its share, its error.

    noise: mean square of what is left in a row, deg2. early: SD of b1.
    """
    y, x, bends = white[:, 0], white[:, 1], white[:, 2:]
    xx, xy, yy = float(x @ x), float(x @ y), float(y @ y)
    flat = max(yy - xy**2 / xx, TINY)
    # One more observation of b1: 0, with a weight that depends on the noise.
    prior = noise / early**2
    line, leaning = xy / (xx + prior), (x @ bends) / (xx + prior)
    against = (y @ bends) - line * (x @ bends)
    more = against / ((bends * bends).sum(axis=0) - leaning * (x @ bends))
    # A back that stops moving is no stop depth.
    error = np.maximum(yy - line * xy - against * np.maximum(more, 0.0), TINY)
    return error, more, line, leaning, flat


def _alike(left: Array, starts: Index) -> float:
    """Correlation of neighbouring residuals within the reps."""
    within = np.ones(len(left) - 1, dtype=bool)
    within[starts[1:] - 1] = False
    alike = float((left[1:] * left[:-1])[within].sum() / max(TINY, (left**2).sum()))
    return min(0.95, max(0.0, alike))


def _judge(fit: _Fit, bottom: float, reps: int) -> Found:
    """Accept or refuse a fit, in pelvis flexion."""
    b1, whole = _per_pelvis(fit.first), _per_pelvis(fit.line)
    b2 = _per_pelvis(fit.first + fit.more) - b1
    beyond = bottom - fit.fold
    rise = (fit.first + fit.more) * beyond
    gain = min(rise, rise + fit.first * fit.fold)
    if fit.better < -BETTER and whole >= FROM_START:
        return FromStart(whole, reps)
    if fit.better > BETTER and b1 >= FROM_START:
        return FromStart(b1, reps)
    if fit.better > BETTER and b2 >= JOINS and gain >= GAIN_DEG:
        depth, low, high = (_pelvis_deg(fold, fit.first) for fold in (fit.fold, fit.low, fit.high))
        if high - low <= WIDEST_DEG:
            return StopDepth(depth, (low, high), fit.fold, b1, b2, reps)
        return NotFound("unclear")
    return NotFound("unclear" if fit.line * bottom >= GAIN_DEG else "straight")


def _pelvis_deg(fold: float, slope: float) -> float:
    """Pelvis flexion at this fold, where the back has followed with this slope so far."""
    return fold * (1.0 - K * max(0.0, slope))


def _per_pelvis(slope: float) -> float:
    """Rounding per degree of pelvis flexion, from rounding per degree of fold."""
    return slope / (1.0 - K * min(slope, 1.0))
