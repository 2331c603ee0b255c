"""How a rep is done: what is noted while it goes on, and what is said when it has ended."""

from __future__ import annotations

from dataclasses import replace

from mirror.coach.finished import follow as follow_notes
from mirror.coach.replay import follow as follow_trail
from mirror.coach.replay import of_rep
from mirror.coach.session import Session
from mirror.hinge.counting.counter import Counter
from mirror.hinge.counting.reps import Fault, Outcome, Phase, Rep
from mirror.hinge.drills.drill import step as follow_drill
from mirror.hinge.judging.faults import NOTED
from mirror.hinge.judging.feedback import cue
from mirror.hinge.judging.rep_frames import RepFrames, descent, score
from mirror.hinge.judging.rep_frames import observe as observe_form
from mirror.hinge.judging.stop_depth import Found, NotFound, find
from mirror.hinge.measure.balance import Lifting, lift, lifted, px_per_cm
from mirror.hinge.measure.baseline import Stillness
from mirror.hinge.measure.posture import JUDGE, Posture, Standing

SLOW_S = 1.2
"""A descent of at least so long tells where the back begins to help."""
DESCENTS = 12
"""How many of the last descents the stop depth is sought in."""


def observe(
    session: Session,
    posture: Posture,
    counter: Counter,
    standing: Standing | None,
    stillness: Stillness,
) -> Session:
    """Follow the form, the drill and the feet by one posture."""
    moving = counter.is_moving
    upright_s = counter.upright_s
    is_open = counter.is_open
    form = observe_form(session.form, posture, counter.phase, upright_s, is_moving=is_open)
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
    if moving:
        mishaps += tuple((posture.t, fault) for fault in faults)
    trail = session.trail
    if session.pose is not None:
        trail = follow_trail(trail, session.pose, posture, upright_s=upright_s, moving=is_open)
    # A rep that has just been told is not yet among the reps; a finished set has no more to note.
    outcomes = (*session.events, *session.outcomes) if session.over_s is None else ()
    is_set = is_open or any(isinstance(o, Rep) for o in outcomes)
    notes = follow_notes(session.notes, posture, standing, is_set=is_set)
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


def judge(session: Session, events: tuple[Outcome, ...], phase: Phase | None) -> Session:
    """Add to a finished rep how it was done, and choose what to say about it.

    phase: of the present posture, with which the rep ends; None where there is no more.
    """
    form = session.form
    if phase is not None and isinstance(session.posture, Posture):
        form = RepFrames((*form.steps, (session.posture, phase)))
    judged: tuple[Outcome, ...] = ()
    rules, readings = session.choice.rules, session.choice.variation.metrics
    for event in events:
        if isinstance(event, Rep):
            # What changed since a standing seen from elsewhere is no fault.
            asked = rules if session.has_standing else ()
            event = score(event, form, session.standing, asked, readings)
            event = replace(event, faults=event.faults + _mishaps(session, event))
            said = cue((*session.reps, event), (*rules, *NOTED), session.cue)
            if said is not None:
                notes = replace(session.notes, cues=(*session.notes.cues, said))
                session = replace(session, cue=said, notes=notes)
            session = replace(
                session,
                bottom=_bottom(form, event.bottom_s),
                replay=of_rep(session.trail, event),
            )
            session = _seek_stop(session, event)
            left = tuple(mishap for mishap in session.mishaps if mishap[0] > event.end_s)
            session = replace(session, mishaps=left)
        judged += (event,)
    return replace(session, events=judged)


def _mishaps(session: Session, rep: Rep) -> tuple[Fault, ...]:
    """The faults of the drill and the feet that stood in this rep, each as it was last."""
    during = [fault for t, fault in session.mishaps if rep.start_s <= t <= rep.end_s]
    return tuple({fault.fault: fault for fault in during}.values())


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


def _bottom(form: RepFrames, bottom_s: float) -> Posture | None:
    """The posture of the rep that was nearest to its bottom."""
    postures = [posture for posture, _ in form.steps]
    return min(postures, key=lambda p: abs(p.t - bottom_s), default=None)
