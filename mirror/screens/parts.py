"""What several screens have in common: heading, words, a person seen from above."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, pi, sin, tau

from mirror.coach.language import Language
from mirror.coach.session import Session
from mirror.display.scene import GREY, ICE, WHITE, Colour, Line, Point, Ring, Shape, Text
from mirror.screens.layout import CAP_MM, Box, Layout

TITLE_MM, COUNT_MM = 40.0, 90.0
PULSE_S, PULSE = 0.7, 0.14
"""Seconds for which the count is larger after a rep, and the share by which it is."""
FINE_MM, WIDE_MM = 1.2, 4.0
"""Widths of lines, reference mm."""


FAR_REACHING = 0.7
"""On one leg a body is longer across than it is high."""


def ease(share: float) -> float:
    """0..1 -> 0..1, slow at both ends; clamped."""
    return 0.5 - 0.5 * cos(pi * min(max(share, 0.0), 1.0))


def heading(session: Session, page: Layout, language: Language, since_s: float) -> Iterator[Shape]:
    """What is practised on the left, the count on the right.

    since_s: seconds since the last rep, for the pulse of the count.
    """
    u, inside = page.u, page.inside
    count = str(session.count)
    cap = COUNT_MM if len(count) < 3 else 0.7 * COUNT_MM
    # The widest figures of this type are .82 of their height wide.
    room = inside.width - (0.82 * cap * len(count) + 20) * u
    yield Text(
        language.title(session.exercise),
        (inside.left, inside.top),
        CAP_MM * u,
        GREY,
        vertical="top",
        max_width_mm=min(room, 300 * u),
        max_height_mm=72 * u,
    )
    # In steps: a size is drawn once and kept.
    swell = round(10 * (1.0 - ease(since_s / PULSE_S))) / 10 if session.count else 0.0
    yield Text(
        count,
        (inside.right, inside.top),
        cap * (1.0 + PULSE * swell) * u,
        WHITE if session.count else GREY,
        "right",
        "top",
        "light",
    )


def words(text: str, box: Box, u: float, colour: Colour = ICE) -> Text:
    """What is said, in the smallest type that is read at 3 m."""
    return Text(
        text,
        (box.left, box.top),
        CAP_MM * u,
        colour,
        vertical="top",
        max_width_mm=box.width,
        max_height_mm=box.height,
    )


def title(text: str, box: Box, u: float, colour: Colour = WHITE) -> Text:
    """The one large line of a screen."""
    return Text(
        text,
        (box.left, box.top),
        TITLE_MM * u,
        colour,
        vertical="top",
        weight="light",
        max_width_mm=box.width,
        max_height_mm=box.height,
    )


def from_above(word: str | None, box: Box, u: float, now: float) -> Iterator[Shape]:
    """The glass and a person in front of it, seen from above, doing what the guidance asks.

    word: key of the guidance; a person turns, steps back or comes closer, again and again.
    """
    x, top = box.centre[0], box.top + 12 * u
    yield Line(((x - 110 * u, top), (x + 110 * u, top)), 2.5 * u, WHITE)
    cycle = (now % 3.0) / 3.0
    # A move, a rest at its end, and again; it fades in and out, so that nothing jumps.
    share, light = ease(cycle / 0.6), min(1.0, 8 * cycle, 8 * (1.0 - cycle))
    far = box.height - 85 * u
    turn, away = {
        "turn-side-on": (0.25 * share, 0.7),
        "face-me": (0.25 - 0.25 * share, 0.7),
        "step-back": (0.25, 0.25 + 0.6 * share),
        "come-closer": (0.25, 0.95 - 0.4 * share),
    }.get(word or "", (0.25, 0.7))
    moving = word in ("turn-side-on", "face-me", "step-back", "come-closer")
    light = light if moving else 1.0
    y = top + 40 * u + away * far
    yield from _person((x, y), turn, u, light)
    if word in ("step-back", "come-closer"):
        down = 1 if word == "step-back" else -1
        tip = y + down * 62 * u
        if box.top < tip < box.bottom:
            arrow = ((x - 12 * u, tip - 12 * u * down), (x, tip), (x + 12 * u, tip - 12 * u * down))
            yield Line(arrow, 2.5 * u, ICE.at(light))
    yield Line(((x, top + 10 * u), (x, y - 48 * u)), FINE_MM * u, GREY.at(0.35 * light))


def _person(at: Point, turn: float, u: float, light: float) -> Iterator[Shape]:
    """Shoulders, head and nose from above; turn in turns, 0 faces the glass."""
    face, side = (-sin(tau * turn), -cos(tau * turn)), (cos(tau * turn), -sin(tau * turn))
    ring = []
    for k in range(33):
        a, b = 38 * u * cos(tau * k / 32), 15 * u * sin(tau * k / 32)
        ring.append((at[0] + a * side[0] + b * face[0], at[1] + a * side[1] + b * face[1]))
    yield Line(tuple(ring), 2.0 * u, GREY.at(light))
    yield Ring(at, 13 * u, 2.0 * u, WHITE.at(light))
    nose = [(at[0] + r * u * face[0], at[1] + r * u * face[1]) for r in (14, 24)]
    yield Line(tuple(nose), 3.0 * u, ICE.at(light))


def figure_box(session: Session, page: Layout) -> Box:
    """Where the figure stands: smaller where it reaches far to both sides."""
    box = page.figure
    if not session.exercise.variation.requirement.one_leg:
        return box
    high = FAR_REACHING * box.height
    return Box(box.left, box.bottom - high, box.width, high)
