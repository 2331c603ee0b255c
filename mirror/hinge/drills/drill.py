"""The two drills of the hinge over time: a stick along the back, and a string between the hands.

`step` follows one drill by one picture (`stick`, `slack` say what that shows): it takes the
person's own standing and judges the change from it, since a straight back touches a stick in its
own way. Lengths in centimetres, points in pixels. Limits start from METRICS 2 and were set on
rendered people with known spines, filmed from the side and found by the pose model; what it can't
see there is said beside each number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isnan, nan
from statistics import median

from mirror.hinge.drills import string as slack
from mirror.hinge.drills.hands import Unready
from mirror.hinge.drills.stick import Stick, dowel, gap_by_line_cm, gap_cm, stick
from mirror.hinge.drills.string import String, string
from mirror.hinge.measure.contour import Contour
from mirror.hinge.measure.geometry import Point
from mirror.hinge.measure.pose import Pose
from mirror.hinge.measure.posture import JUDGE, Posture
from mirror.hinge.measure.view import View

STICK, STRING = "stick", "string"

AMBER_CM, RED_CM, OFF_S = 2.0, 2.7, 0.3
"""The stick is off the pelvis: gap beyond own standing, and for how long. On figures a neutral back
takes it off by .3-1.0 cm, one that rounds by 20-36 deg by 3-8."""
AMBER, RED, SLACK_S = 0.95, 0.92, 0.3
"""Length of the string against own standing, and for how long it stays shorter. On 27 neutral reps
of 9 figures it stays above .924 for so long, and falls below .917 in 25 of 27 rounded ones."""
LOST = 0.7
"""Shorter than any back rounds: the lower hand was lost. Rounding by 35 deg gives .75."""
STILL_MIN = 5
"""Pictures of standing before there is a baseline."""
HELD_S = 1.0
"""For so long after its hands were last seen in their places the string is taken for held: down the
hinge the model loses them for moments."""
SMOOTH_S = 0.4
"""A value is the median of this window, so that one jump of a hand says nothing."""

REASONS = (
    "turn-side-on",
    "come-closer",
    "hand-behind-low-back",
    "hand-behind-neck",
    "back-hidden",
    "hands-on-your-trunk",
    "lower-hand-near",
    "hand-unclear",
    "stand-still",
)
"""Why a drill is not ready: keys of the guidance."""


@dataclass(frozen=True)
class Reading:
    """What a drill says now.

    ready: the person holds the drill; else `reason` says what is missing, a key of `REASONS`; with
    a low confidence it may be set though ready. value: stick: gap at the pelvis beyond own
    standing, cm; string: length against own standing, 1 is tight; None without a baseline.
    points: the dowel, pelvis first, or the hands, upper first, pixels. slack: string only,
    0 tight .. 1.
    level: `good`, `amber`, `red`, or None where there is no verdict. fault: `stick-off` or
    `string-slack` while it stands.
    """

    ready: bool = False
    reason: str | None = None
    value: float | None = None
    confidence: float = 0.0
    points: tuple[Point, Point] | None = None
    slack: float = 0.0
    level: str | None = None
    fault: str | None = None


@dataclass(frozen=True)
class Baseline:
    """Mean over the pictures of own standing; `values` as the drill needs them."""

    values: tuple[float, ...]
    pictures: int = 1

    @property
    def is_enough(self) -> bool:
        """Whether own standing was seen for long enough."""
        return self.pictures >= STILL_MIN

    def refined(self, values: tuple[float, ...]) -> Baseline:
        """With one more picture; old ones fade after 50. A NaN in one is taken from the other."""
        n = min(self.pictures, 50)
        pairs = zip(self.values, values, strict=True)
        mean = tuple(b if isnan(a) else a if isnan(b) else (n * a + b) / (n + 1) for a, b in pairs)
        return Baseline(mean, self.pictures + 1)


@dataclass(frozen=True)
class Drill:
    """What a drill remembers from picture to picture, with its present reading.

    baseline: of the hands, or of the outline with the hand that holds the stick. line: of the stick
    itself, where the picture shows it. held_s: when both hands were last seen in their places.
    """

    name: str | None = None
    baseline: Baseline | None = None
    line: Baseline | None = None
    held_s: float | None = None
    recent: tuple[tuple[float, float], ...] = ()
    bad_since: float | None = None
    reading: Reading = Reading()


def step(
    name: str | None,
    memory: Drill,
    pose: Pose,
    contour: Contour | None,
    posture: Posture,
    px_per_cm: float,
    *,
    standing: bool,
) -> tuple[Drill, Reading]:
    """Follow the drill `name` by one picture; another name than the memory's begins anew.

    contour: None where it can't be seen. px_per_cm: pixels of a centimetre at the person. standing:
    upright and still now, so that this picture belongs to the baseline.
    """
    if memory.name != name:
        memory = Drill(name)
    if name is None:
        return memory, memory.reading
    if posture.view is not View.SIDE:
        return _unready(memory, "turn-side-on")
    where = (posture.hip, posture.shoulder, posture.facing)
    if name == STICK:
        held = stick(pose, contour, *where, px_per_cm)
        if isinstance(held, Unready):
            return _unready(memory, held.reason)
        return _stick(memory, pose, held, posture, px_per_cm, standing=standing)
    if contour is None:
        return _unready(memory, "come-closer")
    seen = string(pose, contour, *where)
    if isinstance(seen, Unready):
        return _without_hands(memory, seen.reason, posture)
    return _string(memory, seen, posture, px_per_cm, standing=standing)


def _unready(memory: Drill, reason: str) -> tuple[Drill, Reading]:
    reading = Reading(reason=reason)
    return replace(memory, recent=(), bad_since=None, reading=reading), reading


def _unknown(memory: Drill, reading: Reading) -> tuple[Drill, Reading]:
    """Held, but there is nothing to compare with."""
    return replace(memory, reading=reading, recent=(), bad_since=None), reading


def _stick(
    memory: Drill, pose: Pose, seen: Stick, posture: Posture, px_per_cm: float, *, standing: bool
) -> tuple[Drill, Reading]:
    """The gap by the stick itself where the picture shows it, now and in standing."""
    if standing and seen.confidence >= JUDGE:
        memory = replace(memory, baseline=_taken(memory.baseline, seen.outline))
        if seen.line is not None:
            memory = replace(memory, line=_taken(memory.line, seen.line))
    confidence = min(seen.confidence, posture.confidence)
    reading = Reading(True, confidence=confidence, points=dowel(pose, seen, 0.0, px_per_cm))
    if seen.line is not None and memory.line is not None and memory.line.is_enough:
        pelvis_cm = memory.baseline.values[2] if memory.baseline is not None else nan
        value = gap_by_line_cm(seen.line, memory.line.values, seen.pelvis - pelvis_cm)
    elif memory.baseline is None or not memory.baseline.is_enough:
        return _unknown(memory, replace(reading, reason="stand-still"))
    else:
        value = gap_cm(seen.outline, memory.baseline.values)
    if isnan(value):
        return _unready(memory, "back-hidden")
    reading = replace(reading, points=dowel(pose, seen, value, px_per_cm))
    return _judged(memory, reading, STICK, value, posture.t)


def _string(
    memory: Drill, seen: String, posture: Posture, px_per_cm: float, *, standing: bool
) -> tuple[Drill, Reading]:
    """The string by the hands as far as they are sure, and by the back."""
    values = seen.hands_px / px_per_cm, seen.reach_px / px_per_cm
    is_sure = seen.confidence >= JUDGE
    if standing and is_sure:
        memory = replace(memory, baseline=_taken(memory.baseline, values))
    unclear = "hand-unclear" if seen.near else "lower-hand-near"
    confidence = min(seen.confidence, posture.confidence)
    reading = Reading(True, None if is_sure else unclear, confidence=confidence, points=seen.hands)
    base = memory.baseline
    if base is None or not base.is_enough:
        return _unknown(memory, replace(reading, reason=reading.reason or "stand-still"))
    by_hands = slack.tightness(values, base.values, seen.seen)
    if by_hands < LOST:
        return _without_hands(memory, "hands-on-your-trunk", posture)
    memory = replace(memory, held_s=posture.t)
    by_back = _judged_rounding(posture)
    value = slack.together(by_hands if is_sure else None, by_back)
    if value is None:
        value = by_hands
    if by_back is not None:
        reading = replace(reading, confidence=max(confidence, posture.confidence_of_back))
    return _judged(memory, reading, STRING, value, posture.t)


def _without_hands(memory: Drill, reason: str, posture: Posture) -> tuple[Drill, Reading]:
    """Hands that were in their places a moment ago are lost by the model: the back goes on."""
    value = slack.together(None, _judged_rounding(posture))
    if memory.held_s is None or posture.t - memory.held_s > HELD_S or value is None:
        return _unready(memory, reason)
    reading = Reading(True, reason, confidence=posture.confidence_of_back)
    return _judged(memory, reading, STRING, value, posture.t)


def _judged_rounding(posture: Posture) -> float | None:
    return posture.rounding_deg if posture.confidence_of_back >= JUDGE else None


def _taken(base: Baseline | None, values: tuple[float, ...]) -> Baseline:
    return Baseline(values) if base is None else base.refined(values)


def _judged(
    memory: Drill, reading: Reading, name: str, value: float, t: float
) -> tuple[Drill, Reading]:
    """The reading with its value smoothed, its level and its fault."""
    recent = (*(r for r in memory.recent if t - r[0] < SMOOTH_S), (t, value))
    value = median(v for _, v in recent)
    if name == STICK:
        red, amber, loose = value > RED_CM, value > AMBER_CM, 0.0
        fault, hold = "stick-off", OFF_S
    else:
        red, amber, loose = value < RED, value < AMBER, min(1.0, max(0.0, (1 - value) / 0.25))
        fault, hold = "string-slack", SLACK_S
    sure = reading.confidence >= JUDGE
    since = (memory.bad_since if memory.bad_since is not None else t) if red and sure else None
    stands = since is not None and t - since >= hold - 1e-6
    reading = replace(
        reading,
        value=value,
        slack=loose,
        level=("red" if red else "amber" if amber else "good") if sure else None,
        fault=fault if stands else None,
    )
    return replace(memory, recent=recent, bad_since=since, reading=reading), reading
