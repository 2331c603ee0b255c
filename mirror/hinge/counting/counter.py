"""What is counted, by the kind of rep that a variation has: hinges, rows, or swings.

Every variation follows the movements of the hinge (`phases`), which tells what is none: squats,
steps, turns. Where rows or swings are counted, the hinge itself is only told where it was none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mirror.hinge.counting import phases
from mirror.hinge.counting.phases import Tracking
from mirror.hinge.counting.reps import Limits, Outcome, Rejected, Rep
from mirror.hinge.counting.rowing import Rowing, step_row
from mirror.hinge.counting.swinging import Swinging, settle_swing, step_swing
from mirror.hinge.measure.posture import Posture, Standing

PARKING_S = 1.5
"""A bend that begins so soon after a swing, or has one in it, belongs to the set."""


@dataclass(frozen=True)
class Counting:
    """What counting remembers from picture to picture."""

    hinge: Tracking = Tracking()
    row: Rowing = Rowing()
    swing: Swinging = Swinging()
    told: int = 0
    """Rows or swings told so far."""

    @property
    def is_open(self) -> bool:
        """Whether a movement is under way, or one is counted and not told yet."""
        hinge = self.hinge
        return hinge.move is not None or hinge.pending is not None or self.swing.is_open

    def counted(self, limits: Limits) -> int:
        """Reps counted at this moment, told or not."""
        if limits.counts == "hinges":
            return self.hinge.counted
        return self.told + self.swing.is_counted


def step(
    memory: Counting, posture: Posture, standing: Standing | None, limits: Limits
) -> tuple[Counting, tuple[Outcome, ...]]:
    """One picture in; the memory and what ended with it out."""
    hinge, outcomes = phases.step(memory.hinge, posture, standing, limits)
    memory = replace(memory, hinge=hinge)
    if limits.counts == "hinges":
        return memory, outcomes
    rep: Rep | None
    if limits.counts == "rows":
        row, rep = step_row(memory.row, hinge, posture, standing, limits, memory.told + 1)
        memory = replace(memory, row=row)
        none = _refused(outcomes)
    else:
        swing, rep = step_swing(memory.swing, posture, standing, memory.told + 1)
        last = swing.last_s
        memory = replace(memory, swing=swing)
        none = tuple(o for o in _refused(outcomes) if last is None or last < o.start_s - PARKING_S)
        if swing.is_counted:
            none = ()
    told = (rep,) if rep is not None else ()
    return replace(memory, told=memory.told + len(told)), (*none, *told)


def unseen(memory: Counting, t: float, limits: Limits) -> tuple[Counting, tuple[Outcome, ...]]:
    """Nobody was measured at time t."""
    before = memory
    hinge, outcomes = phases.unseen(memory.hinge, t)
    if limits.counts == "hinges" or hinge.last is not None:
        return replace(memory, hinge=hinge), outcomes if limits.counts == "hinges" else ()
    memory, rest = settle(before, limits)
    return Counting(hinge=hinge, told=memory.told), (*rest, *_refused(outcomes))


def settle(memory: Counting, limits: Limits) -> tuple[Counting, tuple[Outcome, ...]]:
    """Tell what is counted and not told yet: nothing more will be seen."""
    if limits.counts == "hinges":
        hinge, outcomes = phases.settle(memory.hinge)
        return replace(memory, hinge=hinge), outcomes
    last = memory.hinge.last
    rep = settle_swing(memory.swing, last, memory.told + 1) if last is not None else None
    if rep is None:
        return memory, ()
    return replace(memory, swing=Swinging(last_s=rep.end_s), told=memory.told + 1), (rep,)


def restart(memory: Counting, events: tuple[Outcome, ...]) -> tuple[Counting, tuple[Outcome, ...]]:
    """What was counted with the last picture is the first of a new set.

    events: what ended with that picture, to be numbered anew with it.
    """
    told = tuple(replace(e, number=1) if isinstance(e, Rep) else e for e in events)
    reps = sum(isinstance(event, Rep) for event in told)
    pending = memory.hinge.pending
    if pending is not None:
        pending = (replace(pending[0], number=reps + 1), pending[1])
    hinge = replace(memory.hinge, reps=reps + (pending is not None), pending=pending)
    return replace(memory, hinge=hinge, told=reps), told


def _refused(outcomes: tuple[Outcome, ...]) -> tuple[Rejected, ...]:
    return tuple(o for o in outcomes if isinstance(o, Rejected))
