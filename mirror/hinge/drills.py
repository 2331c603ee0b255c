"""The two drills of the hinge: a stick along the back, and a string between the hands.

Takes a pose, the edges of its trunk and the ends of the trunk line, in side view; gives in one
picture what the drill shows (`stick`, `string`), or why it can't be told. `step` follows one
drill over time: it takes the person's own standing and judges the change from it, since a
straight back touches a stick in its own way. Lengths in centimetres or trunk lengths, points in
pixels. Limits start from METRICS 2 and were set on rendered people with known spines, filmed from
the side and found by the pose model; what it can't see there is said beside each number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from mirror.hinge.contour import Axis, Contour, T
from mirror.hinge.geometry import Array, Point, distance, gate
from mirror.hinge.pose import Mark, Pose
from mirror.hinge.posture import JUDGE, Posture
from mirror.hinge.view import View

STICK, STRING = "stick", "string"

SEEN = 0.3
"""A hand of less visibility is a guess: where it is drawn out of place it may be hidden."""
HIDDEN = 0.7
"""Confidence where one hand is in place and the other can't be seen behind the body."""
LOW_BACK = (-0.1, 0.6)
"""Where along the trunk (hip 0, shoulder 1) a hand at the low back is found. The hand itself is at
.15-.45; near the edge of the back the pose model misses it by .1 of a trunk, median."""
NECK = (0.7, 1.5)
DORSAL = 0.0
"""How far behind the trunk line a hand behind the back lies at least, trunk lengths."""
PELVIS, LUMBAR, UPPER = (0.0, 0.1), (0.2, 0.4), (0.7, 0.9)
"""Bands of the back, along the trunk."""
OFF_CM, OFF_MORE_CM, OFF_S = 2.5, 1.5, 0.3
"""The stick is off the back: gap, gap beyond own standing, and for how long."""

AT_COLLAR, AT_NAVEL = (0.6, 1.25), (-0.25, 0.45)
"""Where along the trunk the hands of the string drill are."""
CONTACT = 0.06
"""A hand this many trunk lengths (3 cm) before the front edge still touches the trunk."""
AMBER, RED, SLACK_S = 0.94, 0.90, 0.5
"""Length of the string against own standing, and for how long it stays shorter."""
SURE = (0.7, 0.3)
"""Gate of the visibility of the lower hand: in wide sleeves the model loses it down the hinge."""
UNSURE = 0.5
"""Confidence of a string whose lower hand is on the far side: it is not followed down the hinge."""

STILL_MIN = 5
"""Pictures of standing before there is a baseline."""
SMOOTH_S = 0.4
"""A value is the median of this window, so that one jump of a hand says nothing."""

CUES = {
    "stick-off": "Keep the stick kissing your tailbone",
    "string-slack": "Keep the string tight",
}
"""Fault -> what is said."""
REASONS = {
    "turn-side-on": "Turn side-on",
    "step-back": "Step back",
    "hand-behind-low-back": "One hand on your low back, stick along your spine",
    "hand-behind-neck": "Other hand behind your neck",
    "back-hidden": "Elbows out, let me see your back",
    "hands-on-your-trunk": "Hands on collar bones and navel",
    "lower-hand-near": "Lower hand on the mirror's side",
    "stand-still": "Stand tall and still",
}
"""Why a drill is not ready -> what is said."""


@dataclass(frozen=True)
class Unready:
    """The drill can't be judged in this picture; reason is a key of `REASONS`."""

    reason: str


@dataclass(frozen=True)
class Stick:
    """The stick in one picture.

    ends: of the dowel, pixels, pelvis first. pelvis_cm, upper_cm: from the dowel to the back at
    the pelvis and at the upper back, positive where the stick is off. confidence: 0..1.
    """

    ends: tuple[Point, Point]
    pelvis_cm: float
    upper_cm: float
    confidence: float


@dataclass(frozen=True)
class String:
    """The string in one picture.

    hands: upper and lower end, pixels. hands_px: distance of the hands. reach_px: distance from the
    middle of the shoulders to the lower hand. seen: visibility of the upper hand. confidence: 0..1.
    """

    hands: tuple[Point, Point]
    hands_px: float
    reach_px: float
    seen: float
    confidence: float


