"""Kettlebell swing: a rep is one top, judged in numbers of the whole rep."""

from __future__ import annotations

from mirror.hinge.counting.counter import SwingCounter
from mirror.hinge.counting.reps import Limits
from mirror.hinge.judging import metrics as readings
from mirror.hinge.judging import summary as rows
from mirror.hinge.judging.form import Whole
from mirror.hinge.judging.summary import Row, measured
from mirror.hinge.measure.quality import Seeking
from mirror.hinge.variations.variation import Variation

SWING = Variation(
    name="swing",
    seeking=Seeking(least_fps=(15.0, 12.0)),
    counter=SwingCounter(Limits(of_own=0.0, shortest_s=0.0, longest_s=120.0)),
    rules=(
        Whole(
            fault="squat-swing",
            reading=readings.knee_share,
            limit=0.85,
            sd=0.05,
            priority=1,
        ),
        Whole(
            fault="arms-first",
            reading=readings.extension_left,
            limit=0.3,
            sd=0.03,
            priority=2,
        ),
        Whole(
            fault="short-float",
            reading=readings.float_s,
            limit=0.245,  # a true .2 is read so
            sd=0.0,
            priority=2,
            sign=-1,
        ),
        Whole(
            fault="lean-back",
            reading=readings.lean_back_deg,
            limit=6.0,  # 8 deg of the joints are read as 6 in so short a moment
            sd=0.5,
            priority=3,
        ),
    ),
    readings={
        "float_s": readings.float_s,
        "power_deg_s": readings.power_deg_s,
        "lean_back_deg": readings.lean_back_deg,
    },
    panel="swing",
    demonstration="swing",
    rows=(
        Row("cadence", rows.cadence),
        Row("float", measured("float_s"), digits=1, fault="short-float"),
        Row("power", measured("power_deg_s")),
        Row("fade", rows.nothing, rows.faded),
    ),
)
