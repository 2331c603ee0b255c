"""Hands overhead: the arms stay in line with the trunk."""

from __future__ import annotations

from mirror.hinge.judging import measures
from mirror.hinge.judging import summary as rows
from mirror.hinge.judging.faults import BACK, KNEES_BENT, MOVING, WEIGHT_BACK, WEIGHT_FORWARD
from mirror.hinge.judging.rules import FrameRule
from mirror.hinge.judging.summary import DEPTH, SummaryRow, measured
from mirror.hinge.measure.quality import ViewRequirement
from mirror.hinge.variations.variation import Variation

OVERHEAD = Variation(
    name="overhead",
    requirement=ViewRequirement(needs_hands=True),
    rules=(
        *BACK,
        WEIGHT_FORWARD,
        WEIGHT_BACK,
        KNEES_BENT,
        FrameRule(
            fault="arms-drop",
            measure=measures.arms_lost,
            limit=15.0,
            sd=2.0,
            phases=MOVING,
            hold_s=0.3,
            priority=4,
            from_deg=30.0,
        ),
    ),
    metrics={"arms_lost_deg": measures.bent(measures.arms_lost, 30.0)},
    panel="arms",
    demonstration="overhead",
    rows=(
        rows.ROUNDING,
        SummaryRow("arms", measured("arms_lost_deg"), rows.good("arms-drop"), fault="arms-drop"),
        DEPTH,
    ),
)