@dataclass(frozen=True)
class Reading:
    """What a drill says now.

    ready: the person holds the drill; else `reason` says what is missing, a key of `REASONS`; with
    a low confidence it may be set though ready. value: stick: gap at the pelvis beyond own
    standing, cm; string: length against own standing, 1 is tight; None without a baseline.
    points: the dowel or the ends of the string, pixels. slack: string only, 0 tight .. 1.
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

    def refined(self, values: tuple[float, ...]) -> Baseline:
        """With one more picture; old ones fade after 50."""
        n = min(self.pictures, 50)
        mean = tuple((n * a + b) / (n + 1) for a, b in zip(self.values, values, strict=True))
        return Baseline(mean, self.pictures + 1)


@dataclass(frozen=True)
class Drill:
    """What a drill remembers from picture to picture, with its present reading."""

    name: str | None = None
    baseline: Baseline | None = None
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

    px_per_cm: pixels of a centimetre at the person. standing: upright and still now, so that this
    picture belongs to the baseline.
    """
    if memory.name != name:
        memory = Drill(name)
    if name is None:
        return memory, memory.reading
    if posture.view is not View.SIDE:
        return _unready(memory, "turn-side-on")
    if contour is None:
        return _unready(memory, posture.doubt or "step-back")
    where = (posture.hip, posture.shoulder, posture.facing)
    if name == STICK:
        seen: Stick | String | Unready = stick(pose, contour, *where, px_per_cm)
    else:
        seen = string(pose, contour, *where)
    if isinstance(seen, Unready):
        return _unready(memory, seen.reason)
    values = _values(seen, px_per_cm)
    if standing and seen.confidence >= JUDGE:
        base = memory.baseline
        base = Baseline(values) if base is None else base.refined(values)
        memory = replace(memory, baseline=base)
    confidence = min(seen.confidence, posture.confidence)
    points = seen.ends if isinstance(seen, Stick) else seen.hands
    reading = Reading(True, confidence=confidence, points=points)
    if isinstance(seen, String) and seen.confidence < JUDGE:
        reading = replace(reading, reason="lower-hand-near")
    base = memory.baseline
    if base is None or base.pictures < STILL_MIN:
        reading = replace(reading, reason=reading.reason or "stand-still")
        memory = replace(memory, reading=reading, recent=(), bad_since=None)
        return memory, reading
    return _judged(memory, reading, seen, values, base.values, posture.t)


def _unready(memory: Drill, reason: str) -> tuple[Drill, Reading]:
    reading = Reading(reason=reason)
    return replace(memory, recent=(), bad_since=None, reading=reading), reading


def _values(seen: Stick | String, px_per_cm: float) -> tuple[float, ...]:
    if isinstance(seen, Stick):
        return seen.pelvis_cm, seen.upper_cm
    return seen.hands_px / px_per_cm, seen.reach_px / px_per_cm


def _judged(
    memory: Drill,
    reading: Reading,
    seen: Stick | String,
    values: tuple[float, ...],
    base: tuple[float, ...],
    t: float,
) -> tuple[Drill, Reading]:
    """The reading against the own standing, smoothed, with level and fault."""
    if isinstance(seen, Stick):
        value = max(values[0] - base[0], values[1] - base[1])
    else:
        # The less the upper hand is seen, the more the middle of the shoulders stands for it.
        share = 0.5 + 0.5 * gate(seen.seen, 0.6, 0.2)
        value = share * values[0] / base[0] + (1 - share) * values[1] / base[1]
    recent = (*(r for r in memory.recent if t - r[0] < SMOOTH_S), (t, value))
    value = median(v for _, v in recent)
    if isinstance(seen, Stick):
        gap = value + max(base[0], base[1], 0.0)
        bad = value > OFF_MORE_CM and gap > OFF_CM
        level = "red" if bad else "amber" if value > 0.6 * OFF_MORE_CM else "good"
        fault, hold, slack = "stick-off", OFF_S, 0.0
    else:
        bad = value < RED
        level = "red" if bad else "amber" if value < AMBER else "good"
        fault, hold, slack = "string-slack", SLACK_S, min(1.0, max(0.0, (1 - value) / 0.25))
    judged = reading.confidence >= JUDGE
    bad = bad and judged
    since = (memory.bad_since if memory.bad_since is not None else t) if bad else None
    reading = replace(
        reading,
        value=value,
        slack=slack,
        level=level if judged else None,
        fault=fault if since is not None and t - since >= hold - 1e-9 else None,
    )
    return replace(memory, recent=recent, bad_since=since, reading=reading), reading


