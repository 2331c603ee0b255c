"""Session -> State: which screen the glass shows now.

ASLEEP     nobody there for a while
CHOSEN     a variation was chosen just now, or the person is ready for the first rep
WELCOME    somebody is there, and not yet known or not yet well placed
STILL      well placed: the own standing is being taken
WORKING    a movement is under way, or something is to be said of one
FINISHED   the last rep is a moment ago
REST       the last rep is longer ago
BLIND      in a set, but nothing can be judged
"""

from __future__ import annotations

from enum import Enum

from mirror.coach.session import Session
from mirror.hinge.measure.posture import Posture

HELLO_S = 2.0
"""Who comes is greeted for so long at least."""
CHOSEN_S = 4.0
"""A choice is shown for so long, wherever the person stands: the buttons are near the glass."""
LOOK_UP_S = 8.0
"""How long the last rep is shown once more: time to stand up and look."""


class State(Enum):
    """A screen."""

    ASLEEP = "asleep"
    WELCOME = "welcome"
    CHOSEN = "chosen"
    STILL = "still"
    WORKING = "working"
    FINISHED = "finished"
    REST = "rest"
    BLIND = "blind"


def state(session: Session) -> State:
    """The screen of this session."""
    t, chosen_s, key = session.t, session.shown.chosen_s, session.shown.guidance.key
    if t is not None and chosen_s is not None and t - chosen_s < CHOSEN_S:
        return State.CHOSEN
    if t is None or session.is_away:
        return State.ASLEEP
    if session.counter.is_open:
        return State.WORKING
    if session.reps:
        return _between_reps(session, t)
    came_s = session.person.presence.came_s
    is_new = came_s is None or t - came_s < HELLO_S
    # Only who could be judged is asked to hold still.
    if key == "stand-still" and not session.has_baseline and not is_new:
        return State.STILL
    if session.baseline is None:
        return State.WELCOME
    if is_blind(session):
        return State.BLIND
    return State.CHOSEN if key in (None, "instruction") else State.WORKING


def is_blind(session: Session) -> bool:
    """Whether the one thing to say is what keeps the mirror from judging."""
    posture = session.posture
    doubt = posture.doubt if isinstance(posture, Posture) else None
    key = session.shown.guidance.key
    return key is not None and key in (doubt, "step-back")


def _between_reps(session: Session, t: float) -> State:
    """After a rep: it is shown once more, then the whole set."""
    if t - session.reps[-1].end_s < LOOK_UP_S and session.shown.replay:
        return State.FINISHED
    if is_blind(session):
        return State.BLIND
    return State.REST if session.shown.guidance.key in (None, "instruction") else State.WORKING
