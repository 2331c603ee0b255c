"""Calibrating, step by step: a frozen value, `look` for a picture, `press` for a button.

Four dots, one after the other: near the glass and farther away, each time one for the eye that
looks and one for the heel (or the knee, where the panel does not reach low enough). The person
brings the own reflection to the dot by stepping aside and bending the knees, and holds still; no
button need be reached for. The nearer dots already correct where the farther ones are expected.

    next, previous   the dot lower, higher; at the end: begin anew
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
from mirror.coach.command import Press
from mirror.display.glass import Setting
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.joints import PRESENT
from mirror.hinge.measure.pose import Mark, Pose

DOTS: tuple[tuple[Literal["near", "far"], Literal["eye", "low"], int], ...] = (
    ("near", "eye", 1),
    ("near", "low", -1),
    ("far", "low", 1),
    ("far", "eye", -1),
)
"""Where the person stands, what is brought to the dot, and on which side of the panel it is."""
NEAR_M, ROOM, APART_M = 1.9, 1.2, 0.8
"""The nearer place is within so far of the glass, or so many times as far as the camera needs to
see the feet; the farther one is so much farther."""
HOLD_S = 2.0
STILL_M, STILL_PX = 0.006, 1.5
"""How much eyes and feet may move (SD) while holding still, and how much landmarks tremble."""
WITHIN_MM = (320.0, 120.0)
"""A reflection that seems farther from its dot than the settings may be wrong is not at it: with
nothing known yet, and once a dot is done."""
MOVED_MM = 30.0
"""Who has not moved since the dot was shown has not been brought to it."""
ASIDE, EDGE_MM = 0.25, 45.0
"""Dots are this share of the width from the middle, and at least so far from the edges."""
BELOW_MM = {"eye": 40.0, "low": 20.0}
"""How far below its present place a reflection is asked: the knees give way more easily."""
NUDGE_MM = 20.0
POOR_MM = 20.0
"""A residual above this is told as one."""
ALONE_S = 120.0
"""Nobody there for so long: it ends by itself."""
SIDEWAYS_M = 0.08
"""Feet seem so long, at least, to who sees them from the side."""

Pair = tuple[float, float]


@dataclass(frozen=True)
class Calibrating:
    """Somebody who calibrates.

    setting_of: what the settings say for pictures of a size. setting: that, corrected by the dots
    so far. start: where the reflection seemed to be when the dot was put there, mm. hint: why
    nothing goes on, as a key of the texts. held: share of the time for which the reflection is held
    still, 0..1. fitted: the result, to be kept or not. outcome: how it ended.
    """

    setting_of: Callable[[tuple[int, int]], Setting]
    eye: Eye = "right"
    setting: Setting | None = None
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
        """The newest look."""
        return self.window[-1] if self.window else None


def look(now: Calibrating, pose: Pose | None, t: float) -> Calibrating:
    """Take in one look of the camera at time t; pose None where nobody was found."""
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


def press(now: Calibrating, what: Press) -> Calibrating:
    """Take in one press."""
    if what in (Press.REMEMBER, Press.CALIBRATE, Press.SHUTDOWN):
        return replace(now, outcome="left")
    if now.fitted is not None:
        if what is Press.SELECT:
            return replace(now, outcome="kept")
        return Calibrating(now.setting_of, now.eye, seen_s=now.seen_s)
    if what is Press.SELECT:
        return replace(now, dot=None, window=(), held=0.0)
    if now.dot is not None and now.setting is not None and what in (Press.NEXT, Press.PREVIOUS):
        down = NUDGE_MM if what is Press.NEXT else -NUDGE_MM
        dot = now.dot[0], _inside(now.dot[1] + down, 1000 * now.setting.panel[1])
        return replace(now, dot=dot, window=(), held=0.0)
    return now


def low_aim(now: Calibrating) -> Aim:
    """What was brought to the lower dots."""
    return next((s.aim for s in reversed(now.samples) if s.aim != "eye"), "heel")


def live(now: Calibrating) -> tuple[Pair, ...]:
    """Where the result, were it kept, would draw a dot on eye and nearer heel or knee, mm."""
    if now.pose is None or now.setting is None:
        return ()
    near, far = _heels(now.pose)
    aims: tuple[Aim, Aim] = ("eye", low_aim(now))
    places = [
        spot(now.setting, _aimed(now.pose, aim, now.eye, (0.0, 0.0), near, far)) for aim in aims
    ]
    return tuple((float(x), float(y)) for x, y in places)


def _hint(now: Calibrating, setting: Setting, pose: Pose) -> str | None:
    """What keeps this look from serving."""
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
        return None  # it was put where the person stood: a step to and fro does no harm
    if DOTS[len(now.samples)][0] == "near":
        lowest = np.array([setting.size[0] / 2, setting.size[1]])
        return None if body_m < max(NEAR_M, ROOM * setting.heel_m(lowest)) else "closer"
    return None if now.near_m is None or body_m > now.near_m + APART_M else "back"


def _placed(now: Calibrating, setting: Setting, pose: Pose) -> Calibrating:
    """Choose what is brought to the next dot, and put it where that can be done."""
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


def _taken(now: Calibrating, sample: Sample, setting: Setting) -> Calibrating:
    """A dot is done: what it tells, and the next one."""
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


def _is_still(window: tuple[Pose, ...], setting: Setting) -> bool:
    marks = [Mark.LEFT_EYE, Mark.RIGHT_EYE, *_heels(window[-1])]
    places = np.stack([pose.points[marks] for pose in window])
    body_m = by_heels(setting, window[-1:]) or NEAREST_M
    return bool(places.std(axis=0).max() < STILL_PX + STILL_M * setting.focal_px / body_m)


def _sample(now: Calibrating, window: tuple[Pose, ...]) -> Sample:
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