@dataclass(frozen=True)
class _Hand:
    """Middle of one hand: pixels, place along the trunk, trunk lengths behind it, visibility."""

    at: Point
    t: float
    behind: float
    seen: float
    near: bool

    def within(self, band: tuple[float, float]) -> bool:
        return band[0] <= self.t <= band[1]


def _hands(pose: Pose, axis: Axis) -> tuple[_Hand, _Hand]:
    """Near and far hand: the mean of wrist, index and thumb."""
    hip, along = np.array(axis.hip), np.array(axis.shoulder) - np.array(axis.hip)
    dorsal = np.array([along[1], -along[0]]) * axis.facing / axis.length
    found = []
    near = 0 if axis.facing < 0 else 1  # left, right: who faces left shows the left side
    for side in (near, 1 - near):
        marks = [Mark.LEFT_WRIST + side, Mark.LEFT_INDEX + side, Mark.LEFT_THUMB + side]
        at = pose.points[marks].mean(axis=0)
        found.append(
            _Hand(
                at=(float(at[0]), float(at[1])),
                t=float((at - hip) @ along) / axis.length**2,
                behind=float((at - hip) @ dorsal) / axis.length,
                seen=float(pose.visibility[marks[0]]),
                near=side == near,
            )
        )
    return found[0], found[1]


def stick(
    pose: Pose, contour: Contour, hip: Point, shoulder: Point, facing: int, px_per_cm: float
) -> Stick | Unready:
    """The stick along the back of one person in side view.

    hip, shoulder: ends of the trunk line, pixels. facing: +1 to the right of the picture, else -1.
    px_per_cm: pixels of a centimetre at the person.
    """
    axis = Axis(hip, shoulder, facing)
    near, far = _hands(pose, axis)
    low = [h for h in (near, far) if h.within(LOW_BACK) and h.behind > DORSAL]
    high = [h for h in (near, far) if h.within(NECK) and h.behind > -0.15]
    # Of the hand behind the body the model makes a guess; only what is seen elsewhere is missing.
    hidden = [h for h in (near, far) if h.seen < SEEN and h not in low and h not in high]
    if not low and not (hidden and high):
        return Unready("hand-behind-low-back")
    if not high and not hidden and len(low) < 2:
        return Unready("hand-behind-neck")
    pelvis, lumbar, upper = (_band(contour.dorsal, b) for b in (PELVIS, LUMBAR, UPPER))
    return Unready("back-hidden")


def _band(edge: Array, band: tuple[float, float]) -> float:
    """Mean of an edge over a band of the trunk; NaN where less than half of it was kept."""
    part = edge[(band[0] - 0.01 <= T) & (band[1] + 0.01 >= T)]
    kept = part[np.isfinite(part)]
    return float(kept.mean()) if 2 * len(kept) >= len(part) else float("nan")


def string(
    pose: Pose, contour: Contour, hip: Point, shoulder: Point, facing: int
) -> String | Unready:
    """The string between the hands of one person in side view.

    hip, shoulder: ends of the trunk line, pixels. facing: +1 to the right of the picture, else -1.
    """
    axis = Axis(hip, shoulder, facing)
    near, far = _hands(pose, axis)
    upper, lower = (near, far) if near.t > far.t else (far, near)
    if not (upper.within(AT_COLLAR) and lower.within(AT_NAVEL)):
        return Unready("hands-on-your-trunk")
    if not (_touches(upper, contour) and _touches(lower, contour)):
        return Unready("hands-on-your-trunk")
    sight = gate(lower.seen, *SURE) if lower.near else UNSURE
    return String(
        hands=(upper.at, lower.at),
        hands_px=distance(upper.at, lower.at),
        reach_px=distance(shoulder, lower.at),
        seen=upper.seen,
        confidence=min(sight, 1.0 if upper.seen >= SEEN else HIDDEN),
    )


def _touches(hand: _Hand, contour: Contour) -> bool:
    """On the trunk or before it, no farther off than a hand is thick."""
    front = np.isfinite(contour.ventral)
    if not front.any() or hand.behind > 0.15:
        return False
    edge = float(np.interp(hand.t, T[front], contour.ventral[front]))
    return -hand.behind <= edge + CONTACT
