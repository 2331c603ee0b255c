"""The tables of `scripts/bench back`, each with its target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mirror.hinge.judging.faults import UPPER_BACK

if TYPE_CHECKING:
    from benches.back import Judged, Verdict

ROUNDED_DEG, NEUTRAL_DEG, NEAR_DEG = 20.0, 9.0, 8.0
HEIGHTS_PX, TURNS_DEG = (0, 300, 350, 400, 450, 1000), (0, 5, 10, 15, 25)
NAMELESS = {"small_rounding", UPPER_BACK.fault}
"""Faults without a row: a small rounding is neither right nor wrong; the upper back has a line."""
OFF = ("hip", "trunk", "knee", "mid-foot")


def tables(clips: Sequence[Judged]) -> list[str]:
    """Every table, line by line."""
    side = [clip for clip in clips if clip.is_side]
    variations: dict[str, Callable[[Judged], bool]] = {"all": lambda _: True}
    for name in dict.fromkeys(clip.variation for clip in side):
        variations[name] = _is(name)
    heights = {f"{a}-{b} px": _between("height_px", a, b)
               for a, b in pairwise(HEIGHTS_PX)}  # fmt: skip
    turns = {f"{a}-{b} deg off": _between("turn_deg", a, b)
             for a, b in pairwise(TURNS_DEG)}  # fmt: skip
    lines = _rounding(side, variations)
    lines += ["Target: 95 % judged, error 6, AUC .98, 1 neutral in 60 flagged.", _called(side), ""]
    for parts in (heights, turns):
        lines += [*_rounding(side, parts), ""]
    return [*lines, *_angles(side), "", *_faults(clips), "", *_stops(side)]


def auc(high: Sequence[float], low: Sequence[float]) -> float:
    """Share of the pairs that are in order."""
    pairs = np.sign(np.array(high)[:, None] - np.array(low)[None, :])
    return float((pairs.mean() + 1) / 2) if pairs.size else float("nan")


def _is(variation: str) -> Callable[[Judged], bool]:
    return lambda clip: clip.variation == variation


def _between(name: str, low: float, high: float) -> Callable[[Judged], bool]:
    return lambda clip: bool(low <= getattr(clip, name) < high)


def _all(clips: Iterable[Judged]) -> list[Verdict]:
    return [verdict for clip in clips for verdict in clip.verdicts]


def _rounding(side: Sequence[Judged], parts: dict[str, Callable[[Judged], bool]]) -> list[str]:
    lines = [
        "| people | reps | judged | mean error, deg (bias) | rounded: flagged | neutral: flagged "
        "| AUC |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, is_part in parts.items():
        some = _all(clip for clip in side if is_part(clip))
        deg = [(v, v.found_deg) for v in some if v.found_deg is not None]
        if not deg:
            continue
        error = np.array([found - v.true_deg for v, found in deg])
        rounded = [(v, found) for v, found in deg if v.true_deg >= ROUNDED_DEG]
        neutral = [(v, found) for v, found in deg if v.true_deg < NEUTRAL_DEG]
        flagged = [f"{sum('rounding' in v.raised for v, _ in part)} of {len(part)}"
                   for part in (rounded, neutral)]  # fmt: skip
        order = auc([found for _, found in rounded], [found for _, found in neutral])
        lines.append(
            f"| {name} | {len(some)} | {len(deg)} | {np.abs(error).mean():.1f} "
            f"({error.mean():+.1f}) | {flagged[0]} | {flagged[1]} | {order:.4f} |"
        )
    return lines


def _called(side: Sequence[Judged]) -> str:
    rounded = [v for v in _all(side) if v.true_deg >= ROUNDED_DEG]
    upper = [UPPER_BACK.fault in v.raised for v in rounded if v.upper > 0.8]
    low = [UPPER_BACK.fault in v.raised for v in rounded if v.upper < 0.2]
    return (f"Called upper back: {sum(upper)} of {len(upper)} thoracic, "
            f"{sum(low)} of {len(low)} lumbar.")  # fmt: skip


def _angles(side: Sequence[Judged]) -> list[str]:
    lines = ["| at the bottom: mean error (bias) | reps | " + " | ".join(OFF) + " |",
             "|---|---|" + "---|" * len(OFF)]  # fmt: skip
    verdicts = _all(side)
    for name, some in {
        "neutral": [v for v in verdicts if v.true_deg < NEUTRAL_DEG],
        "rounded": [v for v in verdicts if v.true_deg >= ROUNDED_DEG],
        "knees bent": [v for v in verdicts if "knees-bent" in v.faults],
    }.items():
        off = np.array([v.off for v in some]).reshape(-1, len(OFF))
        cells = [f"{np.nanmean(np.abs(column)):.2g} ({np.nanmean(column):+.2g})"
                 for column in off.T]  # fmt: skip
        lines.append(f"| {name} | {len(some)} | " + " | ".join(cells) + " |")
    lines += ["Target: hip 4, trunk 3 degrees.", ""]
    lines += ["| every frame: mean error | clips | " + " | ".join(OFF) + " |",
              "|---|---|" + "---|" * len(OFF)]  # fmt: skip
    for name, swings in (("swings", True), ("others", False)):
        errors = [clip.off for clip in side if (clip.variation == "swing") == swings]
        cells = [f"{value:.2g}" for value in np.nanmean(errors, axis=0)] if errors else []
        lines.append(f"| {name} | {len(errors)} | " + " | ".join(cells) + " |")
    return lines


def _faults(clips: Sequence[Judged]) -> list[str]:
    lines = [
        "| variation | fault | raised where it is | raised where it is not |",
        "|---|---|---|---|",
    ]
    for variation in dict.fromkeys(clip.variation for clip in clips):
        some = _all(filter(_is(variation), clips))
        for fault in sorted(set().union(*(v.faults | v.raised for v in some)) - NAMELESS):
            there = [fault in v.raised for v in some if fault in v.faults]
            # A small rounding is neither right nor wrong.
            others = [fault in v.raised for v in some
                      if fault not in v.faults and "small_rounding" not in v.faults]  # fmt: skip
            lines.append(f"| {variation} | {fault} | {sum(there)} of {len(there)} "
                         f"| {sum(others)} of {len(others)} |")  # fmt: skip
    return lines


def _stops(side: Sequence[Judged]) -> list[str]:
    def deg(value: float | None) -> str:
        return "-" if value is None else f"{value:.0f}"

    slow = [clip for clip in side if clip.name.endswith("stop")]
    others = [clip for clip in side if clip.true_stop is None]
    lines = ["| clip | stop depth | found |", "|---|---|---|"]
    lines += [f"| {clip.name} | {deg(clip.true_stop)} | {deg(clip.stop)} |"
              for clip in side if clip in slow or clip.stop is not None]  # fmt: skip
    near = [
        clip.stop is not None
        and clip.true_stop is not None
        and abs(clip.stop - clip.true_stop) <= NEAR_DEG
        for clip in slow
    ]
    none = [clip.stop is not None for clip in others]
    return [*lines, f"Within {NEAR_DEG:.0f} deg: {sum(near)} of {len(near)} slow sets; invented in "
            f"{sum(none)} of {len(none)} others."]  # fmt: skip
