"""Single leg: the free leg and the trunk make one line; left and right are counted apart."""

from __future__ import annotations

from dataclasses import replace

from mirror.hinge.counting.counter import HingeCounter
from mirror.hinge.counting.reps import Limits
from mirror.hinge.judging import metrics as readings
from mirror.hinge.judging import summary as rows
from mirror.hinge.judging.faults import KNEES_BENT, ROUNDING
from mirror.hinge.judging.form import Whole
from mirror.hinge.judging.summary import Row, measured
from mirror.hinge.measure.quality import Seeking
from mirror.hinge.variations.variation import Variation

SINGLE_LEG = Variation(
    name="single-leg",
    seeking=Seeking(one_leg=True),
    # The free foot is meant to be in the air; the other one stays.
    counter=HingeCounter(Limits(lift=1.0)),
    rules=(
        ROUNDING,
        Whole(
            fault="line-broken",
            reading=readings.line_deg,
            limit=160.0,
            sd=2.0,
            priority=4,
            sign=-1,
        ),
        Whole(
            fault="touch-down",
            reading=readings.touch_downs,
            limit=0.5,
            sd=0.0,
            priority=2,
        ),
        replace(KNEES_BENT, limit=30.0),
    ),
    readings={
        "line_deg": readings.line_deg,
        "hold_s": readings.hold_s,
        "sway_cm": readings.sway_cm,
        "touch_downs": readings.touch_downs,
    },
    panel="legs",
    demonstration="single-leg",
    rows=(
        Row("sides", rows.nothing, rows.counts_apart),
        Row("hold", measured("hold_s"), rows.apart, digits=1),
        Row("sway", measured("sway_cm", 10.0), rows.apart),
        Row(
            "touches",
            measured("touch_downs"),
            rows.sums_apart,
            fault="touch-down",
        ),
    ),
    # A dropped pelvis is not to be seen: the hips of the pose model read the same with and without.
)
