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
    title="Swing",
    instruction="Hike the bell back, snap tall, let it float.",
    seeking=Seeking(least_fps=(15.0, 12.0)),
    counter=SwingCounter(Limits(of_own=0.0, shortest_s=0.0, longest_s=120.0)),
    rules=(
        Whole(
            fault="squat-swing",
            reading=readings.knee_share,
            limit=0.85,
            sd=0.05,
            cue="Hips back, shins still",
            priority=1,
        ),
        Whole(
            fault="arms-first",
            reading=readings.extension_left,
            limit=0.3,
            sd=0.03,
            cue="Snap first, the arms follow",
            priority=2,
        ),
        Whole(
            fault="short-float",
            reading=readings.float_s,
            limit=0.245,  # a true .2 is read so
            sd=0.0,
            cue="Snap tall, let the bell float",
            priority=2,
            sign=-1,
        ),
        Whole(
            fault="lean-back",
            reading=readings.lean_back_deg,
            limit=6.0,  # 8 deg of the joints are read as 6 in so short a moment
            sd=0.5,
            cue="Stand tall, ribs over belt",
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
        Row("cadence", "Cadence", "{value}/min", rows.cadence),
        Row("float", "Float", "{value} s", measured("float_s"), digits=1, fault="short-float"),
        Row("power", "Power", "{value}°/s", measured("power_deg_s")),
        Row("fade", "Fade", "{value} %", rows.nothing, rows.faded),
    ),
    setup="Bell an arm's length ahead",
)
