"""Session: everything the mirror carries from picture to picture, in one frozen value.

`advance` takes in one look of the camera, `press` one press of a button; both give the next
Session. Times are the frames' own timestamps, in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from mirror.errors import UsageError
from mirror.hinge.coaching import Cue, cue
from mirror.hinge.form import Form, observe, score
from mirror.hinge.phases import Outcome, Partial, Phase, Rejected, Rep, Tracking, step, unseen
from mirror.hinge.pose import Pose
from mirror.hinge.posture import Measuring, Posture, Standing, Unseen, measure
from mirror.hinge.standing import Stillness, watch
from mirror.hinge.variations import VARIATIONS, Variation

FORGET_STANDING_S = 2.0
"""Absence after which the next person in the picture may be another one."""
FORGET_SET_S = 15.0
"""Absence after which a new set begins."""
NOTICE_S = 3.0
"""How long the glass says what became of a movement."""


class Press(Enum):
    """What a button asks for."""

    NEXT = "next"
    PREVIOUS = "previous"
    SELECT = "select"
    DRILL = "drill"
    CALIBRATE = "calibrate"
    SHUTDOWN = "shutdown"


@dataclass(frozen=True)
class Choice:
    """What is practised: a variation, and one of its drills or none."""

    variation: Variation
    drill: str | None = None


@dataclass(frozen=True)
class Session:
    """One person before the mirror, or nobody.

    events: what ended with the last `advance`. notice: the last outcome that is worth a word,
    with the time until which it is shown.
    """

    choice: Choice
    t: float | None = None
    pose: Pose | None = None
    posture: Posture | Unseen | None = None
    standing: Standing | None = None
    outcomes: tuple[Outcome, ...] = ()
    events: tuple[Outcome, ...] = ()
    notice: tuple[Outcome, float] | None = None
    last_seen: float | None = None
    shutdown: bool = False
    measuring: Measuring = Measuring()
    stillness: Stillness = Stillness()
    tracking: Tracking = Tracking()
    form: Form = Form()
    cue: Cue | None = None
    """The last cue or praise of this set."""
    bottom: Posture | None = None
    """The posture at the bottom of the last rep, to be laid over the own standing."""

    @property
    def reps(self) -> tuple[Rep, ...]:
        """The reps of the present set."""
        return tuple(o for o in self.outcomes if isinstance(o, Rep))

    @property
    def phase(self) -> Phase | None:
        """Where in a rep the person is; None before the first standing."""
        return self.tracking.phase

    @property
    def guidance(self) -> str | None:
        """The one thing to say now, as a key of the texts; None for nothing."""
        if self.posture is None:
            return None
        if isinstance(self.posture, Unseen):
            return None if self.posture.reason == "nobody" else "step-back"
        if self.posture.doubt is not None:
            return self.posture.doubt
        if self.standing is None:
            return "stand-still"
        if self.notice is not None and self.posture.t <= self.notice[1]:
            return _word(self.notice[0])
        if self.phase is None:
            return "stand-tall"
        return None if self.reps else "instruction"


def start(variation: str = "basic", drill: str | None = None) -> Session:
    """A new session.

    Raises:
        UsageError: there is no such variation or drill.
    """
    if variation not in VARIATIONS:
        known = ", ".join(VARIATIONS)
        raise UsageError(f"There is no variation {variation!r}; there are: {known}.")
    chosen = VARIATIONS[variation]
    if drill is not None and drill not in chosen.drills:
        known = ", ".join(chosen.drills) or "none"
        raise UsageError(f"There is no drill {drill!r} of {variation}; there are: {known}.")
    return Session(choice=Choice(chosen, drill))


def advance(session: Session, pose: Pose | None, t: float) -> Session:
    """Take in one look of the camera at time t; pose None where nobody was found."""
    variation = session.choice.variation
    session = _forget(session, t)
    measuring, posture = measure(session.measuring, pose, t, session.standing)
    standing, stillness = session.standing, session.stillness
    if isinstance(posture, Unseen):
        tracking, events = unseen(session.tracking, t)
        stillness = Stillness()
    else:
        tracking, events = step(session.tracking, posture, standing, variation.limits)
        if tracking.move is None:
            stillness, standing = watch(stillness, posture, standing)
    session = _judge(session, events, variation)
    events = session.events
    form = session.form
    if isinstance(posture, Posture):
        moving = tracking.move is not None
        form = observe(form, posture, tracking.phase, is_moving=moving)
    notice = session.notice
    for event in events:
        notice = (event, t + NOTICE_S)
    return replace(
        session,
        t=t,
        pose=pose,
        posture=posture,
        standing=standing,
        outcomes=session.outcomes + events,
        notice=notice,
        last_seen=session.last_seen if isinstance(posture, Unseen) else t,
        measuring=measuring,
        stillness=stillness,
        tracking=tracking,
        form=form,
    )


def _judge(session: Session, events: tuple[Outcome, ...], variation: Variation) -> Session:
    """Add to a finished rep how it was done, and choose what to say about it."""
    judged: tuple[Outcome, ...] = ()
    for event in events:
        if isinstance(event, Rep):
            event = score(event, session.form, session.standing, variation.rules)
            reps = (*session.reps, event)
            session = replace(
                session,
                cue=cue(reps, variation.rules, session.cue) or session.cue,
                bottom=_bottom(session.form, event.bottom_s),
            )
        judged += (event,)
    return replace(session, events=judged)


def _bottom(form: Form, bottom_s: float) -> Posture | None:
    """The posture of the rep that was nearest to its bottom."""
    postures = [posture for posture, _ in form.steps]
    return min(postures, key=lambda p: abs(p.t - bottom_s), default=None)


def press(session: Session, what: Press) -> Session:
    """Take in one press."""
    if what is Press.SHUTDOWN:
        return replace(session, shutdown=True)
    if what is Press.SELECT:
        return _new_set(session, session.choice)
    if what in (Press.NEXT, Press.PREVIOUS):
        cycle = choices()
        move = 1 if what is Press.NEXT else -1
        return _new_set(session, cycle[(cycle.index(session.choice) + move) % len(cycle)])
    if what is Press.DRILL and session.choice.variation.drills:
        modes = (None, *session.choice.variation.drills)
        drill = modes[(modes.index(session.choice.drill) + 1) % len(modes)]
        return _new_set(session, replace(session.choice, drill=drill))
    return session


def choices() -> list[Choice]:
    """What next and previous go through: each variation, followed by its drills."""
    return [Choice(v, drill) for v in VARIATIONS.values() for drill in (None, *v.drills)]


def _new_set(session: Session, choice: Choice) -> Session:
    """Begin counting anew; what is known of the person stays."""
    return replace(
        session,
        choice=choice,
        outcomes=(),
        events=(),
        notice=None,
        tracking=Tracking(),
        form=Form(),
        cue=None,
        bottom=None,
    )


def _forget(session: Session, t: float) -> Session:
    """Let go of a person who has left."""
    last_seen = session.last_seen
    if last_seen is None or t - last_seen < FORGET_STANDING_S:
        return session
    session = replace(session, standing=None, stillness=Stillness(), measuring=Measuring())
    if t - last_seen >= FORGET_SET_S and session.outcomes:
        session = _new_set(session, session.choice)
    return session


def _word(outcome: Outcome) -> str | None:
    if isinstance(outcome, Partial):
        return "partial"
    return outcome.reason if isinstance(outcome, Rejected) else None
