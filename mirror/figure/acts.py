"""Everything that the figure can do, by name: postures, faults, and the usual view.

A new variation is one row of `PATTERNS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mirror.figure import hinges, kettlebell
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


def _only(kind: Kind) -> Pattern:
    return Pattern(
        hinges.hinge,
        mix={kind: 1.0},
        plan=Plan(),
        slight=(0.0, 0.0),
        arms="hang",
        prop="kettlebell" if kind == "pick-up" else "none",
        room=1.1,
    )


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
    **{kind: _only(kind) for kind in NEGATIVES},
}
"""The pattern of each variation."""
