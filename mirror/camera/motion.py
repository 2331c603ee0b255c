"""What the figure does: an endless schedule of reps from a seed, and the truth about each moment.

Everything is a pure function of (seed, t): the frame rate plays no part. Times in seconds from the
start of the motion, angles in degrees as METRICS names them, positive in flexion.
A new variation is one row of `PATTERNS`; a new way to hold the arms is one row of `ARMS`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import atan2, degrees, sin
from types import MappingProxyType
from typing import Literal

import numpy as np

from mirror.camera.body import BODIES, C7, S1, SIDES, Angles, Body, Reach, Side, Skeleton, pose
from mirror.camera.render import View
from mirror.hinge.pose import Array, Mark

Kind = Literal["neutral", "rounded", "partial", "squat"]
Phase = Literal["standing", "descending", "bottom", "ascending"]
Range = tuple[float, float]
STICK_M = 0.013
"""Half the thickness of the stick."""
_MIX: Mapping[Kind, float] = MappingProxyType(
    {"neutral": 0.62, "rounded": 0.2, "partial": 0.1, "squat": 0.08}
)


@dataclass(frozen=True)
class Plan:
    """What a schedule is drawn from. A range of equal ends forces a value."""

    mix: Mapping[Kind, float] = field(default_factory=lambda: _MIX)
    """Weights of the kinds of rep; the first rep is the heaviest kind."""
    reps: int | None = None  # how many; then the person stands for ever. None: no end
    stand_s: Range = (2.5, 3.5)
    tempo_s: Range = (1.8, 5.0)  # length of a rep without its hold
    hold_s: Range = (0.0, 0.6)
    pause_s: Range = (0.3, 1.5)
    no_pause: float = 0.15  # share of reps that follow without any pause
    hip_deg: Range = (62.0, 98.0)  # pelvis flexion at the bottom of a neutral or rounded rep
    rounding_deg: Range = (20.0, 35.0)  # flexion of the back beyond neutral at the bottom
    phi0_deg: Range = (20.0, 50.0)  # pelvis flexion at which rounding begins
    early: Range = (0.0, 0.06)  # b1: rounding per degree of pelvis flexion from the start
    late: float | None = None  # b2: the same beyond phi0; None: what reaches `rounding_deg`


@dataclass(frozen=True)
class Rep:
    """One event of the schedule. Peaks are those of the commanded joint angles, degrees."""

    kind: Kind
    start_s: float
    down_s: float
    hold_s: float
    up_s: float
    hip_deg: float
    knee_deg: float
    phi0_deg: float = 0.0
    early: float = 0.0
    late: float = 0.0
    lumbar_share: float = 0.7

    @property
    def bottom_s(self) -> float:
        """Middle of the hold at the bottom."""
        return self.start_s + self.down_s + self.hold_s / 2

    @property
    def end_s(self) -> float:
        """Standing again."""
        return self.start_s + self.down_s + self.hold_s + self.up_s

    def rounding(self, phi_deg: float) -> float:
        """Flexion of the back beyond neutral at this pelvis flexion."""
        return self.early * max(0.0, phi_deg) + self.late * max(0.0, phi_deg - self.phi0_deg)

    def at(self, t: float) -> tuple[float, Phase]:
        """Share of the way down (0 standing, 1 bottom) and the phase."""
        since = t - self.start_s
        if since <= 0 or t >= self.end_s:
            return 0.0, "standing"
        if since < self.down_s:
            return _smooth(since / self.down_s), "descending"
        if since <= self.down_s + self.hold_s:
            return 1.0, "bottom"
        return _smooth((self.end_s - t) / self.up_s), "ascending"


@dataclass(frozen=True)
class Pattern:
    """One variation: how a rep's share becomes a posture, the usual arms, and stance width."""

    angles: Callable[[Rep, float, Body], Angles]
    arms: str = "hang"
    stance_m: float = 0.26


@dataclass(frozen=True)
class Truth:
    """What the skeleton does at one moment; named as in METRICS, degrees."""

    t: float
    kind: Kind | Literal["standing"]
    phase: Phase
    trunk_deg: float
    thigh_deg: float
    shank_deg: float
    hip_flexion_deg: float
    knee_flexion_deg: float
    pelvis_flexion_deg: float  # true flexion of the hip joint, relative to standing
    lumbar_deg: float
    thoracic_deg: float
    rounding_deg: float  # lumbar plus thoracic flexion beyond the neutral share
    com_fraction: float  # centre of mass over the foot: heel 0 .. toe 1
    chord_gap_cm: float  # mid-lumbar skin above the chord sacrum-T2; negative in a lordotic back


