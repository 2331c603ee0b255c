"""Counter: the one protocol by which every kind of rep is counted, and its three kinds.

A counter is a frozen value; each call gives the next one. Every counter follows the movements of
the hinge (`phases`), which tells what is none: squats, steps, turns. A counter of rows or swings
reports from the hinge only what was rejected.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol, Self

from mirror.hinge.counting import phases
from mirror.hinge.counting.phases import Tracking
from mirror.hinge.counting.reps import Limits, Outcome, Phase, Rejected, Rep
from mirror.hinge.counting.rowing import Rowing, step_row
from mirror.hinge.counting.swinging import Swinging, settle_swing, step_swing
from mirror.hinge.measure.posture import Posture, Standing

PARKING_S = 1.5
"""A bend that begins so soon after a swing, or has one in it, belongs to the set."""


class Counter(Protocol):
    """Counts the reps of one person."""

    @property
    def count(self) -> int:
        """Reps counted at this moment; the last one may not be reported yet."""

    @property
    def phase(self) -> Phase | None:
        """Where in a rep the person is; None before the first standing."""

    @property
    def is_moving(self) -> bool:
        """Whether a movement is under way."""

    @property
    def is_open(self) -> bool:
        """Whether a movement is under way, or one is counted and not reported yet."""

    @property
    def upright_s(self) -> float:
        """When the person was last upright."""

    @property
    def has_stalled(self) -> bool:
        """Whether the last movement ended without standing up."""

    def step(self, posture: Posture, standing: Standing | None) -> tuple[Self, tuple[Outcome, ...]]:
        """Take in one frame; gives what ended with it."""

    def unseen(self, t: float) -> tuple[Self, tuple[Outcome, ...]]:
        """Take in a frame at time t in which nobody was measured."""

    def settle(self) -> tuple[Self, tuple[Outcome, ...]]:
        """Report what is counted and not reported yet: no more of it will be seen."""

    def restarted(self, events: tuple[Outcome, ...]) -> tuple[Self, tuple[Outcome, ...]]:
        """Begin another set with what was counted in this frame.

        events: what ended with this frame; they come back with the numbers of the new set.
        """

    def resting(self) -> Self:
        """Forget the movement under way; the count and the person's depths stay."""

    def forgotten(self) -> Self:
        """Forget the person's depths; the count stays."""


@dataclass(frozen=True)
class _OnHinges:
    """What every counter shares: the movements of the hinge."""

    limits: Limits = field(default_factory=Limits)
    hinge: Tracking = Tracking()

    @property
    def phase(self) -> Phase | None:
        """See `Counter`."""
        return self.hinge.phase

    @property
    def is_moving(self) -> bool:
        """See `Counter`."""
        return self.hinge.move is not None

    @property
    def is_open(self) -> bool:
        """See `Counter`."""
        return self.hinge.move is not None or self.hinge.pending is not None

    @property
    def upright_s(self) -> float:
        """See `Counter`."""
        return self.hinge.upright_s

    @property
    def has_stalled(self) -> bool:
        """See `Counter`."""
        return self.hinge.has_stalled

    def resting(self) -> Self:
        """See `Counter`."""
        return replace(self, hinge=Tracking(reps=self.hinge.reps, depths=self.hinge.depths))

    def forgotten(self) -> Self:
        """See `Counter`."""
        return replace(self, hinge=replace(self.hinge, depths=()))


@dataclass(frozen=True)
class HingeCounter(_OnHinges):
    """Counts hinges."""

    @property
    def count(self) -> int:
        """See `Counter`."""
        return self.hinge.counted

    def step(self, posture: Posture, standing: Standing | None) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        hinge, outcomes = phases.step(self.hinge, posture, standing, self.limits)
        return replace(self, hinge=hinge), outcomes

    def unseen(self, t: float) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        hinge, outcomes = phases.unseen(self.hinge, t)
        return replace(self, hinge=hinge), outcomes

    def settle(self) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        hinge, outcomes = phases.settle(self.hinge)
        return replace(self, hinge=hinge), outcomes

    def restarted(self, events: tuple[Outcome, ...]) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        first, reps = _numbered(events)
        pending = self.hinge.pending
        if pending is not None:
            pending = (replace(pending[0], number=reps + 1), pending[1])
        hinge = replace(self.hinge, reps=reps + (pending is not None), pending=pending)
        return replace(self, hinge=hinge), first


