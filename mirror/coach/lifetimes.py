"""The parts of a Session, each with all that lives equally long.

A reset builds a part from what survives: `forgotten` (the person has left), `rewound` (the source
begins again), `begun` (a button began a set) and `next_set` (a rep after a rest began one). A field
that is added later dies at each of them, unless it is named there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import inf

from mirror.coach.finished import LastTime, SetLog
from mirror.coach.message import Messages
from mirror.coach.replay import Replay, ReplayFrame
from mirror.hinge.counting.reps import Fault, Outcome, Partial, Rejected
from mirror.hinge.drills.drill import Drill, Reading
from mirror.hinge.judging.feedback import Cue
from mirror.hinge.judging.range_test import RangeTest
from mirror.hinge.judging.rep_frames import RepFrames
from mirror.hinge.judging.stop_depth import Found
from mirror.hinge.measure.balance import Lifting
from mirror.hinge.measure.baseline import StillWindow
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Pose
from mirror.hinge.measure.posture import Baseline, Measuring, Posture, Unseen
from mirror.hinge.measure.presence import Presence
from mirror.hinge.measure.replacing import replace

GRACE_S = 10.0
"""Seconds without a person before the glass is a pure mirror, unless the settings say otherwise."""


@dataclass(frozen=True)
class Setup:
    """What the settings say about the session. height_cm: of the person's body, where configured.

    grace_s: seconds without a person before the glass is a pure mirror. target: reps of a set; 0:
    none.
    """

    height_cm: float | None = None
    grace_s: float = GRACE_S
    target: int = 0


@dataclass(frozen=True)
class SourceState:
    """The newest frame, and the one before it; what is drawn lies between the two."""

    t: float | None = None
    pose: Pose | None = None
    posture: Posture | Unseen | None = None
    before: ReplayFrame | None = None


@dataclass(frozen=True)
class StopSearch:
    """The search for the stop depth. descents: fold and rounding of each slow descent, degrees.

    found: the result, renewed after each slow rep. rep: the number of the rep after which it was
    first known; the glass shows it once.
    """

    descents: tuple[tuple[Array, Array], ...] = ()
    found: Found | None = None
    rep: int | None = None


@dataclass(frozen=True)
class PersonState:
    """What is known of the person.

    range_test: the slump that was requested and by which the range of the back is taken.
    range_deg: how far the back of this person rounds, if that was tested. reps: of this visit.
    red_after: after so many of them the back was first rounded.
    """

    baseline: Baseline | None = None
    still: StillWindow = StillWindow()
    measuring: Measuring = Measuring()
    presence: Presence = Presence()
    lifting: Lifting = Lifting()
    drill: Drill = Drill()
    stop: StopSearch = StopSearch()
    range_test: RangeTest | None = None
    range_deg: float | None = None
    reps: int = 0
    red_after: int | None = None

    def forgotten(self) -> PersonState:
        """Forget the person; only when the mirror last saw somebody is still known."""
        return PersonState(presence=replace(self.presence, came_s=None))

    def rewound(self) -> PersonState:
        """Keep what depends on no time of a frame."""
        return PersonState(
            baseline=self.baseline,
            drill=self.drill,
            stop=self.stop,
            range_deg=self.range_deg,
            reps=self.reps,
            red_after=self.red_after,
        )

    def begun(self) -> PersonState:
        """Keep the person for a set that a button began; drill, stop depth and test restart."""
        return PersonState(
            baseline=self.baseline,
            still=self.still,
            measuring=self.measuring,
            presence=self.presence,
            lifting=self.lifting,
            range_deg=self.range_deg,
            reps=self.reps,
            red_after=self.red_after,
        )

    def next_set(self) -> PersonState:
        """Keep the person for the set after a rest; a stop depth that was shown is not repeated."""
        rep = None if self.stop.rep is None else 0
        return replace(self, stop=replace(self.stop, rep=rep))


@dataclass(frozen=True)
class SetState:
    """The set under way, or the last one while it is still shown.

    over_s: when the set was finished; None while it goes on. last: the set that this one is
    compared with.
    """

    outcomes: tuple[Outcome, ...] = ()
    log: SetLog = SetLog()
    over_s: float | None = None
    last: LastTime | None = None

    @property
    def cue(self) -> Cue | None:
        """The last cue or praise of this set."""
        return self.log.cues[-1] if self.log.cues else None

    def next_set(self, last: LastTime | None, stop: Found | None) -> SetState:
        """Begin the set after this one. stop: the stop depth as found so far."""
        over_s = inf if self.over_s is None else self.over_s
        samples = tuple(sample for sample in self.log.samples if sample.t > over_s)
        log = SetLog(stood_deg=self.log.stood_deg, stop=stop, samples=samples)
        return SetState(log=log, last=last)


@dataclass(frozen=True)
class MovementState:
    """The movement under way.

    mishaps: when a fault of the drill or of the feet was seen, in reps that are not finished yet.
    is_at_stop: whether the stop depth is about to be reached, or was, on this way down. doubted_s:
    when the drill last was less than good. readings: of the drill, with their times.
    """

    form: RepFrames = RepFrames()
    mishaps: tuple[tuple[float, Fault], ...] = ()
    trail: Replay = ()
    is_at_stop: bool = False
    doubted_s: float = -inf
    readings: tuple[tuple[float, Reading], ...] = ()


@dataclass(frozen=True)
class ShownGuidance:
    """What the glass says and since when; and what it would say next and since when."""

    key: str | None = None
    since_s: float = 0.0
    next: str | None = None
    next_s: float = 0.0


class Stage(Enum):
    """Where somebody is in a visit (see `stage`)."""

    WELCOME = "welcome"
    CHOSEN = "chosen"
    WORKING = "working"
    FINISHED = "finished"
    REST = "rest"
    BLIND = "blind"


@dataclass(frozen=True)
class ShownState:
    """What the glass shows for a while.

    guidance: without what lasts only for a moment. messages: about how the reps are done. notice:
    the last movement that did not count, and the time until which it is shown. replay: the last
    rep. readings: of the drill in it. bottom: the posture at its bottom, to be laid over the
    baseline. chosen_s: when a button last chose the exercise. stage, stage_s: the stage, and since
    when. quiet_s: since when the person is upright with still arms; None while moving.
    """

    guidance: ShownGuidance = ShownGuidance()
    messages: Messages = Messages()
    notice: tuple[Partial | Rejected, float] | None = None
    replay: Replay = ()
    readings: tuple[tuple[float, Reading], ...] = ()
    bottom: Posture | None = None
    chosen_s: float | None = None
    stage: Stage | None = None
    stage_s: float = 0.0
    quiet_s: float | None = None

    def next_set(self) -> ShownState:
        """Keep what is not about the set that is over."""
        return replace(self, messages=Messages(), notice=None, replay=(), readings=(), bottom=None)
