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
from math import isnan, nan
from statistics import median

import numpy as np

from mirror.hinge.contour import Axis, Contour, T, edges
from mirror.hinge.geometry import Array, Point, distance, gate
from mirror.hinge.pose import Mark, Pose
from mirror.hinge.posture import JUDGE, Posture
from mirror.hinge.view import View

STICK, STRING = "stick", "string"

SEEN = 0.35
"""A hand of less visibility is a guess; out of its place it counts as hidden, not as elsewhere."""
HIDDEN = 0.7
"""Confidence where one hand is in place and the other can't be seen behind the body."""
LOW_BACK, NECK = (0.05, 0.6), (0.85, 1.5)
"""Where along the trunk (hip 0, shoulder 1) the hands behind are found. The low hand itself is at
.15-.45; the pose model misses it by .1 of a trunk, median."""
DORSAL, NECK_DORSAL = 0.05, -0.05
"""How far behind the trunk line they lie at least, trunk lengths; hands on hips are at 0."""
PELVIS, LUMBAR, UPPER = (0.0, 0.1), (0.15, 0.35), (0.7, 0.9)
"""Bands of the back along the trunk."""
ENDS = (-0.1, 1.3)
"""Where along the trunk the dowel ends as it is drawn."""
LEAK = 0.2
"""Share of what pelvis and upper back move against the trunk line that is taken off again."""
SLOPE, OFFSET_CM = 1.05, 0.5
"""Gap at the pelvis by the rise of the low back: fitted on 1457 pictures of 8 figures, both sides;
MAE .8 cm. Why not by a line through the hands: see `stick`."""
MOST_CM = 8.0
"""No back leaves the stick farther: beyond it the forearm is in the outline too."""
AMBER_CM, RED_CM, OFF_S = 2.0, 2.7, 0.3
"""The stick is off the pelvis: gap beyond own standing, and for how long. On 64
reps not used for the fit: none of 32 neutral ones flagged, 27 of 32 rounded by 20-35 deg. With the
far hand low the gap is read too small (2.7 cm where it is 4.7), so those are the ones missed."""

AT_COLLAR, AT_NAVEL = (0.6, 1.25), (-0.25, 0.4)
"""Where along the trunk the hands of the string drill are."""
CONTACT = 0.06
"""A hand this many trunk lengths (3 cm) before the front edge still touches the trunk."""
TRUSTED = (0.7, 0.4)
"""Gate of the visibility of the upper hand. As far as it isn't seen, the middle of the shoulders
stands for it: that distance shortens almost alike, and jumps less."""
AMBER, RED, SLACK_S = 0.95, 0.91, 0.3
"""Length of the string against own standing, and for how long it stays shorter. Lower hand on
the near side, 32 reps not used for tuning: of 12 neutral ones judged none flagged, of 13 rounded by
20-35 deg 11; neutral backs read .91-.99 at the bottom, rounded ones .85-.95."""
LOST = 0.7
"""Shorter than any back rounds: the lower hand was lost. Rounding by 35 deg gives .75."""
SURE = (0.7, 0.3)
"""Gate of the visibility of the lower hand: in wide sleeves the model loses it down the hinge."""
UNSURE = 0.5
"""Confidence where the lower hand is on the far side: down the hinge the model puts it anywhere."""

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
    "come-closer": "Come closer",
    "hand-behind-low-back": "One hand on your low back, stick along your spine",
    "hand-behind-neck": "Other hand behind your neck",
    "back-hidden": "Elbows out, let me see your back",
    "hands-on-your-trunk": "Hands on collar bones and navel",
    "lower-hand-near": "Lower hand on the mirror's side",
    "hand-unclear": "Sleeves up, let me see your lower hand",
    "stand-still": "Stand tall and still",
}
"""Why a drill is not ready -> what is said."""


@dataclass(frozen=True)
class Unready:
    """The drill can't be judged in this picture; reason is a key of `REASONS`."""

    reason: str


