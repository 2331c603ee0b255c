"""Single leg: the free leg and the trunk make one line; left and right are counted apart.

A dropped pelvis has no rule: the hips of the pose model read the same with and without one.
"""

from __future__ import annotations

from dataclasses import replace

from mirror.hinge.judging import metrics
from mirror.hinge.judging import summary as rows
from mirror.hinge.judging.faults import BACK, KNEES_BENT
from mirror.hinge.judging.rules import RepRule
from mirror.hinge.judging.summary import SummaryRow, measured
from mirror.hinge.measure.quality import ViewRequirement
from mirror.hinge.variations.variation import Variation

SINGLE_LEG = Variation(
    name="single-leg",
    requirement=ViewRequirement(one_leg=True),
    rules=(
        *BACK,
        RepRule(
            fault="line-broken",
            metric=metrics.line_deg,
            limit=157.0,  # right reps of rendered people read 160 to 170
            sd=2.0,
            priority=4,
            sign=-1,
        ),
        RepRule(fault="touch-down", metric=metrics.touch_downs, limit=0.5, sd=0.0, priority=2),
        replace(KNEES_BENT, limit=30.0),
    ),
    metrics={
        "line_deg": metrics.line_deg,
        "hold_s": metrics.hold_s,
        "sway_cm": metrics.sway_cm,
        "touch_downs": metrics.touch_downs,
    },
    panel="legs",
    demonstration="single-leg",
    rows=(
        SummaryRow("sides", rows.nothing, rows.counts_apart),
        SummaryRow("hold", measured("hold_s"), rows.apart, digits=1),
        SummaryRow("touches", measured("touch_downs"), rows.sums_apart, fault="touch-down"),
    ),
)
