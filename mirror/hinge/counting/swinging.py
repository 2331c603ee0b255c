"""Swings: a movement of the trunk after which the hands fly up and fall again.

So the pick-up and the parking bend, hinges with hanging arms, and a weight that is carried to the
chest count nothing. A swing counts when the hands are up; it is reported when they have fallen or
the next one begins, since the float belongs to it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from mirror.hinge.counting.counter import OnHinges, numbered, rejected, rep_of
from mirror.hinge.counting.movement import Movement
from mirror.hinge.counting.reps import Outcome, Phase
from mirror.hinge.measure.posture import Posture

LEAST_DEG, RAISED_M, FALLEN_M, FLOAT_S = 20.0, 0.15, 0.05, 1.5
"""Least depth of the lean; heights of the wrists over the hips that are up, and down again; longest
flight, seconds."""
LOW = (Phase.DESCENDING, Phase.BOTTOM)
PARKING_S = 1.5
"""Seconds after a swing within which a movement that is no hinge belongs to the set. A movement
with a swing in it does, too."""


@dataclass(frozen=True)
class SwingCounter(OnHinges):
    """Counts swings."""

    count: int = 0
    top: Movement | None = None
    """The movement whose float is awaited, and whether the hands have been up."""
    is_raised: bool = False
    flew: bool = False
    """Whether the hands have been up since the hips were last low."""
    last_s: float | None = None
    """Time of the top of the last swing."""

    @property
    def is_open(self) -> bool:
        """See `Counter`."""
        return self.is_moving or self.top is not None

    def step(self, posture: Posture) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        hinge, outcomes, ended = self.hinge.follow(posture)
        memory = replace(self, hinge=hinge)
        hand = posture.space.hand_up
        is_up = hand is not None and hand > RAISED_M
        reported: tuple[Outcome, ...] = ()
        flew = is_up or (memory.flew and hinge.phase not in LOW)
        memory = replace(memory, flew=flew)
        top = memory.top
        has_fallen = memory.is_raised and hand is not None and hand < FALLEN_M
        if top is not None and (hinge.is_moving or has_fallen):
            memory, reported = memory.settle()
        elif top is not None and posture.t - top.end_s >= FLOAT_S:
            # Hands that do not fall carry something.
            dropped = replace(
                memory, top=None, is_raised=False, count=memory.count - memory.is_raised
            )
            memory, reported = (dropped, ()) if is_up else memory.settle()
        if ended is not None and ended.depth_deg >= LEAST_DEG:
            memory = replace(memory, top=ended)
        is_new = flew and memory.top is not None and not memory.is_raised
        if is_new:
            memory = replace(memory, is_raised=True, count=memory.count + 1)
        last = memory.last_s
        quiet = memory.is_raised or (last is not None and posture.t - last < PARKING_S)
        none = () if quiet else rejected(outcomes)
        return memory, (*none, *reported)

    def unseen(self, t: float) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        hinge, outcomes = self.hinge.unseen(t)
        memory = replace(self, hinge=hinge)
        if hinge.last is not None:
            return memory, ()
        memory, reported = memory.settle()
        return memory, (*reported, *rejected(outcomes))

    def settle(self) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        memory = replace(self, top=None, is_raised=False)
        if self.top is None or not self.is_raised:
            return memory, ()
        return replace(memory, last_s=self.top.end_s), (rep_of(self.top, self.count),)

    def restarted(self, events: tuple[Outcome, ...]) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        first, reps = numbered(events)
        return replace(self, count=reps + self.is_raised), first

    def resting(self) -> Self:
        """See `Counter`."""
        count = self.count - self.is_raised
        return replace(self, hinge=self.hinge.resting(), top=None, is_raised=False, count=count)