@dataclass(frozen=True)
class Stick:
    """The stick in one picture: depths of the outline behind the trunk line, in centimetres.

    low: at the low back, NaN where the arm hides it. hand: the same place with the hand that lies
    there: its outside is where the stick is. pelvis, upper: at the pelvis and the upper back, or
    NaN. axis: the trunk line. confidence: 0..1.
    """

    low: float
    hand: float
    pelvis: float
    upper: float
    axis: Axis
    confidence: float


@dataclass(frozen=True)
class String:
    """The string in one picture.

    hands: upper and lower end, pixels. hands_px: distance of the hands. reach_px: distance from the
    middle of the shoulders to the lower hand. seen: visibility of the upper hand. near: the lower
    hand is on the side of the camera. confidence: 0..1.
    """

    hands: tuple[Point, Point]
    hands_px: float
    reach_px: float
    seen: float
    near: bool
    confidence: float


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

    def refined(self, values: tuple[float, ...]) -> Baseline:
        """With one more picture; old ones fade after 50. A NaN in one is taken from the other."""
        n = min(self.pictures, 50)
        pairs = zip(self.values, values, strict=True)
        mean = tuple(b if isnan(a) else a if isnan(b) else (n * a + b) / (n + 1) for a, b in pairs)
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
        return _unready(memory, "come-closer")
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
    points = _dowel(seen, 0.0, px_per_cm) if isinstance(seen, Stick) else seen.hands
    reading = Reading(True, confidence=confidence, points=points)
    if isinstance(seen, String) and seen.confidence < JUDGE:
        reading = replace(reading, reason="hand-unclear" if seen.near else "lower-hand-near")
    base = memory.baseline
    if base is None or base.pictures < STILL_MIN:
        reading = replace(reading, reason=reading.reason or "stand-still")
        return replace(memory, reading=reading, recent=(), bad_since=None), reading
    if isinstance(seen, Stick):
        value = _gap_cm(values, base.values)
        reading = replace(reading, points=_dowel(seen, value, px_per_cm))
    else:
        value = _tightness(values, base.values, seen.seen)
        if value < LOST:
            return _unready(memory, "hands-on-your-trunk")
    return _judged(memory, reading, name, value, posture.t)


def _unready(memory: Drill, reason: str) -> tuple[Drill, Reading]:
    reading = Reading(reason=reason)
    return replace(memory, recent=(), bad_since=None, reading=reading), reading


def _values(seen: Stick | String, px_per_cm: float) -> tuple[float, ...]:
    if isinstance(seen, Stick):
        return seen.low, seen.hand, seen.pelvis, seen.upper
    return seen.hands_px / px_per_cm, seen.reach_px / px_per_cm


def _gap_cm(values: tuple[float, ...], base: tuple[float, ...]) -> float:
    """How far the stick is off the pelvis beyond own standing.

    The stick rests on the upper back and in the low hand; when the low back comes out, the hand
    takes it off the pelvis. Small changes are noise of the hip: they shrink to nothing.
    """
    low, hand, pelvis, upper = (v - b for v, b in zip(values, base, strict=True))
    rise = hand if isnan(low) else low
    rise += LEAK * ((0.0 if isnan(upper) else upper) - (0.0 if isnan(pelvis) else pelvis))
    gap = SLOPE * rise + OFFSET_CM
    gap = gap if gap > 2 * OFFSET_CM else max(0.0, 2 * (gap - OFFSET_CM))
    return min(gap, MOST_CM)


def _dowel(seen: Stick, gap_cm: float, px_per_cm: float) -> tuple[Point, Point]:
    """Ends of a line that touches the upper back and stands off the pelvis by the gap, pixels."""
    scale = px_per_cm / seen.axis.length
    pelvis = seen.hand if isnan(seen.pelvis) else seen.pelvis
    depths = np.array([pelvis + gap_cm, pelvis if isnan(seen.upper) else seen.upper]) * scale
    middles = [sum(PELVIS) / 2, sum(UPPER) / 2]
    ends = np.array(ENDS)
    slope = (depths[1] - depths[0]) / (middles[1] - middles[0])
    low, high = seen.axis.place(ends, depths[0] + slope * (ends - middles[0]))
    return (float(low[0]), float(low[1])), (float(high[0]), float(high[1]))


