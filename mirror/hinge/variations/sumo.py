"""Sumo: a wide stance, seen from the front."""

from __future__ import annotations

from mirror.hinge.judging import form
from mirror.hinge.judging import metrics as readings
from mirror.hinge.judging.form import Whole
from mirror.hinge.judging.summary import BOW, TEMPO, Row, measured
from mirror.hinge.measure.quality import Seeking
from mirror.hinge.measure.view import View
from mirror.hinge.variations.variation import Variation

KNEES = form.bent(form.knees_apart, 35.0, 0.1)
"""Distance of the knees over that of the ankles from this depth on. Above it the knees of straight
legs in a wide stance lie between hips and feet."""
SUMO = Variation(
    name="sumo",
    seeking=Seeking(views=(View.FRONT,)),
    rules=(
        Whole(
            fault="short-stance",
            reading=readings.stance,
            limit=1.5,
            sd=0.05,
            priority=3,
            sign=-1,
            view=View.FRONT,
        ),
        Whole(
            fault="knees-in",
            reading=KNEES,
            limit=0.86,  # a true .85 is read so
            sd=0.01,
            priority=4,
            sign=-1,
            view=View.FRONT,
        ),
    ),
    readings={"stance": readings.stance, "knees": KNEES},
    panel="stance",
    demonstration="sumo",
    rows=(
        BOW,
        Row("stance", measured("stance"), digits=1, fault="short-stance"),
        Row("knees", measured("knees"), digits=2, fault="knees-in"),
        TEMPO,
    ),
)
