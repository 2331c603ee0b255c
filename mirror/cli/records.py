"""Sessions -> JSON objects, one a line: what `analyze` writes.

A header, one for each processed frame, the standing whenever it is taken, each outcome when it is
known, and a summary. Angles are absolute degrees, times seconds, points pixels of the frame, after
the correction of a configured lens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from mirror import __version__
from mirror.camera import Camera, Frame
from mirror.coach.language import load_language
from mirror.coach.session import Session
from mirror.hinge.counting.reps import Outcome, Partial, Rejected, Rep
from mirror.hinge.judging.feedback import Cue
from mirror.hinge.judging.stop_depth import Found, StopDepth
from mirror.hinge.measure.posture import SHOW, Back, Baseline, Posture, Unseen
from mirror.hinge.measure.rounding import line_px

Record = dict[str, Any]


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
