"""Screens that need no session: getting ready, trouble, a button that is held, shutting down."""

from __future__ import annotations

from mirror.coach.command import Held
from mirror.coach.language import Language
from mirror.display.glass import Glass
from mirror.display.scene import AMBER, GREY, ICE, WHITE, Ring, Scene, Text
from mirror.errors import Trouble
from mirror.screens.labels import Labels, sign
from mirror.screens.layout import CAP_MM, SMALL_MM, divide
from mirror.screens.parts import FINE_MM, WIDE_MM, title, words

FAR_MM = 18.0
"""Amplitude of the drift of a trouble, reference mm; it may stay for days."""


def getting_ready(glass: Glass, language: Language, now: float = 0.0) -> Scene:
    """The screen until the first frame is estimated: the mirror is starting, not broken."""
    page = divide(glass, now)
    u, (x, y) = page.u, page.inside.centre
    at = (x, y + 45 * u)
    words = Text(
        language.say("state.getting-ready"), at, CAP_MM * u, GREY, "centre", "top",
        max_width_mm=page.inside.width,
    )  # fmt: skip
    centre = (x, y - 30 * u)
    # In steps of a hundredth of a turn: all that is drawn while a small computer has much to do.
    turn = round((now / 2.4) % 1.0, 2)
    return Scene(
        (
            words,
            Ring(centre, 34 * u, FINE_MM * u, GREY.at(0.4)),
            Ring(centre, 34 * u, WIDE_MM * u, ICE, turn, 0.22),
        )
    )


def trouble(
    sentence: str, glass: Glass, language: Language, kind: Trouble = "other", now: float = 0.0
) -> Scene:
    """The fault, what the owner can do about it, and the exact sentence in small type."""
    page = divide(glass, now, FAR_MM)
    u, width = page.u, page.width
    ring = Ring(page.box(0, 0, 64, 64).centre, 30 * u, 3 * u, AMBER)
    # On a lying glass the title stands beside the ring, on an upright one below it.
    name = page.box(84, 12, width - 84, 45) if page.wide else page.box(0, 90, width, 45)
    advice = page.box(0, 95, width, 115) if page.wide else page.box(0, 160, width, 250)
    detail = page.box(0, -1, width, 110 if page.wide else 200)
    # After the name of a program it goes on in lower case; here it stands alone.
    if sentence.partition(" ")[0].isalpha():
        sentence = sentence[0].upper() + sentence[1:]
    small = Text(
        sentence,
        (detail.left, detail.top),
        SMALL_MM * u,
        GREY,
        vertical="top",
        max_width_mm=detail.width,
        max_height_mm=detail.height,
    )
    return Scene(
        (
            ring,
            Text("!", ring.centre, 30 * u, AMBER, "centre", "middle", "bold"),
            title(language.say(f"trouble.{kind}"), name, u, WHITE),
            words(language.say(f"trouble.{kind}-help"), advice, u),
            small,
        )
    )


def banner(scene: Scene, sentence: str, glass: Glass, now: float = 0.0) -> Scene:
    """Add a line for the owner in the margin above a screen that stays."""
    page = divide(glass, now)
    x, y = page.inside.centre[0], page.inside.top - 20 * page.u
    small = Text(
        sentence, (x, y), SMALL_MM * page.u, AMBER, "centre", "top",
        max_width_mm=page.inside.width, max_height_mm=SMALL_MM * page.u,
    )  # fmt: skip
    return Scene((*scene.shapes, small))


def holding(
    held: Held, glass: Glass, language: Language, labels: Labels, now: float = 0.0
) -> Scene:
    """The command of the button that is held, and how much longer to hold it."""
    page = divide(glass, now)
    u, stage = page.u, page.stage
    width = 310 if page.wide else page.width
    radius = min(stage.width, stage.height) / 2 - 4 * u
    return Scene(
        (
            title(language.say(f"hold.{held.command.value}"), page.box(0, 0, width, 90), u),
            words(language.say("hold.keep"), page.box(0, 118, width, 120), u),
            Ring(stage.centre, radius, FINE_MM * u, GREY.at(0.6)),
            # In steps of a hundredth: the ring is drawn again for each.
            Ring(stage.centre, radius, WIDE_MM * u, ICE, 0.0, round(held.fraction, 2)),
            *sign(labels, held.button, page),
        )
    )


def shutting_down(
    glass: Glass, language: Language, now: float = 0.0, again: str | None = None
) -> Scene:
    """The last words. again: what switches the computer on again (`buttons.waking`), if any."""
    page = divide(glass, now)
    u, (x, y) = page.u, page.inside.centre
    return Scene(
        (
            Text(
                language.say("state.good-bye"), (x, y - 20 * u), 40 * u, WHITE,
                "centre", "middle", "light", page.inside.width,
            ),
            Text(
                language.say("state.shutting-down"), (x, y + 40 * u), CAP_MM * u, GREY,
                "centre", "top", max_width_mm=page.inside.width,
            ),
            *([] if again is None else [Text(
                language.say(f"state.on-again-{again}"), (x, y + 140 * u), SMALL_MM * u, GREY,
                "centre", "top", max_width_mm=page.inside.width,
            )]),
        )
    )  # fmt: skip
