"""Faults that the slow variations share: from what limit on, and what is said of them.

Limits are METRICS 2 unless said otherwise, in the units of their measure (see `form`, `readings`).
Priority 1 is said first.
"""

from __future__ import annotations

from dataclasses import replace

from mirror.hinge.counting.reps import Phase
from mirror.hinge.drills import drill
from mirror.hinge.judging import form
from mirror.hinge.judging import metrics as readings
from mirror.hinge.judging.form import AnyRule, Noted, Rule, Whole
from mirror.hinge.measure import balance
from mirror.hinge.measure.posture import JUDGE, Posture

MOVING = frozenset({Phase.DESCENDING, Phase.BOTTOM, Phase.ASCENDING})
TALL = frozenset({Phase.LOCKOUT, Phase.STANDING})

ROUNDING = Rule(
    fault="rounding",
    measure=form.rounding,
    limit=10.0,
    sd=4.0,
    phases=MOVING,
    hold_s=form.ROUNDING_S,
    priority=1,
    from_deg=form.BENT_DEG,
)
WEIGHT_FORWARD = Rule(
    fault="weight-forward",
    measure=form.com_shift,
    limit=0.2,
    sd=0.04,
    phases=MOVING,
    hold_s=0.5,
    priority=3,
)
# A neutral hinge is read as up to .05 forwards, so a true -.2 as -.16.
WEIGHT_BACK = replace(WEIGHT_FORWARD, fault="weight-back", limit=-0.16, sign=-1)
KNEES_BENT = Rule(
    fault="knees-bent",
    measure=form.knee_flexion,
    limit=50.0,
    sd=7.0,
    phases=MOVING,
    hold_s=0.3,
    priority=2,
)
LEAN_BACK = Rule(
    fault="lean-back",
    measure=form.lean_back,
    limit=8.0,
    sd=1.0,
    phases=TALL,
    hold_s=0.2,
    priority=4,
)
HIPS_FIRST = Whole(
    fault="hips-rise-first",
    reading=readings.hips_first_deg,
    limit=11.5,  # 15 deg of the joints are read so
    sd=0.5,
    priority=3,
)
HEAD_UP = Rule(
    fault="head-up",
    measure=form.neck,
    limit=-20.0,
    sd=2.0,
    phases=MOVING,
    hold_s=0.5,
    priority=5,
    sign=-1,
    from_deg=form.BENT_DEG,
)
HEAD_DOWN = replace(HEAD_UP, fault="head-down", limit=20.0, sign=1)
RULES: tuple[AnyRule, ...] = (
    ROUNDING,
    WEIGHT_FORWARD,
    WEIGHT_BACK,
    KNEES_BENT,
    LEAN_BACK,
    HIPS_FIRST,
    HEAD_UP,
    HEAD_DOWN,
)
"""Faults of the basic hinge."""

STICK_OFF = Noted("stick-off", limit=drill.RED_CM, hold_s=drill.OFF_S, priority=1)
STRING_SLACK = Noted("string-slack", limit=drill.RED, hold_s=drill.SLACK_S, priority=1, sign=-1)
HEEL_LIFT = Noted("heel-lift", limit=balance.HEEL_CM, hold_s=balance.HELD_S, priority=3)
TOE_LIFT = Noted("toe-lift", limit=balance.TOE_CM, hold_s=balance.HELD_S, priority=3)
NOTED = (STICK_OFF, STRING_SLACK, HEEL_LIFT, TOE_LIFT)
"""Faults that `drills.drill` and `measure.balance` find, in every variation."""


def is_rounded(posture: Posture) -> bool:
    """Whether the back is seen to be rounded beyond the limit right now."""
    deg = posture.rounding_deg
    sure = posture.confidence_of_back >= JUDGE
    return deg is not None and sure and deg > ROUNDING.limit + ROUNDING.sd
