"""Sets of reps: where one ends and the next begins, and what a press of a button does."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from mirror.coach.command import Press
from mirror.coach.exercise import Choice, choices
from mirror.coach.finished import Ended, Notes, Past, finished_set
from mirror.coach.profile import pressed
from mirror.coach.review import judge
from mirror.coach.session import Said, Session
from mirror.hinge.drills.drill import Drill
from mirror.hinge.judging.range_test import RangeTest
from mirror.hinge.judging.rep_frames import RepFrames


def finish(session: Session) -> Session:
    """Tell what is counted and not told yet: nothing more of it will come."""
    counter, events = session.counter.settle()
    session = judge(session, events, None)
    return replace(session, counter=counter, outcomes=session.outcomes + session.events)


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


def press(session: Session, what: Press) -> Session:
    """Take in one press."""
    if what is Press.SHUTDOWN:
        return replace(session, shutdown=True, finished=None)
    session = replace(session, finished=None)
    if what is Press.SELECT:
        return new_set(session, session.choice, "press")
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
    return replace(new_set(session, choice, "press"), chosen_s=session.t)


def _remembered(session: Session) -> Session:
    """Keep what was found for whoever comes next, or let go of it; or ask for the slump."""
    what = session.can_remember
    if what is None or session.t is None or session.slump is not None:
        return replace(session, slump=None)
    if what == "measure":
        return replace(new_set(session, session.choice, "press"), slump=RangeTest(session.t))
    name = session.choice.variation.name
    kept = pressed(session.past.kept, name, session.stop, session.range_deg)
    return replace(session, past=replace(session.past, kept=kept))


def new_set(session: Session, choice: Choice, how: Ended) -> Session:
    """Finish the set, and begin counting anew; what is known of the person stays."""
    return replace(
        next_set(end(session, how)),
        choice=choice,
        counter=choice.variation.counter,
        form=RepFrames(),
        drill=Drill(),
        mishaps=(),
        descents=(),
        stop=None,
        is_at_stop=False,
        stop_rep=None,
        trail=(),
        said=Said(),
        slump=None,
        last=session.past.lasts.get(choice.key),
    )


def next_set(session: Session) -> Session:
    """Begin another set of the same; the movement under way is its first."""
    over_s = inf if session.over_s is None else session.over_s
    samples = tuple(sample for sample in session.notes.samples if sample.t > over_s)
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
        notes=Notes(stood_deg=session.notes.stood_deg, stop=session.stop, samples=samples),
        over_s=None,
        last=session.past.lasts.get(session.choice.key),
    )