class Motion:
    """The movement of one person. `body` and `arms` of None are drawn or taken from the pattern."""

    def __init__(
        self,
        seed: int,
        variation: str = "basic",
        *,
        plan: Plan | None = None,
        body: Body | None = None,
        arms: str | None = None,
    ):
        self.plan = plan = plan or Plan()
        self.pattern = PATTERNS[variation]
        self.arms = arms or self.pattern.arms
        draw = np.random.default_rng([seed, 1])
        drawn = BODIES[int(draw.integers(len(BODIES)))]
        self.body = body or replace(
            drawn,
            lordosis_deg=drawn.lordosis_deg + float(draw.uniform(-4, 4)),
            neutral_lumbar_deg=float(np.clip(drawn.neutral_lumbar_deg + draw.uniform(-1, 1), 0, 8)),
        )
        self._sway = draw.uniform(0, 6.28, 6)
        self._com = float(draw.uniform(0.38, 0.46))
        self._random = np.random.default_rng([seed, 3])
        self._reps: list[Rep] = []
        self._next_s = float(self._random.uniform(*plan.stand_s))

    def reps_between(self, t0: float, t1: float) -> list[Rep]:
        """Every rep that has a moment in t0..t1."""
        plan, draw = self.plan, self._random
        while self._next_s <= t1 and (plan.reps is None or len(self._reps) < plan.reps):
            self._reps.append(self._draw_rep(self._next_s))
            pause = float(draw.uniform(*plan.pause_s))
            none = draw.random() < plan.no_pause
            self._next_s = self._reps[-1].end_s + (0.0 if none else pause)
        first = bisect_right(self._reps, t0, key=lambda rep: rep.end_s)
        return [rep for rep in self._reps[first:] if rep.start_s < t1]

    def rep_at(self, t: float) -> Rep | None:
        """The rep going on at t."""
        return next(iter(self.reps_between(t, t + 1e-9)), None)

    def angles(self, t: float) -> Angles:
        """Joint angles at t, with a little breathing and sway."""
        rep = self.rep_at(t)
        angles = self.pattern.angles(rep or _STILL, rep.at(t)[0] if rep else 0.0, self.body)
        a, b, c, d, e, f = self._sway
        swayed = 0.25 * sin(1.9 * t + a) + 0.2 * sin(0.83 * t + b)
        return replace(
            angles,
            left=replace(angles.left, hip_flexion=angles.left.hip_flexion + swayed),
            right=replace(angles.right, hip_flexion=angles.right.hip_flexion + swayed),
            neck=angles.neck + 0.8 * sin(0.61 * t + c),
            thoracic=angles.thoracic + 0.25 * sin(1.6 * t + d),
            stance_m=self.pattern.stance_m * self.body.scale,
            com_fraction=self._com + 0.012 * sin(0.9 * t + e) + 0.008 * sin(2.3 * t + f),
            arms=None if self.arms == "free" else ARMS[self.arms],
        )

    def skeleton(self, t: float) -> Skeleton:
        """The posed body at t."""
        return pose(self.body, self.angles(t))

    def truth(self, t: float) -> Truth:
        """What the skeleton does at t; nothing in it comes from a picture."""
        angles, rep = self.angles(t), self.rep_at(t)
        k = pose(self.body, angles)
        line = k.shoulder.mean(0) - k.hip_centre
        trunk = degrees(atan2(line[0], line[1]))
        support = angles.left if angles.support == "left" else angles.right
        phi = support.hip_flexion
        return Truth(
            t=t,
            kind=rep.kind if rep else "standing",
            phase=rep.at(t)[1] if rep else "standing",
            trunk_deg=trunk,
            thigh_deg=k.thigh_deg,
            shank_deg=k.shank_deg,
            hip_flexion_deg=trunk + k.thigh_deg,
            knee_flexion_deg=k.thigh_deg + k.shank_deg,
            pelvis_flexion_deg=phi,
            lumbar_deg=angles.lumbar,
            thoracic_deg=angles.thoracic,
            rounding_deg=angles.lumbar + angles.thoracic - self.body.neutral_lumbar(phi),
            com_fraction=k.com_fraction(),
            chord_gap_cm=100 * k.chord_gap_m(),
        )

    def points(self, t: float, view: View) -> Array:
        """(33, 2) landmarks in pixels, in the order of `Mark`."""
        return view.project(landmarks(self.skeleton(t)))[:, :2]

    def _draw_rep(self, start_s: float) -> Rep:
        plan, draw = self.plan, self._random
        kinds, weights = list(plan.mix), np.array(list(plan.mix.values()), float)
        pick = int(draw.choice(len(kinds), p=weights / weights.sum()))
        kind = kinds[pick if self._reps else int(weights.argmax())]

        def between(ends: Range) -> float:
            return float(draw.uniform(*ends))

        tempo, split, hold = between(plan.tempo_s), between((0.42, 0.62)), between(plan.hold_s)
        hip, bend, share = between(plan.hip_deg), between((0.16, 0.31)), between((0.6, 0.8))
        rounding, early = between(plan.rounding_deg), between(plan.early)
        phi0 = min(between(plan.phi0_deg), hip - 20)
        knee, late = bend * hip, 0.0
        if kind == "squat":
            knee = between((84, 106))
            hip = knee / between((1.08, 1.27))
        elif kind == "partial":
            hip, knee, tempo = between((25, 30)), between((6, 12)), max(1.5, 0.7 * tempo)
        if kind == "rounded":
            late = (rounding - early * hip) / (hip - phi0) if plan.late is None else plan.late
        else:
            early = 0.0
        down = tempo * split
        return Rep(kind, start_s, down, hold, tempo - down, hip, knee, phi0, early, late, share)


