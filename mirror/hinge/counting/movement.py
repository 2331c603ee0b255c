"""The trunk away from upright and back: where a movement begins, how far it goes, where it ends.

The signal is the lean of the trunk in space (`measure.space`), which is the same from every side.
Nothing waits for stillness: the rest begins as that of people in general, and each upright moment
moves it to that of the person. A movement begins where the lean rises over the last low
one, and ends where the trunk is nearly back, or turns down again half-way up or higher: lockouts of
real sets last .3 s, with soft knees.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mirror.hinge.counting.reps import Phase
from mirror.hinge.measure.posture import Posture
from mirror.hinge.measure.replacing import replace
from mirror.hinge.measure.space import TRUNK_M

SMOOTH_S, HIPS_S = 0.04, 0.1
"""Time constants of the lean, and of the height of the hips, seconds."""
REST_DEG, REST_S = 3.0, 0.5
"""Usual lean of a standing person, degrees, and the seconds of standing for which it counts."""
UPRIGHT_DEG, NEAR_DEG, LEANT_DEG = 28.0, 12.0, -25.0
"""Degrees: a lean below the first, or within the second of the rest, is upright; the third is the
farthest back that a rest can be."""
RISE_S, FALL_S = 8.0, 0.6
"""Seconds over which the rest follows a lean over it, and a lean under it, which is much faster:
between reps people stand tall for a moment only."""
START_DEG, FORGET_DEG_S, STILL_DEG = 12.0, 4.0, 3.0
"""Degrees over the last low lean from which a movement has begun; the rate at which that low one is
forgotten; and degrees over it within which the first frame lies."""
BACK_DEG, BACK_SHARE, PEAK_DEG = 9.0, 0.3, 8.0
"""End of a movement: degrees from the rest; or the share of its depth below which the trunk stops
to rise, and the degrees from its peak that this needs."""
VALLEY, TURN_SHARE, TURN_DEG = 0.5, 0.25, 10.0
"""End at a valley: the share of its depth below which it lies, and the degrees of the next rise."""
SEEN_DOWN = 0.25
"""Least share of its depth that was seen on the way down."""
BOTTOM_DEG, SLOW_DEG_S, BOTTOM_S = 30.0, 12.0, 0.1
"""The bottom: least lean, greatest rate of change, and seconds."""


@dataclass(frozen=True)
class Movement:
    """One movement. Angles in degrees, times in seconds, heights of the hips in pixels, down."""

    start_s: float
    first_deg: float
    """The lean in its first frame."""
    bottom: Posture
    """Time of the most bent hips."""
    hips: tuple[float, float]
    """Height of the hips at the beginning, and the lowest."""
    peak_deg: float = -math.inf
    trunk_max_deg: float = -math.inf
    valley: tuple[float, float, float] = (math.inf, 0.0, 0.0)
    """The least lean since the peak, its time, and the height of the hips then."""
    shin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Sums, most of them from the bottom: weight, weight of the seen shins, shin."""
    leg: str | None = None
    rest_deg: float = 0.0
    shin_deg: float = 0.0
    """Tilt of the shins at the bottom against upright; 0 where they are not seen."""
    end_s: float = 0.0

    @property
    def depth_deg(self) -> float:
        """Depth from the rest to the deepest lean."""
        return self.peak_deg - self.rest_deg

    @property
    def drop(self) -> float:
        """Drop of the hips under the higher of both ends, trunk lengths."""
        trunk_px = TRUNK_M * self.bottom.space.px_per_m
        return (self.hips[1] - min(self.hips[0], self.valley[2])) / trunk_px

    @property
    def sank(self) -> float:
        """Drop of the hips from the beginning to the end, trunk lengths; a rise is negative."""
        return (self.valley[2] - self.hips[0]) / (TRUNK_M * self.bottom.space.px_per_m)

    @property
    def was_seen_down(self) -> bool:
        """Whether it was seen from its beginning: else the person came into the frame bent."""
        return self.first_deg < self.peak_deg - SEEN_DOWN * self.depth_deg


