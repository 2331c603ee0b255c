"""Where somebody is in a visit: the stage decides which screen of the session is shown.

`stage_of` goes through `STAGES` from the top and takes the first whose condition holds; but a stage
lasts at least `SHORTEST_S`, so that the glass never flashes. Only a button is quicker.
"""

from __future__ import annotations

from collections.abc import Callable
from math import hypot

from mirror.coach.lifetimes import Stage
from mirror.coach.session import Session
from mirror.hinge.counting.reps import fold_deg
from mirror.hinge.drills.drill import REASONS
from mirror.hinge.measure.pose import Mark
from mirror.hinge.measure.posture import Posture
from mirror.hinge.measure.replacing import replace

SHORTEST_S, GREETED_S = 0.5, 1.5
"""Least seconds of a stage, and of the greeting while nothing moves."""
CHOSEN_S = 4.0
"""Seconds for which a choice is shown, wherever the person stands: the buttons are near the
glass."""
PAUSED_S, LOOK_UP_S = 2.5, 8.0
"""Seconds after the last rep from which it is replayed, and until when: time to stand up and look.
The replay would only flash before somebody who goes on sooner."""
TURNED_S = 3.0
"""Seconds after the last rep from which a person who turns to the glass wants the result."""
DEEP_DEG = 30.0
"""Depth that ends the rest: people who turn to the glass are read up to 26 degrees deep."""
HANDS = 1.0
"""Speed of a wrist against the hips, trunk lengths a second, from which the arms move."""


def was_chosen(session: Session) -> bool:
    """Whether a button has just chosen the exercise."""
    t, chosen_s = session.t, session.shown.chosen_s
    return t is not None and chosen_s is not None and t - chosen_s < CHOSEN_S


def _rests(session: Session) -> bool:
    """Whether the result was shown, and no movement has begun since."""
    return session.shown.stage is Stage.REST and bool(session.reps) and not _is_deep(session)


def _works(session: Session) -> bool:
    # Somebody who looks at the last rep, or turns to the glass, seems to lean at the camera.
    looks = session.shown.stage is Stage.FINISHED or _is_turned(session)
    if looks and bool(session.reps) and not _is_deep(session):
        return _is_short(session) and session.shown.stage is not Stage.FINISHED
    return session.counter.is_open or _goes_on(session) or _is_short(session)


def _is_short(session: Session) -> bool:
    """Whether the last rep has just ended."""
    least_s = TURNED_S if _is_turned(session) else PAUSED_S
    return bool(session.reps) and (session.t or 0.0) - session.reps[-1].end_s < least_s


def _goes_on(session: Session) -> bool:
    """Whether the next rep of a series may follow at once: the arms have not been still yet."""
    pause_s, quiet_s = session.exercise.variation.pause_s, session.shown.quiet_s
    if session.shown.stage is not Stage.WORKING or not session.reps or session.t is None:
        return False
    return pause_s > 0 and (quiet_s is None or session.t - quiet_s < pause_s)


def _has_finished(session: Session) -> bool:
    if not session.reps or session.t is None or not session.shown.replay:
        return False
    return not _is_turned(session) and session.t - session.reps[-1].end_s < LOOK_UP_S


def _is_noted(session: Session) -> bool:
    """Whether the glass says why the movement after some reps did not count."""
    notice = session.shown.notice
    return bool(session.reps) and notice is not None and (session.t or 0.0) <= notice[1]


def _is_blind(session: Session) -> bool:
    """Whether the guidance is about that which keeps the mirror from judging."""
    posture, key = session.posture, session.shown.guidance.key
    doubt = posture.doubt if isinstance(posture, Posture) else None
    return key is not None and key in (doubt, "step-back")


STAGES: tuple[tuple[Stage, Callable[[Session], bool]], ...] = (
    (Stage.CHOSEN, was_chosen),
    (Stage.REST, _rests),
    (Stage.WORKING, _works),
    (Stage.FINISHED, _has_finished),
    (Stage.WORKING, _is_noted),
    (Stage.REST, lambda s: bool(s.reps)),
    (Stage.WELCOME, lambda s: s.baseline is None),
    (Stage.BLIND, _is_blind),
    # A drill that asks for the hands goes on showing how they are held.
    (Stage.WORKING, lambda s: s.shown.guidance.key not in (None, "instruction", *REASONS)),
    (Stage.CHOSEN, lambda s: True),
)
"""Each stage and when somebody is in it; the first one that applies wins."""


def stage_of(session: Session) -> Stage:
    """The stage of this moment."""
    wanted = next(stage for stage, applies in STAGES if applies(session))
    now, since_s = session.shown.stage, session.shown.stage_s
    if now is None or session.t is None or wanted is now or was_chosen(session):
        return wanted
    is_greeted = now is Stage.WELCOME and wanted is not Stage.WORKING
    least_s = GREETED_S if is_greeted else SHORTEST_S
    return now if session.t - since_s < least_s else wanted


def follow_stage(session: Session) -> Session:
    """The session that knows its stage, and since when the person is upright with still arms."""
    t = session.t or 0.0
    shown = session.shown
    quiet_s = None if _moves(session) else t if shown.quiet_s is None else shown.quiet_s
    session = replace(session, shown=replace(shown, quiet_s=quiet_s))
    stage = None if session.is_away else stage_of(session)
    if stage is shown.stage:
        return session
    return replace(session, shown=replace(session.shown, stage=stage, stage_s=t))


def _moves(session: Session) -> bool:
    """Whether the person is bowed, or moves an arm."""
    source, posture = session.source, session.posture
    if source.before is None or source.pose is None or not isinstance(posture, Posture):
        return True
    pose, last = source.before
    passed_s = posture.t - last.t
    if passed_s <= 0 or fold_deg(posture, session.baseline) > DEEP_DEG:
        return True
    for wrist, hip in ((Mark.LEFT_WRIST, Mark.LEFT_HIP), (Mark.RIGHT_WRIST, Mark.RIGHT_HIP)):
        now = source.pose.points[wrist] - source.pose.points[hip]
        way = now - (pose.points[wrist] - pose.points[hip])
        if hypot(*way.tolist()) > HANDS * passed_s * posture.trunk_px:
            return True
    return False


def _is_deep(session: Session) -> bool:
    posture = session.posture
    return isinstance(posture, Posture) and fold_deg(posture, session.baseline) > DEEP_DEG


def _is_turned(session: Session) -> bool:
    """Whether the person stands otherwise than the variation is judged, as to read the glass."""
    posture = session.posture
    if not isinstance(posture, Posture):
        return False
    views = session.exercise.variation.requirement.views
    # The view follows late, so that it does not flicker.
    return posture.doubt in ("turn-side-on", "face-me") or posture.view not in views