@dataclass(frozen=True)
class RowCounter(_OnHinges):
    """Counts the pulls of a held hinge."""

    row: Rowing = Rowing()
    count: int = 0

    def step(self, posture: Posture, standing: Standing | None) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        hinge, outcomes = phases.step(self.hinge, posture, standing, self.limits)
        row, rep = step_row(self.row, hinge, posture, standing, self.limits, self.count + 1)
        reps = () if rep is None else (rep,)
        memory = replace(self, hinge=hinge, row=row, count=self.count + len(reps))
        return memory, (*_rejected(outcomes), *reps)

    def unseen(self, t: float) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        hinge, outcomes = phases.unseen(self.hinge, t)
        if hinge.last is not None:
            return replace(self, hinge=hinge), ()
        return replace(self, hinge=hinge, row=Rowing()), _rejected(outcomes)

    def settle(self) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        return self, ()

    def restarted(self, events: tuple[Outcome, ...]) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        first, reps = _numbered(events)
        return replace(self, hinge=replace(self.hinge, reps=reps), count=reps), first

    def resting(self) -> Self:
        """See `Counter`."""
        return replace(super().resting(), row=Rowing())


@dataclass(frozen=True)
class SwingCounter(_OnHinges):
    """Counts swings."""

    swing: Swinging = Swinging()
    told: int = 0
    """Swings reported so far."""

    @property
    def count(self) -> int:
        """See `Counter`."""
        return self.told + self.swing.is_counted

    @property
    def is_open(self) -> bool:
        """See `Counter`."""
        return super().is_open or self.swing.is_open

    def step(self, posture: Posture, standing: Standing | None) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        hinge, outcomes = phases.step(self.hinge, posture, standing, self.limits)
        swing, rep = step_swing(self.swing, posture, standing, self.told + 1)
        last, reps = swing.last_s, () if rep is None else (rep,)
        none = tuple(o for o in _rejected(outcomes) if last is None or last < o.start_s - PARKING_S)
        memory = replace(self, hinge=hinge, swing=swing, told=self.told + len(reps))
        return memory, (*(() if swing.is_counted else none), *reps)

    def unseen(self, t: float) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        hinge, outcomes = phases.unseen(self.hinge, t)
        if hinge.last is not None:
            return replace(self, hinge=hinge), ()
        memory, last = self.settle()
        return replace(memory, hinge=hinge, swing=Swinging()), (*last, *_rejected(outcomes))

    def settle(self) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        last = self.hinge.last
        rep = settle_swing(self.swing, last, self.told + 1) if last is not None else None
        if rep is None:
            return self, ()
        return replace(self, swing=Swinging(last_s=rep.end_s), told=self.told + 1), (rep,)

    def restarted(self, events: tuple[Outcome, ...]) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        first, reps = _numbered(events)
        return replace(self, hinge=replace(self.hinge, reps=reps), told=reps), first

    def resting(self) -> Self:
        """See `Counter`."""
        return replace(super().resting(), swing=Swinging())


def _numbered(events: tuple[Outcome, ...]) -> tuple[tuple[Outcome, ...], int]:
    """The events with each rep as the first of its set, and how many reps there are."""
    first = tuple(replace(e, number=1) if isinstance(e, Rep) else e for e in events)
    return first, sum(isinstance(event, Rep) for event in first)


def _rejected(outcomes: tuple[Outcome, ...]) -> tuple[Rejected, ...]:
    return tuple(o for o in outcomes if isinstance(o, Rejected))
