"""From one look of the camera to the next: `advance` takes it in and gives the next Session."""

from __future__ import annotations

from dataclasses import replace

from mirror.coach.replay import Step, step_of
from mirror.coach.review import judge, observe
from mirror.coach.session import Said, Session
from mirror.coach.sets import end, finish, new_set, next_set
from mirror.hinge.counting.phases import GAP_S
from mirror.hinge.counting.reps import Phase, Rep, fold_deg
from mirror.hinge.drills.drill import Drill
from mirror.hinge.judging.range_test import SAID_S as SLUMP_SAID_S
from mirror.hinge.judging.range_test import follow as follow_slump
from mirror.hinge.judging.rep_frames import RepFrames
from mirror.hinge.judging.stop_depth import reached
from mirror.hinge.measure.balance import Lifting
from mirror.hinge.measure.baseline import Own, Stillness, watch
from mirror.hinge.measure.pose import Pose
from mirror.hinge.measure.posture import Measuring, Posture, Unseen, measure
from mirror.hinge.measure.presence import Presence, notice

FORGET_STANDING_S = 2.0
"""Absence after which the next person in the picture may be another one."""
FORGET_SET_S = 15.0
"""Absence after which a new set begins."""
REST_S = 30.0
"""A pause after which the set is finished: the next rep is the first of another one."""
NOTICE_S = 3.0
"""How long the glass says what became of a movement."""
SURE_S, SAID_S = 0.3, 1.2
"""For how long there must be something to say before it is said, and how long it then stays: the
glass does not flicker."""


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
    own, stillness = session.own, session.stillness
    if isinstance(posture, Unseen):
        counter, events = session.counter.unseen(t)
        stillness = Stillness()
    else:
        counter, events = session.counter.step(posture, own.seen(posture.view))
        if not counter.is_open:
            anew = counter.has_stalled
            stillness, own = watch(stillness, posture, own, variation.seeking, anew=anew)
    session = _slumped(session, posture, t)
    if session.slump is not None and session.slump.done_s is None:
        counter, events = session.counter.resting(), ()
    if session.over_s is not None and counter.count > session.counter.count:
        session = next_set(session)
        counter, events = counter.restarted(events)
    session = replace(session, t=t, pose=pose, posture=posture, measuring=measuring, before=before)
    session = judge(session, events, counter.phase)
    if isinstance(posture, Posture):
        session = observe(session, posture, counter, own.standing, stillness)
    told = session.notice
    for event in events:
        told = None if isinstance(event, Rep) else (event, t + NOTICE_S)
    session = replace(
        session,
        own=own,
        outcomes=session.outcomes + session.events,
        notice=told,
        presence=notice(session.presence, posture, pose.size if pose else None),
        stillness=stillness,
        counter=counter,
    )
    session = replace(session, is_at_stop=_is_at_stop(session))
    if session.reps and not counter.is_open and t - session.reps[-1].end_s >= REST_S:
        session = end(session, "rest")
    return replace(session, said=_said(session.said, session.guidance, t))


def _is_at_stop(session: Session) -> bool:
    """Whether the stop depth is reached; once told it is so until the person goes up again."""
    if session.stop_depth is None or session.phase not in (Phase.DESCENDING, Phase.BOTTOM):
        return False
    if session.is_at_stop or not isinstance(session.posture, Posture):
        return session.is_at_stop
    return reached(session.stop_depth, fold_deg(session.posture, session.standing))


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


def _slumped(session: Session, posture: Posture | Unseen, t: float) -> Session:
    """Follow the slump that is asked for; what it is about is no rep."""
    slump = session.slump
    if slump is None:
        return session
    seen = posture if isinstance(posture, Posture) else None
    slump = follow_slump(slump, seen, session.standing, t)
    is_told = slump.done_s is not None and t - slump.done_s > SLUMP_SAID_S
    return replace(
        session,
        slump=None if is_told else slump,
        range_deg=slump.taken_deg or session.range_deg,
    )


def _without_back(posture: Posture) -> Posture:
    """The posture with a back that nothing is to be made of; its contour serves the drill."""
    if posture.back is None:
        return posture
    back = replace(posture.back, rounding_deg=None, course_deg=None, confidence=0.0)
    return replace(posture, back=back)


def _rewound(session: Session) -> Session:
    """The source began again: nothing measured before belongs to what comes now."""
    session = finish(session)
    return replace(
        session,
        measuring=Measuring(),
        stillness=Stillness(),
        counter=session.counter.resting(),
        form=RepFrames(),
        slump=None,
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
        own=Own(),
        stillness=Stillness(),
        measuring=Measuring(),
        drill=Drill(),
        lifting=Lifting(),
        presence=replace(session.presence, came_s=None),
        descents=(),
        stop=None,
        stop_rep=None,
        slump=None,
        range_deg=None,
        # The next person has another depth.
        counter=session.counter.forgotten(),
    )
    if away_s >= FORGET_SET_S and session.outcomes:
        session = new_set(session, session.choice, "left")
    return session
