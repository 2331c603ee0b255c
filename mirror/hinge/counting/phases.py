"""From postures to reps: what a rep of the hinge is, and what is none.

A rep is standing -> down -> up -> standing, and counts at the moment of lockout. The signal is
the change of hip flexion from the own standing (fold), with its rate; in front view, where
hip flexion cannot be seen, the foreshortening of the trunk takes its place.

    from         to           when
    (none)       STANDING     upright (fold < 12) and still (within 6 deg) for 0.4 s
    STANDING     DESCENDING   fold > 20, having left upright with rate > 10/s for 0.15 s
    DESCENDING   BOTTOM       fold >= 35 and |rate| < 12/s for 0.12 s
    DESCENDING   ASCENDING    8 deg below the peak and rising (no pause at the bottom)
    BOTTOM       ASCENDING    8 deg below the peak and rising
    BOTTOM       DESCENDING   goes on down by 8 deg
    ASCENDING    DESCENDING   15 deg down again without having stood up: the same rep goes on
    ASCENDING    LOCKOUT      fold < 15 for 0.2 s, or turns down again below 15: decide
    any of a rep LOCKOUT      fold < 30 and within 6 deg for 2 s, and not seated: it ended without
                              standing up and counts nothing; standing is to be taken anew
    LOCKOUT      DESCENDING   as from STANDING: people do not pause
    LOCKOUT      STANDING     upright and still for 0.4 s
    any          (none)       nobody seen for 0.4 s, or 4 slow pictures: a rep under way is lost

At lockout the movement is one of: Rep (counted at once, told `TAIL_S` later or when the next
movement begins, so that what follows lockout is judged with it), Partial (peak 20-35 deg, or far
below the own depth), or Rejected with the first reason that holds. A bad view or a fault never
breaks the count. Limits are METRICS 4a, tuned there on labelled real footage.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import median

from mirror.hinge.counting.moves import Hands, Move, follow_move, has_picked_up, is_squat
from mirror.hinge.counting.reps import (
    Limits,
    Outcome,
    Partial,
    Phase,
    Rejected,
    Rep,
    fold_deg,
    has_sunk,
)
from mirror.hinge.measure.filters import Signal, follow
from mirror.hinge.measure.geometry import distance
from mirror.hinge.measure.posture import Posture, Standing

UPRIGHT_DEG, STILL_DEG, UPRIGHT_S = 12.0, 6.0, 0.4
START_DEG, START_RATE, START_S = 20.0, 10.0, 0.15
BOTTOM_DEG, BOTTOM_RATE, BOTTOM_S = 35.0, 12.0, 0.12
RETURN_DEG, AGAIN_DEG = 8.0, 15.0
LOCKOUT_DEG, LOCKOUT_S = 15.0, 0.2
STALLED_DEG, STALLED_S = 30.0, 2.0
"""Less than the fold in which rows are held."""
GAP_S = 0.4
GAP_PICTURES = 4.0
"""Where pictures are slow a gap is so many of their usual times: two lost ones are none."""
HANDS_S, AHEAD_S = 0.5, 0.5
"""Time constant of what the hands do in standing; they begin to reach so long before the hips."""
TAIL_S = 0.8
"""What comes after lockout belongs to the rep for so long: leaning back, what the hands hold."""


@dataclass(frozen=True)
class Tracking:
    """What counting remembers from picture to picture."""

    phase: Phase | None = None
    move: Move | None = None
    reps: int = 0
    depths: tuple[float, ...] = ()
    upright_s: float = 0.0
    """When the person was last upright."""
    held: tuple[str, float] | None = None
    """A condition that holds, and since when."""
    still: tuple[float, float] | None = None
    """Since when the fold has stayed near which value, s and deg."""
    leaving: bool = False
    """Has left upright at speed: a movement begins if it gets deep enough."""
    last: Posture | None = None
    fold: Signal | None = None
    hands: tuple[tuple[float, Hands], ...] = ()
    """What the hands did in the last moments upright: the first, `AHEAD_S` before the newest."""
    hands_seen: Hands | None = None
    """The same in the last picture that showed them."""
    pending: tuple[Rep, Move] | None = None
    """A rep that is counted and not told yet, since its end is still to be seen."""

    @property
    def counted(self) -> int:
        """Reps counted at this moment, told or not."""
        if self.pending is None or self.last is None:
            return self.reps
        return self.reps - has_picked_up(self.pending[1], self.hands_seen)

    @property
    def has_stalled(self) -> bool:
        """Whether the last movement ended without standing up: another standing is to be taken."""
        still_bent = self.fold is not None and self.fold.value >= LOCKOUT_DEG
        return self.phase is Phase.LOCKOUT and still_bent


def unseen(memory: Tracking, t: float) -> tuple[Tracking, tuple[Outcome, ...]]:
    """Nobody was measured at time t."""
    if memory.last is None or t - memory.last.t <= _gap_s(memory.last):
        return memory, ()
    return _begin_anew(memory, "lost", t)


def _gap_s(last: Posture) -> float:
    return max(GAP_S, GAP_PICTURES * (last.frame_s or 0.0))


def settle(memory: Tracking) -> tuple[Tracking, tuple[Outcome, ...]]:
    """Tell the rep that is counted and not told yet: nothing more of it will be seen."""
    if memory.pending is None or memory.last is None:
        return memory, ()
    rep, move = memory.pending
    if has_picked_up(move, memory.hands_seen):
        memory = replace(memory, pending=None, reps=memory.reps - 1, depths=memory.depths[:-1])
        return memory, (Rejected("picking-up", rep.start_s, rep.end_s),)
    return replace(memory, pending=None), (rep,)


def _begin_anew(memory: Tracking, reason: str, t: float) -> tuple[Tracking, tuple[Outcome, ...]]:
    """The person is gone, or is another one: what was counted stays."""
    memory, outcomes = settle(memory)
    if memory.move is not None and memory.move.reason is None:
        outcomes += (Rejected(reason, memory.move.start_s, t),)
    return Tracking(reps=memory.reps, depths=memory.depths), outcomes


def step(
    memory: Tracking, posture: Posture, standing: Standing | None, limits: Limits
) -> tuple[Tracking, tuple[Outcome, ...]]:
    """One picture in; the memory and what ended with it out."""
    memory, outcomes = unseen(memory, posture.t)
    if memory.last is not None and _is_another_body(memory.last, posture, limits):
        memory, told = _begin_anew(memory, "other-person", posture.t)
        outcomes += told
    signal = follow(memory.fold, fold_deg(posture, standing), posture.t)
    memory = replace(memory, fold=signal)
    if signal.value < UPRIGHT_DEG or memory.last is None:
        memory = replace(memory, upright_s=posture.t)
    if memory.phase in (None, Phase.STANDING, Phase.LOCKOUT):
        memory = _at_rest(memory, posture, signal.value, signal.rate)
        waited = memory.pending is not None and posture.t - memory.pending[0].end_s >= TAIL_S
        if waited or memory.move is not None:
            memory, told = settle(memory)
            outcomes += told
    else:
        memory, decided = _moving(memory, posture, standing, limits, signal)
        outcomes += decided
    return replace(memory, last=posture), outcomes


def _at_rest(memory: Tracking, posture: Posture, fold: float, rate: float) -> Tracking:
    if fold < UPRIGHT_DEG:
        memory = replace(memory, leaving=False)
        seen = Hands.of(posture) or memory.hands_seen
        memory = replace(memory, hands=_hands(memory, posture), hands_seen=seen)
    if memory.phase is not None and memory.leaving and fold > START_DEG:
        move = Move(
            start_s=memory.upright_s,
            ankle=posture.near_ankle,
            turn_deg=posture.turn_deg,
            facing=posture.facing,
            leg=posture.leg,
            hands=_before_reach(memory.hands),
        )
        begun = replace(memory, phase=Phase.DESCENDING, move=move, held=None, still=None)
        return replace(begun, leaving=False)
    if memory.phase is not None and fold >= UPRIGHT_DEG and rate > START_RATE:
        memory, long_enough = _hold(memory, "start", posture.t, START_S)
        return replace(memory, leaving=memory.leaving or long_enough)
    if fold < UPRIGHT_DEG and memory.phase is not Phase.STANDING:
        memory, is_still = _stay(memory, posture.t, fold, UPRIGHT_S)
        if is_still:
            return replace(memory, phase=Phase.STANDING, held=None, still=None)
        return replace(memory, held=None)
    return replace(memory, held=None, still=None)


def _hands(memory: Tracking, posture: Posture) -> tuple[tuple[float, Hands], ...]:
    """What the hands did, smoothed: they are lost, or jump, for single pictures."""
    now, known, t = Hands.of(posture), memory.hands, posture.t
    if now is None:
        return known
    if known and memory.last is not None:
        share = 1.0 - math.exp(-max(0.0, t - memory.last.t) / HANDS_S)
        now = known[-1][1].towards(now, share)
    # The first of those that are kept is the last one from before the hands may have reached.
    old = sum(at <= t - AHEAD_S for at, _ in known)
    return (*known[max(0, old - 1) :], (t, now))


def _before_reach(hands: tuple[tuple[float, Hands], ...]) -> Hands | None:
    """What the hands did before they may have reached for something, or after the last movement."""
    if not hands:
        return None
    (first_s, first), (last_s, last) = hands[0], hands[-1]
    return first if last_s - first_s < AHEAD_S + GAP_S else last


def _moving(
    memory: Tracking, posture: Posture, standing: Standing | None, limits: Limits, signal: Signal
) -> tuple[Tracking, tuple[Outcome, ...]]:
    assert memory.move is not None, "a moving phase has a move"
    fold, rate, t, phase = signal.value, signal.rate, posture.t, memory.phase
    move = follow_move(memory.move, posture, standing, limits, fold)
    outcomes: tuple[Outcome, ...] = ()
    if move.reason == "sitting" and memory.move.reason is None:
        # A person who sits down may not stand up again: say it now.
        outcomes = (Rejected("sitting", move.start_s, t),)
    memory, is_still = _stay(replace(memory, move=move), t, fold, STALLED_S)
    is_low = memory.still is not None and memory.still[1] < STALLED_DEG
    if is_still and is_low and not has_sunk(posture, standing):
        # Standing has changed under way, as by a heavy weight: a lockout would never come.
        return replace(memory, phase=Phase.LOCKOUT, move=None, held=None, still=None), outcomes
    rising = move.peak - fold > RETURN_DEG and rate < 0
    if phase is Phase.ASCENDING:
        if fold < LOCKOUT_DEG:
            memory, long_enough = _hold(memory, "lockout", t, LOCKOUT_S)
            if long_enough or (rate > START_RATE and fold > move.low):
                memory, decided = _decide(memory, posture, standing, limits)
                return memory, outcomes + decided
            return memory, outcomes
        if fold - move.low > AGAIN_DEG:
            move = replace(move, low=math.inf)
            return replace(memory, phase=Phase.DESCENDING, move=move, held=None), outcomes
    elif rising:
        return replace(memory, phase=Phase.ASCENDING, held=None), outcomes
    elif phase is Phase.DESCENDING and fold >= BOTTOM_DEG and abs(rate) < BOTTOM_RATE:
        memory, long_enough = _hold(memory, "bottom", t, BOTTOM_S)
        if long_enough:
            return replace(memory, phase=Phase.BOTTOM, held=None), outcomes
        return memory, outcomes
    elif phase is Phase.BOTTOM and rate > START_RATE and move.peak_s == t:
        memory, long_enough = _hold(memory, "deeper", t, START_S)
        if long_enough:
            return replace(memory, phase=Phase.DESCENDING, held=None), outcomes
        return memory, outcomes
    return replace(memory, held=None), outcomes


def _decide(
    memory: Tracking, posture: Posture, standing: Standing | None, limits: Limits
) -> tuple[Tracking, tuple[Outcome, ...]]:
    """The movement has come back to standing: what was it?"""
    move = memory.move
    assert move is not None, "only a movement can end"
    memory = replace(memory, phase=Phase.LOCKOUT, move=None, held=None, still=None)
    end = posture.t
    if move.reason is not None:
        told = move.reason == "sitting"
        return memory, () if told else (Rejected(move.reason, move.start_s, end),)
    if is_squat(move, posture, limits):
        return memory, (Rejected("squat", move.start_s, end),)
    own = limits.of_own * median(memory.depths) if len(memory.depths) >= 2 else 0.0
    if move.peak < limits.full_deg or move.peak < own:
        partial = Partial(move.start_s, move.peak_s, end, move.peak_hip_deg, move.trunk_max)
        # Legs that swing without the trunk (a step, a knee lift) are not even a partial.
        return memory, (partial,) if move.trunk_change >= limits.trunk_deg / 2 else ()
    if move.trunk_change < limits.trunk_deg:
        return memory, (Rejected("squat", move.start_s, end),)
    took = end - move.start_s
    if not limits.shortest_s <= took <= limits.longest_s:
        reason = "too-fast" if took < limits.shortest_s else "too-slow"
        return memory, (Rejected(reason, move.start_s, end),)
    rep = Rep(
        number=memory.reps + 1,
        start_s=move.start_s,
        bottom_s=move.peak_s,
        end_s=end,
        hip_flexion_max_deg=move.peak_hip_deg,
        trunk_max_deg=move.trunk_max,
        knee_at_bottom_deg=move.peak_knee_deg,
        side=posture.near_side,
        leg=move.leg,
    )
    depths = (*memory.depths, move.peak)[-5:]
    return replace(memory, reps=rep.number, depths=depths, pending=(rep, move)), ()


def _is_another_body(before: Posture, now: Posture, limits: Limits) -> bool:
    """Hips that jump further than a person moves between two pictures."""
    moved = distance(before.hip, now.hip) / max(before.trunk_px, 1.0)
    return moved > limits.jump and now.t - before.t < GAP_S


def _hold(memory: Tracking, name: str, t: float, hold_s: float) -> tuple[Tracking, bool]:
    """Whether the named condition has now held for `hold_s`; call it while it holds."""
    since = memory.held[1] if memory.held is not None and memory.held[0] == name else t
    return replace(memory, held=(name, since)), t - since >= hold_s - 1e-6


def _stay(memory: Tracking, t: float, fold: float, stay_s: float) -> tuple[Tracking, bool]:
    """Whether the fold has now stayed where it is for `stay_s`; call it in every picture.

    By how far it goes in that time, not by the rate of single pictures, which jitters.
    """
    since, where = memory.still or (t, fold)
    if abs(fold - where) > STILL_DEG:
        since, where = t, fold
    return replace(memory, still=(since, where)), t - since >= stay_s - 1e-6
