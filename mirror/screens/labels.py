"""The labels of the buttons: a sign beside each, and words on the screen of the choice.

The signs lie outside `Layout.inside`, where nothing else is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mirror.coach.language import Language
from mirror.display.scene import GREY, ICE, Colour, Line, Point, Ring, Shape, Text
from mirror.screens.layout import MARGIN_MM, SMALL_MM, Layout

SIGN_MM = 6.0
"""Half the size of a sign."""
PITCH_MM = 46.0
"""Distance from button to button along an upright side; along the bottom they share its width."""
HEIGHT = 0.46
"""Middle of the buttons, share of the height from the top."""
WORDS_MM = 105.0
"""Width of the words beside the signs of an upright side."""
HINT_MM = 9.0
"""Height of the capitals of what a long press does: read with a hand on the button."""


@dataclass(frozen=True)
class Labels:
    """The buttons in their order, on one side of the glass.

    held: names of the buttons that do something else when held.
    """

    side: Literal["left", "right", "bottom"]
    buttons: tuple[str, ...]
    held: tuple[str, ...]

    @property
    def room_mm(self) -> float:
        """Width that the words take, reference mm."""
        return WORDS_MM if self.side == "right" else 0.0


def place(labels: Labels, name: str, page: Layout) -> Point:
    """The middle of the sign of one button."""
    u, inside = page.u, page.inside
    k = labels.buttons.index(name) - (len(labels.buttons) - 1) / 2
    if labels.side == "bottom":
        return inside.centre[0] + k * inside.width / len(labels.buttons), inside.bottom + 15 * u
    y = inside.top + HEIGHT * inside.height + k * PITCH_MM * u
    away = 0.5 * MARGIN_MM * u
    return (inside.right + away if labels.side == "right" else inside.left - away), y


def signs(labels: Labels, page: Layout) -> Iterator[Shape]:
    """One sign for each button."""
    for name in labels.buttons:
        yield from sign_at(name, place(labels, name, page), page.u, GREY)


def button_words(labels: Labels, page: Layout, language: Language) -> Iterator[Shape]:
    """What a press and a long press of each button do."""
    u = page.u
    for name in labels.buttons:
        x, y = place(labels, name, page)
        hint = language.say(f"button.hold-{name}") if name in labels.held else None
        if labels.side == "bottom":
            # In the margin there is room for one line, and the last one ends at the glass.
            edge = page.inside.right + 0.8 * MARGIN_MM * u
            wide = min(page.inside.width / len(labels.buttons) - 26 * u, edge - x - 13 * u)
            yield _text(language.say(f"button.{name}"), (x + 13 * u, y), SMALL_MM, u, wide, "left")
            continue
        inwards = -1 if labels.side == "right" else 1
        anchor: Literal["left", "right"] = "right" if labels.side == "right" else "left"
        at, wide = x + inwards * 16 * u, (WORDS_MM - 5) * u
        yield _text(language.say(f"button.{name}"), (at, y), SMALL_MM, u, wide, anchor)
        if hint:
            below = (at, y + (SMALL_MM / 2 + HINT_MM) * u)
            yield _text(hint, below, HINT_MM, u, wide, anchor)


def sign(labels: Labels, name: str, page: Layout, light: Colour = ICE) -> Iterator[Shape]:
    """The sign of one button alone."""
    yield from sign_at(name, place(labels, name, page), page.u, light)


def _text(
    text: str, at: Point, cap: float, u: float, wide: float, anchor: Literal["left", "right"]
) -> Text:
    return Text(text, at, cap * u, GREY, anchor, "middle", max_width_mm=wide, max_height_mm=cap * u)


def sign_at(name: str, at: Point, u: float, light: Colour) -> Iterator[Shape]:
    """The sign of a button, anywhere."""
    x, y = at
    r, width = SIGN_MM * u, 1.8 * u
    if name == "select":  # round again
        yield Ring(at, r, width, light, 0.1, 0.8)
        yield Line(
            ((x - r, y - 1.1 * r), (x - 0.5 * r, y - 0.75 * r), (x - r, y - 0.3 * r)), width, light
        )
    elif name == "drill":
        yield Line(((x - 0.5 * r, y + r), (x + 0.5 * r, y - r)), 1.6 * width, light)
    else:
        way = 1 if name == "next" else -1
        tip = (x + way * 0.5 * r, y)
        yield Line(((x - way * 0.5 * r, y - r), tip, (x - way * 0.5 * r, y + r)), width, light)
