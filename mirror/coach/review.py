"""How a rep is done: follow it while it goes on, and choose what to say when it has ended."""

from __future__ import annotations

from mirror.coach.finished import log_posture
from mirror.coach.lifetimes import SetState, StopSearch
from mirror.coach.replay import of_rep, record_frame
from mirror.coach.session import Session
from mirror.hinge.counting.counter import Counter
from mirror.hinge.counting.reps import Fault, Outcome, Phase, Rep
from mirror.hinge.drills.drill import Reading
from mirror.hinge.drills.drill import step as follow_drill
from mirror.hinge.judging.faults import NOTED, UPPER_BACK, is_rounded
from mirror.hinge.judging.feedback import BACK, cue
from mirror.hinge.judging.rep_frames import RepFrames, descent, score
from mirror.hinge.judging.rep_frames import observe as observe_form
from mirror.hinge.judging.stop_depth import Found, NotFound, find_stop_depth
from mirror.hinge.measure.balance import Lifting, lift, lifted, px_per_cm
from mirror.hinge.measure.posture import JUDGE, Baseline, Posture
from mirror.hinge.measure.replacing import replace

SLOW_S = 0.95
"""Shortest descent, in seconds, that shows where the back begins to help. It seems .2 shorter."""
DESCENTS = 12
"""Number of the last descents in which the stop depth is searched."""


def follow_posture(session: Session, posture: Posture, counter: Counter) -> Session:
    """Follow the form, the drill and the feet in one frame."""
    moving, is_open, upright_s = counter.is_moving, counter.is_open, counter.upright_s
    movement, person, baseline = session.movement, session.person, session.baseline
    form = observe_form(movement.form, posture, counter.phase, upright_s, is_moving=is_open)
    drill, lifting, red_after = person.drill, person.lifting, person.red_after
    faults: list[Fault] = []
    if baseline is not None and session.pose is not None:
        scale = px_per_cm(baseline.trunk_px, baseline.leg_px, session.setup.height_cm)
        drill, reading = follow_drill(
            session.exercise.drill.name if session.exercise.drill else None,
            drill,
            session.pose,
            posture.back.contour if posture.back else None,
            posture,
            scale,
            is_standing=not moving and person.still.share > 0.5,
        )
        if reading.fault is not None and reading.value is not None:
            faults.append(Fault(reading.fault, reading.value, reading.confidence))
        lifting, end = _feet(lifting, posture, baseline, scale)
        if end is not None:
            faults.append(Fault(f"{end}-lift", 1.0, posture.confidence))
    mishaps = movement.mishaps if is_open else ()
    if moving:
        mishaps += tuple((posture.t, fault) for fault in faults)
    if moving and red_after is None and is_rounded(posture):
        red_after = person.reps
    readings = _with_reading(session, posture.t, drill.reading)
    is_doubtful = drill.reading.level in ("amber", "red")
    doubted_s = posture.t if is_doubtful else movement.doubted_s
    trail = movement.trail
    if session.pose is not None:
        trail = record_frame(trail, session.pose, posture, upright_s=upright_s, moving=is_open)
    return replace(
        session,
        movement=replace(
            movement,
            form=form,
            mishaps=mishaps,
            trail=trail,
            doubted_s=doubted_s,
            readings=readings,
        ),
        person=replace(person, drill=drill, lifting=lifting, red_after=red_after),
        current_set=_noted(session, posture, is_open=is_open),
    )


def _with_reading(
    session: Session, t: float, reading: Reading
) -> tuple[tuple[float, Reading], ...]:
    """The readings of a drill, as far back as the trail goes."""
    if session.exercise.drill is None:
        return ()
    trail = session.movement.trail
    oldest_s = trail[0][1].t if trail else t
    kept = tuple(one for one in session.movement.readings if oldest_s <= one[0] < t)
    return (*kept, (t, reading))


def _noted(session: Session, posture: Posture, *, is_open: bool) -> SetState:
    """The set with one more frame in its log. is_open: a movement is under way."""
    current = session.current_set
    # A rep that has just ended is not yet among the outcomes; a finished set has no more to note.
    outcomes = (*session.events, *current.outcomes) if current.over_s is None else ()
    is_set = is_open or any(isinstance(o, Rep) for o in outcomes)
    log = log_posture(current.log, posture, session.baseline, is_set=is_set)
    return replace(current, log=log)


