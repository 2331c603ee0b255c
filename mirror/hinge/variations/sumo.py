"""Sumo: a wide stance, seen from the front."""

from __future__ import annotations

from mirror.hinge.judging import measures, metrics
from mirror.hinge.judging.rules import RepRule
from mirror.hinge.judging.summary import BOW, SummaryRow, good, measured
from mirror.hinge.measure.quality import ViewRequirement
from mirror.hinge.measure.view import View
from mirror.hinge.variations.variation import Variation

KNEES = measures.bent(measures.knees_apart, measures.KNEES_DEG, 0.1)
"""Distance of the knees over that of the ankles in the deep part of the rep."""
SUMO = Variation(
    name="sumo",
    requirement=ViewRequirement(views=(View.FRONT,)),
    rules=(
        RepRule(
            fault="short-stance",
            metric=metrics.stance,
            limit=1.5,
            sd=0.05,
            priority=3,
            sign=-1,
            view=View.FRONT,
        ),
        RepRule(
            fault="knees-in",
            metric=KNEES,
            limit=0.81,  # right reps of rendered people read .84 to .92
            sd=0.01,
            priority=4,
            sign=-1,
            view=View.FRONT,
        ),
    ),
    metrics={"stance": metrics.stance, "knees": KNEES},
    panel="stance",
    demonstration="sumo",
    rows=(
        SummaryRow("stance", measured("stance"), good("short-stance"), fault="short-stance"),
        SummaryRow("knees", measured("knees"), good("knees-in"), fault="knees-in"),
        BOW,
    ),
)
