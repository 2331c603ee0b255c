"""Rest: the set in four lines, each as a number and rep by rep, beside those of the last time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from mirror.hinge.depth import told
from mirror.hinge.reps import Rep
from mirror.hinge.variations import ROUNDING
from mirror.language import Language
from mirror.layout import CAP_MM, SMALL_MM, Box, Sheet
from mirror.scene import AMBER, EMBER, GREY, ICE, WHITE, Dot, Line, Shape, Text
from mirror.screens.parts import FINE, heading, words
from mirror.session import Session

VALUE_MM = 30.0
SHOWN = 16
"""So many of the last reps are drawn."""


def rest(session: Session, page: Sheet, language: Language) -> Iterator[Shape]:
    """The set so far: depth, rounding and tempo; below, the one thing worth knowing."""
    u, reps = page.u, session.reps
    yield from heading(session, page, language, since_s=60.0)
    counted = language.say("rest.rep" if session.count == 1 else "rest.reps")
    under = (page.inside.right, page.inside.top + 108 * u)
    yield Text(counted, under, CAP_MM * u, GREY, "right", "top")
    yield from _last_time(session, page, language)
    width = 300 if page.wide else page.width
    top, pitch = (55, 98) if page.wide else (165, 98)
    rows = (
        _depth(session, reps, language),
        _rounding(session, reps, language),
        _tempo(reps, language),
    )
    for k, (label, value, numbers, limit) in enumerate(rows):
        box = page.box(0, top + k * pitch, width, 76)
        yield from _row(label, value, box, u)
        below = Box(box.left, box.bottom - 26 * u, box.width, 24 * u)
        yield from _rep_by_rep(numbers, limit, below, u)
    foot = page.box(-1, 156, 310, 156) if page.wide else page.box(0, -24, width, 175)
    yield words(_told(session, language), foot, u, GREY)
    yield from _small_print(session, page, language)


def _last_time(session: Session, page: Sheet, language: Language) -> Iterator[Shape]:
    """Reps and depth of the last set of the same, beside those of this one."""
    last, u = session.last, page.u
    if last is None:
        return
    text = language.say("rest.last-time", reps=last.reps, deg=round(last.depth_deg))
    # Two digits of the count take 150.
    box = page.box(-1 - 165, 0, 145, 72) if page.wide else page.box(0, 73, 175, 72)
    yield words(text, box, u, GREY)


def _told(session: Session, language: Language) -> str:
    """The stop depth where it is known; else what no camera sees is asked."""
    if session.stop is not None and session.stop_rep is not None:
        text = language.stop(session.stop)
        if session.last is not None and session.last.stop_deg is not None:
            deg = 5 * round(session.last.stop_deg / 5)
            text += " " + language.say("rest.last-stop", deg=deg)
        return text
    if session.stop_depth is not None:
        return language.say("rest.kept-stop", deg=told(session.stop_depth)[1])
    return language.say(f"variation.{session.choice.variation.name}.rest")


def _small_print(session: Session, page: Sheet, language: Language) -> Iterator[Shape]:
    """For who stands at the buttons: what can be kept, and whether the set is safe."""
    u, saved = page.u, session.past.saved
    parts = []
    if session.over_s is not None and session.past.is_failing:
        parts.append(language.say("rest.not-saved"))
    elif saved is not None and saved.ended_s == session.over_s:
        parts.append(language.say("rest.saved", number=saved.number))
    if session.can_remember is not None:
        parts.append(language.say(f"rest.can-{session.can_remember}"))
    if parts:
        box = page.box(-1, -1, 310 if page.wide else page.width, SMALL_MM + 2)
        yield Text(
            "   ".join(parts),
            (box.left, box.bottom),
            SMALL_MM * u,
            GREY,
            max_width_mm=box.width,
            max_height_mm=box.height,
        )


_Row = tuple[str, str, Sequence[float | None], float | None]
"""Label, value, a number for each rep, and a limit in the same unit."""


def _depth(session: Session, reps: Sequence[Rep], language: Language) -> _Row:
    rest_deg = session.standing.hip_flexion_deg if session.standing else 0.0
    folds = [rep.hip_flexion_max_deg - rest_deg for rep in reps]
    value = language.say("rest.depth-value", deg=round(median(folds)))
    return language.say("rest.depth"), value, folds, None


def _rounding(session: Session, reps: Sequence[Rep], language: Language) -> _Row:
    rounded = [rep.back_rounding_max_deg for rep in reps]
    judged = [deg for deg in rounded if deg is not None]
    value = language.say("rest.not-judged")
    if judged:
        deg, most = max(0.0, median(judged)), session.own_range_deg
        value = language.say("rest.rounding-value", deg=round(deg))
        if most is not None:
            share = round(100 * deg / most)
            value = language.say("rest.range-value", deg=round(deg), share=share)
    return language.say("rest.rounding"), value, rounded, ROUNDING.limit + ROUNDING.sd


def _tempo(reps: Sequence[Rep], language: Language) -> _Row:
    down = median(rep.bottom_s - rep.start_s for rep in reps)
    up = median(rep.end_s - rep.bottom_s for rep in reps)
    point = language.say("rest.decimal")
    times = {"down": f"{down:.1f}".replace(".", point), "up": f"{up:.1f}".replace(".", point)}
    value = language.say("rest.tempo-value", **times)
    return language.say("rest.tempo"), value, [rep.end_s - rep.start_s for rep in reps], None


def _row(label: str, value: str, box: Box, u: float) -> Iterator[Shape]:
    base = box.top + VALUE_MM * u
    yield Text(
        label,
        (box.left, base),
        CAP_MM * u,
        GREY,
        max_width_mm=0.52 * box.width,
        max_height_mm=VALUE_MM * u,
    )
    yield Text(
        value,
        (box.right, base),
        VALUE_MM * u,
        WHITE,
        "right",
        weight="light",
        max_width_mm=0.58 * box.width,
        max_height_mm=VALUE_MM * u,
    )


def _rep_by_rep(
    numbers: Sequence[float | None], limit: float | None, box: Box, u: float
) -> Iterator[Shape]:
    """A dot for each rep, higher for more; beyond the limit a larger one, not seen: a low dash."""
    numbers = numbers[-SHOWN:]
    seen = [number for number in numbers if number is not None]
    if not seen:
        return
    most = max(*seen, limit or 0.0, 1e-6) * 1.05
    step = box.width / SHOWN

    def y(number: float) -> float:
        return box.bottom - box.height * max(0.0, number) / most

    if limit is not None:
        line = ((box.left, y(limit)), (box.left + step * len(numbers), y(limit)))
        yield Line(line, FINE * u, AMBER.at(0.6))
    for k, number in enumerate(numbers):
        x = box.left + step * (k + 0.5)
        if number is None:
            yield Line(((x - 4 * u, box.bottom), (x + 4 * u, box.bottom)), FINE * u, GREY)
        elif limit is not None and number > limit:
            yield Dot((x, y(number)), 5 * u, EMBER)
        else:
            yield Dot((x, y(number)), 3.2 * u, ICE)
