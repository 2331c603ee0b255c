"""A finished set as a plain value, and what is known of earlier ones.

These are numbers of the movement only; nothing identifies the person. Angles are in degrees, times
in seconds of the frames' own clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Literal, NamedTuple

from mirror.coach.profile import Profile
from mirror.hinge.counting.reps import Outcome, Partial, Rejected, Rep, fold_deg
from mirror.hinge.judging.feedback import Cue
from mirror.hinge.judging.stop_depth import Found, StopDepth
from mirror.hinge.measure.posture import JUDGE, Baseline, Posture

SAMPLE_S = 0.1
"""Seconds between two samples of the signals."""
MOST_SAMPLES = 6000
"""Number of samples in ten minutes; a longer set keeps those of its first ten."""
AROUND_S = 1.0
"""Seconds of the signals that are kept before the first rep and after the last one."""

Ended = Literal["rest", "left", "press", "stopped"]
"""How a set ended: by a pause, by walking off, by a button, with the mirror."""


class SignalSample(NamedTuple):
    """The signals at one moment: changes from the baseline, and the knee; None: not judged."""

    t: float
    fold_deg: float
    trunk_deg: float
    knee_deg: float
    rounding_deg: float | None


@dataclass(frozen=True)
class SetLog:
    """The log of a set while it lasts, since the person may be forgotten before it ends.

    stood_deg: hip flexion of the newest baseline. stop: the stop depth, as last found.
    """

    stood_deg: float = 0.0
    stop: Found | None = None
    cues: tuple[Cue, ...] = ()
    samples: tuple[SignalSample, ...] = ()


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
    log: SetLog = SetLog()

    @property
    def folds_deg(self) -> tuple[float, ...]:
        """How deep each rep went: the change of hip flexion from the baseline."""
        return tuple(rep.hip_flexion_max_deg - self.log.stood_deg for rep in self.reps)

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
        stop = self.log.stop
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
    """A set that is on the disk: its number, and when it ended (see `FinishedSet`)."""

    number: int
    ended_s: float


@dataclass(frozen=True)
class HistorySnapshot:
    """What is known of earlier sets.

    lasts: by variation and drill. profile: what the person asked to keep. saved: the newest set
    that was saved. is_failing: sets cannot be saved at the moment. is_fleeting: saved sets are lost
    when the mirror is switched off.
    """

    lasts: Mapping[tuple[str, str | None], LastTime] = field(default_factory=dict)
    profile: Profile | None = None
    saved: Saved | None = None
    is_failing: bool = False
    is_fleeting: bool = False


def log_posture(
    log: SetLog, posture: Posture, baseline: Baseline | None, *, is_set: bool
) -> SetLog:
    """Log one posture. is_set: a set has begun, or its first movement is under way."""
    if baseline is None:
        return log
    log = replace(log, stood_deg=baseline.hip_flexion_deg)
    samples = log.samples
    if not is_set:
        return replace(log, samples=()) if samples else log
    if len(samples) >= MOST_SAMPLES:
        return log
    if samples and 0.0 <= posture.t - samples[-1].t < SAMPLE_S - 1e-6:
        return log
    back = posture.back
    sample = SignalSample(
        posture.t,
        fold_deg(posture, baseline),
        posture.trunk_deg - baseline.trunk_deg,
        posture.knee_flexion_deg,
        back.rounding_deg if back is not None and back.confidence >= JUDGE else None,
    )
    return replace(log, samples=(*samples, sample))


def finished_set(
    variation: str,
    drill: str | None,
    ended: Ended,
    ended_s: float,
    outcomes: tuple[Outcome, ...],
    log: SetLog,
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
        replace(log, samples=tuple(s for s in log.samples if begin <= s.t <= end)),
    )
