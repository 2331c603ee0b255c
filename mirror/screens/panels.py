"""The panels beside the line of the spine: one small drawing for each kind of variation.

depth: the depth, with the mark of the stop depth. swing: float, cadence, and the power of each
swing. legs: left and right counted apart, and the sway. shoulders: their line over that of the
hips. elbow: how far the arms are pulled, and the drift of the trunk. stance: feet and knees from
the front. arms: how far they are raised. `u` is the size of one reference millimetre.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import accumulate

from mirror.coach.language import Language
from mirror.coach.session import Session
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
    Shape,
    Text,
)
from mirror.hinge.counting.reps import fold_deg
from mirror.hinge.counting.rowing import BENT_DEG, STRAIGHT_DEG, RowCounter, Rowing
from mirror.hinge.judging.measures import KNEES_DEG, RAISED_DEG
from mirror.hinge.judging.metrics import SHALLOW_DEG
from mirror.hinge.judging.summary import Person, cadence
from mirror.hinge.measure.posture import Posture
from mirror.screens.drawing import meter
from mirror.screens.layout import Box

VALUE_MM = 25.0
"""Height of the capitals of a value, to be read at 3 m."""
VALUE_WIDTH_MM = 148.0
SWINGS = 10
"""Number of swings whose power is shown."""
FADED = 0.85
"""Power, as a share of the best swing so far, from which a swing has faded."""
PULLED = 0.2
"""Share of a pull from which the arms pull."""
SWAY_CM = 2.0
"""Sway that fills the ring, centimetres."""
STEEP = 3.0
"""Factor by which a tilt is exaggerated, to be seen at 3 m."""


Draw = Callable[[Session, Posture, Box, float, Language], Iterator[Shape]]


def panel(
    session: Session, posture: Posture, box: Box, u: float, language: Language
) -> Iterator[Shape]:
    """Draw the panel of the chosen variation."""
    draw = PANELS.get(session.exercise.variation.panel, _depth)
    yield from draw(session, posture, box, u, language)


def _depth(
    session: Session, posture: Posture, box: Box, u: float, _language: Language
) -> Iterator[Shape]:
    yield from meter(session, posture, Box(box.right - 20 * u, box.top, 20 * u, box.height), u)


def _swing(
    session: Session, _posture: Posture, box: Box, u: float, language: Language
) -> Iterator[Shape]:
    """Cadence and float of the last swing in words, the power of the last ones as a row of bars."""
    reps = session.reps
    if not reps:
        return
    pace, floated = cadence(reps[-2:], Person())[-1], reps[-1].measures.get("float_s")
    at = box.top
    for name, value, digits in (("cadence", pace, 0), ("float", floated, 1)):
        if value is not None:
            text = language.say(f"legend.swing-{name}", value=language.number(value, digits))
            yield _value(text, (box.right, at), u)
        at += 1.5 * VALUE_MM * u
    powers = [rep.measures.get("power_deg_s", 0.0) for rep in reps]
    most = max(powers)
    if most <= 0:
        return
    floor, high, step = box.bottom, box.height * 0.45, box.width / SWINGS
    # A swing has faded against the best one before it; a better one later changes nothing.
    bests = list(accumulate(powers, max))
    for k, (power, best) in enumerate(list(zip(powers, bests, strict=True))[-SWINGS:]):
        x = box.left + (k + 0.5) * step
        # A faded swing is a thin bar: the meaning is not in the colour alone.
        faded = power < FADED * best
        light, wide = (AMBER, 2.0) if faded else (ICE, 4.0)
        yield Line(((x, floor), (x, floor - high * power / most)), wide * u, light)


def _legs(
    session: Session, posture: Posture, box: Box, u: float, _language: Language
) -> Iterator[Shape]:
    """Both counts, the standing leg bright; a ring that fills with the sway of the last rep."""
    for leg, x in (("left", box.left + 0.25 * box.width), ("right", box.right - 0.25 * box.width)):
        count = sum(rep.leg == leg for rep in session.reps)
        stands = posture.leg == leg
        light = WHITE if stands else GREY
        yield Text(str(count), (x, box.top), 1.4 * VALUE_MM * u, light, "centre", "top", "bold")
        foot = box.top + 2.1 * VALUE_MM * u
        yield Line(((x - 12 * u, foot), (x + 12 * u, foot)), (4.0 if stands else 1.6) * u, light)
    sways = [rep.measures["sway_cm"] for rep in session.reps if "sway_cm" in rep.measures]
    centre = (box.left + box.width / 2, box.bottom - 0.35 * box.width)
    yield Ring(centre, 0.3 * box.width, 1.2 * u, GREY)
    if sways:
        share = min(sways[-1] / SWAY_CM, 1.0)
        light = AMBER if share > 0.5 else ICE
        yield Ring(centre, 0.3 * box.width * share + 2 * u, 3.0 * u, light)


def _shoulders(
    session: Session, posture: Posture, box: Box, u: float, _language: Language
) -> Iterator[Shape]:
    """The line of the shoulders over that of the hips, as the mirror shows them."""
    rest = session.baseline.limbs if session.baseline else None
    tilt = _since(posture.limbs.tilt_deg, rest.tilt_deg if rest else None)
    hips = _since(posture.limbs.obliquity_deg, rest.obliquity_deg if rest else None)
    middle = box.left + box.width / 2
    yield Line(((middle, box.top), (middle, box.bottom)), 1.2 * u, GREY.at(0.5))
    yield _tilted((middle, box.bottom - 0.25 * box.height), 0.35 * box.width, hips, 2.0 * u, GREY)
    light, wide, deg = ICE, 4.0, fold_deg(posture, session.baseline)
    if deg > SHALLOW_DEG[1]:
        light, wide = GREY, 2.0  # so deep it is a guess
    elif deg > SHALLOW_DEG[0] and _is_wrong(session, "twist", abs(tilt)):
        light, wide = AMBER, 6.0
    yield _tilted(
        (middle, box.top + 0.3 * box.height), 0.5 * box.width, hips + tilt, wide * u, light
    )


def _elbow(
    session: Session, posture: Posture, box: Box, u: float, _language: Language
) -> Iterator[Shape]:
    """How far the arms are pulled, on a scale with its two ends, and the drift of the trunk."""
    x = box.right - 10 * u
    yield Line(((x, box.top), (x, box.bottom)), 1.2 * u, GREY.at(0.6))
    for end in (0.0, 1.0):
        y = box.bottom - end * box.height
        yield Line(((x - 9 * u, y), (x + 9 * u, y)), 1.6 * u, GREY)
    pulled = 0.0
    if posture.limbs.elbow_deg is not None:
        pulled = (STRAIGHT_DEG - posture.limbs.elbow_deg) / (STRAIGHT_DEG - BENT_DEG)
        y = box.bottom - min(max(pulled, 0.0), 1.0) * box.height
        yield Line(((x, box.bottom), (x, y)), 4.0 * u, ICE)
        yield Dot((x, y), 5 * u, ICE)
    row = session.counter.row if isinstance(session.counter, RowCounter) else Rowing()
    if row.trunk_deg is None or session.baseline is None:
        return
    # Two lines: the trunk before the first row (thin), and the trunk now.
    middle = (box.left + 0.35 * box.width, box.bottom - 0.15 * box.height)
    # Standing up after the last pull is no drift.
    drifts = pulled > PULLED and _is_wrong(
        session, "torso-drift", abs(posture.trunk_deg - row.trunk_deg)
    )
    light, wide = (AMBER, 6.0) if drifts else (WHITE, 4.0)
    for trunk, colour, width in ((row.trunk_deg, ICE, 1.6), (posture.trunk_deg, light, wide)):
        way = math.radians(trunk)
        # The glass shows a mirror image: a person facing right in the frame bows to the left.
        tip = (
            middle[0] - posture.facing * 0.45 * box.width * math.sin(way),
            middle[1] - 0.45 * box.width * math.cos(way),
        )
        yield Line((middle, tip), width * u, colour)
    # A dot for the hip. Without it the line of a still trunk looks like a stray dash.
    yield Dot(middle, 5 * u, GREY)


def _stance(
    session: Session, posture: Posture, box: Box, u: float, _language: Language
) -> Iterator[Shape]:
    """Legs from the front: the feet as wide as they stand, the knees as far out as they are."""
    rest = session.baseline.limbs.stance if session.baseline else None
    wide = rest if rest is not None else posture.limbs.stance
    if wide is None:
        return
    # Shoulders are a third of the box; the feet stand at least half as wide again.
    foot, middle = wide * box.width / 6, box.left + box.width / 2
    least = 1.5 * box.width / 6
    top, floor = box.top + 0.3 * box.height, box.bottom - 8 * u
    apart, is_deep = posture.limbs.knees, fold_deg(posture, session.baseline) >= KNEES_DEG
    falls_in = is_deep and _is_wrong(session, "knees-in", apart)
    is_wrong = falls_in or _is_wrong(session, "short-stance", wide)
    for side in (-1, 1):
        yield Line(
            (
                (middle + side * least, floor + 6 * u),
                (middle + side * box.width / 2, floor + 6 * u),
            ),
            1.6 * u,
            GREY,
        )
        knee = foot * (apart if apart is not None else 1.0)
        light, width = (AMBER, 6.0) if is_wrong else (ICE, 3.0)
        yield Line(
            (
                (middle + side * 0.08 * box.width, top),
                (middle + side * knee, (top + floor) / 2),
                (middle + side * foot, floor),
            ),
            width * u,
            light,
        )


def _arms(
    session: Session, posture: Posture, box: Box, u: float, language: Language
) -> Iterator[Shape]:
    """The depth, and a dial of the arms: full where they are in line with the trunk."""
    yield from _depth(session, posture, box, u, language)
    arms = posture.limbs.arms_deg
    if arms is None:
        return
    raised = arms >= RAISED_DEG - 15.0
    centre = (box.left + 0.35 * box.width, box.bottom - 0.35 * box.width)
    yield Ring(centre, 0.3 * box.width, 1.2 * u, GREY, 0.0, 0.5)
    light, width = (ICE, 4.0) if raised else (AMBER, 6.0)
    yield Ring(centre, 0.3 * box.width, width * u, light, 0.5, -0.5 * min(arms, 180.0) / 180.0)


PANELS: dict[str, Draw] = {
    "depth": _depth,
    "swing": _swing,
    "legs": _legs,
    "shoulders": _shoulders,
    "elbow": _elbow,
    "stance": _stance,
    "arms": _arms,
}
"""Key of a panel -> its drawing. A key that is not here draws the depth."""


def _value(text: str, at: Point, u: float) -> Text:
    return Text(
        text, at, VALUE_MM * u, WHITE, "right", "top",
        max_width_mm=VALUE_WIDTH_MM * u, max_height_mm=(VALUE_MM + 5) * u,
    )  # fmt: skip


def _is_wrong(session: Session, fault: str, value: float | None) -> bool:
    """Whether a number is beyond the limit of that fault: the glass warns where a rep is wrong."""
    limit = session.exercise.limit(fault)
    return limit is not None and value is not None and limit[1] * (value - limit[0]) > 0


def _since(now: float | None, before: float | None) -> float:
    return 0.0 if now is None or before is None else now - before


def _tilted(centre: Point, half: float, deg: float, width_mm: float, light: Colour) -> Line:
    """A line of half its length to each side; positive where the person's left is lower."""
    # In the mirror the person's left is on the left.
    rise = half * math.tan(math.radians(max(-25.0, min(25.0, STEEP * deg))))
    return Line(
        ((centre[0] - half, centre[1] + rise), (centre[0] + half, centre[1] - rise)),
        width_mm,
        light,
    )
