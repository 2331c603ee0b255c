"""Counter: the one protocol that counts every kind of rep, and the counter of hinges.

A counter is a frozen value; each call returns the next one. A rep counts at once when its movement
ends. It is reported `TAIL_S` later or when the next movement begins, so that the end of the lockout
is judged with it. A lone rep waits `LONE_S`, and `STEPPING_S` where a foot has moved: a person who
walks next to it has picked something up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol, Self

from mirror.hinge.counting.movement import Movement, Trunk, cut_off, follow_trunk
from mirror.hinge.counting.reps import Limits, Outcome, Partial, Phase, Rejected, Rep
from mirror.hinge.counting.strides import Strides, follow_strides
from mirror.hinge.counting.verdict import decide
from mirror.hinge.measure.geometry import distance
from mirror.hinge.measure.posture import Posture
from mirror.hinge.measure.replacing import replace
from mirror.hinge.measure.space import TRUNK_M
from mirror.hinge.measure.view import View

TAIL_S, LONE_S, STEPPING_S = 0.8, 1.4, 2.8
BEFORE_S, PAUSE_S = 1.5, 5.0
"""Seconds after walking within which a lone bow is a pick-up, as is one before walking; and seconds
after a rep from which a bow is a lone one. In real sets at most one second lies between reps."""
GAP_S, GAP_FRAMES = 1.0, 4.0
"""Seconds, and usual frames, without a person after which a movement under way is lost."""
LYING_DEG = 120.0
"""Angle of the thighs, degrees, beyond which the person lies, or is no person."""
JUMP, JUMP_S = 1.0, 0.4
"""Move of the hip, trunk lengths, and seconds for it, that only another body makes."""
LATELY = 5


class Counter(Protocol):
    """Counts the reps of one person."""

    @property
    def count(self) -> int:
        """Reps counted at this moment; the last one may not be reported yet."""

    @property
    def phase(self) -> Phase | None:
        """Where in a rep the person is; None before the first upright moment."""

    @property
    def is_moving(self) -> bool:
        """Whether a movement is under way."""

    @property
    def is_open(self) -> bool:
        """Whether a movement is under way, or one is counted and not reported yet."""

    @property
    def upright_s(self) -> float:
        """When the person was last upright."""

    def step(self, posture: Posture) -> tuple[Self, tuple[Outcome, ...]]:
        """Take in one frame. Return also the outcomes that ended with it."""

    def unseen(self, t: float) -> tuple[Self, tuple[Outcome, ...]]:
        """Take in a frame at time t in which no person was measured."""

    def settle(self) -> tuple[Self, tuple[Outcome, ...]]:
        """Report the rep that is counted and not reported yet: no more of it will be seen."""

    def restarted(self, events: tuple[Outcome, ...]) -> tuple[Self, tuple[Outcome, ...]]:
        """Begin another set with the reps that were counted in this frame.

        events: the outcomes of this frame; they come back with the numbers of the new set.
        """

    def resting(self) -> Self:
        """Forget the movement under way; the count and the person's depths stay."""

    def forgotten(self) -> Self:
        """Forget the person's depths; the count stays."""


