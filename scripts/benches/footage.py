"""Counts in labelled clips and in rendered people, beside two plain rules on the same tracks."""

from __future__ import annotations

import gzip
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from benches.tracks import read, tracked
from mirror.errors import UsageError
from mirror.hinge.counting.counter import HingeCounter
from mirror.hinge.counting.movement import Movement
from mirror.hinge.counting.reps import Outcome, Rejected, Rep
from mirror.hinge.measure.geometry import corner_deg, inclination_deg
from mirror.hinge.measure.pose import Pose
from mirror.hinge.measure.posture import Measuring, Posture, measure
from mirror.hinge.variations.catalog import VARIATIONS

Frames = list[tuple[float, Pose | None]]
METHODS = ("mirror", "phase rule", "lean")


@dataclass(frozen=True)
class Clip:
    """A video, its exercise, the right counts, and its row in the table."""

    video: Path
    variation: str
    right: frozenset[int]
    group: str


def clips(folder: Path) -> list[Clip]:
    """Those of the labels in a folder: `reps` is a number, or all that are right.

    Raises:
        UsageError: there are no labels that can be read.
    """
    for name in ("labels.json", "LABELS.json"):
        if (folder / name).exists():
            rows = _read(folder / name)["clips"]
            break
    else:
        raise UsageError(f"{folder}: there is no labels.json.")
    found = []
    for row in rows:
        right = frozenset([row["reps"]] if isinstance(row["reps"], int) else row["reps"])
        group = row.get("begins") or ("negative" if right == {0} else "standing")
        found.append(Clip(folder / row["file"], row["variation"], right, f"begun {group}"))
    return found


def people(folder: Path) -> list[Clip]:
    """Rendered people: each video has its truth beside it, NAME.json.gz."""
    found = []
    for path in sorted(folder.glob("*.json.gz")):
        truth = _read(path)
        reps, kind = truth["actors"][0]["reps"], path.name.split("_", 1)[1].removesuffix(".json.gz")
        full = sum(rep["label"] == "full" for rep in reps)
        if truth["variation"] == "row":
            full = sum(len(rep["pulls"]) for rep in reps)
        video = path.with_name(path.name.removesuffix(".json.gz") + ".mp4")
        found.append(Clip(video, truth["variation"], frozenset([full]), kind))
    if not found:
        raise UsageError(f"{folder}: there are no rendered people.")
    return found


def table(found: Iterable[Clip], model: Path, plot: str | None, way: str) -> int:
    """Print which clips each method counts right. Return 0 if the mirror is right in all.

    plot: the stem of a clip that is drawn into `STEM.png` instead. way: one of `tracks.WAYS`.
    """
    chosen = [clip for clip in found if plot is None or clip.video.stem == plot]
    if not chosen:
        raise UsageError(f"There is no clip {plot!r}.")
    groups: dict[str, list[tuple[bool, ...]]] = defaultdict(list)
    tracks = tracked([clip.video for clip in chosen], model, way=way)
    for clip, track in zip(chosen, tracks, strict=True):
        frames = list(read(track, masks=False))
        if plot is not None:
            _draw(clip, frames, Path(f"{plot}.png"))
        outcomes = counted(frames, clip.variation)
        numbers = (sum(isinstance(o, Rep) for o in outcomes), phase_rule(frames), lean_rule(frames))
        groups[clip.group].append(tuple(n in clip.right for n in numbers))
        if numbers[0] not in clip.right or plot is not None:
            what = " ".join(
                o.reason if isinstance(o, Rejected) else type(o).__name__ for o in outcomes
            )
            print(
                f"  {clip.video.stem}: {sorted(clip.right)}, found {numbers[0]} ({what})",
                flush=True,
            )
    groups["all"] = [row for rows in groups.values() for row in rows]
    print(f"{'exact in':20} {'clips':>6} " + " ".join(f"{name:>11}" for name in METHODS))
    for group, rows in groups.items():
        sums = np.sum(rows, axis=0)
        print(f"{group:20} {len(rows):>6} " + " ".join(f"{n:>11}" for n in sums))
    return 0 if all(row[0] for row in groups["all"]) else 1


