"""Calibrating: a dot for the person's reflection, and at the end how well the result fits."""

from __future__ import annotations

from collections.abc import Iterator

from mirror.calibration.state import DOTS, POOR_MM, CalibrationState, live, low_aim
from mirror.coach.language import Language
from mirror.display.glass import Glass
from mirror.display.scene import (
    AMBER,
    GREY,
    ICE,
    WHITE,
    Colour,
    Dot,
    Line,
    Point,
    Ring,
    Scene,
    Shape,
    Text,
)
from mirror.screens.labels import sign_at
from mirror.screens.layout import CAP_MM, Box, Layout, divide
from mirror.screens.parts import FINE_MM, WIDE_MM, title, words

RING_MM, DOT_RADIUS_MM = 24.0, 4.0
"""The ring that fills lies around the reflection of an eye without hiding it."""
CROSS_MM = (8.0, 18.0)
LEAVE_MM = 9.0
"""Capitals of how to leave: read with the hand on the button."""


def calibrating(now: CalibrationState, glass: Glass, language: Language) -> Scene:
    """The whole glass while somebody calibrates. Nothing drifts: a dot is a measuring mark."""
    page = divide(glass, 0.0)
    if now.fitted is not None:
        return Scene(tuple(_result(now, page, language)))
    return Scene(tuple(_dot(now, page, language)))


def _dot(now: CalibrationState, page: Layout, language: Language) -> Iterator[Shape]:
    u = page.u
    box = _beside(now.dot, page)
    step = language.say("calibrate.step", number=len(now.samples) + 1, of=len(DOTS))
    yield title(step, Box(box.left, box.top, box.width, 45 * u), u, GREY)
    below = Box(box.left, box.top + 65 * u, box.width, box.height - 95 * u)
    asked = now.hint is None
    key = f"calibrate.{now.aim}" if asked else f"calibrate.hint-{now.hint}"
    yield words(language.say(key), below, u, ICE if asked else AMBER)
    at = (box.left, box.bottom)
    yield Text(language.say("calibrate.leave"), at, LEAVE_MM * u, GREY, max_width_mm=box.width)
    if now.dot is None:
        return
    yield from _mark(now.dot, WHITE if asked else GREY, u)
    yield Ring(now.dot, RING_MM * u, FINE_MM * u, GREY)
    if now.held > 0:
        # In steps of a hundredth: a ring is drawn again for each.
        yield Ring(now.dot, RING_MM * u, WIDE_MM * u, ICE, 0.0, round(now.held, 2))


def _result(now: CalibrationState, page: Layout, language: Language) -> Iterator[Shape]:
    u = page.u
    mm = now.fitted.residual_mm if now.fitted else 0.0
    # A poor one says so in words; the colour is not alone.
    poor = mm > POOR_MM
    # Where the last dot for the eye was not; the heel is seen below.
    box = _beside(now.samples[-1].dot if now.samples else None, page)
    if not page.wide:
        box = page.box(0, page.height / 2 - 170, page.width, 340)
    low = box.bottom - 125 * u
    yield title(language.say("calibrate.done"), Box(box.left, box.top, box.width, 45 * u), u)
    key = "poor" if poor else f"residual-{low_aim(now)}"
    told = language.say(f"calibrate.{key}", mm=round(mm))
    below = Box(box.left, box.top + 65 * u, box.width, low - box.top - 90 * u)
    yield words(told, below, u, AMBER if poor else ICE)
    keys = language.say("calibrate.keep")
    # The font need not have the sign of the button, so it is drawn.
    yield from sign_at("select", (box.left + 9 * u, low + 0.5 * CAP_MM * u), 1.3 * u, GREY)
    indent = 26 * u
    yield words(keys, Box(box.left + indent, low, box.width - indent, 125 * u), u, GREY)
    for place in live(now):
        if _is_on(place, page):
            yield from _mark(place, WHITE, u)


def _mark(at: Point, light: Colour, u: float) -> Iterator[Shape]:
    """A dot with four fine strokes around it."""
    yield Dot(at, DOT_RADIUS_MM * u, light)
    near, far = (r * u for r in CROSS_MM)
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        start, end = ((at[0] + r * dx, at[1] + r * dy) for r in (near, far))
        yield Line((start, end), FINE_MM * u, light)


def _beside(dot: Point | None, page: Layout) -> Box:
    """The half of the glass that the dot is not in."""
    inside, gap = page.inside, (RING_MM + CAP_MM) * page.u
    if page.wide:
        half = inside.width / 2 - gap
        left = inside.left if dot is None or dot[0] > inside.centre[0] else inside.right - half
        return Box(left, inside.top, half, inside.height)
    half = inside.height / 2 - gap
    top = inside.top if dot is None or dot[1] > inside.centre[1] else inside.bottom - half
    return Box(inside.left, top, inside.width, half)


def _is_on(place: Point, page: Layout) -> bool:
    """Whether a mark there lies on the glass as a whole."""
    edge, inside = CROSS_MM[1] * page.u + FINE_MM, page.inside
    # Without drift the margins are alike on all sides.
    right, bottom = inside.right + inside.left, inside.bottom + inside.top
    return edge < place[0] < right - edge and edge < place[1] < bottom - edge
