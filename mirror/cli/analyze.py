"""The same core on a file or on the figure: deterministic, as fast as it goes.

`process` runs camera -> estimator -> Session; `records` makes JSON objects of it, and
`format_record` lines for people.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from mirror.camera import Camera, Frame
from mirror.cli.overlay import overlay, pixel_screen
from mirror.cli.plot import PLOT_SUFFIXES, plot
from mirror.cli.records import Record, header_record, records
from mirror.coach.advance import advance
from mirror.coach.session import Session
from mirror.coach.sets import finish
from mirror.display.screen import Screen
from mirror.display.video import Recording
from mirror.errors import UsageError
from mirror.files import replacing, text_to
from mirror.hinge.drills.stick_finder import with_stick
from mirror.hinge.measure.lens import Lens
from mirror.pose.tracker import SubjectTracker


def analyze(
    camera: Camera,
    estimator: SubjectTracker,
    session: Session,
    *,
    source: str,
    lens: Lens | None = None,
    seconds: float | None = None,
    fps: float | None = None,
    json_target: str | None = None,
    plot_path: Path | None = None,
    overlay_path: Path | None = None,
) -> int:
    """Analyse one source and write what was asked for; gives the exit code.

    lens: the overlay is drawn over the corrected frame, as the estimator sees it.

    Raises:
        CameraError: the source broke.
        OutputError: a result cannot be written; what stood under its name is left as it was.
    """
    if plot_path is not None and plot_path.suffix not in PLOT_SUFFIXES:
        raise UsageError(f"{plot_path}: a plot is one of {', '.join(PLOT_SUFFIXES)}.")
    header = header_record(source, camera, session, fps)
    kept: list[Record] = []
    with ExitStack() as stack:
        steps = process(camera, estimator, session, lens=lens, seconds=seconds, fps=fps)
        progress = Progress(camera, seconds, fps)
        stack.callback(progress.close)
        steps = progress.follow(steps)
        if overlay_path is not None:
            scratch = stack.enter_context(replacing(overlay_path))
            recording = Recording(scratch, camera.size, header["fps"], name=str(overlay_path))
            stack.callback(recording.close)
            steps = _recorded(steps, recording, pixel_screen(camera.size), lens)
        out = None
        if json_target is not None:
            out = stack.enter_context(text_to(json_target))
        for record in records(steps, header):
            kept.append(record)
            if out is not None:
                out.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")
            line = format_record(record)
            if line is not None and json_target != "-":
                progress.say(line)
        if plot_path is not None:
            plot(kept, stack.enter_context(replacing(plot_path)))
    return 0


def format_record(record: Record) -> str | None:
    """The line of a record for people: an outcome, or the sums; None for any other record."""
    match record["type"]:
        case "rep":
            rounding = record["back_rounding_max_deg"]
            back = "not judged" if rounding is None else f"rounds {_degrees(rounding)}"
            faults = ", ".join(_words(fault["fault"]) for fault in record["faults"])
            return (
                f"rep {record['number']:3}  {_times(record)}  "
                f"hips fold {_degrees(record['hip_flexion_max_deg'])}, "
                f"trunk leans {_degrees(record['trunk_max_deg'])}, "
                f"knees bend {_degrees(record['knee_at_bottom_deg'])}, "
                f"back {back}" + (f"  ({faults})" if faults else "")
            )
        case "partial":
            hips = _degrees(record["hip_flexion_max_deg"])
            return f"no rep   {_times(record)}  too shallow: hips fold {hips}"
        case "rejected":
            return f"no rep   {_times(record)}  {_words(record['reason'])}"
        case "summary":
            sums = f"{record['reps']} rep{'' if record['reps'] == 1 else 's'}"
            others = record["partials"] + record["rejected"]
            if others:
                sums += f", and {others} that do{'es' if others == 1 else ''} not count"
            stop_deg = record["stop_hip_flexion_deg"]
            if stop_deg is not None:
                sums += f"\nThe back begins to help when the hips have folded {_degrees(stop_deg)}."
            return sums
    return None


def _times(record: Record) -> str:
    return f"{record['start_s']:6.1f}-{record['end_s']:.1f} s"


def _words(name: str) -> str:
    return name.replace("-", " ")


def _degrees(value: float) -> str:
    return f"{round(value)}°"


class Progress:
    """A progress line on standard error, where that is a terminal, and lines above it.

    camera: the source. seconds, fps: as `follow` takes them.
    """

    def __init__(self, camera: Camera, seconds: float | None, fps: float | None) -> None:
        from tqdm import tqdm

        total = camera.frames_total
        if seconds is not None:
            wanted = int(seconds * camera.fps)
            total = wanted if total is None else min(total, wanted)
        if total is not None and fps is not None and fps < camera.fps:
            total = int(total * fps / camera.fps)
        self._bar = tqdm(total=total, unit=" frames", disable=None, leave=False)

    def follow(self, steps: Iterator[tuple[Frame, Session]]) -> Iterator[tuple[Frame, Session]]:
        """Pass the steps on, and count them."""
        for step in steps:
            yield step
            self._bar.update()

    def say(self, line: str) -> None:
        """Print a line at once."""
        from tqdm import tqdm

        with tqdm.external_write_mode(sys.stdout):
            print(line, flush=True)

    def close(self) -> None:
        """Take the line away."""
        self._bar.close()


def _recorded(
    steps: Iterator[tuple[Frame, Session]], recording: Recording, screen: Screen, lens: Lens | None
) -> Iterator[tuple[Frame, Session]]:
    for frame, session in steps:
        shown = frame if lens is None else replace(frame, rgb=lens.picture(frame.rgb))
        recording.add(overlay(shown, session, screen))
        yield frame, session


def process(
    camera: Camera,
    estimator: SubjectTracker,
    session: Session,
    *,
    lens: Lens | None = None,
    seconds: float | None = None,
    fps: float | None = None,
) -> Iterator[tuple[Frame, Session]]:
    """Each processed frame with the session after it; the last one holds what was still open.

    lens: the one that the estimator corrects in its poses. seconds: how much to process.
    fps: most frames to process a second.

    Raises:
        CameraError: the source broke.
    """
    first: float | None = None
    last: Frame | None = None
    due = 0.0
    while (frame := camera.read()) is not None:
        first = frame.taken_at if first is None else first
        t = frame.taken_at - first
        if seconds is not None and t > seconds:
            break
        if fps is not None:
            if t < due - 1e-3:
                continue
            due = max(due + 1.0 / fps, t)
        if last is not None:
            yield last, session
        last = Frame(frame.rgb, t)
        pose = estimator.estimate(last)
        if pose is not None and session.has_stick:
            pose = with_stick(pose, frame.rgb, lens)
        session = advance(session, pose, t)
    if last is not None:
        done = finish(session)
        yield last, replace(done, events=session.events + done.events)
