"""Session: everything the mirror carries from frame to frame, in one frozen value.

Its parts are grouped by how long they live (see `lifetimes`):

    setup         until the mirror stops
    history       until the mirror stops; the recorder replaces it
    source        until the source begins again
    person        until the person has been away for a while
    current_set   until another set begins
    movement      until the set or the source begins again
    shown         until the set or the source begins again

`advance` takes in one frame and `sets` one command; both return the next Session. Times are the
frames' own timestamps, in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from mirror.coach.exercise import Exercise, find_exercise
from mirror.coach.finished import FinishedSet, HistorySnapshot
from mirror.coach.lifetimes import (
    GRACE_S,
    MovementState,
    PersonState,
    SetState,
    Setup,
    ShownState,
    SourceState,
)
from mirror.coach.profile import RememberAction, remember_action, stop_of
from mirror.hinge.counting.counter import Counter
from mirror.hinge.counting.reps import Outcome, Partial, Phase, Rejected, Rep
from mirror.hinge.judging.stop_depth import StopDepth
from mirror.hinge.measure.baseline import serves
from mirror.hinge.measure.pose import Pose
from mirror.hinge.measure.posture import Baseline, Posture, Unseen
from mirror.hinge.measure.replacing import replace


@dataclass(frozen=True)
class Session:
    """One person before the mirror, or nobody.

    events: what ended with the last `advance`. finished: the set that ended with the last `advance`
    or `press`.
    """

    exercise: Exercise
    counter: Counter
    setup: Setup = Setup()
    history: HistorySnapshot = HistorySnapshot()
    source: SourceState = SourceState()
    person: PersonState = PersonState()
    current_set: SetState = SetState()
    movement: MovementState = MovementState()
    shown: ShownState = ShownState()
    events: tuple[Outcome, ...] = ()
    finished: FinishedSet | None = None
    shutdown: bool = False

    def forgotten(self) -> Session:
        """Forget the person who has left; the set stays."""
        return replace(self, person=self.person.forgotten(), counter=self.counter.forgotten())

    def rewound(self) -> Session:
        """Restart with a source that begins again: no time of a frame survives, the set does."""
        return Session(
            self.exercise,
            self.counter.resting(),
            self.setup,
            self.history,
            person=self.person.rewound(),
            current_set=self.current_set,
            finished=self.finished,
            shutdown=self.shutdown,
        )

    def begun(self, exercise: Exercise) -> Session:
        """Begin the first set of an exercise; the person stays known."""
        last = self.history.lasts.get(exercise.key)
        return Session(
            exercise,
            exercise.counter,
            self.setup,
            self.history,
            source=self.source,
            person=self.person.begun(),
            current_set=self.current_set.next_set(last, None),
            shown=ShownState(chosen_s=self.shown.chosen_s),
            finished=self.finished,
            shutdown=self.shutdown,
        )

    def next_set(self) -> Session:
        """Begin another set of the same exercise; the movement under way is its first."""
        last = self.history.lasts.get(self.exercise.key)
        return Session(
            self.exercise,
            self.counter,
            self.setup,
            self.history,
            source=self.source,
            person=self.person.next_set(),
            current_set=self.current_set.next_set(last, self.person.stop.found),
            movement=self.movement,
            shown=self.shown.next_set(),
            finished=self.finished,
            shutdown=self.shutdown,
        )

    @property
    def t(self) -> float | None:
        """Time of the newest frame."""
        return self.source.t

    @property
    def pose(self) -> Pose | None:
        """The pose in the newest frame."""
        return self.source.pose

    @property
    def posture(self) -> Posture | Unseen | None:
        """What was measured in the newest frame."""
        return self.source.posture

    @property
    def baseline(self) -> Baseline | None:
        """The person's baseline, from which changes are judged."""
        return self.person.baseline

    @property
    def has_baseline(self) -> bool:
        """Whether there is a baseline for the way in which the person stands now."""
        if not isinstance(self.posture, Posture):
            return self.baseline is not None
        return serves(self.baseline, self.posture, self.exercise.variation.requirement)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What ended in the present set: reps, and movements that did not count."""
        return self.current_set.outcomes

    @property
    def reps(self) -> tuple[Rep, ...]:
        """The reps of the present set."""
        return tuple(o for o in self.outcomes if isinstance(o, Rep))

    @property
    def has_stick(self) -> bool:
        """Whether the frame is to be searched for a stick along the back."""
        return self.exercise.drill is not None and self.exercise.drill.has_stick

    @property
    def count(self) -> int:
        """Reps counted in this set; the last one may not be an outcome yet."""
        if self.current_set.over_s is not None and self.counter.is_open:
            return 0
        return self.counter.count

    @property
    def phase(self) -> Phase | None:
        """Where in a rep the person is; None before there is a baseline."""
        return self.counter.phase

    @property
    def is_away(self) -> bool:
        """Whether nobody has been there for a while."""
        away_s = None if self.t is None else self.person.presence.away_s(self.t)
        return away_s is None or away_s > self.setup.grace_s

    @property
    def stop_depth(self) -> StopDepth | None:
        """Where the back begins to help: as found in this set, else as kept on request."""
        if isinstance(self.person.stop.found, StopDepth):
            return self.person.stop.found
        return stop_of(self.history.profile, self.exercise.variation.name)

    @property
    def known_range_deg(self) -> float | None:
        """How far this back rounds: as tested with this person, else as kept on request."""
        profile = self.history.profile
        return self.person.range_deg or (profile.range_deg if profile is not None else None)

    @property
    def remember_action(self) -> RememberAction | None:
        """What the command of that name would do now; None where it would do nothing."""
        name, person = self.exercise.variation.name, self.person
        what = remember_action(self.history.profile, name, person.stop.found, person.range_deg)
        sees_back = any(rule.fault == "rounding" for rule in self.exercise.rules)
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
        if not self.has_baseline:
            return "stand-still"
        if self.person.range_test is not None:
            return self.person.range_test.guidance
        notice = self.shown.notice
        if notice is not None and self.posture.t <= notice[1]:
            return _word(notice[0])
        if self.phase is None:
            return "stand-tall"
        if self.counter.is_moving:
            return "stop-here" if self.movement.is_at_stop else None
        reading = self.person.drill.reading
        # Once the reps go on and are judged, unclear hands are named no more.
        if reading.reason is not None and not (reading.ready and self.reps):
            return reading.reason
        return None if self.reps else "instruction"


def start(
    variation: str = "basic",
    drill: str | None = None,
    height_cm: float | None = None,
    grace_s: float = GRACE_S,
    target: int = 0,
) -> Session:
    """A new session.

    height_cm: of the person's body, where it is configured. target: reps of a set; 0: none.

    Raises:
        UsageError: there is no such variation or drill.
    """
    exercise = find_exercise(variation, drill)
    return Session(exercise, exercise.counter, Setup(height_cm, grace_s, target))


def _word(outcome: Partial | Rejected) -> str:
    return "partial" if isinstance(outcome, Partial) else outcome.reason
