"""Session: everything the mirror carries from picture to picture, in one frozen value.

`advance` takes in one look of the camera, `press` one press of a button; both give the next
Session. Times are the frames' own timestamps, in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from mirror.errors import UsageError
from mirror.finished import Ended, FinishedSet, Kept, LastTime, Notes, Past, finished_set
from mirror.finished import follow as follow_notes
from mirror.hinge.balance import Lifting, lift, lifted, px_per_cm
from mirror.hinge.coaching import Advice, Cue, cue
from mirror.hinge.counting import Counting, restart, settle, step, unseen
from mirror.hinge.depth import Found, NotFound, StopDepth, find, reached, told
from mirror.hinge.drills import CUES, Drill
from mirror.hinge.drills import step as follow_drill
from mirror.hinge.form import AnyRule, Form, descent, observe, score
from mirror.hinge.geometry import Array
from mirror.hinge.phases import GAP_S, Tracking
from mirror.hinge.pose import Pose
from mirror.hinge.posture import JUDGE, Measuring, Posture, Standing, Unseen, measure
from mirror.hinge.presence import Presence, notice
from mirror.hinge.reps import Fault, Outcome, Partial, Phase, Rejected, Rep, fold_deg
from mirror.hinge.standing import Stillness, watch
from mirror.hinge.trail import Step, Trail, of_rep, step_of
from mirror.hinge.trail import follow as follow_trail
from mirror.hinge.variations import VARIATIONS, DrillMode, Variation
from mirror.press import Press

GRACE_S = 10.0
"""Nobody there for so long: pure mirror, unless the configuration says otherwise."""
FORGET_STANDING_S = 2.0
"""Absence after which the next person in the picture may be another one."""
FORGET_SET_S = 15.0
"""Absence after which a new set begins."""
REST_S = 30.0
"""A pause after which the set is finished: the next rep is the first of another one."""
SLOW_S = 1.2
"""A descent of at least so long tells where the back begins to help."""
DESCENTS = 12
"""How many of the last descents the stop depth is sought in."""
MISHAPS = (
    *(Advice(fault, text, 1) for fault, text in CUES.items()),
    Advice("heel-lift", "Whole foot heavy on the floor", 3),
    Advice("toe-lift", "Whole foot heavy on the floor", 3),
)
NOTICE_S = 3.0
"""How long the glass says what became of a movement."""
SURE_S, SAID_S = 0.3, 1.2
"""For how long there must be something to say before it is said, and how long it then stays: the
glass does not flicker."""


@dataclass(frozen=True)
class Choice:
    """What is practised: a variation, or one of its drills."""

    variation: Variation
    drill: DrillMode | None = None

    @property
    def title(self) -> str:
        """As on the glass."""
        return self.drill.title if self.drill else self.variation.title

    @property
    def instruction(self) -> str:
        """One short sentence."""
        return self.drill.instruction if self.drill else self.variation.instruction

    @property
    def key(self) -> tuple[str, str | None]:
        """Names of the variation and the drill."""
        return self.variation.name, self.drill.name if self.drill else None

    @property
    def rules(self) -> tuple[AnyRule, ...]:
        """What a fault is."""
        return self.drill.rules if self.drill else self.variation.rules


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
    t: float | None = None
    pose: Pose | None = None
    posture: Posture | Unseen | None = None
    standing: Standing | None = None
    outcomes: tuple[Outcome, ...] = ()
    events: tuple[Outcome, ...] = ()
    notice: tuple[Partial | Rejected, float] | None = None
    presence: Presence = Presence()
    shutdown: bool = False
    measuring: Measuring = Measuring()
    stillness: Stillness = Stillness()
    counting: Counting = Counting()
    form: Form = Form()
    cue: Cue | None = None
    """The last cue or praise of this set."""
    bottom: Posture | None = None
    """The posture at the bottom of the last rep, to be laid over the own standing."""
    drill: Drill = Drill()
    lifting: Lifting = Lifting()
    mishaps: tuple[Fault, ...] = ()
    """Faults that stood at some moment of the movement under way: of the drill, and of the feet."""
    descents: tuple[tuple[Array, Array], ...] = ()
    stop: Found | None = None
    """The stop depth of this set, sought anew after each slow rep."""
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
    past: Past = Past()
    last: LastTime | None = None
    """What this set is compared with."""

    @property
    def reps(self) -> tuple[Rep, ...]:
        """The reps of the present set."""
        return tuple(o for o in self.outcomes if isinstance(o, Rep))

    @property
    def tracking(self) -> Tracking:
        """The movements of the hinge: what is under way, and what the person did last."""
        return self.counting.hinge

    @property
    def has_stick(self) -> bool:
        """Whether the camera picture is to be searched for a stick along the back."""
        return self.choice.drill is not None and self.choice.drill.has_stick

    @property
    def count(self) -> int:
        """Reps counted in this set; the last one may not be told yet."""
        if self.over_s is not None and self.counting.is_open:
            return 0
        return self.counting.counted(self.choice.variation.limits)

    @property
    def phase(self) -> Phase | None:
        """Where in a rep the person is; None before the first standing."""
        return self.tracking.phase

    @property
    def is_away(self) -> bool:
        """Whether nobody has been there for a while."""
        away_s = None if self.t is None else self.presence.away_s(self.t)
        return away_s is None or away_s > self.grace_s

    @property
    def is_at_stop(self) -> bool:
        """Whether the person is on the way down and about to reach the stop depth."""
        if self.stop_depth is None or not isinstance(self.posture, Posture):
            return False
        down = self.phase in (Phase.DESCENDING, Phase.BOTTOM)
        return down and reached(self.stop_depth, fold_deg(self.posture, self.standing))

    @property
    def stop_depth(self) -> StopDepth | None:
        """Where the back begins to help: as found in this set, else as kept on request."""
        if isinstance(self.stop, StopDepth):
            return self.stop
        kept = self.past.kept
        return kept.stop if kept and kept.variation == self.choice.variation.name else None

    @property
    def can_remember(self) -> Literal["keep", "forget"] | None:
        """What the press of that name would do with the stop depth; None for nothing."""
        kept = self.past.kept
        if isinstance(self.stop, StopDepth):
            name = self.choice.variation.name
            is_kept = kept and kept.variation == name and told(kept.stop) == told(self.stop)
            return "forget" if is_kept else "keep"
        return "forget" if self.stop_depth is not None else None

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
        if self.tracking.move is not None:
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
    if variation not in VARIATIONS:
        known = ", ".join(VARIATIONS)
        raise UsageError(f"There is no variation {variation!r}; there are: {known}.")
    chosen = VARIATIONS[variation]
    drills = {d.name: d for d in chosen.drills}
    if drill is not None and drill not in drills:
        known = ", ".join(drills) or "none"
        raise UsageError(f"There is no drill {drill!r} of {variation}; there are: {known}.")
    choice = Choice(chosen, drills[drill] if drill else None)
    return Session(choice, height_cm=height_cm, grace_s=grace_s)


def advance(session: Session, pose: Pose | None, t: float) -> Session:
    """Take in one look of the camera at time t; pose None where nobody was found."""
    variation = session.choice.variation
    session = replace(session, finished=None)
    if session.t is not None and t < session.t:
        session = _rewound(session)
    session = _forget(session, t)
    before = _before(session, t)
    measuring, posture = measure(session.measuring, pose, t, session.standing, variation.seeking)
    if isinstance(posture, Posture) and session.choice.drill and session.choice.drill.hides_back:
        posture = _without_back(posture)
    standing, stillness = session.standing, session.stillness
    if isinstance(posture, Unseen):
        counting, events = unseen(session.counting, t, variation.limits)
        stillness = Stillness()
    else:
        counting, events = step(session.counting, posture, standing, variation.limits)
        if not counting.is_open:
            stillness, standing = watch(stillness, posture, standing)
    was_counted = session.counting.counted(variation.limits)
    if session.over_s is not None and counting.counted(variation.limits) > was_counted:
        session = _next_set(session)
        counting, events = restart(counting, events)
    session = replace(session, t=t, pose=pose, posture=posture, measuring=measuring, before=before)
    session = _judge(session, events, counting.hinge.phase)
    if isinstance(posture, Posture):
        session = _observe(session, posture, counting, standing, stillness)
    told = session.notice
    for event in events:
        told = None if isinstance(event, Rep) else (event, t + NOTICE_S)
    session = replace(
        session,
        standing=standing,
        outcomes=session.outcomes + session.events,
        notice=told,
        presence=notice(session.presence, posture, pose.size if pose else None),
        stillness=stillness,
        counting=counting,
    )
    if session.reps and not counting.is_open and t - session.reps[-1].end_s >= REST_S:
        session = end(session, "rest")
    return replace(session, said=_said(session.said, session.guidance, t))


def _before(session: Session, t: float) -> Step | None:
    """The look that was the newest so far, if the next one goes on from it."""
    if session.pose is None or not isinstance(session.posture, Posture):
        return None
    return step_of(session.pose, session.posture) if t - session.posture.t < GAP_S else None


def _said(said: Said, key: str | None, t: float) -> Said:
    """What the glass says after one more picture."""
    if key == said.key:
        return replace(said, next=key, next_s=t)
    if key != said.next:
        said = replace(said, next=key, next_s=t)
    is_sure = t - said.next_s >= SURE_S and t - said.since_s >= SAID_S
    return Said(key, t, key, t) if is_sure or key == "stop-here" else said


def finish(session: Session) -> Session:
    """Tell what is counted and not told yet: nothing more of it will come."""
    counting, events = settle(session.counting, session.choice.variation.limits)
    session = _judge(session, events, None)
    return replace(session, counting=counting, outcomes=session.outcomes + session.events)


def end(session: Session, how: Ended) -> Session:
    """Finish the set under way; it is in `finished` then, if it has a rep and went on so far."""
    t = session.t
    if session.over_s is not None or t is None:
        return replace(session, finished=None)
    session = finish(session)
    made = finished_set(*session.choice.key, how, t, session.outcomes, session.notes)
    return replace(session, finished=made, over_s=None if made is None else t)


def recall(session: Session, past: Past) -> Session:
    """Take in what is known of earlier sets; what a set under way is compared with stays."""
    last = session.last if session.reps else past.lasts.get(session.choice.key)
    if past is session.past and last == session.last:
        return session
    return replace(session, past=past, last=last)


def _without_back(posture: Posture) -> Posture:
    """The posture with a back that nothing is to be made of; its contour serves the drill."""
    if posture.back is None:
        return posture
    back = replace(posture.back, rounding_deg=None, course_deg=None, confidence=0.0)
    return replace(posture, back=back)


def _observe(
    session: Session,
    posture: Posture,
    counting: Counting,
    standing: Standing | None,
    stillness: Stillness,
) -> Session:
    """Follow the form, the drill and the feet by one posture."""
    moving = counting.hinge.move is not None
    upright_s = counting.hinge.upright_s
    is_open = counting.is_open
    form = observe(session.form, posture, counting.hinge.phase, upright_s, is_moving=is_open)
    drill, lifting = session.drill, session.lifting
    faults: list[Fault] = []
    if standing is not None and session.pose is not None:
        scale = px_per_cm(standing.trunk_px, standing.leg_px, session.height_cm)
        drill, reading = follow_drill(
            session.choice.drill.name if session.choice.drill else None,
            drill,
            session.pose,
            posture.back.contour if posture.back else None,
            posture,
            scale,
            standing=not moving and stillness.share > 0.5,
        )
        if reading.fault is not None and reading.value is not None:
            faults.append(Fault(reading.fault, reading.value, reading.confidence))
        lifting, end = _feet(lifting, posture, standing, scale)
        if end is not None:
            faults.append(Fault(f"{end}-lift", 1.0, posture.confidence))
    mishaps = session.mishaps if is_open else ()
    for fault in faults if moving else ():
        others = tuple(m for m in mishaps if m.fault != fault.fault)
        mishaps = (*others, fault)
    trail = session.trail
    if session.pose is not None:
        trail = follow_trail(trail, session.pose, posture, upright_s=upright_s, moving=is_open)
    notes = follow_notes(session.notes, posture, standing, is_set=is_open or bool(session.reps))
    return replace(
        session,
        form=form,
        drill=drill,
        lifting=lifting,
        mishaps=mishaps,
        trail=trail,
        notes=notes,
    )


def _feet(
    memory: Lifting, posture: Posture, standing: Standing, scale: float
) -> tuple[Lifting, str | None]:
    now = None
    if posture.foot is not None and standing.foot is not None and posture.confidence >= JUDGE:
        now = lift(posture.foot, standing.foot, standing.leg_px, scale)
    return lifted(memory, now, posture.t)


def _judge(session: Session, events: tuple[Outcome, ...], phase: Phase | None) -> Session:
    """Add to a finished rep how it was done, and choose what to say about it.

    phase: of the present posture, with which the rep ends; None where there is no more.
    """
    form = session.form
    if phase is not None and isinstance(session.posture, Posture):
        form = Form((*form.steps, (session.posture, phase)))
    judged: tuple[Outcome, ...] = ()
    rules, readings = session.choice.rules, session.choice.variation.readings
    for event in events:
        if isinstance(event, Rep):
            event = score(event, form, session.standing, rules, readings)
            event = replace(event, faults=event.faults + session.mishaps)
            said = cue((*session.reps, event), (*rules, *MISHAPS), session.cue)
            if said is not None:
                notes = replace(session.notes, cues=(*session.notes.cues, said))
                session = replace(session, cue=said, notes=notes)
            session = replace(
                session,
                bottom=_bottom(form, event.bottom_s),
                replay=of_rep(session.trail, event),
            )
            session = _seek_stop(session, event)
        judged += (event,)
    return replace(session, events=judged)


def _seek_stop(session: Session, rep: Rep) -> Session:
    """Take the descent of a slow rep into the search for the stop depth."""
    if session.standing is None or rep.bottom_s - rep.start_s < SLOW_S:
        return session
    fold, rounding = descent(session.form, session.standing, rep)
    if len(fold) < 5:
        return session
    descents = (*session.descents, (fold, rounding))[-DESCENTS:]
    stop = find(descents)
    kind, before = _kind(stop), _kind(session.stop)
    is_new = kind != before and kind not in ("few-reps", "unclear")
    return replace(
        session,
        descents=descents,
        stop=stop,
        stop_rep=rep.number if is_new else session.stop_rep,
        notes=replace(session.notes, stop=stop),
    )


def _kind(found: Found | None) -> str:
    return found.reason if isinstance(found, NotFound) else type(found).__name__


def _bottom(form: Form, bottom_s: float) -> Posture | None:
    """The posture of the rep that was nearest to its bottom."""
    postures = [posture for posture, _ in form.steps]
    return min(postures, key=lambda p: abs(p.t - bottom_s), default=None)


def press(session: Session, what: Press) -> Session:
    """Take in one press."""
    if what is Press.SHUTDOWN:
        return replace(session, shutdown=True)
    session = replace(session, finished=None)
    if what is Press.SELECT:
        return _new_set(session, session.choice, "press")
    if what is Press.REMEMBER:
        return _remembered(session)
    if what in (Press.NEXT, Press.PREVIOUS):
        cycle = choices()
        move = 1 if what is Press.NEXT else -1
        return _chosen(session, cycle[(cycle.index(session.choice) + move) % len(cycle)])
    if what is Press.DRILL and session.choice.variation.drills:
        modes = (None, *session.choice.variation.drills)
        drill = modes[(modes.index(session.choice.drill) + 1) % len(modes)]
        return _chosen(session, replace(session.choice, drill=drill))
    return session


def _chosen(session: Session, choice: Choice) -> Session:
    return replace(_new_set(session, choice, "press"), chosen_s=session.t)


def _remembered(session: Session) -> Session:
    """Keep the stop depth that was found for whoever comes next, or let go of a kept one."""
    what, stop = session.can_remember, session.stop_depth
    if what is None or stop is None:
        return session
    kept = Kept(session.choice.variation.name, stop) if what == "keep" else None
    return replace(session, past=replace(session.past, kept=kept))


def choices() -> list[Choice]:
    """What next and previous go through: each variation, followed by its drills."""
    return [Choice(v, drill) for v in VARIATIONS.values() for drill in (None, *v.drills)]


def _new_set(session: Session, choice: Choice, how: Ended) -> Session:
    """Finish the set, and begin counting anew; what is known of the person stays."""
    return replace(
        _next_set(end(session, how)),
        choice=choice,
        counting=Counting(),
        form=Form(),
        drill=Drill(),
        mishaps=(),
        descents=(),
        stop=None,
        stop_rep=None,
        trail=(),
        said=Said(),
        last=session.past.lasts.get(choice.key),
    )


def _next_set(session: Session) -> Session:
    """Begin another set of the same; the movement under way is its first."""
    return replace(
        session,
        outcomes=(),
        events=(),
        notice=None,
        cue=None,
        bottom=None,
        replay=(),
        # What is known of the stop depth stays, and is not told again.
        stop_rep=None if session.stop_rep is None else 0,
        notes=Notes(stood_deg=session.notes.stood_deg, stop=session.stop),
        over_s=None,
        last=session.past.lasts.get(session.choice.key),
    )


def _rewound(session: Session) -> Session:
    """The source began again: nothing measured before belongs to what comes now."""
    session = finish(session)
    hinge = Tracking(reps=session.tracking.reps, depths=session.tracking.depths)
    return replace(
        session,
        measuring=Measuring(),
        stillness=Stillness(),
        counting=Counting(hinge=hinge, told=session.counting.told),
        form=Form(),
        lifting=Lifting(),
        notice=None,
        presence=Presence(),
        chosen_s=None,
        said=Said(),
        before=None,
        trail=(),
        replay=(),
    )


def _forget(session: Session, t: float) -> Session:
    """Let go of a person who has left."""
    away_s = session.presence.away_s(t)
    if away_s is None or away_s < FORGET_STANDING_S:
        return session
    session = replace(
        session,
        standing=None,
        stillness=Stillness(),
        measuring=Measuring(),
        drill=Drill(),
        lifting=Lifting(),
        presence=replace(session.presence, came_s=None),
        descents=(),
        stop=None,
        stop_rep=None,
        # The next person has another depth.
        counting=replace(session.counting, hinge=replace(session.tracking, depths=())),
    )
    if away_s >= FORGET_SET_S and session.outcomes:
        session = _new_set(session, session.choice, "left")
    return session


def _word(outcome: Partial | Rejected) -> str:
    return "partial" if isinstance(outcome, Partial) else outcome.reason
