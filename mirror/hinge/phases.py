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
    LOCKOUT      DESCENDING   as from STANDING: people do not pause
    LOCKOUT      STANDING     upright and still for 0.4 s
    any          (none)       nobody seen for 0.4 s: a rep under way is lost

At lockout the movement is one of: Rep, Partial (peak 20-35 deg, or far below the own depth),
or Rejected with the first reason that holds. A bad view or a fault never breaks the count.
Limits are METRICS 4a, tuned there on labelled real footage.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from statistics import median

from mirror.hinge.filters import Signal, follow
from mirror.hinge.geometry import Point, distance
from mirror.hinge.posture import Posture, Standing
from mirror.hinge.view import View

UPRIGHT_DEG, STILL_DEG, UPRIGHT_S = 12.0, 6.0, 0.4
START_DEG, START_RATE, START_S = 20.0, 10.0, 0.15
BOTTOM_DEG, BOTTOM_RATE, BOTTOM_S = 35.0, 12.0, 0.12
RETURN_DEG, AGAIN_DEG = 8.0, 15.0
LOCKOUT_DEG, LOCKOUT_S = 15.0, 0.2
GAP_S = 0.4
STRAY_S = 0.15
"""A foot is away for so long in a step; for a picture or two also when its landmark jumps."""


@dataclass(frozen=True)
class Limits:
    """What a variation asks of a rep. Angles in degrees, times in seconds."""

    full_deg: float = 35.0
    of_own: float = 0.6
    """Share of the median of the last five peaks that a full rep reaches."""
    trunk_deg: float = 15.0
    squat_ratio: float = 0.85
    """Knee against hip flexion at the peaks; real squats 1.06-1.29, real reps .41-.71."""
    shortest_s: float = 0.8
    longest_s: float = 10.0
    travel: float = 0.12
    """Ankle travel in leg lengths from which the person walks."""
    lift: float = 0.08
    sit_height: float = 0.55
    """Hip height, as a share of standing, below which the person sits ..."""
    sit_s: float = 2.0
    turn_deg: float = 25.0
    jump: float = 0.6
    """Move of the hip between two pictures, in trunk lengths, that only another body makes."""


class Phase(Enum):
    """Where in a rep the person is."""

    STANDING = "standing"
    DESCENDING = "descending"
    BOTTOM = "bottom"
    ASCENDING = "ascending"
    LOCKOUT = "lockout"


@dataclass(frozen=True)
class Fault:
    """What was wrong with a rep: the rule's name, the value it reached, and how sure that is."""

    fault: str
    value: float
    confidence: float


@dataclass(frozen=True)
class Rep:
    """A full rep. Times in seconds, angles absolute in degrees.

    back_rounding_max_deg: None where the back could not be judged; faults: by the rules of the
    variation. Both are added by `form.score`: counting knows nothing of form.
    """

    number: int
    start_s: float
    bottom_s: float
    end_s: float
    hip_flexion_max_deg: float
    trunk_max_deg: float
    knee_at_bottom_deg: float
    side: str
    back_rounding_max_deg: float | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Partial:
    """A movement too shallow to count: shown, not counted."""

    start_s: float
    bottom_s: float
    end_s: float
    hip_flexion_max_deg: float
    trunk_max_deg: float


@dataclass(frozen=True)
class Rejected:
    """A movement that is no hinge.

    reason: `squat sitting walking turning too-fast too-slow lost other-person`.
    """

    reason: str
    start_s: float
    end_s: float


Outcome = Rep | Partial | Rejected


@dataclass(frozen=True)
class Move:
    """What is known of the movement under way, from the moment it left standing."""

    start_s: float
    ankle: Point
    turn_deg: float
    facing: int
    peak: float = 0.0
    peak_s: float = 0.0
    peak_hip_deg: float = -math.inf
    peak_knee_deg: float = 0.0
    knee_change: float = 0.0
    trunk_max: float = -math.inf
    trunk_change: float = 0.0
    low: float = math.inf
    """Smallest fold since the way up began."""
    seated_since: float | None = None
    strayed_since: float | None = None
    reason: str | None = None


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


