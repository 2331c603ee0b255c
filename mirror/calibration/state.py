"""The steps of a calibration: a frozen value, changed by `look` for a frame, `press` for a button.

The glass shows four dots, one after the other: two near the glass and two farther away, each time
one for the seeing eye and one for the heel (or the knee, where the panel does not reach down to the
heel). The person moves their reflection to the dot by stepping aside and bending the knees, and
holds still. No button is needed. The near dots already correct where the far ones are expected.

    next, previous   move the dot down, up; at the end: start again
    select           a new dot; at the end: keep the result
    a long press     leave, and change nothing
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from mirror.calibration.fitting import Aim, Fitted, Sample, fit, spot
from mirror.calibration.projection import FARTHEST_M, NEAREST_M, Eye, by_heels, eye_px
from mirror.coach.command import Command
from mirror.display.glass import RigGeometry
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.joints import PRESENT
from mirror.hinge.measure.pose import Mark, Pose

DOTS: tuple[tuple[Literal["near", "far"], Literal["eye", "low"], int], ...] = (
    ("near", "eye", 1),
    ("near", "low", -1),
    ("far", "low", 1),
    ("far", "eye", -1),
)
"""Where the person stands, what they bring to the dot, and the side of the panel that it is on."""
NEAR_M, ROOM, APART_M = 1.9, 1.2, 0.8
"""The near place is at most this many metres from the glass, or this multiple of the distance at
which the camera sees the feet; the far place is at least this much farther away."""
HOLD_S = 2.0
"""Seconds to hold still at a dot."""
STILL_M, STILL_PX = 0.006, 1.5
"""Largest standard deviation of eyes and feet while holding still: of the body, of landmarks."""
WITHIN_MM = (320.0, 120.0)
"""Largest distance of a reflection from its dot: at the first dot, and later. It allows for wrong
settings."""
MOVED_MM = 30.0
"""Least way of the reflection since the dot was shown: a person must have moved to the dot."""
ASIDE, EDGE_MM = 0.25, 45.0
"""Distance of a dot from the middle, as a share of the width; least distance from an edge."""
BELOW_MM = {"eye": 40.0, "low": 20.0}
"""A dot is this much below the present place of the reflection: bending the knees is easy."""
NUDGE_MM = 20.0
"""A press of next or previous moves the dot by this much."""
POOR_MM = 20.0
"""The glass calls a larger residual poor."""
ALONE_S = 120.0
"""Seconds without a person before the calibration ends."""
SIDEWAYS_M = 0.08
"""Least length of a foot that is seen from the side."""

Pair = tuple[float, float]


@dataclass(frozen=True)
class CalibrationState:
    """One calibration under way.

    setting_of: the configured setting for a size of frame. setting: the same, corrected by the dots
    so far. start: where the reflection was when the dot appeared, mm. hint: what the person must do
    first, as a key of the texts. held: share of the holding time that has passed, 0..1. fitted: the
    result, once all dots are done. outcome: how it ended.
    """

    setting_of: Callable[[tuple[int, int]], RigGeometry]
    eye: Eye = "right"
    setting: RigGeometry | None = None
    samples: tuple[Sample, ...] = ()
    near_m: float | None = None
    aim: Aim = "eye"
    dot: Pair | None = None
    start: Pair = (0.0, 0.0)
    window: tuple[Pose, ...] = ()
    hint: str | None = "come"
    held: float = 0.0
    fitted: Fitted | None = None
    outcome: Literal["kept", "left"] | None = None
    seen_s: float | None = None

    @property
    def pose(self) -> Pose | None:
        """The newest pose."""
        return self.window[-1] if self.window else None


def look(now: CalibrationState, pose: Pose | None, t: float) -> CalibrationState:
    """Take in the pose of one frame at time t; None where nobody was found."""
    seen_s = t if pose is not None or now.seen_s is None else now.seen_s
    now = replace(now, seen_s=seen_s)
    if pose is None:
        now = replace(now, window=(), held=0.0, hint="come")
        return replace(now, outcome="left") if t - seen_s > ALONE_S else now
    setting = now.setting or now.setting_of(pose.size)
    now = replace(now, setting=setting)
    if now.fitted is not None:
        return replace(now, window=(pose,), hint=None)
    hint = _hint(now, setting, pose)
    if hint is not None:
        return replace(now, window=(), held=0.0, hint=hint)
    now = replace(now, hint=None)
    if now.dot is None:
        now = _placed(now, setting, pose)
    window = (*now.window, pose)
    while not _is_still(window, setting):
        window = window[1 + len(window) // 4 :]
    held_s = window[-1].taken_at - window[0].taken_at
    sample = _sample(now, window)
    where = spot(setting, sample)
    came_mm = np.hypot(*(where - np.array(now.start)))
    if came_mm < MOVED_MM or np.hypot(*(where - np.array(now.dot))) > WITHIN_MM[bool(now.samples)]:
        return replace(now, window=window[-1:], held=0.0)
    if held_s < HOLD_S:
        return replace(now, window=window, held=held_s / HOLD_S)
    return _taken(now, sample, setting)


def press(now: CalibrationState, what: Command) -> CalibrationState:
    """Take in one press."""
    if what in (Command.REMEMBER, Command.CALIBRATE, Command.SHUTDOWN):
        return replace(now, outcome="left")
    if now.fitted is not None:
        if what is Command.SELECT:
            return replace(now, outcome="kept")
        return CalibrationState(now.setting_of, now.eye, seen_s=now.seen_s)
    if what is Command.SELECT:
        return replace(now, dot=None, window=(), held=0.0)
    if now.dot is not None and now.setting is not None and what in (Command.NEXT, Command.PREVIOUS):
        down = NUDGE_MM if what is Command.NEXT else -NUDGE_MM
        dot = now.dot[0], _inside(now.dot[1] + down, 1000 * now.setting.panel[1])
        return replace(now, dot=dot, window=(), held=0.0)
    return now


def low_aim(now: CalibrationState) -> Aim:
    """What the person brought to the lower dots."""
    return next((s.aim for s in reversed(now.samples) if s.aim != "eye"), "heel")


def live(now: CalibrationState) -> tuple[Pair, ...]:
    """Where the result places the eye and the nearer heel or knee on the glass, mm."""
    if now.pose is None or now.setting is None:
        return ()
    near, far = _heels(now.pose)
    aims: tuple[Aim, Aim] = ("eye", low_aim(now))
    places = [
        spot(now.setting, _aimed(now.pose, aim, now.eye, (0.0, 0.0), near, far)) for aim in aims
    ]
    return tuple((float(x), float(y)) for x, y in places)


def _hint(now: CalibrationState, setting: RigGeometry, pose: Pose) -> str | None:
    """Why this pose cannot be used, as a key of the texts; None if it can."""
    marks = [Mark.LEFT_EYE, Mark.RIGHT_EYE, *_heels(pose)]
    inside = (pose.points[marks] > 0).all() and (pose.points[marks] < pose.size).all()
    if not inside or float(pose.visibility[marks].min()) < PRESENT:
        return "whole"
    body_m = by_heels(setting, [pose])
    if body_m is None or not NEAREST_M < body_m < FARTHEST_M:
        return "whole"
    foot = pose.points[_toe(marks[2])] - pose.points[marks[2]]
    if abs(float(foot[0])) < SIDEWAYS_M * setting.focal_px / body_m:
        return "sideways"
    if now.dot is not None:
        return None  # the dot was placed where the person stood: a step to and fro does no harm
    if DOTS[len(now.samples)][0] == "near":
        lowest = np.array([setting.size[0] / 2, setting.size[1]])
        return None if body_m < max(NEAR_M, ROOM * setting.heel_m(lowest)) else "closer"
    return None if now.near_m is None or body_m > now.near_m + APART_M else "back"


def _placed(now: CalibrationState, setting: RigGeometry, pose: Pose) -> CalibrationState:
    """Choose the aim of the next dot, and place the dot within its reach."""
    _, what, side = DOTS[len(now.samples)]
    width, height = (1000 * size for size in setting.panel)
    near, far = _heels(pose)

    def place(aim: Aim) -> Pair:
        x, y = spot(setting, _aimed(pose, aim, now.eye, (0.0, 0.0), near, far)).tolist()
        return x, y

    aim: Aim = "eye"
    if what == "low":
        # The heel where the panel reaches down to it, else the knee. Standing tall lifts either.
        aim = "heel" if place("heel")[1] < height else "knee"
    start = place(aim)
    dot = width / 2 + side * ASIDE * width, _inside(start[1] + BELOW_MM[what], height)
    return replace(now, aim=aim, dot=dot, start=start, window=())


def _inside(y: float, height: float) -> float:
    return min(max(y, EDGE_MM), height - EDGE_MM)


def _taken(now: CalibrationState, sample: Sample, setting: RigGeometry) -> CalibrationState:
    """Fit the samples with the one of this dot, and go on to the next dot."""
    samples = (*now.samples, sample)
    configured = now.setting_of(setting.size)
    fitted = fit(configured, samples)
    corrected = fitted.correction.of(configured)
    near_m = now.near_m
    if DOTS[len(now.samples)][0] == "near":
        near_m = (corrected.heel_m(sample.near) + corrected.heel_m(sample.far)) / 2
    return replace(
        now,
        setting=corrected,
        samples=samples,
        near_m=near_m,
        dot=None,
        window=(),
        held=0.0,
        fitted=fitted if len(samples) == len(DOTS) else None,
    )


def _is_still(window: tuple[Pose, ...], setting: RigGeometry) -> bool:
    marks = [Mark.LEFT_EYE, Mark.RIGHT_EYE, *_heels(window[-1])]
    places = np.stack([pose.points[marks] for pose in window])
    body_m = by_heels(setting, window[-1:]) or NEAREST_M
    return bool(places.std(axis=0).max() < STILL_PX + STILL_M * setting.focal_px / body_m)


def _sample(now: CalibrationState, window: tuple[Pose, ...]) -> Sample:
    points = np.mean([pose.points for pose in window], axis=0)
    near, far = _heels(window[-1])
    return _aimed(
        replace(window[-1], points=points), now.aim, now.eye, now.dot or (0, 0), near, far
    )


def _aimed(pose: Pose, aim: Aim, eye: Eye, dot: Pair, near: Mark, far: Mark) -> Sample:
    looking = eye_px(pose, eye)
    points: dict[Aim, Array] = {
        "eye": looking,
        "heel": pose.points[near],
        "knee": pose.points[_knee(near)],
    }
    return Sample(aim, dot, points[aim], looking, pose.points[near], pose.points[far])


def _heels(pose: Pose) -> tuple[Mark, Mark]:
    """Both heels, the one nearer to the glass first: by which way the feet point."""
    toes = pose.points[[Mark.LEFT_FOOT_INDEX, Mark.RIGHT_FOOT_INDEX], 0].sum()
    heels = pose.points[[Mark.LEFT_HEEL, Mark.RIGHT_HEEL], 0].sum()
    right_first = (Mark.RIGHT_HEEL, Mark.LEFT_HEEL)
    return right_first if toes > heels else (Mark.LEFT_HEEL, Mark.RIGHT_HEEL)


def _knee(heel: Mark) -> Mark:
    return Mark.LEFT_KNEE if heel is Mark.LEFT_HEEL else Mark.RIGHT_KNEE


def _toe(heel: Mark) -> Mark:
    return Mark.LEFT_FOOT_INDEX if heel is Mark.LEFT_HEEL else Mark.RIGHT_FOOT_INDEX
