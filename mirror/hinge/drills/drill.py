"""The two drills of the hinge over time: a stick along the back, and a string between the hands.

`step` follows one drill by one frame (`stick` and `string` measure that frame). It takes a baseline
of the standing person and judges the change from it, since each straight back touches a stick in
its own way. Lengths in centimetres, points in pixels. The limits were set on rendered people with
known spines, filmed from the side and found by the pose model; a note beside each limit says what
the model cannot see.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isnan, nan
from statistics import median

from mirror.hinge.drills import string as slack
from mirror.hinge.drills.hands import SEEN, Unready
from mirror.hinge.drills.stick import Stick, dowel, gap_by_line_cm, gap_cm, stick
from mirror.hinge.drills.string import String, string
from mirror.hinge.measure.contour import Contour
from mirror.hinge.measure.geometry import Point
from mirror.hinge.measure.pose import Pose
from mirror.hinge.measure.posture import JUDGE, Posture
from mirror.hinge.measure.view import View

STICK, STRING = "stick", "string"

AMBER_CM, RED_CM, OFF_S = 2.0, 2.7, 0.3
"""Gap of the stick at the pelvis beyond standing, cm, and seconds it must last. On figures the gap
of a neutral back is .3-1.0 cm, and 3-8 cm for a back that rounds by 20-36 deg."""
AMBER, RED, SLACK_S = 0.93, 0.905, 0.3
"""Length of the string over that in standing, and seconds that it must stay shorter: by the back
alone, a rounding of 15 and 20 degrees."""
LOST = 0.7
"""Length below which the lower hand was lost: a back that rounds by 35 deg gives .75."""
STILL_MIN = 5
"""Frames of standing that make a baseline."""
HELD_S = 1.0
"""Seconds for which the string counts as held after its hands were last seen in place. On the
way down the model loses the hands for moments."""
SMOOTH_S = 0.4
"""Seconds of the median filter, which removes a single jump of a hand."""

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
    """The state of a drill in one frame.

    ready: the person holds the drill. reason: what is missing, one of `REASONS`; with a low
    confidence it may be set although ready. value: stick: gap at the pelvis beyond standing, cm;
    string: length over that in standing, 1 is tight; None without a baseline.
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
class DrillBaseline:
    """Mean over the frames of standing; each drill has its own `values`."""

    values: tuple[float, ...]
    frames: int = 1

    @property
    def is_enough(self) -> bool:
        """Whether standing was seen for long enough."""
        return self.frames >= STILL_MIN

    def refined(self, values: tuple[float, ...]) -> DrillBaseline:
        """Add one frame; old ones fade after 50. A NaN in one is replaced from the other."""
        n = min(self.frames, 50)
        pairs = zip(self.values, values, strict=True)
        mean = tuple(b if isnan(a) else a if isnan(b) else (n * a + b) / (n + 1) for a, b in pairs)
        return DrillBaseline(mean, self.frames + 1)


@dataclass(frozen=True)
class Drill:
    """The memory of a drill from frame to frame, with its current reading.

    baseline: of the hands, or of the outline with the hand that holds the stick. line: of the stick
    itself, where the frame shows it. held_s: when both hands were last seen in their places.
    """

    name: str | None = None
    baseline: DrillBaseline | None = None
    line: DrillBaseline | None = None
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
    is_standing: bool,
) -> tuple[Drill, Reading]:
    """Follow the drill `name` by one frame; a new name starts a new memory.

    contour: None where it can't be seen. px_per_cm: pixels of a centimetre at the person.
    is_standing: the person is upright and still, so this frame belongs to the baseline.
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
        return _stick(memory, pose, held, posture, px_per_cm, is_standing=is_standing)
    if contour is None:
        return _unready(memory, "come-closer")
    seen = string(pose, contour, *where)
    if isinstance(seen, Unready):
        if seen.reason == "hand-unclear":
            memory = replace(memory, held_s=posture.t)
        return _without_hands(memory, seen.reason, posture)
    return _string(memory, seen, posture, px_per_cm, is_standing=is_standing)


def _unready(memory: Drill, reason: str) -> tuple[Drill, Reading]:
    reading = Reading(reason=reason)
    return replace(memory, recent=(), bad_since=None, reading=reading), reading


def _unknown(memory: Drill, reading: Reading) -> tuple[Drill, Reading]:
    """The drill is held, but has no baseline yet."""
    return replace(memory, reading=reading, recent=(), bad_since=None), reading


def _stick(
    memory: Drill, pose: Pose, seen: Stick, posture: Posture, px_per_cm: float, *, is_standing: bool
) -> tuple[Drill, Reading]:
    """The gap, from the stick itself where the frame and the baseline show it."""
    if is_standing and seen.confidence >= JUDGE:
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
    memory: Drill, seen: String, posture: Posture, px_per_cm: float, *, is_standing: bool
) -> tuple[Drill, Reading]:
    """The length, from the hands where they are sure, and from the back."""
    values = seen.hands_px / px_per_cm, seen.reach_px / px_per_cm
    is_sure = seen.confidence >= JUDGE
    if is_standing and is_sure:
        memory = replace(memory, baseline=_taken(memory.baseline, values))
    unclear = "hand-unclear" if seen.near else "lower-hand-near"
    confidence = min(seen.confidence, posture.confidence)
    reading = Reading(True, None if is_sure else unclear, confidence=confidence, points=seen.hands)
    base = memory.baseline
    if base is None or not base.is_enough:
        return _unknown(memory, replace(reading, reason=reading.reason or "stand-still"))
    by_hands = slack.tightness(values, base.values, seen.seen)
    if by_hands < LOST and seen.seen >= SEEN:
        return _without_hands(memory, "hands-on-your-trunk", posture)
    memory = replace(memory, held_s=posture.t)
    by_back = _judged_rounding(posture)
    # A hand that the body hides has a guessed place: the back alone is judged, where it is seen.
    value = slack.together(by_hands if is_sure and seen.seen >= SEEN else None, by_back)
    if value is None:
        value = by_hands
    if by_back is not None:
        reading = replace(reading, confidence=max(confidence, posture.confidence_of_back))
    return _judged(memory, reading, STRING, value, posture.t)


def _without_hands(memory: Drill, reason: str, posture: Posture) -> tuple[Drill, Reading]:
    """One hand is hidden, or both were in their places a moment ago: the back is judged alone."""
    value = slack.together(None, _judged_rounding(posture))
    if memory.held_s is None or posture.t - memory.held_s > HELD_S or value is None:
        return _unready(memory, reason)
    reading = Reading(True, reason, confidence=posture.confidence_of_back)
    return _judged(memory, reading, STRING, value, posture.t)


def _judged_rounding(posture: Posture) -> float | None:
    return posture.rounding_deg if posture.confidence_of_back >= JUDGE else None


def _taken(base: DrillBaseline | None, values: tuple[float, ...]) -> DrillBaseline:
    return DrillBaseline(values) if base is None else base.refined(values)


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