def fold_deg(posture: Posture, standing: Standing | None) -> float:
    """The signal of a rep: change of hip flexion from standing, degrees.

    In front view arccos of the trunk's vertical extent against standing.
    """
    if posture.view is View.FRONT and standing is not None:
        extent = (posture.hip[1] - posture.shoulder[1]) / standing.trunk_px
        return math.degrees(math.acos(min(1.0, max(-1.0, extent))))
    return posture.hip_flexion_deg - (standing.hip_flexion_deg if standing else 0.0)


def unseen(memory: Tracking, t: float) -> tuple[Tracking, tuple[Outcome, ...]]:
    """Nobody was measured at time t."""
    if memory.last is None or t - memory.last.t <= GAP_S:
        return memory, ()
    lost: tuple[Outcome, ...] = ()
    if memory.move is not None and memory.move.reason is None:
        lost = (Rejected("lost", memory.move.start_s, t),)
    return Tracking(reps=memory.reps, depths=memory.depths), lost


def step(
    memory: Tracking, posture: Posture, standing: Standing | None, limits: Limits
) -> tuple[Tracking, tuple[Outcome, ...]]:
    """One picture in; the memory and what ended with it out."""
    memory, outcomes = unseen(memory, posture.t)
    if memory.last is not None and _is_another_body(memory.last, posture, limits):
        if memory.move is not None and memory.move.reason is None:
            outcomes = (Rejected("other-person", memory.move.start_s, posture.t),)
        memory = Tracking(reps=memory.reps, depths=memory.depths)
    signal = follow(memory.fold, fold_deg(posture, standing), posture.t)
    memory = replace(memory, fold=signal)
    if signal.value < UPRIGHT_DEG or memory.last is None:
        memory = replace(memory, upright_s=posture.t)
    if memory.phase in (None, Phase.STANDING, Phase.LOCKOUT):
        memory = _at_rest(memory, posture, signal.value, signal.rate)
    else:
        memory, decided = _moving(memory, posture, standing, limits, signal)
        outcomes += decided
    return replace(memory, last=posture), outcomes


def _at_rest(memory: Tracking, posture: Posture, fold: float, rate: float) -> Tracking:
    if fold < UPRIGHT_DEG:
        memory = replace(memory, leaving=False)
    if memory.phase is not None and memory.leaving and fold > START_DEG:
        move = Move(
            start_s=memory.upright_s,
            ankle=posture.near_ankle,
            turn_deg=posture.turn_deg,
            facing=posture.facing,
        )
        return replace(memory, phase=Phase.DESCENDING, move=move, held=None, leaving=False)
    if memory.phase is not None and fold >= UPRIGHT_DEG and rate > START_RATE:
        memory, long_enough = _hold(memory, "start", posture.t, START_S)
        return replace(memory, leaving=memory.leaving or long_enough)
    if fold < UPRIGHT_DEG and memory.phase is not Phase.STANDING:
        # Still by how far it goes in that time, not by the rate of single pictures, which jitters.
        since, where = memory.still or (posture.t, fold)
        if abs(fold - where) > STILL_DEG:
            since, where = posture.t, fold
        if posture.t - since >= UPRIGHT_S - 1e-6:
            return replace(memory, phase=Phase.STANDING, held=None, still=None)
        return replace(memory, held=None, still=(since, where))
    return replace(memory, held=None, still=None)


def _moving(
    memory: Tracking, posture: Posture, standing: Standing | None, limits: Limits, signal: Signal
) -> tuple[Tracking, tuple[Outcome, ...]]:
    assert memory.move is not None, "a moving phase has a move"
    fold, rate, t, phase = signal.value, signal.rate, posture.t, memory.phase
    move = _follow(memory.move, posture, standing, limits, fold)
    outcomes: tuple[Outcome, ...] = ()
    if move.reason == "sitting" and memory.move.reason is None:
        # A person who sits down may not stand up again: say it now.
        outcomes = (Rejected("sitting", move.start_s, t),)
    memory = replace(memory, move=move)
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


