"""Sets of reps: where one ends and the next begins, and what a command does."""

from __future__ import annotations

from dataclasses import replace

from mirror.coach.command import Press
from mirror.coach.exercise import Choice, choices
from mirror.coach.finished import Ended, Past, finished_set
from mirror.coach.profile import pressed
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
    notes = session.current_set.notes
    made = finished_set(*session.exercise.key, how, t, session.outcomes, notes)
    over_s = None if made is None else t
    return replace(session, finished=made, current_set=replace(session.current_set, over_s=over_s))


def recall(session: Session, past: Past) -> Session:
    """Take in what is known of earlier sets; what a set under way is compared with stays."""
    current = session.current_set
    last = current.last if session.reps else past.lasts.get(session.exercise.key)
    if past is session.history and last == current.last:
        return session
    return replace(session, history=past, current_set=replace(current, last=last))


def press(session: Session, what: Press) -> Session:
    """Take in one command."""
    session = replace(session, finished=None)
    match what:
        case Press.SHUTDOWN:
            return replace(session, shutdown=True)
        case Press.SELECT:
            return new_set(session, session.exercise, "press")
        case Press.REMEMBER:
            return _remember(session)
        case Press.NEXT | Press.PREVIOUS:
            cycle = choices()
            move = 1 if what is Press.NEXT else -1
            return _choose(session, cycle[(cycle.index(session.exercise) + move) % len(cycle)])
        case Press.DRILL if session.exercise.variation.drills:
            modes = (None, *session.exercise.variation.drills)
            drill = modes[(modes.index(session.exercise.drill) + 1) % len(modes)]
            return _choose(session, replace(session.exercise, drill=drill))
        case _:
            return session


def new_set(session: Session, exercise: Choice, how: Ended) -> Session:
    """Finish the set and begin one of this exercise; what is known of the person stays."""
    return end(session, how).begun(exercise)


def _choose(session: Session, exercise: Choice) -> Session:
    session = new_set(session, exercise, "press")
    return replace(session, shown=replace(session.shown, chosen_s=session.t))


def _remember(session: Session) -> Session:
    """Keep what was found for the next person, forget it, or begin the range test."""
    what, person, t = session.can_remember, session.person, session.t
    if what is None or t is None or person.range_test is not None:
        return replace(session, person=replace(person, range_test=None))
    if what == "measure":
        session = new_set(session, session.exercise, "press")
        return replace(session, person=replace(session.person, range_test=RangeTest(t)))
    name, history = session.exercise.variation.name, session.history
    kept = pressed(history.kept, name, person.stop.found, person.range_deg)
    return replace(session, history=replace(history, kept=kept))
