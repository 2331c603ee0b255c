"""The plot of an analysis: angles over time, phases shaded, reps numbered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mirror.hinge.measure.posture import JUDGE

PLOT_SUFFIXES = (".png", ".pdf", ".svg")
"""Kinds of files that a plot can be."""
ANGLES = {
    "hip_flexion_deg": ("hip flexion", "#0072b2"),
    "trunk_deg": ("trunk", "#e69f00"),
    "knee_flexion_deg": ("knee flexion", "#009e73"),
    "shank_deg": ("shank", "#999999"),
    "back_rounding_deg": ("back rounding", "#d55e00"),
}
"""Key of the frame record -> name and colour (Okabe and Ito's, distinct for the colour-blind)."""
SHADES = {"descending": "#56b4e9", "bottom": "#cc79a7", "ascending": "#f0e442"}
"""Phase -> colour of its background."""
SHADE = 0.25
"""Opacity of that colour."""


def plot(records: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw the records of one analysis (see `records.records`) as a PNG.

    Raises:
        OSError: it cannot be written.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    header = next(r for r in records if r["type"] == "header")
    frames = [r for r in records if r["type"] == "frame"]
    times = [r["t"] for r in frames]
    figure, (angles, trust) = pyplot.subplots(
        2, 1, sharex=True, figsize=(14, 7), height_ratios=(5, 1), layout="constrained"
    )
    _shade(angles, frames)
    for key, (name, colour) in ANGLES.items():
        values = [float("nan") if r[key] is None else r[key] for r in frames]
        angles.plot(times, values, label=name, color=colour, linewidth=1.6)
    top = angles.get_ylim()[1]
    for record in records:
        if record["type"] == "rep":
            angles.annotate(str(record["number"]), (record["bottom_s"], top), ha="center", va="top")
        elif record["type"] == "partial":
            angles.annotate(
                "partial", (record["bottom_s"], top), ha="center", va="top", color="grey"
            )
        elif record["type"] == "rejected":
            middle = (record["start_s"] + record["end_s"]) / 2
            angles.annotate(record["reason"], (middle, top), ha="center", va="top", color="grey")
    angles.set_ylabel("degrees")
    _legend(angles)
    angles.grid(alpha=0.3)
    summary = next(r for r in records if r["type"] == "summary")
    figure.suptitle(
        f"{Path(header['source']).name}, {header['variation']}: {summary['reps']} reps, "
        f"{summary['partials']} partial, {summary['rejected']} rejected",
        fontsize=11,
    )
    trust.plot(times, [r["confidence"] for r in frames], color="#444444", linewidth=1.2)
    trust.axhline(JUDGE, color="grey", linestyle=":", linewidth=1)
    trust.set(ylabel="confidence", xlabel="seconds", ylim=(-0.05, 1.05))
    trust.grid(alpha=0.3)
    try:
        figure.savefig(path, dpi=100)
    finally:
        pyplot.close(figure)


def _legend(axes: Any) -> None:
    """One row above the angles: their names, and those of the shaded phases."""
    from matplotlib.patches import Patch

    lines, _ = axes.get_legend_handles_labels()
    shades = [Patch(color=shade, alpha=SHADE, label=phase) for phase, shade in SHADES.items()]
    entries = [*lines, *shades]
    axes.legend(
        handles=entries, ncols=len(entries), loc="lower left", bbox_to_anchor=(0, 1),
        frameon=False, fontsize=9, columnspacing=1.2, handlelength=1.4,
    )  # fmt: skip


def _shade(axes: Any, frames: list[dict[str, Any]]) -> None:
    """Colour the background by phase."""
    start = 0
    for i in range(1, len(frames) + 1):
        if i < len(frames) and frames[i]["phase"] == frames[start]["phase"]:
            continue
        shade = SHADES.get(frames[start]["phase"])
        if shade:
            end = frames[min(i, len(frames) - 1)]["t"]
            axes.axvspan(frames[start]["t"], end, color=shade, alpha=SHADE, linewidth=0)
        start = i
