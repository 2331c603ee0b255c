"""Weight in one hand: the trunk resists a twist, seen from the front."""

from __future__ import annotations

from mirror.hinge.judging import metrics as readings
from mirror.hinge.judging.form import Whole
from mirror.hinge.judging.summary import BOW, TEMPO, Row, measured
from mirror.hinge.measure.quality import Seeking
from mirror.hinge.measure.view import View
from mirror.hinge.variations.variation import Variation

ONE_HAND = Variation(
    name="one-hand",
    seeking=Seeking(views=(View.FRONT,)),
    rules=(
        Whole(
            fault="twist",
            reading=readings.twist_deg,
            limit=3.0,  # 7 deg of the joints are read as 3 to 4
            sd=0.2,
            priority=4,
            view=View.FRONT,
        ),
    ),
    readings={"twist_deg": readings.twist_deg},
    panel="shoulders",
    demonstration="one-hand",
    rows=(BOW, Row("tilt", measured("twist_deg"), fault="twist"), TEMPO),
)
