"""What the glass says about how the reps are done, and for how long.

A correction stays until a rep answers it, another one comes, or the set ends. Praise stays for
`PRAISE_S`, the stop depth for `LEAST_S`. For its least time nothing takes the place of a message
but "deep enough". What is due meanwhile waits; the stop depth waits until the person pauses.
"""

from __future__ import annotations

from dataclasses import dataclass

from mirror.hinge.judging.feedback import Cue
from mirror.hinge.judging.stop_depth import Found
from mirror.hinge.measure.replacing import replace

LEAST_S = 4.0
"""Least seconds for which a correction or the stop depth is said."""
PRAISE_S = 3.0
"""Seconds for which praise, or the answer to a correction, is said."""


@dataclass(frozen=True)
class Message:
    """A cue, praise, or the stop depth as it was found. since_s: when it was first shown."""

    about: Cue | Found
    since_s: float = 0.0

    @property
    def is_correction(self) -> bool:
        """Whether it says what to do otherwise."""
        return isinstance(self.about, Cue) and self.about.fault is not None

    @property
    def least_s(self) -> float:
        """Seconds for which it is certainly shown."""
        is_praise = isinstance(self.about, Cue) and not self.is_correction
        return PRAISE_S if is_praise else LEAST_S


@dataclass(frozen=True)
class Messages:
    """The messages of a set.

    now: on the glass. waiting: to be shown, in order. unanswered: the last correction, until a rep
    without its fault; the glass returns to it.
    """

    now: Message | None = None
    waiting: tuple[Cue | Found, ...] = ()
    unanswered: Message | None = None

    def is_held(self, t: float) -> bool:
        """Whether the message of this moment must stay."""
        return self.now is not None and t - self.now.since_s < self.now.least_s

    def offered(self, about: Cue | Found) -> Messages:
        """Add what is due. A cue takes the place of one that was not shown yet."""
        if not isinstance(about, Cue):
            others = tuple(one for one in self.waiting if isinstance(one, Cue))
            return replace(self, waiting=(*others, about))
        was_waiting = any(_is_answer(about, one) for one in self.waiting)
        found = tuple(one for one in self.waiting if not isinstance(one, Cue))
        # A correction that nobody could read needs no answer.
        due = () if was_waiting else (about,)
        unanswered = None if about.answers is not None else self.unanswered
        return replace(self, waiting=(*due, *found), unanswered=unanswered)

    def follow(self, t: float, *, pauses: bool) -> Messages:
        """The messages at time t. pauses: the person stands and looks at the last rep."""
        if self.is_held(t):
            return self
        ready = next((one for one in self.waiting if pauses or isinstance(one, Cue)), None)
        if ready is None:
            return replace(self, now=self.unanswered)
        waiting = tuple(one for one in self.waiting if one is not ready)
        now = Message(ready, t)
        return Messages(now, waiting, now if now.is_correction else self.unanswered)


def _is_answer(cue: Cue, one: Cue | Found) -> bool:
    return isinstance(one, Cue) and one.fault is not None and one.fault == cue.answers