def landmarks(k: Skeleton) -> Array:
    """(33, 3) the points that MediaPipe names, in body axes, metres."""
    s = k.body.scale
    marks = np.empty((33, 3))
    head = s * k.head_frame
    marks[Mark.NOSE] = k.head + np.array([0.112, -0.02, 0.0]) @ head
    for i, sign in enumerate(SIDES):
        for first, ahead, up, aside in _FACE:
            mark = first + (i if first in (Mark.LEFT_EAR, Mark.MOUTH_LEFT) else 3 * i)
            marks[mark] = k.head + np.array([ahead, up, sign * aside]) @ head
        palm = k.wrist[i] + 0.08 * s * k.hand[i]
        thumb = k.wrist[i] + 0.045 * s * k.hand[i] + np.array([0.03 * s, 0.0, 0.0])
        heel, toe = k.ankle[i] + s * np.array([(-0.05, -0.055), (0.165, -0.06)]) @ k.feet[i, :2]
        arm = [k.shoulder[i], k.elbow[i], k.wrist[i], palm, palm, thumb]
        row = [*arm, k.hip[i], k.knee[i], k.ankle[i], heel, toe]
        marks[Mark.LEFT_SHOULDER + i :: 2] = row
    return marks


# First mark of a pair, and its place from the middle of the head: ahead, up, aside (m).
_FACE = (
    (Mark.LEFT_EYE_INNER, 0.086, 0.018, 0.018),
    (Mark.LEFT_EYE, 0.084, 0.018, 0.032),
    (Mark.LEFT_EYE_OUTER, 0.078, 0.018, 0.045),
    (Mark.LEFT_EAR, -0.005, 0.0, 0.076),
    (Mark.MOUTH_LEFT, 0.092, -0.058, 0.022),
)


def _smooth(x: float) -> float:
    """Minimum-jerk way from 0 to 1 (Flash and Hogan 1985)."""
    return x * x * x * (10 - 15 * x + 6 * x * x)


def _hinge(rep: Rep, share: float, body: Body) -> Angles:
    """Bow from the hips; a squat differs only in its knees."""
    phi = rep.hip_deg * share
    rounding = rep.rounding(phi)
    leg = Side(hip_flexion=phi, knee=4.0 + (rep.knee_deg - 4.0) * share)
    lumbar = body.neutral_lumbar(phi) + rep.lumbar_share * rounding
    # The eyes look at the floor some way ahead: the neck gives back a little of the bow.
    neck = -0.16 * phi if rep.kind != "squat" else -0.05 * phi
    return Angles(leg, leg, lumbar, (1 - rep.lumbar_share) * rounding, neck)


_STILL = Rep("neutral", 0.0, 1.0, 0.0, 1.0, 0.0, 4.0)

PATTERNS: dict[str, Pattern] = {
    "basic": Pattern(_hinge),
}
"""Variation -> how the figure does it."""


def _hang(k: Skeleton, i: int) -> Reach:
    """Arms hang by gravity, a little in front, so that no elbow shows behind the back."""
    wrist = k.shoulder[i] + k.body.scale * np.array([0.09, -0.522, SIDES[i] * 0.03])
    return Reach(wrist, np.array([-0.3, 0.0, SIDES[i]]), np.array([0.1, -1.0, 0.0]))


def _hold(k: Skeleton, i: int) -> Reach:
    """Both hands at one weight, low, in front of the thighs and shins."""
    wrist = k.shoulder[i] - np.array([0.0, 0.525 * k.body.scale, 0.0])
    leg = np.stack([k.ankle.mean(0), k.knee.mean(0), k.hip_centre])
    clear = np.interp(wrist[1], leg[:, 1], leg[:, 0]) + 0.11 * k.body.scale
    # Clear of a belly too: of all the trunk's front that is not far above the hands.
    front = k.skin()[1]
    belly = (front[:, 0] - 1.5 * np.maximum(0.0, front[:, 1] - wrist[1] - 0.22)).max() + 0.03
    wrist[0] = max(wrist[0] + 0.02, float(clear), float(belly))
    wrist[2] = 0.055 * SIDES[i]
    return Reach(wrist, np.array([-0.6, 0.0, SIDES[i]]), np.array([0.05, -1.0, 0.0]))


