"""The same core on a file or on the figure: deterministic, as fast as it goes.

`follow` runs camera -> estimator -> Session; `records` makes JSON objects of it, one a line:
a header, one per processed frame, the standing whenever it is taken, each outcome when it is
known, and a summary. Angles are absolute degrees, times seconds, points pixels of the frame, after
the correction of a configured lens.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from mirror import __version__
from mirror.camera import Camera, Frame
from mirror.cli.overlay import overlay, pixel_screen
from mirror.cli.plot import PLOT_SUFFIXES, plot
from mirror.coach.advance import advance
from mirror.coach.language import load_language
from mirror.coach.session import Session
from mirror.coach.sets import finish
from mirror.display.screen import Screen
from mirror.display.video import Recording
from mirror.errors import UsageError
from mirror.files import replacing, text_to
from mirror.hinge.counting.reps import Outcome, Partial, Rejected, Rep
from mirror.hinge.drills.stick_finder import with_stick
from mirror.hinge.judging.feedback import Cue
from mirror.hinge.judging.stop_depth import Found, StopDepth
from mirror.hinge.measure.lens import Lens
from mirror.hinge.measure.posture import SHOW, Back, Baseline, Posture, Unseen
from mirror.hinge.measure.rounding import line_px
from mirror.pose.landmarker import Estimator
from mirror.pose.subject import SubjectTracker

Record = dict[str, Any]

"""Kinds of file a plot can be."""


def analyze(
    camera: Camera,
    estimator: Estimator | SubjectTracker,
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
    estimator: Estimator | SubjectTracker,
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


def records(steps: Iterable[tuple[Frame, Session]], header: Record) -> Iterator[Record]:
    """The JSON objects of one analysis, in order."""
    yield {"type": "header", "version": __version__, **header}
    baseline: Baseline | None = None
    cue: Cue | None = None
    english = load_language("en")
    outcomes: list[Outcome] = []
    stop: Found | None = None
    for _, session in steps:
        stop = session.person.stop.found or stop
        yield frame_record(session)
        if session.baseline is not baseline and session.baseline is not None:
            yield standing_record(session.baseline, session.t)
        baseline = session.baseline
        outcomes += session.events
        for event in session.events:
            yield outcome_record(event)
        new = session.current_set.cue
        if new is not None and new is not cue:
            yield cue_record(new, english.cue(new, session.exercise))
        cue = new
    yield {
        "type": "summary",
        "reps": sum(isinstance(o, Rep) for o in outcomes),
        "partials": sum(isinstance(o, Partial) for o in outcomes),
        "rejected": sum(isinstance(o, Rejected) for o in outcomes),
        "stop_hip_flexion_deg": _short(stop.pelvis_flexion_deg)
        if isinstance(stop, StopDepth)
        else None,
    }


def header_record(source: str, camera: Camera, session: Session, fps: float | None) -> Record:
    """What was analysed, and how."""
    return {
        "source": source,
        "width": camera.size[0],
        "height": camera.size[1],
        "fps": _short(min(fps, camera.fps) if fps else camera.fps),
        "variation": session.exercise.variation.name,
        "drill": session.exercise.drill.name if session.exercise.drill else None,
    }


def frame_record(session: Session) -> Record:
    """One processed frame; missing values are None."""
    posture = session.posture
    record: Record = {"type": "frame", "t": _short(session.t, 4)}
    if not isinstance(posture, Posture):
        reason = posture.reason if isinstance(posture, Unseen) else "nobody"
        record |= {"seen": False, "reason": reason, "phase": None, "confidence": 0.0}
        return record | dict.fromkeys(_MEASURES)
    return record | {
        "seen": True,
        "reason": posture.doubt,
        "view": posture.view.value,
        "facing": "right" if posture.facing > 0 else "left",
        "phase": session.phase.value if session.phase else None,
        "trunk_deg": _short(posture.trunk_deg),
        "hip_flexion_deg": _short(posture.hip_flexion_deg),
        "knee_flexion_deg": _short(posture.knee_flexion_deg),
        "shank_deg": _short(posture.shank_deg),
        "back_rounding_deg": _short(posture.rounding_deg),
        "com_fraction": _short(posture.com_fraction, 3),
        "confidence": _short(posture.confidence, 3),
        "spine": _spine(posture.back),
    }


def _spine(back: Back | None) -> list[list[float]] | None:
    """The line of the back from pelvis to neck, image pixels."""
    if back is None or back.confidence < SHOW:
        return None
    return [[round(x, 1), round(y, 1)] for x, y in line_px(back.edge, back.axis)[0].tolist()]


_MEASURES = (
    "view",
    "facing",
    "trunk_deg",
    "hip_flexion_deg",
    "knee_flexion_deg",
    "shank_deg",
    "back_rounding_deg",
    "com_fraction",
    "spine",
)


def standing_record(baseline: Baseline, t: float | None) -> Record:
    """The person's baseline, from which changes are measured."""
    return {
        "type": "standing",
        "t": _short(t, 4),
        "trunk_deg": _short(baseline.trunk_deg),
        "hip_flexion_deg": _short(baseline.hip_flexion_deg),
        "knee_flexion_deg": _short(baseline.knee_flexion_deg),
        "shank_deg": _short(baseline.shank_deg),
    }


def outcome_record(outcome: Outcome) -> Record:
    """A rep, a partial, or a rejected movement."""
    return {"type": type(outcome).__name__.lower(), **_rounded(asdict(outcome))}


def cue_record(cue: Cue, text: str) -> Record:
    """A cue after a rep; praise has no fault."""
    return {"type": "cue", "t": _short(cue.t, 3), "fault": cue.fault, "text": text}


def _rounded(values: Record) -> Record:
    """Floats to a sensible length: times to milliseconds, the rest by its name."""
    short: Record = {}
    for key, value in values.items():
        if isinstance(value, float):
            digits = 3 if key.endswith("_s") or key in ("confidence", "value") else 1
            short[key] = _short(value, digits)
        elif isinstance(value, dict):
            short[key] = {name: _short(part, 3) for name, part in value.items()}
        elif isinstance(value, (list, tuple)):
            short[key] = [_rounded(part) for part in value]
        else:
            short[key] = value
    return short


def _short(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(float(value), digits) + 0.0
