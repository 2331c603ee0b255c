"""A small moving line drawing that shows how a variation is done.

The figure repeats one correct rep, seen from the side or the front as the variation asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mirror.coach.exercise import Exercise
from mirror.display.scene import GREY, ICE, WHITE, Line, Ring, Shape
from mirror.figure.arms import ARMS
from mirror.figure.body import BODIES, Skeleton
from mirror.figure.motion import PATTERNS, Motion, Plan, landmarks, stick_line
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Mark
from mirror.hinge.measure.view import View as Side
from mirror.screens.drawing import GIRDLES, LIMBS
from mirror.screens.layout import Box

PICTURES = 32
"""Number of drawings in one round. Between two of them the lines move evenly."""
ROUND_REST_S = 0.8
"""Seconds of standing between two rounds."""


@dataclass(frozen=True, eq=False)
class Round:
    """One rep as the camera sees it: metres, x right, y up from the floor.

    lasts_s: its length, with the rest before it. marks: landmarks, (n, 33, 2). spine: (n, 16, 2).
    props: (n, 2, 2), the ends of a stick or a string, or the hands. weights: the number of weights
    among them. is_front: seen from the front. head_m: radius of the head.
    """

    lasts_s: float
    marks: Array
    spine: Array
    props: Array
    weights: int
    is_front: bool
    head_m: float = 0.11


def demonstration(choice: Exercise, t: float, box: Box, u: float) -> Iterator[Shape]:
    """Draw the moment t (seconds), feet on the floor of the box. u: one reference millimetre."""
    film = _round(choice.variation.demonstration, choice.drill.name if choice.drill else None)
    at = (t % film.lasts_s) / film.lasts_s * (len(film.marks) - 1)
    low = int(at)
    share = at - low
    marks, spine, props = (
        (1 - share) * part[low] + share * part[min(low + 1, len(part) - 1)]
        for part in (film.marks, film.spine, film.props)
    )
    high, wide = float(film.marks[..., 1].max()) + film.head_m, float(np.ptp(film.marks[..., 0]))
    scale = min(box.height / high, box.width / wide)
    middle = float(film.marks[..., 0].max() + film.marks[..., 0].min()) / 2

    def place(points: Array) -> tuple[tuple[float, float], ...]:
        return tuple(
            (box.left + box.width / 2 + scale * (x - middle), box.bottom - scale * y)
            for x, y in points.tolist()
        )

    for limb in (*LIMBS, *(GIRDLES if film.is_front else ())):
        yield Line(place(marks[list(limb)]), 1.6 * u, GREY)
    head = place(marks[[Mark.LEFT_EAR, Mark.RIGHT_EAR]].mean(axis=0, keepdims=True))[0]
    yield Ring(head, film.head_m * scale, 1.6 * u, GREY)
    yield Line(place(spine), 4.0 * u, WHITE)
    if choice.drill is not None:
        yield Line(place(props), 2.0 * u, ICE)
    else:
        for end in place(props[: film.weights]):
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
    lasts = motion.reps_between(0.0, 1e3)[0].end_s
    times = np.linspace(0.0, lasts, round(PICTURES * max(1.0, lasts / 4.0)))
    bodies = [motion.skeleton(float(t)) for t in times]
    return Round(
        lasts_s=lasts,
        marks=np.stack([_seen(landmarks(k), pattern.view) for k in bodies]),
        spine=np.stack([_seen(k.spine, pattern.view) for k in bodies]),
        props=np.stack([_seen(_held(k, pattern.prop, drill), pattern.view) for k in bodies]),
        weights={"none": 0, "dumbbell": 1 + (pattern.hands == "both")}.get(pattern.prop, 1),
        is_front=pattern.view == Side.FRONT.value,
    )


def _seen(points: Array, view: str) -> Array:
    """(n, 3) body axes -> (n, 2) across and up: the side view faces left, the front as a mirror."""
    across = points[:, 2] if view == Side.FRONT.value else -points[:, 0]
    return np.column_stack([across, points[:, 1]])


def _held(k: Skeleton, prop: str, drill: str | None) -> Array:
    """(2, 3): the ends of the stick or the string, or both hands; one weight: their middle."""
    if drill == "stick":
        return np.stack(stick_line(k))
    hands: Array = k.wrist + 0.08 * k.body.scale * k.hand
    if prop in ("kettlebell", "swung"):
        return np.repeat(hands.mean(axis=0, keepdims=True), 2, axis=0)
    return hands