def _crossed(k: Skeleton, i: int) -> Reach:
    """Forearms crossed on the chest, hands on the other shoulder."""
    forward, up, right = k.frames[12]
    front = k.skin()[1][12 - i]
    wrist = front + 0.04 * forward - SIDES[i] * 0.055 * k.body.scale * right
    elbow = -up + 0.5 * SIDES[i] * right + 0.2 * forward
    return Reach(wrist, elbow, 0.75 * up - SIDES[i] * right - 0.25 * forward)


@lru_cache(maxsize=32)
def _standing(body: Body) -> Skeleton:
    return pose(body, Angles())


def _behind(line: Array) -> Array:
    """Across a line up the back, to the dorsal side."""
    return np.array([-line[1], line[0], 0.0])


def stick_line(k: Skeleton) -> tuple[Array, Array]:
    """Ends (m) of a stick held along the back.

    It lies on the upper back and in the low hand, and the hand stays in the hollow of the low
    back. Standing it just touches the sacrum too; a back that rounds lifts the hand, and with it
    the stick comes off the pelvis.
    """
    back, upright = k.skin()[0], _standing(k.body)
    still = upright.skin()[0]
    line = _unit(still[9 + int(np.argmin((still[9:13] - still[S1])[:, 0]))] - still[S1])
    over = float((still[S1] - still[4]) @ _behind(line)) + STICK_M  # what the hand fills
    hand = back[4] + over * _behind(_unit(back[12] - back[4]))
    line = _unit(back[12] - hand)
    for _ in range(3):
        # Turned about the hand until it rests on the upper back with its own thickness.
        way = back[7:C7] - hand
        lift = (way @ _behind(line) + STICK_M) / (way @ line)
        line = _unit(line + float(lift.max()) * _behind(line))
    along = float((back[S1] - hand) @ line)
    return hand + (along - 0.12) * line, hand + (along + 0.72 * k.body.scale) * line


def _unit(way: Array) -> Array:
    unit: Array = way / np.linalg.norm(way)
    return unit


def _stick(k: Skeleton, i: int) -> Reach:
    """The right hand at the low back, palm back; the left one holds the stick behind the neck."""
    back = k.skin()[0]
    forward, up, right = k.frames[4 if i else C7]
    if i:
        wrist = back[4] - 0.035 * forward + 0.05 * right
        return Reach(wrist, right - 0.4 * forward, -right + 0.2 * up)
    low, high = stick_line(k)
    line = _unit(high - low)
    grip = low + float((back[C7] + 0.04 * k.body.scale * up - low) @ line) * line
    hand = _unit(right - 0.2 * up - 0.3 * forward)
    wrist = grip - 0.07 * k.body.scale * hand
    return Reach(wrist, -right, hand)


def _string(k: Skeleton, i: int) -> Reach:
    """One hand at the collar bones, the other just below the navel, both on the trunk."""
    node = 13 if i else 3
    forward, up, right = k.frames[node]
    wrist = k.skin()[1][node] + 0.03 * forward + SIDES[i] * 0.05 * right
    if i:  # the elbow out to the side, so that the hand is not hidden behind it
        return Reach(wrist, SIDES[i] * right + 0.2 * up, 0.2 * up - SIDES[i] * right)
    return Reach(wrist, SIDES[i] * right - 0.5 * up - 0.8 * forward, -SIDES[i] * right)


def string_points(k: Skeleton) -> Array:
    """(5, 3) the string between the hands, metres: taut in standing, it sags where they near."""
    ends = k.wrist + 0.08 * k.body.scale * k.hand
    full = _standing_string(k.body)
    span = float(np.linalg.norm(ends[0] - ends[1]))
    sag = (0.375 * span * max(0.0, full - span)) ** 0.5  # a flat parabola of that length
    share = np.linspace(0.0, 1.0, 5)[:, None]
    points: Array = (1 - share) * ends[0] + share * ends[1]
    points[:, 1] -= (4 * share * (1 - share) * sag)[:, 0]
    return points


@lru_cache(maxsize=32)
def _standing_string(body: Body) -> float:
    k = pose(body, Angles(arms=_string))
    ends = k.wrist + 0.08 * body.scale * k.hand
    return float(np.linalg.norm(ends[0] - ends[1]))


ARMS: dict[str, Callable[[Skeleton, int], Reach]] = {
    "hang": _hang,
    "hold": _hold,
    "crossed": _crossed,
    "stick": _stick,
    "string": _string,
}
"""What the arms do, by name: from a body without arms and a side (0 left, 1 right)."""
