"""From one frame to the next: `advance` takes it in and returns the next Session."""

from __future__ import annotations

from mirror.coach.lifetimes import PersonState, ShownGuidance, SourceState, Stage
from mirror.coach.replay import ReplayFrame, frame_of
from mirror.coach.review import follow_posture, judge
from mirror.coach.session import Session
from mirror.coach.sets import end, finish, new_set
from mirror.coach.stage import follow_stage
from mirror.hinge.counting.reps import Outcome, Phase, Rep, fold_deg
from mirror.hinge.drills.drill import REASONS
from mirror.hinge.judging.feedback import Cue
from mirror.hinge.judging.range_test import SAID_S as SLUMP_SAID_S
from mirror.hinge.judging.range_test import follow_range_test as follow_slump
from mirror.hinge.judging.stop_depth import reached
from mirror.hinge.measure.baseline import StillWindow, watch
from mirror.hinge.measure.pose import Pose
from mirror.hinge.measure.posture import Baseline, Posture, Unseen, measure
from mirror.hinge.measure.presence import notice
from mirror.hinge.measure.replacing import replace

FORGET_BASELINE_S = 2.0
"""Seconds of absence after which the next person may be another one."""
FORGET_SET_S = 15.0
"""Seconds of absence after which a new set begins."""
REST_S = 30.0
"""Seconds of pause after which the set is finished; the next rep is the first of another one."""
GOES_ON_S = 0.4
"""Seconds between two frames that still show one motion."""
NOTICE_S = 3.0
"""Seconds for which the glass says why a movement did not count."""
SURE_S, STAY_S = 0.3, 1.2
"""Seconds for which guidance must be due before the glass says it, and for which it then stays.
Without them the glass would flicker."""


def advance(session: Session, pose: Pose | None, t: float) -> Session:
    """Take in the frame at time t; pose None where nobody was found."""
    session = replace(session, finished=None)
    if session.t is not None and t < session.t:
        session = finish(session).rewound()
    session = _forget(session, t)
    person, requirement = session.person, session.exercise.variation.requirement
    before = _before(session.source, t)
    measuring, posture = measure(person.measuring, pose, t, session.baseline, requirement)
    drill = session.exercise.drill
    if isinstance(posture, Posture) and drill is not None and drill.hides_back:
        posture = _without_back(posture)
    baseline, still = person.baseline, person.still
    if isinstance(posture, Unseen):
        counter, events = session.counter.unseen(t)
        still = StillWindow()
    else:
        counter, events = session.counter.step(posture)
        if not counter.is_moving or baseline is None:
            still, baseline = watch(still, posture, baseline, requirement)
    session = replace(session, person=_test_range(person, posture, session.baseline, t))
    test = session.person.range_test
    if test is not None and test.done_s is None:
        counter, events = session.counter.resting(), ()
    if session.current_set.over_s is not None and counter.count > session.counter.count:
        session = session.next_set()
        counter, events = counter.restarted(events)
    session = replace(
        session,
        source=SourceState(t, pose, posture, before),
        person=replace(session.person, measuring=measuring),
    )
    # A rep is judged by the baseline that it began with.
    session = judge(session, events, counter.phase)
    presence = notice(person.presence, posture, pose.size if pose else None)
    person = replace(session.person, baseline=baseline, still=still, presence=presence)
    session = replace(session, person=person)
    if isinstance(posture, Posture):
        session = follow_posture(session, posture, counter)
    session = replace(
        session,
        counter=counter,
        current_set=replace(session.current_set, outcomes=session.outcomes + session.events),
    )
    session = _show(session, events, t)
    if session.reps and not counter.is_open and t - session.reps[-1].end_s >= REST_S:
        session = end(session, "rest")
    shown = session.shown
    messages = shown.messages.follow(t, pauses=shown.stage is Stage.FINISHED)
    key = session.guidance
    is_kept = messages.is_held(t) or (_is_doubt(session, key) and _is_unanswered(session))
    if is_kept and key != "stop-here":
        key = None
    guidance = _said(shown.guidance, key, t)
    return follow_stage(
        replace(session, shown=replace(shown, guidance=guidance, messages=messages))
    )


def _show(session: Session, events: tuple[Outcome, ...], t: float) -> Session:
    """Note what the glass is to show of the movements that ended, and whether to stop here."""
    last = session.shown.notice
    # Somebody who walks to the glass to read the result is not corrected for it.
    is_resting = session.shown.stage is Stage.REST
    for event in () if is_resting else events:
        last = None if isinstance(event, Rep) else (event, t + NOTICE_S)
    return replace(
        session,
        shown=replace(session.shown, notice=last),
        movement=replace(session.movement, is_at_stop=_is_at_stop(session)),
    )


def _is_doubt(session: Session, key: str | None) -> bool:
    """Whether the guidance is about how the person is seen, not about a movement."""
    posture = session.posture
    return isinstance(posture, Posture) and key is not None and key in (posture.doubt, *REASONS)


def _is_unanswered(session: Session) -> bool:
    """Whether the rep after the correction is still to come; until then it stays."""
    now, reps = session.shown.messages.now, session.reps
    if now is None or not isinstance(now.about, Cue) or now.about.fault is None:
        return False
    return bool(reps) and reps[-1].number == now.about.rep


def _is_at_stop(session: Session) -> bool:
    """Whether the stop depth is reached; once said it stays so until the person goes up again."""
    if session.stop_depth is None or session.phase not in (Phase.DESCENDING, Phase.BOTTOM):
        return False
    if session.movement.is_at_stop or not isinstance(session.posture, Posture):
        return session.movement.is_at_stop
    return reached(session.stop_depth, fold_deg(session.posture, session.baseline))


def _before(source: SourceState, t: float) -> ReplayFrame | None:
    """The frame that was the newest so far, if the next one goes on from it."""
    if source.pose is None or not isinstance(source.posture, Posture):
        return None
    return frame_of(source.pose, source.posture) if t - source.posture.t < GOES_ON_S else None


def _said(said: ShownGuidance, key: str | None, t: float) -> ShownGuidance:
    """What the glass says after one more frame."""
    if key == said.key:
        return replace(said, next=key, next_s=t)
    if key != said.next:
        said = replace(said, next=key, next_s=t)
    is_sure = t - said.next_s >= SURE_S and t - said.since_s >= STAY_S
    return ShownGuidance(key, t, key, t) if is_sure or key == "stop-here" else said


def _test_range(
    person: PersonState, posture: Posture | Unseen, baseline: Baseline | None, t: float
) -> PersonState:
    """Follow the range test, if one was requested; its movement is no rep."""
    if person.range_test is None:
        return person
    seen = posture if isinstance(posture, Posture) else None
    test = follow_slump(person.range_test, seen, baseline, t)
    is_over = test.done_s is not None and t - test.done_s > SLUMP_SAID_S
    range_deg = test.taken_deg or person.range_deg
    return replace(person, range_test=None if is_over else test, range_deg=range_deg)


def _without_back(posture: Posture) -> Posture:
    """The posture with a back that must not be judged; its contour serves the drill."""
    if posture.back is None:
        return posture
    back = replace(posture.back, flexion=None, confidence=0.0)
    return replace(posture, back=back)


def _forget(session: Session, t: float) -> Session:
    """Forget a person who has left, and after a while the set."""
    away_s = session.person.presence.away_s(t)
    if away_s is None or away_s < FORGET_BASELINE_S:
        return session
    session = session.forgotten()
    if away_s >= FORGET_SET_S and session.outcomes:
        session = new_set(session, session.exercise, "left")
    return session
