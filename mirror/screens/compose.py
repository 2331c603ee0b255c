"""Session -> Scene: the screen of the present state, laid out on the glass.

The scene is a function of the session, the time, and how long ago the newest look was: between
two looks the body is drawn on its way from one to the other, so that it moves smoothly at any rate
of the display.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mirror.calibration.projection import Reflection
from mirror.coach.language import Language
from mirror.coach.replay import between
from mirror.coach.session import Session
from mirror.display.glass import Glass
from mirror.display.scene import Scene, Shape
from mirror.hinge.measure.posture import Posture
from mirror.screens.arriving import blind, chosen, still, welcome
from mirror.screens.labels import Labels, signs
from mirror.screens.layout import Sheet, sheet
from mirror.screens.practising import finished, working
from mirror.screens.resting import rest
from mirror.screens.states import State, state

UNLABELLED = (State.ASLEEP, State.WORKING, State.FINISHED)
"""Who moves presses nothing; what nobody sees is not drawn."""
LATEST_S = 0.5
"""Without a new look for longer, the clock of what is drawn stands still."""


def compose(
    session: Session,
    glass: Glass,
    language: Language,
    now: float = 0.0,
    late_s: float = 60.0,
    labels: Labels | None = None,
    reflection: Reflection | None = None,
) -> Scene:
    """The whole glass at this moment.

    now: monotonic seconds, for what drifts and pulses. late_s: seconds since the newest look was
    taken in. labels: of the buttons, if there are any. reflection: what the line is fitted to the
    person's reflection by, if that is wanted.
    """
    if session.t is None:
        return Scene()
    t = session.t + min(late_s, LATEST_S)
    page, which = sheet(glass, now), state(session)
    shapes = [*_screen(which, smooth(session, late_s), page, language, now, t, labels, reflection)]
    if labels is not None and which not in UNLABELLED:
        shapes += signs(labels, page)
    return Scene(tuple(shapes))


def smooth(session: Session, late_s: float) -> Session:
    """The session as it is shown: its body on the way from the last look to the newest.

    One look late, then, but without a jump. late_s: seconds since the newest look was taken in.
    """
    before, posture = session.source.before, session.posture
    if before is None or session.pose is None or not isinstance(posture, Posture):
        return session
    share = late_s / max(posture.t - before[1].t, 1e-3)
    pose, posture = between(before, (session.pose, posture), min(share, 1.0))
    return replace(session, source=replace(session.source, pose=pose, posture=posture))


def _screen(
    which: State,
    session: Session,
    page: Sheet,
    language: Language,
    now: float,
    t: float,
    labels: Labels | None,
    reflection: Reflection | None,
) -> Iterator[Shape]:
    since_s = t - session.reps[-1].end_s if session.reps else 60.0
    match which:
        case State.ASLEEP:
            return iter(())
        case State.WELCOME:
            return welcome(session, page, language, now)
        case State.BLIND:
            return blind(session, page, language, now)
        case State.CHOSEN:
            return chosen(session, page, language, now, labels)
        case State.STILL:
            return still(session, page, language)
        case State.WORKING:
            return working(session, page, language, since_s, reflection)
        case State.FINISHED:
            return finished(session, page, language, t)
        case State.REST:
            return rest(session, page, language)