@dataclass(frozen=True)
class HingeCounter:
    """Counts hinges."""

    limits: Limits = field(default_factory=Limits)
    count: int = 0
    trunk: Trunk = Trunk()
    strides: Strides = Strides()
    depths: tuple[float, ...] = ()
    pending: tuple[Rep, bool] | None = None
    """A rep that is counted and not reported yet, and whether it came alone."""
    last: Posture | None = None
    rep_s: float = -math.inf
    """When the last rep ended."""

    @property
    def phase(self) -> Phase | None:
        """See `Counter`."""
        return self.trunk.phase

    @property
    def is_moving(self) -> bool:
        """See `Counter`."""
        return self.trunk.move is not None

    @property
    def is_open(self) -> bool:
        """See `Counter`."""
        return self.is_moving or self.pending is not None

    @property
    def upright_s(self) -> float:
        """See `Counter`."""
        move, start = self.trunk.move, self.trunk.start
        if move is not None:
            return move.start_s
        return start[0] if start is not None else self.trunk.t or 0.0

    def step(self, posture: Posture) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        return self.follow(posture)[:2]

    def follow(self, posture: Posture) -> tuple[Self, tuple[Outcome, ...], Movement | None]:
        """Take in one frame. Return also the movement that ended, of any kind."""
        memory, outcomes = self.unseen(posture.t)
        if posture.space.thigh_deg > LYING_DEG:
            return memory, outcomes, None
        if memory.last is not None and _is_another_body(memory.last, posture):
            memory, lost = memory._interrupted("other-person", posture.t)
            outcomes += lost
        trunk, ended = follow_trunk(memory.trunk, posture)
        strides = Strides(walked_s=memory.strides.walked_s)
        if trunk.move is None and trunk.is_upright:
            strides = follow_strides(memory.strides, posture.space, posture.t)
        memory = replace(memory, trunk=trunk, strides=strides, last=posture)
        if memory.pending is not None:
            rep, alone = memory.pending
            walks = alone and strides.walked_s > rep.end_s
            wait_s = (STEPPING_S if strides.steps else LONE_S) if alone else TAIL_S
            waited = posture.t - rep.end_s >= wait_s
            if walks or waited or trunk.move is not None:
                memory, reported = memory._reported(goes_on=trunk.move is not None)
                outcomes += reported
        if ended is not None:
            memory, reported = memory._decided(ended)
            outcomes += reported
        return memory, outcomes, ended

    def unseen(self, t: float) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        last = self.last
        if last is None or t - last.t <= max(GAP_S, GAP_FRAMES * (last.frame_s or 0.0)):
            return self, ()
        return self._interrupted("lost", t)

    def settle(self) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        memory, outcomes = self._reported()
        ended = cut_off(memory.trunk)
        if ended is not None:
            memory, more = replace(memory, trunk=memory.trunk.at_rest())._decided(ended)
            memory, last = memory._reported()
            outcomes += more + last
        return memory, outcomes

    def restarted(self, events: tuple[Outcome, ...]) -> tuple[Self, tuple[Outcome, ...]]:
        """See `Counter`."""
        first, reps = numbered(events)
        pending = self.pending
        if pending is not None:
            pending = (replace(pending[0], number=reps + 1), pending[1])
        return replace(self, count=reps + (pending is not None), pending=pending), first

    def resting(self) -> Self:
        """See `Counter`."""
        return replace(self, trunk=self.trunk.at_rest(), strides=Strides(), pending=None, last=None)

    def forgotten(self) -> Self:
        """See `Counter`."""
        return replace(self, trunk=Trunk(), strides=Strides(), depths=(), last=None)

    def _interrupted(self, reason: str, t: float) -> tuple[Self, tuple[Outcome, ...]]:
        """Forget a person who is gone, or is another one; the count stays."""
        memory, outcomes = self.settle()
        move = memory.trunk.move
        if move is not None and move.first_deg < move.peak_deg:
            outcomes += (Rejected(reason, move.start_s, t),)
        return memory.resting(), outcomes

    def _reported(self, *, goes_on: bool = False) -> tuple[Self, tuple[Outcome, ...]]:
        """Report the counted rep. goes_on: whether the next movement has begun."""
        if self.pending is None:
            return self, ()
        rep, alone = self.pending
        memory = replace(self, pending=None)
        if goes_on or not alone or self.strides.walked_s < rep.start_s - BEFORE_S:
            return memory, (rep,)
        memory = replace(memory, count=self.count - 1, depths=self.depths[:-1])
        return memory, (Rejected("picking-up", rep.start_s, rep.end_s),)

    def _decided(self, move: Movement) -> tuple[Self, tuple[Outcome, ...]]:
        kind = decide(move, self.limits, self.depths)
        if kind == "nothing":
            return self, ()
        if kind == "partial":
            hip = _hip_deg(move)
            trunk = move.trunk_max_deg
            return self, (Partial(move.start_s, move.bottom.t, move.end_s, hip, trunk),)
        if kind != "rep":
            return self, (Rejected(kind, move.start_s, move.end_s),)
        rep = rep_of(move, self.count + 1)
        is_lone = move.start_s - self.rep_s > PAUSE_S or self.strides.walked_s > self.rep_s
        alone = self.limits.picks_up and is_lone
        return replace(
            self,
            count=rep.number,
            depths=(*self.depths, move.depth_deg)[-LATELY:],
            pending=(rep, alone),
            rep_s=rep.end_s,
        ), ()


@dataclass(frozen=True)
class OnHinges:
    """The shared part of the other counters: follow the hinge, and report what is none."""

    hinge: HingeCounter = HingeCounter()

    @property
    def phase(self) -> Phase | None:
        """See `Counter`."""
        return self.hinge.phase

    @property
    def is_moving(self) -> bool:
        """See `Counter`."""
        return self.hinge.is_moving

    @property
    def is_open(self) -> bool:
        """See `Counter`."""
        return self.is_moving

    @property
    def upright_s(self) -> float:
        """See `Counter`."""
        return self.hinge.upright_s

    def forgotten(self) -> Self:
        """See `Counter`."""
        return replace(self, hinge=self.hinge.forgotten())


def rep_of(move: Movement, number: int) -> Rep:
    """A movement as a rep, before its form is judged."""
    bottom = move.bottom
    return Rep(
        number=number,
        start_s=move.start_s,
        bottom_s=bottom.t,
        end_s=move.end_s,
        hip_flexion_max_deg=_hip_deg(move),
        trunk_max_deg=move.trunk_max_deg if bottom.view is View.SIDE else move.peak_deg,
        knee_at_bottom_deg=bottom.knee_flexion_deg,
        side=bottom.near_side,
        leg=move.leg,
    )


def numbered(events: tuple[Outcome, ...]) -> tuple[tuple[Outcome, ...], int]:
    """The events with each rep as the first of its set, and how many reps there are."""
    first = tuple(replace(e, number=1) if isinstance(e, Rep) else e for e in events)
    return first, sum(isinstance(event, Rep) for event in first)


def rejected(outcomes: tuple[Outcome, ...]) -> tuple[Rejected, ...]:
    """The outcomes that are no hinge."""
    return tuple(o for o in outcomes if isinstance(o, Rejected))


def _hip_deg(move: Movement) -> float:
    """Hip flexion at the bottom: from the side in the frame, else in space."""
    bottom = move.bottom
    if bottom.view is View.SIDE:
        return bottom.hip_flexion_deg
    return bottom.space.lean_deg + bottom.space.thigh_deg


def _is_another_body(before: Posture, now: Posture) -> bool:
    moved = distance(before.hip, now.hip) / (TRUNK_M * now.space.px_per_m)
    return moved > JUMP and now.t - before.t < JUMP_S
