"""Charts: reps, depth and rounding of sets over time, a row for each variation; and one set.

A dot is a set; the line is the median of the sets around it. A ring is a set that was saved while
the clock was not set; it stands between its neighbours by number.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from mirror.coach.exercise import exercises
from mirror.coach.language import load_language
from mirror.hinge.judging.faults import ROUNDING
from mirror.hinge.measure.geometry import Array
from mirror.hinge.variations.catalog import VARIATIONS
from mirror.history.record import Detail, Entry

INK, PALE, FAINT, LIMIT = "#26323a", "#66747d", "#d5dce0", "#d55e00"
MEASURES = (
    ("reps", "reps", "#009e73"),
    ("depth_deg", "depth, deg", "#0072b2"),
    ("rounding_deg", "rounding, deg", "#cc79a7"),
)
"""Column, title, colour (Okabe and Ito's palette, safe for the colour-blind)."""
AROUND = (7, 41)
"""Fewest and most sets around each one that its median is taken of."""
DAY_S = 86400.0
STYLE: dict[Any, Any] = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": FAINT,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "figure.facecolor": "white",
    "figure.dpi": 110,
    **{f"{axis}tick.{key}": value for axis in "xy" for key, value in (
        ("major.size", 0), ("minor.size", 0), ("labelsize", 8.5), ("color", PALE),
    )},
}  # fmt: skip
"""Little ink: no frame, a faint grid."""


def over_time(entries: Sequence[Entry], path: Path) -> None:
    """Draw these sets as a picture.

    Raises:
        OSError: it cannot be written.
    """
    import matplotlib as mpl

    with mpl.rc_context(STYLE):
        _over_time(entries, path)


