"""The fit of the verdict on a movement: `scripts/bench verdict FOLDER ...`.

Logistic regression on the movements of labelled clips and of rendered people, each clip with the
same weight, and the fewer squats with more. Real clips are in it as one tracker and as two see
them, so the fit knows how far the measures of one movement lie apart. Rows, single legs, pick-ups
and sit-ups are not in it: the verdict does not tell them apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benches.footage import Clip, clips, followed, people
from benches.tracks import read, tracked
from mirror.hinge.counting import verdict
from mirror.hinge.measure.geometry import Array

LEAST_DEG = 25.0
"""Least depth of the lean of a movement in the fit, degrees."""
RIDGE, TURNS = 0.1, 60
FITTED = ("as-filmed", "two")
"""Ways of tracking of real clips that the fit knows."""
ERRORS = np.array([5.0, 0.08, 5.0, 0.15])
"""Units of the ridge. Depth, drop and shin of one movement lie apart by about so much, from way to
way; the height of the hands by less, but few squats in the fit have hanging hands."""
ONE_PERSON = {"kettlebell": "tby"}
"""First letters of the names of clips -> those of the other clips of that person."""
RENDERED = re.compile(r"dev(\d+)")
PARTS = 4
"""Parts into which the rendered people are dealt, each a source."""


@dataclass(frozen=True)
class Moves:
    """The movements of one clip: (n, 4) measures, and whether they are hinges."""

    name: str
    source: str
    measures: Array
    is_hinge: bool


def fit(folders: Sequence[Path], model: Path) -> int:
    """Print the weights, and how each source is judged by the others. Return the exit code."""
    found = [clip for folder in folders for clip in _clips(folder)]
    chosen = [c for c in found if c.variation not in ("row", "single-leg") and c.group != "pickup"]
    chosen = [c for c in chosen if "situps" not in c.video.stem]
    moves = []
    for way in FITTED:
        some = [c for c in chosen if way == "as-filmed" or not RENDERED.match(c.video.stem)]
        tracks = tracked([clip.video for clip in some], model, way=way)
        moves += [_moves(clip, track) for clip, track in zip(some, tracks, strict=True)]
    moves = [one for one in moves if len(one.measures)]
    print(f"{'left out':10} {'movements':>9} {'wrong':>6}")
    for source in sorted({one.source for one in moves}):
        weights = fitted([one for one in moves if one.source != source])
        tested = [one for one in moves if one.source == source]
        wrong: Counter[str] = Counter()
        for one in tested:
            wrong[one.name] += _wrong(one, weights)
        names = ", ".join(f"{name} {n}" for name, n in wrong.items() if n)
        total = sum(len(one.measures) for one in tested)
        print(f"{source:10} {total:>9} {wrong.total():>6}  {names}")
    print("DEPTH, DROP, SHIN, HANG, CONSTANT =", *np.round(fitted(moves), 3))
    return 0


def fitted(moves: Sequence[Moves]) -> Array:
    """(5,) weights of the measures, and the constant."""
    x = np.concatenate([one.measures for one in moves])
    y = np.concatenate([np.full(len(one.measures), float(one.is_hinge)) for one in moves])
    weight = np.concatenate([np.full(len(one.measures), 1 / len(one.measures)) for one in moves])
    for kind in (0.0, 1.0):
        weight[y == kind] /= np.sqrt(weight[y == kind].sum())
    weight *= 200 / weight.sum()
    mean = x.mean(axis=0)
    z = np.column_stack([(x - mean) / ERRORS, np.ones(len(x))])
    gains = np.zeros(z.shape[1])
    for _ in range(TURNS):
        p = 1 / (1 + np.exp(-np.clip(z @ gains, -30, 30)))
        slope = z.T @ (weight * (p - y)) + RIDGE * np.append(gains[:-1], 0)
        curve = (z * (weight * p * (1 - p))[:, None]).T @ z + RIDGE * np.eye(len(gains))
        gains = gains - np.linalg.solve(curve, slope)
    own: Array = gains[:-1] / ERRORS
    return np.append(own, gains[-1] - own @ mean)


def _clips(folder: Path) -> list[Clip]:
    return people(folder) if next(folder.glob("*.json.gz"), None) else clips(folder)


def _moves(clip: Clip, track: Path) -> Moves:
    name = clip.video.stem
    letters = re.match("[a-z]*", name)
    source = letters[0] if letters else name
    if number := RENDERED.match(name):
        source = f"people {int(number[1]) % PARTS}"
    ended = followed(list(read(track, masks=False)), clip.variation)[1]
    rows = [verdict.measures(m) for m in ended if m.was_seen_down and m.depth_deg >= LEAST_DEG]
    is_hinge = max(clip.right) > 0
    return Moves(name, ONE_PERSON.get(source, source), np.array(rows).reshape(-1, 4), is_hinge)


def _wrong(one: Moves, weights: Array) -> int:
    """How many movements of a clip these weights judge wrongly."""
    return int((((one.measures @ weights[:-1] + weights[-1]) > 0) != one.is_hinge).sum())
