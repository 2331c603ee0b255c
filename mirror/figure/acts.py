"""Everything that the figure can do, by name: postures, faults, and the usual view.

A new variation is one row of `PATTERNS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mirror.figure import hinges, kettlebell, lifts
from mirror.figure.body import Angles, Body
from mirror.figure.gait import NEGATIVES
from mirror.figure.schedule import Kind, Plan, PlannedRep, Range, RepShape, as_drawn

Act = Callable[[PlannedRep, float, Body], Angles]
_SOMETIMES = 0.25
"""Share of faulty reps unless the plan gives one."""


@dataclass(frozen=True)
class Pattern:
    """One variation: postures, faults, and the usual view.

    act: joint angles of a rep at a time. shape: changes a drawn rep for this variation. arms: a row
    of `ARMS`, or "own" where the act moves them. slight: sizes of the faults in right reps.
    lasting: faults that all reps of a schedule have, or none of them.
    stance_m: distance of the feet of a body of 1.75 m; 0 where the act sets it.
    room: factor of the distance of the camera. ahead_m: point in the middle of the frame.
    """

    act: Act
    faults: tuple[str, ...] = ()
    shape: RepShape = as_drawn
    mix: Mapping[Kind, float] = field(default_factory=lambda: {"neutral": 1.0})
    plan: Plan = Plan(fault="any", fault_share=_SOMETIMES)
    slight: Range = (0.0, 0.35)
    lasting: tuple[str, ...] = ()
    arms: str = "own"
    stance_m: float = 0.26
    view: Literal["side", "front"] = "side"
    prop: str = "none"
    hands: Literal["both", "one"] = "both"
    room: float = 1.0
    ahead_m: float | None = None


def _only(kind: Kind, arms: str = "hang") -> Pattern:
    return Pattern(
        hinges.hinge,
        mix={kind: 1.0},
        plan=Plan(),
        slight=(0.0, 0.0),
        arms=arms,
        prop="kettlebell" if kind == "pick-up" else "none",
        room=1.1,
    )


_AT_ONCE: Range = (0.0, 0.0)
LIFTS: dict[str, Pattern] = {
    "touch-and-go": Pattern(
        lifts.touch_and_go,
        shape=lifts.shape_touch_and_go,
        plan=Plan(tempo_s=(1.7, 2.6), hold_s=(0.0, 0.1), pause_s=_AT_ONCE, hip_deg=(78.0, 98.0)),
        arms="hold",
        prop="kettlebell",
    ),
    "bar": Pattern(
        lifts.from_floor,
        shape=lifts.shape_from_floor,
        plan=Plan(stand_s=(-2.4, -2.0), tempo_s=(2.2, 3.2), pause_s=(0.2, 0.8)),
        prop="barbell",
    ),
    "kettlebell": Pattern(
        lifts.with_bell,
        shape=lifts.shape_with_bell,
        plan=Plan(tempo_s=(2.2, 3.4), pause_s=(0.2, 0.8)),
        stance_m=0.46,
        prop="kettlebell",
    ),
    "curl": Pattern(
        lifts.curling,
        shape=lifts.shape_curling,
        plan=Plan(tempo_s=(2.2, 3.4), pause_s=(0.3, 1.0)),
        prop="dumbbell",
    ),
}
"""Hinges with weights, practised as the basic one. The first rep at the bar begins bent."""


PATTERNS: dict[str, Pattern] = {
    "basic": Pattern(
        hinges.hinge,
        ("knees-bent", "weight-forward", "weight-back", "lean-back", "hips-rise-first", "head-up"),
        hinges.shape_hinge,
        mix={"neutral": 0.62, "rounded": 0.2, "partial": 0.1, "squat": 0.08},
        plan=Plan(),
        slight=(0.0, 0.0),
        arms="hang",
    ),
    "sumo": Pattern(
        hinges.sumo,
        ("short-stance", "knees-in"),
        hinges.shape_sumo,
        lasting=("short-stance",),
        stance_m=0.0,
        view="front",
        prop="kettlebell",
    ),
    "one-hand": Pattern(hinges.one_hand, ("twist",), view="front", prop="dumbbell", hands="one"),
    "row": Pattern(
        hinges.rowing,
        ("torso-drift",),
        hinges.shape_row,
        {"row": 1.0},
        stance_m=0.36,
        prop="dumbbell",
    ),
    "overhead": Pattern(hinges.arms_overhead, ("arms-drop",), room=1.28, ahead_m=0.28),
    "single-leg": Pattern(
        hinges.single_leg,
        ("pelvis-drop", "line-broken", "touch-down"),
        hinges.shape_single_leg,
        stance_m=0.18,
        room=1.25,
        ahead_m=-0.05,
    ),
    "swing": Pattern(
        kettlebell.swinging,
        ("squat-swing", "arms-first", "lean-back", "short-float"),
        kettlebell.shape_swing,
        {"swing": 1.0},
        stance_m=0.46,
        prop="swung",
        room=1.1,
    ),
    **LIFTS,
    **{kind: _only(kind) for kind in NEGATIVES},
    "squat": _only("squat", "forward"),
}
"""The pattern of each variation."""
