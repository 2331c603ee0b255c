"""Pose -> Posture: the angles of the body in one frame, and how far they can be trusted.

All angles are sagittal, in degrees, absolute (standing is not subtracted):

- trunk: mid-hip -> mid-shoulder from the vertical, positive forwards;
- thigh: knee -> mid-hip is the thigh; positive where the hip lies behind the knee;
- hip flexion = trunk + thigh, less the turn of the trunk beyond the pelvis in a rounded back;
- knee flexion = thigh + shank;
- shank: ankle -> knee from the vertical, positive forwards.

A joint is the visibility-weighted mean of both sides: it jumps less than the nearer side alone
where the model mixes up left and right. The landmark depth is not used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mirror.hinge.measure.balance import Foot, com_fraction, near_foot
from mirror.hinge.measure.contour import Axis, Contour, edges
from mirror.hinge.measure.geometry import Array, Point, distance, gate, inclination_deg
from mirror.hinge.measure.joints import JOINTS, PRESENT, joint
from mirror.hinge.measure.limbs import Limbs, free_foot, limbs, standing_leg
from mirror.hinge.measure.pose import Mark, Pose
from mirror.hinge.measure.quality import FROM_SIDE, ViewRequirement, doubts, has_trunk
from mirror.hinge.measure.rounding import Flexion, flexion, head, shape_of, smooth_edge
from mirror.hinge.measure.space import Space, space
from mirror.hinge.measure.view import Heading, View, follow_heading

JUDGE = 0.7
"""Least confidence at which verdicts are given."""
SHOW = 0.4
"""Least confidence at which more is shown than the one thing to fix."""
STEADY_S = 0.5
"""Seconds over which the jitter of the bone lengths is measured."""
KEPT = (0.6, 0.3)
"""Share of visible bins of the back: full trust from the first, none at the second. The model reads
past an arm: on rendered people the error does not grow down to the least share seen, .56."""
EDGE_S = 0.15
"""Time constant of the drawn line of the back, seconds. It lags, so nothing is judged by it."""
UPRIGHT_DEG = 15.0
"""Lean of the trunk, degrees, below which two feet on the floor mean standing on both."""


@dataclass(frozen=True)
class Unseen:
    """No person can be measured in this frame; reason `nobody` or `cut-off`."""

    t: float
    reason: str


@dataclass(frozen=True, eq=False)
class Back:
    """The back in one frame, side view only.

    edge: (59,) the drawn line, trunk lengths behind the axis, by bin of `contour.T`. shape: (19,)
    the numbers that rounding is read from, see `rounding.shape_of`. flexion: since standing;
    None where the back must not be judged. confidence: 0..1.
    """

    axis: Axis
    contour: Contour
    edge: Array
    shape: Array
    flexion: Flexion | None
    confidence: float

    @property
    def rounding_deg(self) -> float | None:
        """Flexion of the whole back since standing, degrees."""
        return self.flexion.sum_deg if self.flexion else None

    @property
    def turn_deg(self) -> float:
        """How far the trunk has turned beyond the pelvis, degrees; 0 where that is not sure."""
        return self.flexion.turn_deg if self.flexion and self.confidence >= JUDGE else 0.0


@dataclass(frozen=True)
class Posture:
    """The measures of one frame. Lengths and points in pixels, angles in degrees."""

    t: float
    view: View
    turn_deg: float
    facing: int
    trunk_deg: float
    thigh_deg: float
    shank_deg: float
    hip_flexion_deg: float
    knee_flexion_deg: float
    shoulder: Point
    hip: Point
    knee: Point
    ankle: Point
    near_ankle: Point
    """Ankle of the leg that stands, or of the side that faces the camera: it is never hidden."""
    trunk_px: float
    leg_px: float
    back: Back | None
    com_fraction: float | None
    """Centre of mass over the foot: heel 0 .. toe 1; side view only."""
    foot: Foot | None
    """The near foot; side view only."""
    limbs: Limbs
    leg: str | None
    """The leg that stands alone, `left` or `right`; None on both, or in a two-legged variation."""
    confidence: float
    doubt: str | None
    """Why the confidence is below `JUDGE`: `turn-side-on`, `face-me`, `step-back`, `come-closer`,
    `slow-pictures`, `unsteady`; else None."""
    frame_s: float | None
    """Usual time between frames, s; None with the first one."""
    space: Space
    """The person in space, the same from every side; reps are counted by it."""

    @property
    def rounding_deg(self) -> float | None:
        """Rounding of the back since standing, degrees; None if not known."""
        return self.back.rounding_deg if self.back else None

    @property
    def confidence_of_back(self) -> float:
        """How far the line of the back can be trusted, 0..1; it needs no legs."""
        return self.back.confidence if self.back else 0.0

    @property
    def near_side(self) -> str:
        """The person's own side that faces the camera: `left` or `right`."""
        return "left" if self.facing < 0 else "right"


@dataclass(frozen=True)
class Measuring:
    """The memory of measuring from frame to frame."""

    heading: Heading | None = None
    edge: Array | None = None
    frame_s: float | None = None
    legs: tuple[tuple[float, float], ...] = ()
    t: float | None = None
    leg: str | None = None


@dataclass(frozen=True)
class Baseline:
    """The measures of the person in standing. Every change is measured from them."""

    trunk_deg: float
    thigh_deg: float
    shank_deg: float
    trunk_px: float
    leg_px: float
    hip_height_px: float
    edge: Array | None
    """The edge of the standing back, (59,) as in `Back`; None where it was not seen."""
    com_fraction: float | None
    foot: Foot | None
    limbs: Limbs = Limbs()
    view: View = View.SIDE
    facing: int = 1
    """+1 to the right of the frame, -1 left."""
    shape: Array | None = None
    """(19,) as in `Back`; None where it was not seen."""
    is_first: bool = False
    """Taken from a short stand between reps, until there is a longer one."""

    @property
    def hip_flexion_deg(self) -> float:
        """Hip flexion of standing, degrees."""
        return self.trunk_deg + self.thigh_deg

    @property
    def knee_flexion_deg(self) -> float:
        """Knee flexion of standing, degrees."""
        return self.thigh_deg + self.shank_deg


