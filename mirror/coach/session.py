"""Session: everything the mirror carries from picture to picture, in one frozen value.

`advancing` takes in one look of the camera, `sets` one press of a button; both give the next
Session. Times are the frames' own timestamps, in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from mirror.coach.exercise import Choice, chosen
from mirror.coach.finished import FinishedSet, LastTime, Notes, Past
from mirror.coach.profile import Offer, offer, stop_of
from mirror.coach.replay import Step, Trail
from mirror.hinge.counting.counter import Counter
from mirror.hinge.counting.reps import Fault, Outcome, Partial, Phase, Rejected, Rep
from mirror.hinge.drills.drill import Drill
from mirror.hinge.judging.feedback import Cue
from mirror.hinge.judging.range_test import RangeTest
from mirror.hinge.judging.rep_frames import RepFrames
from mirror.hinge.judging.stop_depth import Found, StopDepth
from mirror.hinge.measure.balance import Lifting
from mirror.hinge.measure.baseline import Own, Stillness, serves
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Pose
from mirror.hinge.measure.posture import Measuring, Posture, Standing, Unseen
from mirror.hinge.measure.presence import Presence

GRACE_S = 10.0
"""Nobody there for so long: pure mirror, unless the configuration says otherwise."""


@dataclass(frozen=True)
class Said:
    """What the glass says, since when; and what it would say next, since when."""

    key: str | None = None
    since_s: float = 0.0
    next: str | None = None
    next_s: float = 0.0


@dataclass(frozen=True)
class Session:
    """One person before the mirror, or nobody.

    events: what ended with the last `advance`. notice: the last movement that did not count,
    with the time until which it is shown.
    """

    choice: Choice
    counter: Counter
    t: float | None = None
    pose: Pose | None = None
    posture: Posture | Unseen | None = None
    own: Own = Own()
    outcomes: tuple[Outcome, ...] = ()
    events: tuple[Outcome, ...] = ()
    notice: tuple[Partial | Rejected, float] | None = None
    presence: Presence = Presence()
    shutdown: bool = False
    measuring: Measuring = Measuring()
    stillness: Stillness = Stillness()
    form: RepFrames = RepFrames()
    cue: Cue | None = None
    """The last cue or praise of this set."""
    bottom: Posture | None = None
    """The posture at the bottom of the last rep, to be laid over the own standing."""
    drill: Drill = Drill()
    lifting: Lifting = Lifting()
    mishaps: tuple[tuple[float, Fault], ...] = ()
    """When a fault of the drill or of the feet stood, in the movements that are not told yet."""
    descents: tuple[tuple[Array, Array], ...] = ()
    stop: Found | None = None
    """The stop depth of this set, sought anew after each slow rep."""
    is_at_stop: bool = False
    """Whether the stop depth is about to be reached, or was, on this way down."""
    stop_rep: int | None = None
    """The rep with which a stop depth, or that there is none, was first known: it is told once."""
    height_cm: float | None = None
    grace_s: float = GRACE_S
    """Nobody there for so long: the glass is a pure mirror."""
    chosen_s: float | None = None
    """When a button last chose what is practised."""
    said: Said = Said()
    """The guidance as it is shown: without what lasts for a moment only."""
    before: Step | None = None
    """The look before the newest: what is drawn lies between the two."""
    trail: Trail = ()
    replay: Trail = ()
    """The last rep, to be shown once more."""
    notes: Notes = Notes()
    finished: FinishedSet | None = None
    """The set that ended with the last `advance` or `press`."""
    over_s: float | None = None
    """When this set was finished; None while it goes on. The next rep begins another one."""
    slump: RangeTest | None = None
    """The slump that is asked for, by which the range of the back is taken."""
    range_deg: float | None = None
    """How far the back of this person rounds, if it was asked for."""
    past: Past = Past()
    last: LastTime | None = None
    """What this set is compared with."""

    @property
    def standing(self) -> Standing | None:
        """The own standing, from which changes are judged."""
        return self.own.standing

    @property
    def has_standing(self) -> bool:
        """Whether the own standing is known as the person stands now."""
        if not isinstance(self.posture, Posture):
            return self.standing is not None
        return serves(self.standing, self.posture, self.choice.variation.seeking)

    @property
    def reps(self) -> tuple[Rep, ...]:
        """The reps of the present set."""
        return tuple(o for o in self.outcomes if isinstance(o, Rep))

    @property
    def has_stick(self) -> bool:
        """Whether the camera picture is to be searched for a stick along the back."""
        return self.choice.drill is not None and self.choice.drill.has_stick

    @property
    def count(self) -> int:
        """Reps counted in this set; the last one may not be told yet."""
        if self.over_s is not None and self.counter.is_open:
            return 0
        return self.counter.count

    @property
    def phase(self) -> Phase | None:
        """Where in a rep the person is; None before the first standing."""
        return self.counter.phase

    @property
    def is_away(self) -> bool:
        """Whether nobody has been there for a while."""
        away_s = None if self.t is None else self.presence.away_s(self.t)
        return away_s is None or away_s > self.grace_s

    @property
    def stop_depth(self) -> StopDepth | None:
        """Where the back begins to help: as found in this set, else as kept on request."""
        if isinstance(self.stop, StopDepth):
            return self.stop
        return stop_of(self.past.kept, self.choice.variation.name)

    @property
    def own_range_deg(self) -> float | None:
        """How far this back rounds: as taken from this person, else as kept on request."""
        kept = self.past.kept
        return self.range_deg or (kept.range_deg if kept is not None else None)

    @property
    def can_remember(self) -> Offer | None:
        """What the press of that name would do now; None where it would do nothing."""
        what = offer(self.past.kept, self.choice.variation.name, self.stop, self.range_deg)
        sees_back = any(rule.fault == "rounding" for rule in self.choice.rules)
        return what if sees_back or what != "measure" else None

    @property
    def guidance(self) -> str | None:
        """The one thing to say now, as a key of the texts; None for nothing."""
        if self.posture is None:
            return None
        if isinstance(self.posture, Unseen):
            return None if self.posture.reason == "nobody" else "step-back"
        if self.posture.doubt is not None:
            return self.posture.doubt
        if not self.has_standing:
            return "stand-still"
        if self.slump is not None:
            return self.slump.guidance
        if self.notice is not None and self.posture.t <= self.notice[1]:
            return _word(self.notice[0])
        if self.phase is None:
            return "stand-tall"
        if self.counter.is_moving:
            return "stop-here" if self.is_at_stop else None
        if self.choice.drill is not None and self.drill.reading.reason is not None:
            return self.drill.reading.reason
        return None if self.reps else "instruction"


def start(
    variation: str = "basic",
    drill: str | None = None,
    height_cm: float | None = None,
    grace_s: float = GRACE_S,
) -> Session:
    """A new session. height_cm: of the person's body, where it is configured.

    Raises:
        UsageError: there is no such variation or drill.
    """
    choice = chosen(variation, drill)
    return Session(choice, choice.variation.counter, height_cm=height_cm, grace_s=grace_s)


def _word(outcome: Partial | Rejected) -> str:
    return "partial" if isinstance(outcome, Partial) else outcome.reason