def counted(frames: Frames, variation: str) -> list[Outcome]:
    """The count of the mirror on a track."""
    counter, memory = VARIATIONS[variation].counter, Measuring()
    outcomes: list[Outcome] = []
    for t, pose in frames:
        memory, posture = measure(memory, pose, t, None, VARIATIONS[variation].requirement)
        counter, new = counter.step(posture) if isinstance(posture, Posture) else counter.unseen(t)
        outcomes += new
    return [*outcomes, *counter.settle()[1]]


def phase_rule(frames: Frames) -> int:
    """A plain rule: trunk over 35 or hip under 140 begins a rep, under 20 and over 150 ends it."""
    count, is_down = 0, False
    for lean, hip in _plain(frames):
        if not is_down:
            is_down = lean > 35 or hip < 140
        elif lean < 20 and hip > 150:
            count, is_down = count + 1, False
    return count


def lean_rule(frames: Frames) -> int:
    """A lean with hysteresis: from 20 over standing, at least 30, back to 10."""
    count, peak, rest = 0, -math.inf, 5.0
    for lean, _ in _plain(frames):
        over = lean - rest
        if peak < 0:
            rest += 0.02 * over if over < 10 else 0.0
            peak = over if over > 20 else -math.inf
        else:
            peak = max(peak, over)
            if over < 10:
                count, peak = count + (peak >= 30), -math.inf
    return count


def _plain(frames: Frames) -> Iterable[tuple[float, float]]:
    """Lean of the trunk in the frame and inner angle of the hip, degrees."""
    for t, pose in frames:
        posture = measure(Measuring(), pose, t, None)[1]
        if isinstance(posture, Posture):
            lean = abs(inclination_deg(posture.hip, posture.shoulder, 1))
            yield lean, corner_deg(posture.shoulder, posture.hip, posture.knee)


def _read(path: Path) -> Any:
    try:
        data = path.read_bytes()
        return msgspec.json.decode(gzip.decompress(data) if path.suffix == ".gz" else data)
    except (OSError, msgspec.DecodeError) as error:
        raise UsageError(f"{path}: cannot be used ({error}).") from error


def _draw(clip: Clip, frames: Frames, path: Path) -> None:
    """Draw the lean, the rest, and each movement with what was decided and by which measures."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(14, 5))
    lines, movements = followed(frames, clip.variation)
    times, leans, rests = np.array(lines).T
    axes.plot(times, leans, label="lean in space")
    axes.plot(times, rests, label="rest")
    for one in counted(frames, clip.variation):
        colour = {"Rep": "green", "Partial": "orange"}.get(_kind(one), "red")
        axes.axvspan(one.start_s, one.end_s, color=colour, alpha=0.15)
        axes.text(one.start_s, 92, _kind(one), fontsize=8)
    for move in movements:
        said = f"{move.depth_deg:.0f} deg\ndrop {move.drop:.2f}\nshin {move.shin_deg:+.0f}"
        axes.text(move.bottom.t, move.peak_deg, said, fontsize=7, ha="center")
    axes.set(ylim=(-30, 100), xlabel="s", ylabel="deg", title=f"{clip.video.stem}")
    axes.legend(loc="lower right")
    figure.savefig(path, dpi=80)
    pyplot.close(figure)


def _kind(outcome: Outcome) -> str:
    return outcome.reason if isinstance(outcome, Rejected) else type(outcome).__name__


def followed(
    frames: Frames, variation: str
) -> tuple[list[tuple[float, float, float]], list[Movement]]:
    """Time, lean and rest in each frame, and every movement that ended."""
    counter, memory = HingeCounter(), Measuring()
    lines: list[tuple[float, float, float]] = []
    ended: list[Movement] = []
    for t, pose in frames:
        memory, posture = measure(memory, pose, t, None, VARIATIONS[variation].requirement)
        if isinstance(posture, Posture):
            counter, _, move = counter.follow(posture)
            ended += [move] if move is not None else []
            lines.append((t, counter.trunk.lean_deg, counter.trunk.rest_deg))
    return lines, ended
