"""Weight in one hand: the trunk resists a twist, seen from the front."""

from __future__ import annotations

from mirror.hinge.judging import metrics
from mirror.hinge.judging.rules import RepRule
from mirror.hinge.judging.summary import BOW, TEMPO, SummaryRow, good, measured
from mirror.hinge.measure.quality import ViewRequirement
from mirror.hinge.measure.view import View
from mirror.hinge.variations.variation import Variation

ONE_HAND = Variation(
    name="one-hand",
    requirement=ViewRequirement(views=(View.FRONT,)),
    rules=(
        RepRule(
            fault="twist",
            metric=metrics.twist_deg,
            limit=3.0,  # the joints turn by 7 deg, and the reading is 3 to 4
            sd=0.2,
            priority=4,
            view=View.FRONT,
        ),
    ),
    metrics={"twist_deg": metrics.twist_deg},
    panel="shoulders",
    demonstration="one-hand",
    rows=(
        SummaryRow("tilt", measured("twist_deg"), good("twist"), fault="twist"),
        BOW,
        TEMPO,
    ),
)