def measure(
    memory: Measuring,
    pose: Pose | None,
    t: float,
    baseline: Baseline | None,
    requirement: ViewRequirement = FROM_SIDE,
) -> tuple[Measuring, Posture | Unseen]:
    """Measure one frame.

    memory: from the frame before. pose: None where no person was found. t: the frame's time, s.
    baseline: the person's, where known. requirement: the view that the variation needs.
    """
    if pose is None:
        return Measuring(frame_s=memory.frame_s), Unseen(t, "nobody")
    sights = {name: max(pose.seen[a], pose.seen[b]) for name, (a, b) in JOINTS.items()}
    if min(sights["shoulder"], sights["hip"]) < PRESENT:
        return Measuring(frame_s=memory.frame_s), Unseen(t, "cut-off")

    stood = (baseline.trunk_px, baseline.hip_height_px) if baseline else (None, None)
    heading = follow_heading(memory.heading, pose, *stood)
    sideways = heading.view is View.SIDE
    far = ("right" if heading.facing < 0 else "left") if sideways else None
    shoulder, hip = (joint(pose, *JOINTS[name]) for name in ("shoulder", "hip"))
    f = heading.facing
    leg = None
    if requirement.one_leg:
        upright = abs(inclination_deg(hip, shoulder, f)) < UPRIGHT_DEG
        leg_px = baseline.leg_px if baseline else 1.5 * distance(shoulder, hip)
        rest = baseline.limbs.free or 0.0 if baseline else 0.0
        free = free_foot(pose, shoulder, hip, f, leg_px) - rest
        leg = standing_leg(free, memory.leg, is_upright=upright)
    if leg is not None:
        knee, ankle = (joint(pose, *JOINTS[name], _other(leg), 0.0) for name in ("knee", "ankle"))
    else:
        knee, ankle = (joint(pose, *JOINTS[name], far) for name in ("knee", "ankle"))
    if memory.heading is not None and memory.heading.facing != f:
        memory = Measuring(heading, frame_s=memory.frame_s, t=memory.t)  # another side of the back
    trunk = inclination_deg(hip, shoulder, f)
    thigh = inclination_deg(knee, hip, -f)
    shank = inclination_deg(ankle, knee, f)
    leg_px = distance(hip, knee) + distance(knee, ankle)
    legs = (*(m for m in memory.legs if t - m[0] < STEADY_S), (t, leg_px))
    frame_s = _frame_s(memory, t)

    standing = baseline.shape if baseline and baseline.view is View.SIDE else None
    back = _back(pose, Axis(hip, shoulder, f), memory, t, trunk, standing) if sideways else None
    trunk_px = distance(shoulder, hip)
    bones_px = baseline.leg_px + baseline.trunk_px if baseline else leg_px + trunk_px
    gates = doubts(pose, heading, sights, legs, frame_s, bones_px, requirement)
    confidence, doubt = min(gates)
    near = Mark.LEFT_ANKLE if (f < 0 if leg is None else leg == "left") else Mark.RIGHT_ANKLE
    posture = Posture(
        t=t,
        view=heading.view,
        turn_deg=heading.turn_deg,
        facing=f,
        trunk_deg=trunk,
        thigh_deg=thigh,
        shank_deg=shank,
        hip_flexion_deg=trunk + thigh - (back.turn_deg if back else 0.0),
        knee_flexion_deg=thigh + shank,
        shoulder=shoulder,
        hip=hip,
        knee=knee,
        ankle=ankle,
        near_ankle=(pose.at[near][0], pose.at[near][1]),
        trunk_px=trunk_px,
        leg_px=leg_px,
        back=back,
        com_fraction=com_fraction(pose, f, leg=leg) if sideways else None,
        foot=near_foot(pose, f) if sideways else None,
        limbs=limbs(pose, shoulder, hip, f, leg_px, leg),
        leg=leg,
        confidence=confidence,
        doubt=doubt if confidence < JUDGE else None,
        frame_s=frame_s,
        space=space(pose),
    )
    edge = back.edge if back else None
    return Measuring(heading, edge, frame_s, legs, t, leg), posture


def _other(leg: str) -> str:
    return "left" if leg == "right" else "right"


def _back(
    pose: Pose, axis: Axis, memory: Measuring, t: float, trunk: float, standing: Array | None
) -> Back | None:
    """The line of the back, its drawn edge smoothed in time, and its rounding.

    trunk: inclination, degrees. standing: shape of the standing back; None where it was not seen.
    """
    contour = edges(pose, axis)
    line = smooth_edge(contour.dorsal) if contour else None
    if contour is None or line is None:
        return None
    edge = line
    if memory.edge is not None and memory.t is not None:
        edge = memory.edge + (1.0 - math.exp(-(t - memory.t) / EDGE_S)) * (line - memory.edge)
    sureness = gate(contour.valid, *KEPT) if has_trunk(pose) else 0.0
    shape = shape_of(line, head(pose, axis))
    return Back(axis, contour, edge, shape, flexion(shape, standing, trunk), sureness)


def _frame_s(memory: Measuring, t: float) -> float | None:
    """Smoothed time between frames, seconds."""
    if memory.t is None:
        return memory.frame_s
    dt = t - memory.t
    return dt if memory.frame_s is None else memory.frame_s + 0.1 * (dt - memory.frame_s)