@dataclass(frozen=True)
class Trunk:
    """The memory of the trunk from frame to frame."""

    t: float | None = None
    lean_deg: float = 0.0
    rate: float = 0.0
    hips: float = 0.0
    rest_deg: float = REST_DEG
    rest_s: float = REST_S
    shin_deg: float = 0.0
    low_deg: float = math.inf
    start: tuple[float, float] | None = None
    """Time at which the next movement would begin, and the height of the hips then."""
    slow_s: float | None = None
    """Time since which the lean hardly changes."""
    upright_s: float | None = None
    move: Movement | None = None
    phase: Phase | None = None

    @property
    def is_upright(self) -> bool:
        """Whether the person stands upright, as far as is known."""
        return self.lean_deg < max(self.rest_deg + NEAR_DEG, UPRIGHT_DEG)

    def at_rest(self) -> Trunk:
        """The memory with nothing but the rest of this person."""
        return Trunk(rest_deg=self.rest_deg, rest_s=self.rest_s, shin_deg=self.shin_deg)


def follow_trunk(trunk: Trunk, posture: Posture) -> tuple[Trunk, Movement | None]:
    """Take in one frame. Return also the movement that ended with it."""
    lean, hips, t = posture.space.lean_deg, posture.hip[1], posture.t
    dt = 0.0 if trunk.t is None else max(0.0, t - trunk.t)
    if trunk.t is not None:
        before = trunk.lean_deg
        lean = before + _share(dt, SMOOTH_S) * (lean - before)
        hips = trunk.hips + _share(dt, HIPS_S) * (hips - trunk.hips)
        if dt > 0:
            rate = trunk.rate + _share(dt, SMOOTH_S) * ((lean - before) / dt - trunk.rate)
            trunk = replace(trunk, rate=rate)
    slow_s = (
        (trunk.slow_s if trunk.slow_s is not None else t) if abs(trunk.rate) < SLOW_DEG_S else None
    )
    trunk = replace(trunk, t=t, lean_deg=lean, hips=hips, slow_s=slow_s)
    if trunk.move is None:
        trunk = _at_rest(trunk, posture, dt)
    ended = None
    if trunk.move is not None:
        move = _moved(trunk, trunk.move, posture, dt)
        trunk, ended = _over(replace(trunk, move=move), move)
    return replace(trunk, phase=_phase(trunk, ended)), ended


def cut_off(trunk: Trunk) -> Movement | None:
    """The movement under way as one that ended with the last frame; None if it was still deep."""
    move = trunk.move
    if move is None or move.valley[0] >= trunk.rest_deg + VALLEY * (move.peak_deg - trunk.rest_deg):
        return None
    return _ended(trunk, move)


def _share(dt: float, constant: float) -> float:
    return 1.0 - math.exp(-dt / constant)


def _at_rest(trunk: Trunk, posture: Posture, dt: float) -> Trunk:
    lean, t, space = trunk.lean_deg, posture.t, posture.space
    low = min(trunk.low_deg + FORGET_DEG_S * dt, lean) if lean > trunk.low_deg else lean
    if trunk.is_upright:
        long = min(trunk.rest_s + dt, RISE_S)
        share = dt / long if lean > trunk.rest_deg else _share(dt, FALL_S)
        rest = max(LEANT_DEG, min(UPRIGHT_DEG, trunk.rest_deg + share * (lean - trunk.rest_deg)))
        shin = trunk.shin_deg
        if space.shin_seen > 0.4:
            shin += _share(dt, 1.0) * (max(-20.0, min(20.0, space.shin_deg)) - shin)
        start = (t, trunk.hips) if lean <= low + STILL_DEG else trunk.start
        trunk = replace(trunk, rest_deg=rest, rest_s=long, shin_deg=shin, start=start, upright_s=t)
    trunk = replace(trunk, low_deg=low)
    if trunk.start is not None and lean > max(low, trunk.rest_deg) + START_DEG:
        return replace(trunk, move=Movement(trunk.start[0], low, posture, (trunk.start[1],) * 2))
    if trunk.start is None and not trunk.is_upright:
        return replace(trunk, move=Movement(t, lean, posture, (trunk.hips,) * 2))
    return trunk


