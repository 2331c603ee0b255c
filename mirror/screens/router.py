"""The one decision what the glass shows, and the screen that is drawn for it.

`route` goes through `PRECEDENCE` from the top and takes the first state whose condition holds; what
is not urgent is decided by the stage of the session. All
that it looks at is in a `Situation`, so the same situation always gives the same glass. Between two
frames the body is drawn on its way from one to the other, so that it moves smoothly at any rate of
the display.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum

from mirror.calibration.projection import Reflection
from mirror.calibration.state import CalibrationState
from mirror.coach.command import Held
from mirror.coach.language import Language
from mirror.coach.replay import between
from mirror.coach.session import Session
from mirror.coach.stage import stage_of, was_chosen
from mirror.display.glass import Glass
from mirror.display.scene import Scene, Shape
from mirror.errors import MirrorError
from mirror.hinge.measure.posture import Posture
from mirror.screens.apart import banner, getting_ready, holding, shutting_down, trouble
from mirror.screens.arriving import blind, chosen, welcome
from mirror.screens.calibrating import calibrating
from mirror.screens.labels import Labels, signs
from mirror.screens.layout import divide
from mirror.screens.practising import finished, working
from mirror.screens.resting import rest

WARN_S = 15.0
"""Seconds for which a warning has the whole glass; afterwards it is a banner."""
BANNER_S = 6.0
"""Seconds for which each of several banners is shown in turn."""
HELD = 0.2
"""Least share of the hold time that is shown; a short press passes through smaller ones."""
STALE_S = 0.5
"""Seconds without a new frame after which the clock of what is drawn stands still."""


@dataclass(frozen=True)
class Situation:
    """All that decides what the glass shows.

    now: seconds since the mirror started. late_s: seconds since the newest frame was taken in.
    labels: of the buttons, if there are any. held: the button that is held down. warning: what was
    wrong at the start. fault: of the camera or the estimator. misfit: what is wrong with the
    calibration. calibrating: the calibration under way. mirrored: the reflection of a simulated
    person. reflection: what the line is fitted by. banners: keys of texts for the margin.
    waking: what switches the computer on again. has_failed: the last turn of the loop met a defect.
    """

    session: Session
    now: float = 0.0
    late_s: float = 60.0
    labels: Labels | None = None
    held: Held | None = None
    warning: str | None = None
    fault: MirrorError | None = None
    misfit: MirrorError | None = None
    calibrating: CalibrationState | None = None
    mirrored: tuple[Shape, ...] = ()
    reflection: Reflection | None = None
    banners: tuple[str, ...] = ()
    waking: str | None = None
    has_failed: bool = False


class ScreenState(Enum):
    """A screen."""

    FAILED = "failed"
    SHUTTING_DOWN = "shutting-down"
    HOLDING = "holding"
    WARNING = "warning"
    TROUBLE = "trouble"
    MISFIT = "misfit"
    CALIBRATING = "calibrating"
    GETTING_READY = "getting-ready"
    ASLEEP = "asleep"
    WELCOME = "welcome"
    CHOSEN = "chosen"
    WORKING = "working"
    FINISHED = "finished"
    REST = "rest"
    BLIND = "blind"


PRECEDENCE: tuple[tuple[ScreenState, Callable[[Situation], bool]], ...] = (
    (ScreenState.FAILED, lambda s: s.has_failed),
    (ScreenState.SHUTTING_DOWN, lambda s: s.session.shutdown),
    (ScreenState.HOLDING, lambda s: _is_holding(s)),
    # A fault that stays can wait until the warning was shown.
    (ScreenState.WARNING, lambda s: s.warning is not None and s.now < WARN_S),
    (ScreenState.TROUBLE, lambda s: s.fault is not None),
    (ScreenState.MISFIT, lambda s: s.misfit is not None),
    (ScreenState.CALIBRATING, lambda s: _is_calibrating(s)),
    (ScreenState.GETTING_READY, lambda s: s.session.t is None),
    (ScreenState.ASLEEP, lambda s: s.session.is_away and not was_chosen(s.session)),
)
"""Each state and when it is shown; the first one that applies wins, else the stage of the session
has its screen (`coach.stage`)."""
LABELLED = (ScreenState.WELCOME, ScreenState.CHOSEN, ScreenState.REST, ScreenState.BLIND)
"""Screens with the signs of the buttons: the person can press one."""


def route(situation: Situation) -> ScreenState:
    """Decide which screen is shown."""
    urgent = next((state for state, applies in PRECEDENCE if applies(situation)), None)
    return urgent or ScreenState(stage_of(situation.session).value)


def compose(situation: Situation, glass: Glass, language: Language) -> Scene:
    """Draw the whole glass."""
    state, now = route(situation), situation.now
    scene = _screen(state, situation, glass, language)
    banners = situation.banners
    if situation.warning is not None and now >= WARN_S:
        banners += ("aside.config",)
    if banners:
        text = language.say(banners[int(now / BANNER_S) % len(banners)])
        scene = banner(scene, text, glass, now)
    return scene


def in_motion(session: Session, late_s: float) -> Session:
    """The session as it is drawn: its body on the way from the last frame to the newest.

    It is one frame late, but does not jump. late_s: seconds since the newest frame was taken in.
    """
    source = session.source
    if source.before is None or source.pose is None or not isinstance(source.posture, Posture):
        return session
    share = late_s / max(source.posture.t - source.before[1].t, 1e-3)
    pose, posture = between(source.before, (source.pose, source.posture), min(share, 1.0))
    return replace(session, source=replace(source, pose=pose, posture=posture))


def _screen(state: ScreenState, s: Situation, glass: Glass, language: Language) -> Scene:
    match state:
        case ScreenState.FAILED:
            return trouble(language.say("trouble.stumbled"), glass, language)
        case ScreenState.SHUTTING_DOWN:
            return shutting_down(glass, language, s.now, s.waking)
        case ScreenState.HOLDING if s.held is not None and s.labels is not None:
            return holding(s.held, glass, language, s.labels, s.now)
        case ScreenState.WARNING:
            return trouble(s.warning or "", glass, language, "config", s.now)
        case ScreenState.TROUBLE if s.fault is not None:
            return trouble(str(s.fault), glass, language, s.fault.kind, s.now)
        case ScreenState.MISFIT:
            return trouble(str(s.misfit), glass, language, "config", s.now)
        case ScreenState.CALIBRATING if s.calibrating is not None:
            scene = calibrating(s.calibrating, glass, language)
            return Scene((*s.mirrored, *scene.shapes))
        case ScreenState.GETTING_READY:
            return getting_ready(glass, language, s.now)
        case _:
            return Scene(tuple(_coaching(state, s, glass, language)))


def _coaching(
    state: ScreenState, s: Situation, glass: Glass, language: Language
) -> Iterable[Shape]:
    """The shapes of a screen that shows the session."""
    session, now, page = in_motion(s.session, s.late_s), s.now, divide(glass, s.now)
    t = (session.t or 0.0) + min(s.late_s, STALE_S)
    match state:
        case ScreenState.WELCOME:
            yield from welcome(session, page, language, now)
        case ScreenState.BLIND:
            yield from blind(session, page, language, now)
        case ScreenState.CHOSEN:
            yield from chosen(session, page, language, now, s.labels)
        case ScreenState.WORKING:
            since_s = t - session.reps[-1].end_s if session.reps else 60.0
            yield from working(session, page, language, since_s, s.reflection)
        case ScreenState.FINISHED:
            yield from finished(session, page, language, t)
        case ScreenState.REST:
            yield from rest(session, page, language)
    if s.labels is not None and state in LABELLED:
        yield from signs(s.labels, page)


def _is_holding(s: Situation) -> bool:
    if s.calibrating is not None or s.held is None or s.labels is None:
        return False
    return HELD <= s.held.fraction < 1.0


def _is_calibrating(s: Situation) -> bool:
    """Whether the calibration has seen a frame; until then the mirror gets ready or coaches."""
    return s.calibrating is not None and s.calibrating.seen_s is not None
