"""Kettlebell swing: a rep is one top, judged in numbers of the whole rep."""

from __future__ import annotations

from mirror.hinge.counting.swinging import SwingCounter
from mirror.hinge.judging import metrics
from mirror.hinge.judging import summary as rows
from mirror.hinge.judging.faults import BACK
from mirror.hinge.judging.rules import RepRule
from mirror.hinge.judging.summary import SummaryRow, measured
from mirror.hinge.measure.quality import ViewRequirement
from mirror.hinge.variations.variation import Variation

SWING = Variation(
    name="swing",
    requirement=ViewRequirement(least_fps=(15.0, 12.0)),
    counter=SwingCounter(),
    rules=(
        *BACK,
        RepRule(fault="squat-swing", metric=metrics.knee_share, limit=0.85, sd=0.05, priority=1),
        RepRule(fault="arms-first", metric=metrics.extension_left, limit=0.3, sd=0.03, priority=2),
        RepRule(
            fault="short-float",
            metric=metrics.float_s,
            limit=0.245,  # the reading of a true .2
            sd=0.0,
            priority=2,
            sign=-1,
        ),
        RepRule(
            fault="lean-back",
            metric=metrics.lean_back_deg,
            limit=6.0,  # the reading of 8 deg of the joints in a short moment
            sd=0.5,
            priority=3,
        ),
    ),
    metrics={
        "float_s": metrics.float_s,
        "power_deg_s": metrics.power_deg_s,
        "lean_back_deg": metrics.lean_back_deg,
    },
    panel="swing",
    demonstration="swing",
    pause_s=1.0,
    rows=(
        SummaryRow("cadence", rows.cadence),
        SummaryRow("float", measured("float_s"), digits=1, fault="short-float"),
        SummaryRow("power", measured("power_deg_s"), rows.faded),
    ),
)
