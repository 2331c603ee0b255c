"""Bent-over row: the hinge is held, and the arms pull."""

from __future__ import annotations

from mirror.hinge.counting.rowing import RowCounter
from mirror.hinge.judging import metrics
from mirror.hinge.judging import summary as rows
from mirror.hinge.judging.faults import BACK, HEAD_DOWN, HEAD_UP
from mirror.hinge.judging.rules import RepRule
from mirror.hinge.judging.summary import TEMPO, SummaryRow, measured
from mirror.hinge.variations.variation import Variation

ROW = Variation(
    name="row",
    counter=RowCounter(),
    rules=(
        *BACK,
        RepRule(
            fault="torso-drift",
            metric=metrics.from_counter("drift_deg"),
            limit=7.0,  # a true drift of 14 deg reads 9 to 12.5, right pulls up to 4.5
            sd=0.5,
            priority=4,
        ),
        HEAD_UP,
        HEAD_DOWN,
    ),
    panel="elbow",
    demonstration="row",
    rows=(
        rows.ROUNDING,
        SummaryRow("drift", measured("drift_deg"), rows.good("torso-drift"), fault="torso-drift"),
        TEMPO,
    ),
)