def _feet(
    memory: Lifting, posture: Posture, baseline: Baseline, scale: float
) -> tuple[Lifting, str | None]:
    now = None
    if posture.foot is not None and baseline.foot is not None and posture.confidence >= JUDGE:
        now = lift(posture.foot, baseline.foot, baseline.leg_px, scale)
    return lifted(memory, now, posture.t)


def judge(session: Session, events: tuple[Outcome, ...], phase: Phase | None) -> Session:
    """Add to a finished rep how it was done, and choose what to say about it.

    phase: of the present posture, with which the rep ends; None where there is no more.
    """
    form = session.movement.form
    if phase is not None and isinstance(session.posture, Posture):
        form = RepFrames((*form.steps, (session.posture, phase)))
    judged: tuple[Outcome, ...] = ()
    for event in events:
        if isinstance(event, Rep):
            session, event = _judge_rep(session, event, form)
        judged += (event,)
    return replace(session, events=judged)


def _judge_rep(session: Session, rep: Rep, form: RepFrames) -> tuple[Session, Rep]:
    rules, readings = session.exercise.rules, session.exercise.variation.metrics
    # What changed since a baseline seen from elsewhere is no fault.
    baseline = session.baseline if session.has_baseline else None
    rep = score(rep, form, baseline, rules, readings)
    rep = replace(rep, faults=rep.faults + _mishaps(session, rep))
    current, movement = session.current_set, session.movement
    is_good = movement.doubted_s < rep.start_s
    said = cue((*session.reps, rep), (*rules, *NOTED), current.cue, is_good=is_good)
    messages = session.shown.messages
    if said is not None:
        messages = messages.offered(said)
        log = replace(current.log, cues=(*current.log.cues, said))
        current = replace(current, log=log)
    bottom, replay = _bottom(form, rep.bottom_s), of_rep(movement.trail, rep)
    left = tuple(mishap for mishap in movement.mishaps if mishap[0] > rep.end_s)
    session = replace(
        session,
        current_set=current,
        shown=replace(
            session.shown,
            bottom=bottom,
            replay=replay,
            readings=movement.readings,
            messages=messages,
        ),
        person=replace(session.person, reps=session.person.reps + 1),
        movement=replace(movement, mishaps=left),
    )
    return _search_stop(session, rep), rep


def _mishaps(session: Session, rep: Rep) -> tuple[Fault, ...]:
    """The faults of the drill and the feet in this rep, each as it was last."""
    mishaps = session.movement.mishaps
    during = [fault for t, fault in mishaps if rep.start_s <= t <= rep.end_s]
    return tuple({fault.fault: fault for fault in during}.values())


def _search_stop(session: Session, rep: Rep) -> Session:
    """Take the descent of a slow rep into the search for the stop depth."""
    if session.baseline is None or rep.bottom_s - rep.start_s < SLOW_S:
        return session
    if any(fault.fault == UPPER_BACK.fault for fault in rep.faults):
        return session  # where the upper back rounds, the low one has no stop depth
    fold, rounding = descent(session.movement.form, session.baseline, rep)
    if len(fold) < 5:
        return session
    before = session.person.stop
    descents = (*before.descents, (fold, rounding))[-DESCENTS:]
    found = find_stop_depth(descents)
    if found == NotFound("straight") and any(_has_rounded(one) for one in (*session.reps, rep)):
        found = NotFound("unclear")  # it kept its shape lately, and not all the way
    kind = _kind(found)
    is_new = kind != _kind(before.found) and kind not in ("few-reps", "unclear")
    search = StopSearch(descents, found, rep.number if is_new else before.rep)
    log = replace(session.current_set.log, stop=found)
    shown = session.shown
    if is_new:
        shown = replace(shown, messages=shown.messages.offered(found))
    return replace(
        session,
        shown=shown,
        person=replace(session.person, stop=search),
        current_set=replace(session.current_set, log=log),
    )


def _has_rounded(rep: Rep) -> bool:
    return any(fault.fault in BACK for fault in rep.faults)


def _kind(found: Found | None) -> str:
    return found.reason if isinstance(found, NotFound) else type(found).__name__


def _bottom(form: RepFrames, bottom_s: float) -> Posture | None:
    """The posture of the rep that was nearest to its bottom."""
    postures = [posture for posture, _ in form.steps]
    return min(postures, key=lambda p: abs(p.t - bottom_s), default=None)
