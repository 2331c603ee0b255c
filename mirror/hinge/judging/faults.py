"""The faults that several variations share.

Limits are in the units of their measure (see `measures`, `metrics`). A limit without a source is
the judgement of the authors, checked on figures with known joints (`scripts/bench variations`).
The cue with priority 1 comes first. The words are in `config/languages`, key `cue.FAULT`.
"""

from __future__ import annotations

from dataclasses import replace

from mirror.hinge.counting.reps import Phase
from mirror.hinge.drills import drill
from mirror.hinge.judging import measures, metrics
from mirror.hinge.judging.rules import AnyRule, BackRule, FrameRule, NotedRule, RepRule
from mirror.hinge.measure import balance
from mirror.hinge.measure.posture import JUDGE, Posture

BENT_DEG = 45.0
"""Least depth at which the head is judged."""
MOVING = frozenset({Phase.DESCENDING, Phase.BOTTOM, Phase.ASCENDING})
TALL = frozenset({Phase.LOCKOUT, Phase.STANDING})


ROUNDING = BackRule(
    fault="rounding", metric=metrics.rounding_deg, limit=metrics.ROUNDED_DEG, priority=1
)
UPPER_BACK = BackRule(
    fault="upper-back",  # of a rounded back: its cue takes the place of the other
    metric=metrics.upper_share,
    limit=0.335,  # purely thoracic rounding reads .35 and more, purely lumbar .32 at most
    priority=1,
)
BACK = (UPPER_BACK, ROUNDING)
WEIGHT_FORWARD = FrameRule(
    fault="weight-forward",
    measure=measures.com_shift,
    limit=0.2,
    sd=0.04,
    phases=MOVING,
    hold_s=0.5,
    priority=3,
)
# A neutral hinge reads up to .05 forwards, so a true -.2 reads -.16.
WEIGHT_BACK = replace(WEIGHT_FORWARD, fault="weight-back", limit=-0.16, sign=-1)
KNEES_BENT = FrameRule(
    fault="knees-bent",
    measure=measures.knee_flexion,
    # A good hinge ends at 35 deg, which read 28; 48 read 33 on rendered people.
    limit=30.0,
    sd=2.0,
    phases=MOVING,
    hold_s=0.3,
    priority=2,
)
LEAN_BACK = FrameRule(
    fault="lean-back",
    measure=measures.lean_back,
    limit=8.0,
    sd=1.0,
    phases=TALL,
    hold_s=0.2,
    priority=4,
)
HIPS_FIRST = RepRule(
    fault="hips-rise-first",
    metric=metrics.hips_first_deg,
    limit=11.5,  # the reading of 15 deg of the joints
    sd=0.5,
    priority=3,
)
HEAD_UP = FrameRule(
    fault="head-up",
    measure=measures.neck,
    limit=-20.0,
    sd=2.0,
    phases=MOVING,
    hold_s=0.5,
    priority=5,
    sign=-1,
    from_deg=BENT_DEG,
)
HEAD_DOWN = replace(HEAD_UP, fault="head-down", limit=20.0, sign=1)
RULES: tuple[AnyRule, ...] = (
    *BACK,
    WEIGHT_FORWARD,
    WEIGHT_BACK,
    KNEES_BENT,
    LEAN_BACK,
    HIPS_FIRST,
    HEAD_UP,
    HEAD_DOWN,
)
"""Faults of the basic hinge."""

STICK_OFF = NotedRule("stick-off", limit=drill.RED_CM, hold_s=drill.OFF_S, priority=1)
STRING_SLACK = NotedRule("string-slack", limit=drill.RED, hold_s=drill.SLACK_S, priority=1, sign=-1)
HEEL_LIFT = NotedRule("heel-lift", limit=balance.HEEL_CM, hold_s=balance.HELD_S, priority=3)
TOE_LIFT = NotedRule("toe-lift", limit=balance.TOE_CM, hold_s=balance.HELD_S, priority=3)
NOTED = (STICK_OFF, STRING_SLACK, HEEL_LIFT, TOE_LIFT)
"""Faults that `drills.drill` and `measure.balance` find, in every variation."""


def is_rounded(posture: Posture) -> bool:
    """Whether the back is rounded beyond the limit in this frame."""
    deg = posture.rounding_deg
    sure = posture.confidence_of_back >= JUDGE
    return deg is not None and sure and deg > ROUNDING.limit
