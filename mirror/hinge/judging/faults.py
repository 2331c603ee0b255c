"""Faults that the slow variations share: from what limit on, and what is said of them.

Limits are METRICS 2 unless said otherwise, in the units of their measure (see `form`, `readings`).
Priority 1 is said first.
"""

from __future__ import annotations

from dataclasses import replace

from mirror.hinge.counting.reps import Phase
from mirror.hinge.judging import form
from mirror.hinge.judging import metrics as readings
from mirror.hinge.judging.form import AnyRule, Rule, Whole
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
    cue="Stay long, crown to tailbone",
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
    cue="Whole foot heavy on the floor",
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
    cue="Shins like posts",
    priority=2,
)
LEAN_BACK = Rule(
    fault="lean-back",
    measure=form.lean_back,
    limit=8.0,
    sd=1.0,
    phases=TALL,
    hold_s=0.2,
    cue="Zip up tall, ribs over belt",
    priority=4,
)
HIPS_FIRST = Whole(
    fault="hips-rise-first",
    reading=readings.hips_first_deg,
    limit=11.5,  # 15 deg of the joints are read so
    sd=0.5,
    cue="Push the floor away, zip up tall",
    priority=3,
)
HEAD_UP = Rule(
    fault="head-up",
    measure=form.neck,
    limit=-20.0,
    sd=2.0,
    phases=MOVING,
    hold_s=0.5,
    cue="Eyes on the floor ahead",
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


def is_rounded(posture: Posture) -> bool:
    """Whether the back is seen to be rounded beyond the limit right now."""
    deg = posture.rounding_deg
    sure = posture.confidence_of_back >= JUDGE
    return deg is not None and sure and deg > ROUNDING.limit + ROUNDING.sd