def _tightness(values: tuple[float, ...], base: tuple[float, ...], seen: float) -> float:
    """Length of the string against own standing; seen: visibility of the upper hand."""
    share = gate(seen, *TRUSTED)
    return share * values[0] / base[0] + (1 - share) * values[1] / base[1]


def _judged(
    memory: Drill, reading: Reading, name: str, value: float, t: float
) -> tuple[Drill, Reading]:
    """The reading with its value smoothed, its level and its fault."""
    recent = (*(r for r in memory.recent if t - r[0] < SMOOTH_S), (t, value))
    value = median(v for _, v in recent)
    if name == STICK:
        red, amber, slack = value > RED_CM, value > AMBER_CM, 0.0
        fault, hold = "stick-off", OFF_S
    else:
        red, amber, slack = value < RED, value < AMBER, min(1.0, max(0.0, (1 - value) / 0.25))
        fault, hold = "string-slack", SLACK_S
    sure = reading.confidence >= JUDGE
    since = (memory.bad_since if memory.bad_since is not None else t) if red and sure else None
    stands = since is not None and t - since >= hold - 1e-6
    reading = replace(
        reading,
        value=value,
        slack=slack,
        level=("red" if red else "amber" if amber else "good") if sure else None,
        fault=fault if stands else None,
    )
    return replace(memory, recent=recent, bad_since=since, reading=reading), reading


@dataclass(frozen=True)
class _Hand:
    """Middle of one hand: pixels, place along the trunk, trunk lengths behind it, visibility.

    near: of the side that faces the camera.
    """

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

    A line through both hands would be the stick itself, but the pose model finds the hand near the
    camera to .1 of a trunk and hardly ever the other one. The outline is known to half a
    centimetre, and at the low back its outside is the hand that holds the stick.

    hip, shoulder: ends of the trunk line, pixels. facing: +1 to the right of the picture, else -1.
    px_per_cm: pixels of a centimetre at the person.
    """
    axis = Axis(hip, shoulder, facing)
    near, far = _hands(pose, axis)
    low = [h for h in (near, far) if h.within(LOW_BACK) and h.behind > DORSAL]
    high = [h for h in (near, far) if h.within(NECK) and h.behind > NECK_DORSAL]
    hidden = far.seen < SEEN  # a guess: it may be drawn at the other hand
    if near not in low and near not in high:
        return Unready("hand-behind-neck" if far in low else "hand-behind-low-back")
    if near in low and far not in high and not hidden:
        return Unready("hand-behind-neck")
    if near in high and far not in low and not hidden:
        return Unready("hand-behind-low-back")
    cm = axis.length / px_per_cm
    # Seen as if there were no arms, nothing is dropped: the hand stays in the outline.
    bare = edges(replace(pose, visibility=np.zeros_like(pose.visibility)), axis)
    hand = _band((bare or contour).dorsal, LUMBAR) * cm
    bands = [_band(contour.dorsal, band) * cm for band in (LUMBAR, PELVIS, UPPER)]
    if isnan(hand):
        return Unready("back-hidden")
    both = far in (low if near in high else high)
    return Stick(bands[0], hand, bands[1], bands[2], axis, 1.0 if both else HIDDEN)


def _band(edge: Array, band: tuple[float, float]) -> float:
    """Median of an edge over a band of the trunk; NaN where less than a third of it was kept."""
    part = edge[(band[0] - 0.01 <= T) & (band[1] + 0.01 >= T)]
    kept = part[np.isfinite(part)]
    return float(np.median(kept)) if 3 * len(kept) >= len(part) else nan


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
        near=lower.near,
        confidence=min(sight, 1.0 if upper.seen >= SEEN else HIDDEN),
    )


def _touches(hand: _Hand, contour: Contour) -> bool:
    """On the trunk or before it, no farther off than a hand is thick."""
    front = np.isfinite(contour.ventral)
    if not front.any() or hand.behind > 0.15:
        return False
    edge = float(np.interp(hand.t, T[front], contour.ventral[front]))
    return -hand.behind <= edge + CONTACT
