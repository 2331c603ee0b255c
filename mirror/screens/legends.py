"""Small labels that say what the drawings are, in the first reps of a visit; then they fade."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from mirror.coach.language import Language
from mirror.coach.lifetimes import Stage
from mirror.coach.session import Session
from mirror.display.scene import EMBER, GREY, ICE, WHITE, Colour, Point, Text
from mirror.hinge.measure.posture import Posture
from mirror.screens.drawing import depth_y, foot_ends
from mirror.screens.layout import SMALL_MM, Box, Layout

LIGHTS = (1.0, 1.0, 0.6)
"""Light of the labels before the first, second and third rep of a visit."""
LONGEST_MM = 132.0


def working_legend(
    session: Session, posture: Posture, page: Layout, foot: Box, language: Language
) -> Iterator[Text]:
    """The labels of a movement: depth, last rep, heel and toe."""
    u, light = page.u, _light(session)
    if light == 0.0:
        return
    grey, box = GREY.at(light), page.panel
    if session.exercise.variation.panel in ("depth", "arms"):
        left = box.right - 36 * u
        yield _label(language.say("legend.depth"), (left, box.top), u, grey, "right")
        # Of raised arms there is a dial at that place.
        if session.reps and session.exercise.variation.panel == "depth":
            rest = session.baseline.hip_flexion_deg if session.baseline else 0.0
            last = session.reps[-1].hip_flexion_max_deg - rest
            at = (left, depth_y(last, box))
            yield _label(language.say("legend.last"), at, u, grey, "right")
    # On one leg the free foot hangs there.
    if posture.com_fraction is not None and not session.exercise.variation.requirement.one_leg:
        heel, toe = foot_ends(posture, foot)
        y = foot.top + foot.height / 2
        way = 1 if toe > heel else -1
        for key, x, out in (("heel", heel, -way), ("toe", toe, way)):
            anchor: Literal["left", "right"] = "left" if out > 0 else "right"
            yield _label(language.say(f"legend.{key}"), (x + 8 * u * out, y), u, grey, anchor)


def finished_legend(session: Session, page: Layout, language: Language) -> Iterator[Text]:
    """Which of the two outlines is which."""
    u, light, box = page.u, _light(session), page.outlines
    if light == 0.0:
        return
    x = box.centre[0]
    for k, (key, colour) in enumerate((("standing", ICE), ("bottom", WHITE))):
        at = (x, box.top - (66 - 22 * k) * u)
        yield _label(language.say(f"legend.{key}"), at, u, colour.at(light), "centre")


def red_legend(session: Session, page: Layout, language: Language) -> Iterator[Text]:
    """What red means, from the first red line of a visit until its rep was looked at."""
    person = session.person
    if person.red_after is None:
        return
    since = person.reps - person.red_after
    if since == 0 or (since == 1 and session.shown.stage is Stage.FINISHED):
        box, u = page.figure, page.u
        at = (box.left, box.top - 50 * u)
        yield _label(language.say("legend.red"), at, u, EMBER, "left", 1.6 * LONGEST_MM)


def _light(session: Session) -> float:
    reps = session.person.reps
    return LIGHTS[reps] if reps < len(LIGHTS) else 0.0


def _label(
    text: str,
    at: Point,
    u: float,
    colour: Colour,
    anchor: Literal["left", "right", "centre"],
    longest_mm: float = LONGEST_MM,
) -> Text:
    return Text(
        text, at, SMALL_MM * u, colour, anchor, "middle",
        max_width_mm=longest_mm * u, max_height_mm=(SMALL_MM + 2) * u,
    )  # fmt: skip
