"""The motion of the figure: an endless schedule of reps from a seed, and the truth at each moment.

Everything is a pure function of (seed, t); the frame rate plays no part. Times in seconds from the
start of the motion, angles in degrees, positive in flexion.
The schedule is in `schedule`, the postures in `acts` and `gait`, the hands in `arms`.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from math import acos, atan2, degrees, sin
from typing import Literal

import numpy as np

from mirror.figure.acts import PATTERNS as PATTERNS
from mirror.figure.arms import ARMS as ARMS
from mirror.figure.arms import stick_line as stick_line
from mirror.figure.body import BODIES, SIDES, Angles, Body, Skeleton
from mirror.figure.gait import NEGATIVES
from mirror.figure.kinematics import moved, pose
from mirror.figure.schedule import Kind, PlannedRep, RepPhase, draw_faults, draw_rep
from mirror.figure.schedule import Plan as Plan
from mirror.figure.viewpoint import Viewpoint
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Mark

_SIDE: tuple[Literal["left", "right"], ...] = ("left", "right")


@dataclass(frozen=True)
class Truth:
    """The true measures of the skeleton at one moment, degrees unless the name says otherwise."""

    t: float
    kind: Kind | Literal["standing"]
    phase: RepPhase
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
    elbow_deg: float  # the more bent of both; 180 is straight
    arms_deg: float  # wrist, shoulder, hip: 180 is in line with the trunk
    neck_deg: float  # ear over the shoulder, forward of the line of the trunk
    navel_m: float  # wrists above the navel, which is a fifth up from hips to shoulders
    stance_ratio: float  # distance of the ankles over that of the shoulders
    knee_ratio: float  # distance of the knees over that of the ankles
    tilt_deg: float  # of the line of the shoulders against that of the hips, seen from the front
    obliquity_deg: float  # the left hip below the right one
    line_deg: float  # shoulder, hip, free ankle; 180 is straight. Both feet down: the left ankle
    free_lift_m: float  # the higher ankle over the lower one


class Motion:
    """The movement of one person.

    plan, arms, body: None takes the default of the variation, or draws one. `reps_between` returns
    the schedule: each rep has its kind, its faults, and the times at which a counter must count.
    """

    def __init__(
        self,
        seed: int,
        variation: str = "basic",
        *,
        plan: Plan | None = None,
        body: Body | None = None,
        arms: str | None = None,
    ):
        self.pattern = PATTERNS[variation]
        plan = plan or self.pattern.plan
        self.plan = plan = replace(plan, mix=plan.mix or self.pattern.mix)
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
        self._reps: list[PlannedRep] = []
        self._next_s = float(self._random.uniform(*plan.stand_s))
        self._seed = seed
        self._turn = int(np.random.default_rng([seed, 7]).integers(2))
        self.hand: Literal["left", "right"] = _SIDE[self._turn]
        """The hand with the weight, if one hand holds it."""
        # Lasting faults, such as the place of the feet, are drawn once for the whole schedule.
        draw = np.random.default_rng([seed, 8])
        lasting = draw_faults(plan, draw, self.pattern.faults, self.pattern.slight)
        self._lasting = {k: v for k, v in lasting.items() if k in self.pattern.lasting}
        still = PlannedRep("neutral", 1e9, 1.0, 0.0, 1.0, 0.0, 4.0, side=self.hand)
        self._still = replace(still, sizes=self._lasting)
        stood = self.pattern.act(self._still, 0.0, self.body).stance_m
        self._stance_m = self.pattern.stance_m * self.body.scale or stood

    def reps_between(self, t0: float, t1: float) -> list[PlannedRep]:
        """Every rep that has a moment in t0..t1."""
        plan, draw = self.plan, self._random
        while self._next_s <= t1 and (plan.reps is None or len(self._reps) < plan.reps):
            self._reps.append(self._draw_rep(self._next_s))
            pause = float(draw.uniform(*plan.pause_s))
            none = draw.random() < plan.no_pause
            self._next_s = self._reps[-1].end_s + (0.0 if none else pause)
        first = bisect_right(self._reps, t0, key=lambda rep: rep.end_s)
        return [rep for rep in self._reps[first:] if rep.start_s < t1]

    def rep_at(self, t: float) -> PlannedRep | None:
        """The rep going on at t."""
        return next(iter(self.reps_between(t, t + 1e-9)), None)

    def angles(self, t: float) -> Angles:
        """Joint angles at t, with a little breathing and sway."""
        rep = self.rep_at(t)
        negative = NEGATIVES.get(rep.kind) if rep else None
        act = negative.angles if negative else self.pattern.act
        angles = act(rep or self._still, t, self.body)
        moves = self.arms in ("free", "own") or negative
        a, b, c, d, e, f = self._sway
        swayed = 0.25 * sin(1.9 * t + a) + 0.2 * sin(0.83 * t + b)
        return replace(
            angles,
            left=replace(angles.left, hip_flexion=angles.left.hip_flexion + swayed),
            right=replace(angles.right, hip_flexion=angles.right.hip_flexion + swayed),
            neck=angles.neck + 0.8 * sin(0.61 * t + c),
            thoracic=angles.thoracic + 0.25 * sin(1.6 * t + d),
            stance_m=self._stance_m,
            com_fraction=self._com
            + 0.012 * sin(0.9 * t + e)
            + 0.008 * sin(2.3 * t + f)
            + (angles.com_fraction - 0.42),
            arms=angles.arms if moves else ARMS[self.arms],
        )

    def skeleton(self, t: float) -> Skeleton:
        """The posed body at t, at its place in the room."""
        angles = self.angles(t)
        return moved(pose(self.body, angles), angles)

    def truth(self, t: float) -> Truth:
        """The true measures at t, computed from the skeleton and not from a frame."""
        angles, rep = self.angles(t), self.rep_at(t)
        k = pose(self.body, angles)
        line = k.shoulder.mean(0) - k.hip_centre
        trunk = degrees(atan2(line[0], line[1]))
        support = angles.left if angles.support == "left" else angles.right
        phi = support.hip_flexion
        free = 1 if angles.support == "left" else 0
        shoulder, hip = k.shoulder.mean(0), k.hip_centre
        navel, ear = hip + 0.2 * line, k.head - 0.005 * self.body.scale * k.head_frame[0]
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
            elbow_deg=min(_corner(k.shoulder[i], k.elbow[i], k.wrist[i]) for i in range(2)),
            arms_deg=_corner(k.wrist.mean(0), shoulder, hip),
            neck_deg=degrees(atan2(*(ear - shoulder)[:2])) - trunk,
            navel_m=float(k.wrist[:, 1].mean() - navel[1]),
            stance_ratio=float(np.ptp(k.ankle[:, 2]) / np.linalg.norm(np.diff(k.shoulder, axis=0))),
            knee_ratio=float(np.ptp(k.knee[:, 2]) / np.ptp(k.ankle[:, 2])),
            tilt_deg=_slope(k.shoulder) - _slope(k.hip),
            obliquity_deg=_slope(k.hip),
            line_deg=_corner(shoulder, hip, k.ankle[free] + hip - k.hip[free]),
            free_lift_m=float(np.ptp(k.ankle[:, 1])),
        )

    def points(self, t: float, view: Viewpoint) -> Array:
        """(33, 2) landmarks in pixels, in the order of `Mark`."""
        return view.project(landmarks(self.skeleton(t)))[:, :2]

    def _draw_rep(self, start_s: float) -> PlannedRep:
        """The drawn hinge; the variation and its faults draw their numbers apart from it."""
        n, plan = len(self._reps), self.plan
        rep = draw_rep(plan, self._random, start_s, is_first=n == 0)
        draw = np.random.default_rng([self._seed, 6, n])
        if rep.kind in NEGATIVES:
            rep = NEGATIVES[rep.kind].shape(rep, draw)
            if rep.kind == "walk" and self.pattern.view == "front":
                rep = replace(rep, heading_deg=90.0)
            return rep
        sizes = draw_faults(plan, draw, self.pattern.faults, self.pattern.slight)
        sizes = {k: v for k, v in sizes.items() if k not in self.pattern.lasting} | self._lasting
        count = int(draw.integers(plan.set_of[0], plan.set_of[1] + 1))
        side = self.hand if self.pattern.hands == "one" else _SIDE[(self._turn + n) % 2]
        count = 0 if rep.kind in ("partial", "squat") else count
        count = count if rep.kind in ("row", "swing") else min(1, count)
        return self.pattern.shape(replace(rep, sizes=sizes, count=count, side=side), draw)


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


def _corner(a: Array, b: Array, c: Array) -> float:
    """Angle (deg) at b between the directions to a and c, seen from the side."""
    u, v = (a - b)[:2], (c - b)[:2]
    cosine = float(u @ v / max(float(np.linalg.norm(u) * np.linalg.norm(v)), 1e-9))
    return degrees(acos(min(1.0, max(-1.0, cosine))))


def _slope(pair: Array) -> float:
    """Angle (deg) of the left point below the right one, seen from the front."""
    return degrees(atan2(pair[1, 1] - pair[0, 1], pair[1, 2] - pair[0, 2]))
