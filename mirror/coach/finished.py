"""A finished set as a plain value, and what is known of earlier ones.

Nothing here tells who it was: numbers of the movement only. Angles in degrees, times in seconds of
the frames' own clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Literal, NamedTuple

from mirror.coach.profile import Kept
from mirror.hinge.counting.reps import Outcome, Partial, Rejected, Rep, fold_deg
from mirror.hinge.judging.feedback import Cue
from mirror.hinge.judging.stop_depth import Found, StopDepth
from mirror.hinge.measure.posture import JUDGE, Posture, Standing

SAMPLE_S = 0.1
"""Time between two samples of the signals."""
MOST_SAMPLES = 6000
"""Ten minutes: a longer set keeps the signals of its first ones."""
AROUND_S = 1.0
"""So much before the first rep and after the last one is kept of the signals."""

Ended = Literal["rest", "left", "press", "stopped"]
"""How a set ended: by a pause, by walking off, by a button, with the mirror."""


class Sample(NamedTuple):
    """The signals at one moment: changes from standing, and the knee; None: not judged."""

    t: float
    fold_deg: float
    trunk_deg: float
    knee_deg: float
    rounding_deg: float | None


@dataclass(frozen=True)
class Notes:
    """What is noted of a set while it lasts: the person may be forgotten before it ends.

    stood_deg: hip flexion of the newest standing. stop: the stop depth, as last found.
    """

    stood_deg: float = 0.0
    stop: Found | None = None
    cues: tuple[Cue, ...] = ()
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True)
class FinishedSet:
    """One set, from its first rep to its end.

    ended_s: when it ended, by the clock of the frames. samples: the signals, at most ten a second.
    """

    variation: str
    drill: str | None
    ended: Ended
    ended_s: float
    reps: tuple[Rep, ...]
    partials: int = 0
    rejected: tuple[str, ...] = ()
    notes: Notes = Notes()

    @property
    def folds_deg(self) -> tuple[float, ...]:
        """How deep each rep went: the change of hip flexion from standing."""
        return tuple(rep.hip_flexion_max_deg - self.notes.stood_deg for rep in self.reps)

    @property
    def depth_deg(self) -> float:
        """Median over the reps."""
        return median(self.folds_deg)

    @property
    def rounding_deg(self) -> float | None:
        """Median over the reps whose back was judged."""
        judged = [d for rep in self.reps if (d := rep.back_rounding_max_deg) is not None]
        return median(judged) if judged else None

    @property
    def stop_deg(self) -> float | None:
        """Pelvis flexion of the stop depth, where one was found."""
        stop = self.notes.stop
        return stop.pelvis_flexion_deg if isinstance(stop, StopDepth) else None

    @property
    def faults(self) -> dict[str, int]:
        """Fault -> in how many reps, the most frequent first."""
        seen = Counter(name for rep in self.reps for name in {f.fault for f in rep.faults})
        return dict(sorted(seen.items(), key=lambda item: (-item[1], item[0])))

    @property
    def duration_s(self) -> float:
        """From the first movement to the last lockout."""
        return self.reps[-1].end_s - self.reps[0].start_s


@dataclass(frozen=True)
class LastTime:
    """The set that the present one is compared with."""

    reps: int
    depth_deg: float
    stop_deg: float | None


@dataclass(frozen=True)
class Saved:
    """A set that is safe on the disk: its number, and when it ended (see `FinishedSet`)."""

    number: int
    ended_s: float


@dataclass(frozen=True)
class Past:
    """What is known of earlier sets.

    lasts: by variation and drill. saved: the newest set that was saved. is_failing: sets cannot be
    saved at the moment. is_fleeting: what is saved is gone when the mirror is switched off.
    """

    lasts: Mapping[tuple[str, str | None], LastTime] = field(default_factory=dict)
    kept: Kept | None = None
    saved: Saved | None = None
    is_failing: bool = False
    is_fleeting: bool = False


def follow(notes: Notes, posture: Posture, standing: Standing | None, *, is_set: bool) -> Notes:
    """Take in one posture; is_set: a set has begun, or its first movement is under way."""
    if standing is None:
        return notes
    notes = replace(notes, stood_deg=standing.hip_flexion_deg)
    samples = notes.samples
    if not is_set:
        return replace(notes, samples=()) if samples else notes
    if len(samples) >= MOST_SAMPLES:
        return notes
    if samples and 0.0 <= posture.t - samples[-1].t < SAMPLE_S - 1e-6:
        return notes
    back = posture.back
    sample = Sample(
        posture.t,
        fold_deg(posture, standing),
        posture.trunk_deg - standing.trunk_deg,
        posture.knee_flexion_deg,
        back.rounding_deg if back is not None and back.confidence >= JUDGE else None,
    )
    return replace(notes, samples=(*samples, sample))


def finished_set(
    variation: str,
    drill: str | None,
    ended: Ended,
    ended_s: float,
    outcomes: tuple[Outcome, ...],
    notes: Notes,
) -> FinishedSet | None:
    """The set that has these outcomes; None if no rep is among them."""
    reps = tuple(o for o in outcomes if isinstance(o, Rep))
    if not reps:
        return None
    begin, end = reps[0].start_s - AROUND_S, reps[-1].end_s + AROUND_S
    return FinishedSet(
        variation,
        drill,
        ended,
        ended_s,
        reps,
        sum(isinstance(o, Partial) for o in outcomes),
        tuple(o.reason for o in outcomes if isinstance(o, Rejected)),
        replace(notes, samples=tuple(s for s in notes.samples if begin <= s.t <= end)),
    )
