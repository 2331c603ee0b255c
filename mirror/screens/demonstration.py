"""A small moving line drawing that shows how a variation is done, and the line that goes with it.

The figure repeats one correct rep at the pace of a lesson: for `MOMENT_S` each it stands, goes half
way down, goes all the way, stays, and comes up. A row or a swing runs at its own pace. Front
variations are seen from between front and side, with a small side view.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians, sin

import numpy as np

from mirror.coach.exercise import Exercise
from mirror.display.scene import GREY, ICE, WHITE, Line, Ring, Shape
from mirror.figure.arms import ARMS
from mirror.figure.body import BODIES, C7, Skeleton
from mirror.figure.motion import PATTERNS, Motion, Plan, landmarks, stick_line
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Mark
from mirror.hinge.measure.view import View as Side
from mirror.screens.drawing import GIRDLES, LIMBS
from mirror.screens.layout import Box

PICTURES_S = 8.0
"""Drawings a second of the movement. Between two of them the lines move evenly."""
MOMENT_S, MOMENTS = 2.5, 5
"""Length of a moment of the lesson, which has its own line, and their number."""
ROUND_REST_S = 0.8
"""Seconds of standing before a rep as the figure does it."""
OBLIQUE_DEG = 50.0
"""How far a front variation is turned from the side view: 40 degrees from the front."""
SMALL = 0.42
"""Size of the side view beside it."""
HEAD_M = 0.11


@dataclass(frozen=True, eq=False)
class Film:
    """One rep as it is seen from somewhere: metres, across to the right, up from the floor.

    marks: landmarks, (n, 33, 2). back, front: the outline of the trunk, (n, m, 2). props: a stick,
    a string, or the hands, (n, m, 2).
    """

    marks: Array
    back: Array
    front: Array
    props: Array


@dataclass(frozen=True, eq=False)
class Round:
    """One rep, seen from one or two places.

    lasts_s: its length, with the rest before it. knots_s: where in it each moment of the lesson
    begins, and the end; None where it runs at its own pace. weights: the number of weights among
    the props. is_front: the first film is no side view.
    """

    films: tuple[Film, ...]
    lasts_s: float
    knots_s: tuple[float, ...] | None
    weights: int
    is_front: bool


def moment(t: float) -> int:
    """Which moment of the lesson is shown at t (seconds), from 0."""
    return int(t % (MOMENT_S * MOMENTS) / MOMENT_S)


def demonstration(choice: Exercise, t: float, box: Box, u: float) -> Iterator[Shape]:
    """Draw the moment t (seconds), feet on the floor of the box. u: one reference millimetre."""
    shown = _round(choice.variation.demonstration, choice.drill.name if choice.drill else None)
    into_s = t % shown.lasts_s
    if shown.knots_s is not None:
        lesson_s = t % (MOMENT_S * MOMENTS)
        into_s = float(np.interp(lesson_s / MOMENT_S, range(MOMENTS + 1), shown.knots_s))
    share = into_s / shown.lasts_s
    small = SMALL * box.width if shown.is_front else 0.0
    large = Box(box.left, box.top, box.width - small, box.height)
    yield from _drawn(shown, shown.films[0], choice, share, large, u)
    if shown.is_front:
        high = SMALL * box.height
        beside = Box(large.right, box.bottom - high, small, high)
        yield from _drawn(shown, shown.films[1], choice, share, beside, 0.7 * u)


def _drawn(
    shown: Round, film: Film, choice: Exercise, share: float, box: Box, u: float
) -> Iterator[Shape]:
    at = share * (len(film.marks) - 1)
    low = int(at)
    marks, back, front, props = (
        (1 - at + low) * part[low] + (at - low) * part[min(low + 1, len(part) - 1)]
        for part in (film.marks, film.back, film.front, film.props)
    )
    high, wide = float(film.marks[..., 1].max()) + HEAD_M, float(np.ptp(film.marks[..., 0]))
    scale = min(box.height / high, box.width / max(wide, 0.5))
    middle = float(film.marks[..., 0].max() + film.marks[..., 0].min()) / 2

    def place(points: Array) -> tuple[tuple[float, float], ...]:
        return tuple(
            (box.left + box.width / 2 + scale * (x - middle), box.bottom - scale * y)
            for x, y in points.tolist()
        )

    is_large_front = shown.is_front and film is shown.films[0]
    for limb in (*LIMBS, *(GIRDLES if is_large_front else ())):
        yield Line(place(marks[list(limb)]), 1.6 * u, GREY)
    head = place(marks[[Mark.LEFT_EAR, Mark.RIGHT_EAR]].mean(axis=0, keepdims=True))[0]
    yield Ring(head, HEAD_M * scale, 1.6 * u, GREY)
    if not is_large_front:
        yield Line(place(front), 1.2 * u, GREY.at(0.7))
    yield Line(place(back), 4.0 * u, WHITE)
    if choice.drill is not None:
        yield Line(place(props), 2.0 * u, ICE)
    else:
        for end in place(props[: shown.weights]):
            yield Ring(end, 0.06 * scale, 2.0 * u, ICE)


@lru_cache(maxsize=16)
def _round(key: str, drill: str | None) -> Round:
    """One round of the movement with this key; the basic hinge where there is none."""
    act = key if key in PATTERNS else "basic"
    pattern = PATTERNS[act]
    plan = Plan(
        mix={next(iter(pattern.mix)): 1.0},
        reps=1,
        stand_s=(ROUND_REST_S, ROUND_REST_S),
        tempo_s=(3.0, 3.0),
        hold_s=(0.4, 0.4),
        hip_deg=(82.0, 82.0),
        set_of=(3, 3),
        fault="",
    )
    motion = Motion(1, act, plan=plan, body=BODIES[0], arms=drill if drill in ARMS else None)
    rep = motion.reps_between(0.0, 1e3)[0]
    lasts_s = rep.end_s
    times = np.linspace(0.0, lasts_s, round(PICTURES_S * lasts_s))
    bodies = [motion.skeleton(float(t)) for t in times]
    is_front = pattern.view == Side.FRONT.value
    turns = (OBLIQUE_DEG, 0.0) if is_front else (0.0,)
    knots_s = None
    if not rep.period_s:
        down_s = rep.start_s + rep.down_s
        up_s = down_s + rep.hold_s
        half_s = rep.start_s + 0.5 * rep.down_s
        knots_s = (ROUND_REST_S / 2, rep.start_s, half_s, down_s, up_s, lasts_s)
    return Round(
        films=tuple(_film(bodies, pattern.prop, drill, turn) for turn in turns),
        lasts_s=lasts_s,
        knots_s=knots_s,
        weights={"none": 0, "dumbbell": 1 + (pattern.hands == "both")}.get(pattern.prop, 1),
        is_front=is_front,
    )


def _film(bodies: list[Skeleton], prop: str, drill: str | None, turn_deg: float) -> Film:
    def seen(points: Array) -> Array:
        """(n, 3) body axes -> (n, 2) across and up: the side view faces left, as in a mirror."""
        turn = radians(turn_deg)
        across = sin(turn) * points[:, 2] - cos(turn) * points[:, 0]
        return np.column_stack([across, points[:, 1]])

    trunk = slice(C7 + 1)
    return Film(
        marks=np.stack([seen(landmarks(k)) for k in bodies]),
        back=np.stack([seen(k.skin()[0][trunk]) for k in bodies]),
        front=np.stack([seen(k.skin()[1][trunk]) for k in bodies]),
        props=np.stack([seen(_held(k, prop, drill)) for k in bodies]),
    )


def _held(k: Skeleton, prop: str, drill: str | None) -> Array:
    """(n, 3): the stick, the string, or both hands; one weight: their middle."""
    if drill == "stick":
        return np.stack(stick_line(k))
    hands: Array = k.wrist + 0.08 * k.body.scale * k.hand
    if prop in ("kettlebell", "swung"):
        return np.repeat(hands.mean(axis=0, keepdims=True), 2, axis=0)
    return hands
