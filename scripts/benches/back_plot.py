"""One clip as a plot: the rounding over time, and the back of each rep over its baseline."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benches.people import Frame, Person
from mirror.hinge.measure.contour import T
from mirror.hinge.measure.rounding import chord


def plot(person: Person, frames: list[Frame], to: Path) -> None:
    """Draw true and found rounding, and each rep: outline standing, at the bottom, and dowel."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(14, 4 + 0.01 * len(person.reps)))
    FigureCanvasAgg(figure)
    time, *backs = figure.subplots(1, 1 + max(1, len(person.reps)))
    t = np.array([f.posture.t for f in frames])
    found = [np.nan if f.posture.rounding_deg is None else f.posture.rounding_deg for f in frames]
    time.plot(t, person.flexion(t).sum(axis=1), "k", label="true rounding")
    time.plot(t, found, "r", label="found")
    time.plot(t, [f.posture.trunk_deg for f in frames], "0.7", label="trunk")
    time.legend(fontsize=7)
    time.set_title(person.name, fontsize=8)
    for axes, rep in zip(backs, person.reps, strict=False):
        frame = min(frames, key=lambda f: abs(f.posture.t - rep["bottom"]))
        back, baseline = frame.posture.back, frame.baseline
        if back is None or baseline is None or baseline.edge is None:
            continue
        axes.plot(baseline.edge, T, "b", label="standing")
        axes.plot(back.contour.dorsal, T, "r.", ms=2)
        axes.plot(back.edge, T, "r", label="bottom")
        axes.plot(chord(back.edge), T, "0.6", label="dowel")
        axes.plot(-back.contour.ventral, T, "g:", lw=1, label="front")
        axes.set_xlim(-0.5, 0.5)
        true = person.flexion(np.array([rep["bottom"]]))[0]
        deg = frame.posture.rounding_deg
        title = f"true {true[0]:.0f} + {true[1]:.0f}, found {deg:.0f}" if deg is not None else "-"
        axes.set_title(title, fontsize=8)
    backs[0].legend(fontsize=7)
    figure.savefig(to, dpi=80)
    print(to)