def _follow(
    move: Move, posture: Posture, standing: Standing | None, limits: Limits, fold: float
) -> Move:
    """Take one picture into the movement under way."""
    # In front view the fold itself is the lean of the trunk.
    lean = fold if posture.view is View.FRONT else posture.trunk_deg - _trunk0(standing)
    knee0 = standing.knee_flexion_deg if standing else 0.0
    if fold > move.peak:
        move = replace(
            move,
            peak=fold,
            peak_s=posture.t,
            peak_hip_deg=posture.hip_flexion_deg,
            peak_knee_deg=posture.knee_flexion_deg,
            low=math.inf,
        )
    move = replace(
        move,
        low=min(move.low, fold),
        knee_change=max(move.knee_change, posture.knee_flexion_deg - knee0),
        trunk_max=max(move.trunk_max, posture.trunk_deg),
        trunk_change=max(move.trunk_change, lean),
    )
    if move.reason is not None:
        return move
    seated_since = _seated_since(move, posture, standing, limits)
    leg = standing.leg_px if standing else posture.leg_px
    strays = (
        distance(move.ankle, posture.near_ankle) > limits.travel * leg
        or move.ankle[1] - posture.near_ankle[1] > limits.lift * leg
    )
    strayed_since = (move.strayed_since or posture.t) if strays else None
    reason = None
    if seated_since is not None and posture.t - seated_since > limits.sit_s:
        # A squat held low is told from a seat by nothing here: a squat is judged first.
        reason = None if _is_squat(move, posture, limits) else "sitting"
    elif strayed_since is not None and posture.t - strayed_since >= STRAY_S:
        reason = "walking"
    elif posture.facing != move.facing or abs(posture.turn_deg - move.turn_deg) > limits.turn_deg:
        reason = "turning"
    return replace(move, seated_since=seated_since, strayed_since=strayed_since, reason=reason)


def _trunk0(standing: Standing | None) -> float:
    return standing.trunk_deg if standing else 0.0


def _decide(
    memory: Tracking, posture: Posture, standing: Standing | None, limits: Limits
) -> tuple[Tracking, tuple[Outcome, ...]]:
    """The movement has come back to standing: what was it?"""
    move = memory.move
    assert move is not None, "only a movement can end"
    memory = replace(memory, phase=Phase.LOCKOUT, move=None, held=None)
    end = posture.t
    if move.reason is not None:
        told = move.reason == "sitting"
        return memory, () if told else (Rejected(move.reason, move.start_s, end),)
    if _is_squat(move, posture, limits):
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
    )
    depths = (*memory.depths, move.peak)[-5:]
    return replace(memory, reps=rep.number, depths=depths), (rep,)


def _is_squat(move: Move, posture: Posture, limits: Limits) -> bool:
    seen = posture.view is not View.FRONT  # front view shows no knee angle
    deep = move.peak >= limits.full_deg
    return seen and deep and move.knee_change > limits.squat_ratio * move.peak


def _seated_since(
    move: Move, posture: Posture, standing: Standing | None, limits: Limits
) -> float | None:
    if standing is None:
        return None
    height = (posture.ankle[1] - posture.hip[1]) / standing.hip_height_px
    if height >= limits.sit_height:
        return None
    return posture.t if move.seated_since is None else move.seated_since


def _is_another_body(before: Posture, now: Posture, limits: Limits) -> bool:
    """Hips that jump further than a person moves between two pictures."""
    moved = distance(before.hip, now.hip) / max(before.trunk_px, 1.0)
    return moved > limits.jump and now.t - before.t < GAP_S


def _hold(memory: Tracking, name: str, t: float, hold_s: float) -> tuple[Tracking, bool]:
    """Whether the named condition has now held for `hold_s`; call it while it holds."""
    since = memory.held[1] if memory.held is not None and memory.held[0] == name else t
    return replace(memory, held=(name, since)), t - since >= hold_s - 1e-6
