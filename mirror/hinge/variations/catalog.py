"""THE TABLE of variations: one record each. A new variation touches this file alone.

What it shares with others it takes from `faults`, from `readings` and from `rows`.

Limits are METRICS 2 unless said otherwise, in the units of their measure (see `form`, `readings`).
Priority 1 is said first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from mirror.hinge.counting.counter import Counter, HingeCounter, RowCounter, SwingCounter
from mirror.hinge.counting.reps import Limits
from mirror.hinge.judging import form
from mirror.hinge.judging import metrics as readings
from mirror.hinge.judging import summary as rows
from mirror.hinge.judging.faults import (
    HEAD_DOWN,
    HEAD_UP,
    KNEES_BENT,
    MOVING,
    ROUNDING,
    RULES,
    WEIGHT_BACK,
    WEIGHT_FORWARD,
)
from mirror.hinge.judging.form import AnyRule, Rule, Whole
from mirror.hinge.judging.metrics import Reading
from mirror.hinge.judging.summary import BOW, DEPTH, TEMPO, Row, above, measured
from mirror.hinge.measure.quality import Seeking
from mirror.hinge.measure.view import View

BLADES = "Shoulder blades in your back pockets"
HAMSTRINGS = "Feel the back of your thighs?"
"""What no camera sees is said at set-up, and asked at rest."""


@dataclass(frozen=True)
class DrillMode:
    """A way to practise the basic hinge with the hands; see `drills`.

    rules: of the hinge that can be judged with the hands there. hides_back: an arm lies before
    the line of the back, so that nothing is made of it. has_stick: there is a stick along the back,
    which the camera picture may show.
    """

    name: str
    title: str
    instruction: str
    rules: tuple[AnyRule, ...] = RULES
    hides_back: bool = False
    has_stick: bool = False


STICK = DrillMode(
    name="stick",
    title="Stick",
    instruction="Hold a stick along your back. Hinge, and keep it touching.",
    # The arm behind the back hides it: the gap of the stick is judged in its place.
    rules=tuple(rule for rule in RULES if rule is not ROUNDING),
    hides_back=True,
    has_stick=True,
)
STRING = DrillMode(
    name="string",
    title="String",
    instruction="One hand on your collar bones, one below your navel. Keep their distance.",
)

Panel = Literal["depth", "stance", "shoulders", "elbow", "arms", "legs", "swing"]


@dataclass(frozen=True)
class Variation:
    """One variation of the hinge.

    name: as on the command line. title: as on the glass. instruction: one short sentence.
    seeking: from where it must be seen, and on which leg. counter: what
    counts its reps, before the first of them.
    rules: what a fault is. readings: numbers of each rep, by name. panel: what the glass shows of
    it beside the line of the spine. rows: what it tells of the set at rest. setup, rest: said
    before the first rep, and after the set. drills: modes of this variation.
    """

    name: str
    title: str
    instruction: str
    seeking: Seeking = Seeking()
    counter: Counter = HingeCounter()
    rules: tuple[AnyRule, ...] = RULES
    readings: Mapping[str, Reading] = field(default_factory=dict)
    panel: Panel = "depth"
    rows: tuple[Row, ...] = (DEPTH, rows.ROUNDING, TEMPO)
    setup: str = BLADES
    rest: str = HAMSTRINGS
    drills: tuple[DrillMode, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """Names of what its rules find."""
        return tuple(rule.fault for rule in self.rules)


BASIC = Variation(
    name="basic",
    title="Hip hinge",
    instruction="Bow from the hips. Keep your spine straight.",
    drills=(STICK, STRING),
)
FROM_FRONT = Seeking(views=(View.FRONT,))
KNEES = form.bent(form.knees_apart, 35.0, 0.1)
"""Before so deep a fold straight legs in a wide stance have the knees between hips and feet."""
SUMO = Variation(
    name="sumo",
    title="Sumo",
    instruction="Feet wide, toes out. Bow, and spread the floor.",
    seeking=FROM_FRONT,
    rules=(
        Whole(
            fault="short-stance",
            reading=readings.stance,
            limit=1.5,
            sd=0.05,
            cue="Feet wider, toes out",
            priority=3,
            sign=-1,
            view=View.FRONT,
        ),
        Whole(
            fault="knees-in",
            reading=KNEES,
            limit=0.86,  # a true .85 is read so
            sd=0.01,
            cue="Spread the floor",
            priority=4,
            sign=-1,
            view=View.FRONT,
        ),
    ),
    readings={"stance": readings.stance, "knees": KNEES},
    panel="stance",
    rows=(
        BOW,
        Row("stance", "Stance", "{value}×", measured("stance"), digits=1, fault="short-stance"),
        Row("knees", "Knees", "{value}×", measured("knees"), digits=2, fault="knees-in"),
        TEMPO,
    ),
)
ONE_HAND = Variation(
    name="one-hand",
    title="One hand",
    instruction="Weight in one hand. Bow, and keep your shoulders level.",
    seeking=FROM_FRONT,
    rules=(
        Whole(
            fault="twist",
            reading=readings.twist_deg,
            limit=3.0,  # 7 deg of the joints are read as 3 to 4
            sd=0.2,
            cue="Headlights straight ahead",
            priority=4,
            view=View.FRONT,
        ),
    ),
    readings={"twist_deg": readings.twist_deg},
    panel="shoulders",
    rows=(BOW, Row("tilt", "Tilt", "{value}°", measured("twist_deg"), fault="twist"), TEMPO),
)
ROW = Variation(
    name="row",
    title="Bent-over row",
    instruction="Bow and hold. Elbows back, lower, again. One weight: on the mirror's side.",
    counter=RowCounter(Limits(longest_s=120.0)),
    rules=(
        ROUNDING,
        Whole(
            fault="torso-drift",
            reading=readings.measured("drift_deg"),
            limit=10.0,
            sd=1.0,
            cue="Pull to your back pocket",
            priority=4,
        ),
        HEAD_UP,
        HEAD_DOWN,
    ),
    panel="elbow",
    rows=(
        Row("drift", "Drift", "{value}°", measured("drift_deg"), fault="torso-drift"),
        Row("elbow", "Elbow", "{value}°", measured("elbow_deg")),
        rows.ROUNDING,
        TEMPO,
    ),
    rest="Did your back stay still?",
)
OVERHEAD = Variation(
    name="overhead",
    title="Hands overhead",
    instruction="Reach up beside your ears. Bow, and keep reaching.",
    seeking=Seeking(needs_hands=True),
    rules=(
        ROUNDING,
        WEIGHT_FORWARD,
        WEIGHT_BACK,
        KNEES_BENT,
        Rule(
            fault="arms-drop",
            measure=form.arms_lost,
            limit=15.0,
            sd=2.0,
            phases=MOVING,
            hold_s=0.3,
            cue="Reach for the far wall",
            priority=4,
            from_deg=30.0,
        ),
    ),
    readings={"arms_lost_deg": form.bent(form.arms_lost, 30.0)},
    panel="arms",
    rows=(
        DEPTH,
        Row("arms", "Arms down", "{value}°", measured("arms_lost_deg"), above, fault="arms-drop"),
        rows.ROUNDING,
        TEMPO,
    ),
    setup="Ribs down, thumbs back",
)
SINGLE_LEG = Variation(
    name="single-leg",
    title="Single leg",
    instruction="On one leg. Tip forward; heel and crown make one line.",
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
            cue="Push the wall behind you with your heel",
            priority=4,
            sign=-1,
        ),
        Whole(
            fault="touch-down",
            reading=readings.touch_downs,
            limit=0.5,
            sd=0.0,
            cue="Grip the floor with your standing foot",
            priority=2,
        ),
        replace(KNEES_BENT, limit=30.0, cue="Soft knee, still shin"),
    ),
    readings={
        "line_deg": readings.line_deg,
        "hold_s": readings.hold_s,
        "sway_cm": readings.sway_cm,
        "touch_downs": readings.touch_downs,
    },
    panel="legs",
    rows=(
        Row("sides", "L / R", "{left} / {right}", rows.nothing, rows.counts_apart),
        Row("hold", "Hold", "{left} / {right} s", measured("hold_s"), rows.apart, digits=1),
        Row("sway", "Sway", "{left} / {right} mm", measured("sway_cm", 10.0), rows.apart),
        Row(
            "touches",
            "Touches",
            "{left} / {right}",
            measured("touch_downs"),
            rows.sums_apart,
            fault="touch-down",
        ),
    ),
    # A dropped pelvis is not to be seen: the hips of the pose model read the same with and without.
    setup="Belt level, like a tray",
)
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
    rows=(
        Row("cadence", "Cadence", "{value}/min", rows.cadence),
        Row("float", "Float", "{value} s", measured("float_s"), digits=1, fault="short-float"),
        Row("power", "Power", "{value}°/s", measured("power_deg_s")),
        Row("fade", "Fade", "{value} %", rows.nothing, rows.faded),
    ),
    setup="Bell an arm's length ahead",
)

VARIATIONS: dict[str, Variation] = {
    v.name: v for v in (BASIC, SUMO, ONE_HAND, ROW, OVERHEAD, SINGLE_LEG, SWING)
}