def _moved(trunk: Trunk, move: Movement, posture: Posture, dt: float) -> Movement:
    lean, space = trunk.lean_deg, posture.space
    if lean > move.peak_deg:
        move = replace(move, peak_deg=lean, valley=(math.inf, 0.0, 0.0))
    elif lean < move.valley[0]:
        move = replace(move, valley=(lean, posture.t, trunk.hips))
    if _hip_deg(posture) > _hip_deg(move.bottom):
        move = replace(move, bottom=posture)
    weight = max(lean - trunk.rest_deg, 0.0) ** 2 * max(dt, 1e-3)
    seen = weight * space.shin_seen
    sums = (move.shin[0] + weight, move.shin[1] + seen, move.shin[2] + seen * space.shin_deg)
    return replace(
        move,
        trunk_max_deg=max(move.trunk_max_deg, posture.trunk_deg),
        hips=(move.hips[0], max(move.hips[1], trunk.hips)),
        shin=sums,
        leg=posture.leg or move.leg,
    )


def _hip_deg(posture: Posture) -> float:
    """Hip flexion in space: hips may rise before the trunk does."""
    return posture.space.lean_deg + posture.space.thigh_deg


def _over(trunk: Trunk, move: Movement) -> tuple[Trunk, Movement | None]:
    """Whether the movement has ended; where it has, the next one begins there."""
    lean, depth = trunk.lean_deg, move.peak_deg - trunk.rest_deg
    over_rest = lean - trunk.rest_deg
    is_tall = over_rest < BACK_DEG or (over_rest < BACK_SHARE * depth and trunk.rate > -SLOW_DEG_S)
    is_back = is_tall and lean < move.peak_deg - PEAK_DEG
    turned = move.valley[0] + max(TURN_DEG, TURN_SHARE * depth)
    if not is_back and (move.valley[0] >= trunk.rest_deg + VALLEY * depth or lean <= turned):
        return trunk, None
    low, at, hips = move.valley
    trunk = replace(trunk, move=None, low_deg=min(low, lean), start=(at, hips), upright_s=at)
    return trunk, _ended(trunk, move)


def _ended(trunk: Trunk, move: Movement) -> Movement:
    weight, seen, shin = move.shin
    tilt = (shin / seen - trunk.shin_deg) * seen / weight if seen > 0 else 0.0
    return replace(move, rest_deg=trunk.rest_deg, shin_deg=tilt, end_s=move.valley[1])


def _phase(trunk: Trunk, ended: Movement | None) -> Phase | None:
    move, t = trunk.move, trunk.t or 0.0
    is_slow = trunk.slow_s is not None and t - trunk.slow_s >= BOTTOM_S
    if ended is not None:
        return Phase.LOCKOUT
    if move is None or trunk.start is None:  # or came into the frame bent
        is_standing = trunk.is_upright and (trunk.phase is not Phase.LOCKOUT or is_slow)
        return Phase.STANDING if is_standing else trunk.phase
    if move.peak_deg - trunk.lean_deg > PEAK_DEG:
        return Phase.ASCENDING if trunk.rate < 0 or trunk.phase is Phase.ASCENDING else trunk.phase
    is_low = is_slow and move.peak_deg - trunk.rest_deg >= BOTTOM_DEG
    if is_low or (trunk.phase is Phase.BOTTOM and trunk.rate < SLOW_DEG_S):
        return Phase.BOTTOM
    return Phase.DESCENDING