def _over_time(entries: Sequence[Entry], path: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows, times = _rows(entries), _times(entries)
    # Room in inches: heading above, dates below.
    above, below, high = 0.95, 0.45, 1.15
    size = (11.0, above + below + high * len(rows))
    figure = Figure(size)
    canvas = FigureCanvasAgg(figure)
    grid = figure.add_gridspec(
        len(rows), len(MEASURES),
        left=0.175, right=0.985, top=1 - above / size[1], bottom=below / size[1],
        hspace=0.22, wspace=0.14,
    )  # fmt: skip
    sure = np.array([entry.is_sure for entry in entries])
    names = np.array([entry.name for entry in entries])
    span = float(times.min()), float(times.max())
    pad = max(0.015 * (span[1] - span[0]), 0.02)
    for row, name in enumerate(rows):
        x, y, _, height = grid[row, 0].get_position(figure).bounds
        figure.text(0.012, y + 0.62 * height, _title(name), fontsize=11.5, color=INK,
                    weight="bold", va="center")  # fmt: skip
        figure.text(0.012, y + 0.38 * height, f"{(names == name).sum()} sets", fontsize=9,
                    color=PALE, va="center")  # fmt: skip
    for place, (column, title, colour) in enumerate(MEASURES):
        values = np.array([getattr(e, column) for e in entries], dtype=float)
        seen = np.isfinite(values)
        axis = None
        for row, name in enumerate(rows):
            x, y, width, height = grid[row, place].get_position(figure).bounds
            if row == 0:
                figure.text(x, 1 - 0.8 / size[1], title, fontsize=11, color=INK)
            mine = seen & (names == name)
            if not mine.any():
                figure.text(x, y + 0.5 * height, "not judged here", fontsize=9, color=PALE,
                            va="center")  # fmt: skip
                continue
            axis = figure.add_axes((x, y, width, height))
            axis.xaxis.set_visible(False)
            axis.set_xlim(span[0] - pad, span[1] + pad)
            _panel(axis, times[mine], values[mine], sure[mine], colour, column)
        if axis is not None:
            axis.xaxis.set_visible(True)
            _dates(axis)
    reps = sum(entry.reps for entry in entries)
    high = 1 - 0.3 / size[1]
    figure.text(0.012, high, f"{len(entries)} sets, {reps} reps", fontsize=15, color=INK,
                weight="bold", va="center")  # fmt: skip
    note = "a dot is a set, the line what is usual; above the dashed line a back is called rounded"
    if not sure.all():
        note += "; ring: the clock was not set"
    figure.text(0.985, high, note, fontsize=8.5, color=PALE, ha="right", va="center")
    canvas.print_figure(path, format=path.suffix[1:])


def chart_set(entry: Entry, detail: Detail, path: Path) -> None:
    """Draw the signals of one set, with its reps numbered.

    Raises:
        OSError: it cannot be written.
    """
    import matplotlib as mpl

    with mpl.rc_context(STYLE):
        _one_set(entry, detail, path)


def _one_set(entry: Entry, detail: Detail, path: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((11.0, 4.2), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axis = figure.subplots()
    axis.locator_params(axis="y", nbins=4, integer=True)
    lines = (
        ("fold_deg", "fold", "#0072b2"),
        ("trunk_deg", "trunk", "#e69f00"),
        ("knee_deg", "knee", "#009e73"),
        ("rounding_deg", "rounding", "#d55e00"),
    )
    times = np.array(detail.signals["t"], dtype=float)
    for key, name, colour in lines:
        values = np.array(detail.signals[key], dtype=float)
        if not np.isfinite(values).any():
            continue
        # A pause without samples is a gap, not a line.
        gaps = np.flatnonzero(np.diff(times) > 1.0) + 1
        axis.plot(np.insert(times, gaps, np.nan), np.insert(values, gaps, np.nan), color=colour,
                  lw=1.5, label=name)  # fmt: skip
    for rep in detail.reps:
        axis.annotate(
            str(rep.number), (rep.bottom_s, rep.fold_deg), (0, 4),
            textcoords="offset points", ha="center", color=INK,
        )  # fmt: skip
    axis.set_xlabel("seconds", color=INK)
    axis.set_ylabel("degrees from standing", color=INK)
    axis.legend(loc="upper left", ncols=len(lines), frameon=False, bbox_to_anchor=(0, 1.13))
    axis.set_title(
        f"set {entry.number}: {_title(entry.name)}, {entry.when:%Y-%m-%d %H:%M}",
        loc="right", fontsize=11, color=INK,
    )  # fmt: skip
    canvas.print_figure(path, format=path.suffix[1:])


def _rows(entries: Sequence[Entry]) -> list[str]:
    """What was practised, in the order of the table of variations."""
    order = [name for v in VARIATIONS.values() for name in (v.name, *(d.name for d in v.drills))]
    there = {entry.name for entry in entries}
    return [n for n in order if n in there] + sorted(there - set(order))


def _times(entries: Sequence[Entry]) -> Array:
    """Days since 1970 for each set; one that is unsure stands between its neighbours."""
    numbers = np.array([entry.number for entry in entries], dtype=float)
    days = np.array([entry.at_s / DAY_S for entry in entries])
    sure = np.array([entry.is_sure for entry in entries])
    if sure.any():
        days[~sure] = np.interp(numbers[~sure], numbers[sure], days[sure])
    return days


def _panel(axis: Any, times: Array, values: Array, sure: Any, colour: str, column: str) -> None:
    """The dots and the line of one variation and one measure."""
    # The more sets, the fainter each dot.
    alpha = float(np.clip(10.0 / np.sqrt(len(values)), 0.3, 0.8))
    axis.plot(times[sure], values[sure], "o", ms=2.8, mew=0, color=colour, alpha=alpha)
    if not sure.all():
        axis.plot(times[~sure], values[~sure], "o", ms=3.6, mew=0.7, mfc="none", mec=colour,
                  alpha=min(0.8, 1.6 * alpha))  # fmt: skip
    if len(values) >= AROUND[0]:
        trend = _trend(times, values)
        axis.plot(*trend, color="white", lw=4.0)
        axis.plot(*trend, color=colour, lw=2.0)
    low, high = float(values.min()), float(values.max())
    if column == "rounding_deg":
        limit = ROUNDING.limit + ROUNDING.sd
        axis.axhline(limit, color=LIMIT, lw=1.0, ls=(0, (4, 3)))
        high = max(high, limit)
    if column != "depth_deg":
        low = min(0.0, low)
    axis.locator_params(axis="y", nbins=4, integer=True)
    room = 0.1 * (high - low or 10.0)
    axis.set_ylim(low - (room if low else 0.0), high + room)


def _trend(times: Array, values: Array) -> tuple[Array, Array]:
    """The median of the sets around each of at most 80 moments."""
    order = np.argsort(times, kind="stable")
    times, values = times[order], values[order]
    around = int(np.clip(len(times) // 10, *AROUND))
    windows = np.lib.stride_tricks.sliding_window_view
    middle = np.median(windows(values, around), axis=1)
    when = windows(times, around).mean(axis=1)
    some = np.unique(np.linspace(0, len(when) - 1, 80).astype(int))
    return when[some], middle[some]


def _dates(axis: Any) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call] # theirs
    zone = datetime.now().astimezone().tzinfo
    formatter = ConciseDateFormatter(locator, tz=zone)  # type: ignore[no-untyped-call] # theirs
    axis.xaxis.set_major_locator(locator)
    axis.xaxis.set_major_formatter(formatter)


def _title(name: str) -> str:
    english = load_language("en")
    titles = {(c.drill or c.variation).name: english.title(c) for c in exercises()}
    return titles.get(name, name)
