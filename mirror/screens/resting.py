"""Rest: the set in a few rows, each as a number and rep by rep, beside those of the last time."""

from __future__ import annotations

from collections.abc import Iterator

from mirror.coach.exercise import Exercise
from mirror.coach.language import Language
from mirror.coach.session import Session
from mirror.display.scene import AMBER, EMBER, GREY, ICE, WHITE, Dot, Line, Shape, Text
from mirror.hinge.judging.stop_depth import text_key
from mirror.hinge.judging.summary import Numbers, Person, SummaryRow, Totals
from mirror.screens.layout import CAP_MM, SMALL_MM, Box, Layout
from mirror.screens.parts import FINE_MM, heading, words

ROW_VALUE_MM = 30.0
ROWS_MM = 284.0
"""Height of all rows together."""
LAST_REPS = 16
"""So many of the last reps are drawn."""


def rest(session: Session, page: Layout, language: Language) -> Iterator[Shape]:
    """The set so far in the rows of its variation; below, the one thing worth knowing."""
    u, reps = page.u, session.reps
    yield from heading(session, page, language, since_s=60.0)
    counted = language.say("rest.rep" if session.count == 1 else "rest.reps")
    under = (page.inside.right, page.inside.top + 108 * u)
    yield Text(counted, under, CAP_MM * u, GREY, "right", "top")
    yield from _last_time(session, page, language)
    width = 300 if page.wide else page.width
    top, choice = 55 if page.wide else 165, session.exercise
    # A drill that hides the back has no word on it.
    judged = {rule.fault for rule in choice.rules}
    rows = [row for row in choice.variation.rows if not row.fault or row.fault in judged]
    person = Person(session.current_set.log.stood_deg, session.known_range_deg)
    pitch = ROWS_MM / max(3, len(rows))
    for k, row in enumerate(rows):
        box = page.box(0, top + k * pitch, width, min(74, pitch - 8))
        numbers = row.each(reps, person)
        value = _value(row, row.total(reps, numbers, person), language)
        yield from _row(language.row(row.name), value, box, u)
        high = min(24 * u, box.height - 46 * u)
        below = Box(box.left, box.bottom - 2 * u - high, box.width, high)
        yield from _rep_by_rep(numbers, _limit(row, choice), below, u)
    foot = page.box(-1, 156, 310, 156) if page.wide else page.box(0, -24, width, 175)
    yield words(_remark(session, language), foot, u, GREY)
    yield from _small_print(session, page, language)


def _last_time(session: Session, page: Layout, language: Language) -> Iterator[Shape]:
    """Reps and depth of the last set of the same, beside those of this one."""
    last, u = session.current_set.last, page.u
    if last is None:
        return
    text = language.say("rest.last-time", reps=last.reps, deg=round(last.depth_deg))
    # Two digits of the count take 150.
    box = page.box(-1 - 165, 0, 145, 72) if page.wide else page.box(0, 73, 175, 72)
    yield words(text, box, u, GREY)


def _remark(session: Session, language: Language) -> str:
    """The stop depth where it is known; else what no camera sees is asked."""
    stop, last = session.person.stop, session.current_set.last
    if stop.found is not None and stop.rep is not None:
        text = language.stop(stop.found)
        if last is not None and last.stop_deg is not None:
            deg = 5 * round(last.stop_deg / 5)
            text += " " + language.say("rest.last-stop", deg=deg)
        return text
    if session.stop_depth is not None:
        return language.say("rest.profile-stop", deg=text_key(session.stop_depth)[1])
    return language.rest(session.exercise)


def _small_print(session: Session, page: Layout, language: Language) -> Iterator[Shape]:
    """Small print for a person at the buttons: what can be kept, and whether the set is saved."""
    u, history, over_s = page.u, session.history, session.current_set.over_s
    saved, parts = history.saved, []
    if over_s is not None and history.is_failing:
        parts.append(language.say("rest.not-saved"))
    elif saved is not None and saved.ended_s == over_s:
        how = "rest.fleeting" if history.is_fleeting else "rest.saved"
        parts.append(language.say(how, number=saved.number))
    if session.remember_action is not None:
        parts.append(language.say(f"rest.can-{session.remember_action}"))
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


def _value(row: SummaryRow, totals: Totals, language: Language) -> str:
    """What is written at the right: numbers in the language's way, a dash for what is not known."""
    none = language.say("rest.not-judged")
    if all(value is None for value in totals.values()):
        return none
    whole = all(value is not None for value in totals.values())
    written = {
        name: none if value is None else language.number(value, row.digits)
        for name, value in totals.items()
    }
    return language.row_value(row.name, written, is_whole=whole)


def _limit(row: SummaryRow, choice: Exercise) -> tuple[float, int] | None:
    """From where a rep has the fault of the row, and whether more (1) or less (-1) is wrong."""
    rule = next((rule for rule in choice.rules if rule.fault == row.fault), None)
    return None if rule is None else (rule.limit + rule.sign * rule.sd, rule.sign)


def _row(label: str, value: str, box: Box, u: float) -> Iterator[Shape]:
    base = box.top + ROW_VALUE_MM * u
    yield Text(
        label,
        (box.left, base),
        CAP_MM * u,
        GREY,
        max_width_mm=0.52 * box.width,
        max_height_mm=ROW_VALUE_MM * u,
    )
    yield Text(
        value,
        (box.right, base),
        ROW_VALUE_MM * u,
        WHITE,
        "right",
        weight="light",
        max_width_mm=0.58 * box.width,
        max_height_mm=ROW_VALUE_MM * u,
    )


def _rep_by_rep(
    numbers: Numbers, limit: tuple[float, int] | None, box: Box, u: float
) -> Iterator[Shape]:
    """A dot for each rep, higher for more; beyond the limit a larger one, not seen: a low dash.

    limit: of a rule, and whether more (1) or less (-1) is wrong.
    """
    numbers = numbers[-LAST_REPS:]
    seen = [number for number in numbers if number is not None]
    if not seen:
        return
    most = max(*seen, limit[0] if limit else 0.0, 1e-6) * 1.05
    step = box.width / LAST_REPS

    def y(number: float) -> float:
        return box.bottom - box.height * max(0.0, number) / most

    if limit is not None:
        line = ((box.left, y(limit[0])), (box.left + step * len(numbers), y(limit[0])))
        yield Line(line, FINE_MM * u, AMBER.at(0.6))
    for k, number in enumerate(numbers):
        x = box.left + step * (k + 0.5)
        if number is None:
            yield Line(((x - 4 * u, box.bottom), (x + 4 * u, box.bottom)), FINE_MM * u, GREY)
        elif limit is not None and limit[1] * (number - limit[0]) > 0:
            yield Dot((x, y(number)), 5 * u, EMBER)
        else:
            yield Dot((x, y(number)), 3.2 * u, ICE)
