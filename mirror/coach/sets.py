"""Sets of reps: where one ends and the next begins, and what a command does."""

from __future__ import annotations

from dataclasses import replace

from mirror.coach.command import Command
from mirror.coach.exercise import Exercise, exercises
from mirror.coach.finished import Ended, HistorySnapshot, finished_set
from mirror.coach.profile import updated
from mirror.coach.review import judge
from mirror.coach.session import Session
from mirror.hinge.judging.range_test import RangeTest


def finish(session: Session) -> Session:
    """Judge what is counted and not judged yet: no more of it will come."""
    counter, events = session.counter.settle()
    session = judge(session, events, None)
    outcomes = session.outcomes + session.events
    return replace(
        session, counter=counter, current_set=replace(session.current_set, outcomes=outcomes)
    )


def end(session: Session, how: Ended) -> Session:
    """Finish the set under way. It is in `finished` then, if it has a rep and was not over yet."""
    t = session.t
    if session.current_set.over_s is not None or t is None:
        return replace(session, finished=None)
    session = finish(session)
    log = session.current_set.log
    made = finished_set(*session.exercise.key, how, t, session.outcomes, log)
    over_s = None if made is None else t
    return replace(session, finished=made, current_set=replace(session.current_set, over_s=over_s))


def recall(session: Session, past: HistorySnapshot) -> Session:
    """Take in what is known of earlier sets; what a set under way is compared with stays."""
    current = session.current_set
    last = current.last if session.reps else past.lasts.get(session.exercise.key)
    if past is session.history and last == current.last:
        return session
    return replace(session, history=past, current_set=replace(current, last=last))


def apply(session: Session, what: Command) -> Session:
    """Take in one command."""
    session = replace(session, finished=None)
    match what:
        case Command.SHUTDOWN:
            return replace(session, shutdown=True)
        case Command.SELECT:
            return new_set(session, session.exercise, "press")
        case Command.REMEMBER:
            return _remember(session)
        case Command.NEXT | Command.PREVIOUS:
            cycle = exercises()
            move = 1 if what is Command.NEXT else -1
            return _choose(session, cycle[(cycle.index(session.exercise) + move) % len(cycle)])
        case Command.DRILL if session.exercise.variation.drills:
            modes = (None, *session.exercise.variation.drills)
            drill = modes[(modes.index(session.exercise.drill) + 1) % len(modes)]
            return _choose(session, replace(session.exercise, drill=drill))
        case _:
            return session


def idle_reason(session: Session, what: Command) -> str | None:
    """Why a command would do nothing now, as a key of the texts (`keys.REASON`); None: it does."""
    if what is Command.DRILL and not session.exercise.variation.drills:
        return "no-drill"
    is_idle = session.remember_action is None and session.person.range_test is None
    return "nothing-to-remember" if what is Command.REMEMBER and is_idle else None


def new_set(session: Session, exercise: Exercise, how: Ended) -> Session:
    """Finish the set and begin one of this exercise; what is known of the person stays."""
    return end(session, how).begun(exercise)


def _choose(session: Session, exercise: Exercise) -> Session:
    session = new_set(session, exercise, "press")
    return replace(session, shown=replace(session.shown, chosen_s=session.t))


def _remember(session: Session) -> Session:
    """Keep what was found for the next person, forget it, or begin the range test."""
    what, person, t = session.remember_action, session.person, session.t
    if what is None or t is None or person.range_test is not None:
        return replace(session, person=replace(person, range_test=None))
    if what == "measure":
        session = new_set(session, session.exercise, "press")
        return replace(session, person=replace(session.person, range_test=RangeTest(t)))
    name, history = session.exercise.variation.name, session.history
    profile = updated(history.profile, name, person.stop.found, person.range_deg)
    return replace(session, history=replace(history, profile=profile))
