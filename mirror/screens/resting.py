"""Rest: what the next set is about, the set in a few rows, and how long the person has rested."""

from __future__ import annotations

from collections.abc import Iterator

from mirror.coach.advice import advice
from mirror.coach.language import Language
from mirror.coach.session import Session
from mirror.display.scene import AMBER, EMBER, GREY, ICE, WHITE, Dot, Line, Shape, Text
from mirror.hinge.judging.stop_depth import FromStart, StopDepth, text_key
from mirror.hinge.judging.summary import Numbers, Person, SummaryRow, Totals, range_share
from mirror.screens.layout import CAP_MM, SMALL_MM, Box, Layout
from mirror.screens.parts import FINE_MM, heading, words

ROW_VALUE_MM = 27.0
ROWS_MM = 184.0
"""Height of all rows together."""
LAST_REPS = 16
"""So many of the last reps are drawn."""


def rest(session: Session, page: Layout, language: Language) -> Iterator[Shape]:
    """The count, what the next set is about, the rows of the variation, and how long it rests."""
    u, reps, choice = page.u, session.reps, session.exercise
    yield from heading(session, page, language, since_s=60.0)
    yield _of_target(session, page, language)
    yield from _last_time(session, page, language)
    width = 300 if page.wide else page.width
    told = page.box(0, 50, width, 106) if page.wide else page.box(0, 156, width, 100)
    yield words(_sentence(session, language), told, u, ICE)
    person = Person(session.current_set.log.stood_deg, session.known_range_deg)
    # A drill that hides the back has no word on it.
    judged = {rule.fault for rule in choice.rules}
    rows = [row for row in choice.variation.rows if not row.fault or row.fault in judged]
    top, pitch = (158 if page.wide else 264), ROWS_MM / max(3, len(rows))
    for k, row in enumerate(rows):
        box = page.box(0, top + k * pitch, width, min(64, pitch - 6))
        numbers = row.each(reps, person)
        value = _value(row, row.total(reps, numbers, person), language)
        yield from _row(language.row(row.name), value, box, u)
        high = min(22 * u, box.height - 40 * u)
        below = Box(box.left, box.bottom - 2 * u - high, box.width, high)
        yield from _rep_by_rep(numbers, choice.limit(row.fault), below, u)
    yield from _clock(session, page, language)
    foot = page.box(-1, 192, 310, 124) if page.wide else page.box(0, -15, width, 128)
    yield words(_asked(session, language), foot, u, GREY)
    yield from _small_print(session, page, language)


def _of_target(session: Session, page: Layout, language: Language) -> Text:
    """Below the count: how many reps a set is to have, if that is set."""
    target = session.setup.target
    counted = language.say("rest.rep" if session.count == 1 else "rest.reps")
    text = language.say("rest.of", target=target) if target else counted
    at = (page.inside.right, page.inside.top + 108 * page.u)
    return Text(text, at, CAP_MM * page.u, GREY, "right", "top")


def _last_time(session: Session, page: Layout, language: Language) -> Iterator[Shape]:
    """Reps and depth of the last set of the same, beside those of this one."""
    last, u = session.current_set.last, page.u
    if last is None:
        return
    text = language.say("rest.last-time", reps=last.reps, deg=round(last.depth_deg))
    # Two digits of the count take 150.
    box = page.box(-1 - 165, 0, 145, 72) if page.wide else page.box(0, 73, 175, 72)
    yield words(text, box, u, GREY)


def _clock(session: Session, page: Layout, language: Language) -> Iterator[Shape]:
    """How long the person has rested."""
    if not session.reps:
        return
    since_s = max(0.0, (session.t or 0.0) - session.reps[-1].end_s)
    minutes, seconds = divmod(int(since_s), 60)
    text = language.row_value("clock", {"minutes": str(minutes), "seconds": f"{seconds:02}"})
    box = page.box(-1, 148, 310, 30) if page.wide else page.box(0, 452, page.width, 30)
    yield from _row(language.say("rest.clock"), text, box, page.u)


def _sentence(session: Session, language: Language) -> str:
    """What the next set is about, or what was best in this one."""
    key, aim, values = advice(session)
    if aim is not None:
        return language.say(key, aim=language.aim(aim))
    return language.say(key, **dict(values))


def _asked(session: Session, language: Language) -> str:
    """The stop depth where there is one, and what no camera sees."""
    stop, last, text = session.person.stop, session.current_set.last, ""
    if isinstance(stop.found, StopDepth) and stop.rep is not None:
        text = language.say("rest.todays-stop", deg=text_key(stop.found)[1])
        if last is not None and last.stop_deg is not None:
            text += " " + language.say("rest.last-stop", deg=5 * round(last.stop_deg / 5))
    elif session.stop_depth is not None:
        text = language.say("rest.kept-stop", deg=text_key(session.stop_depth)[1])
    elif isinstance(stop.found, FromStart) and stop.rep is not None:
        text = language.stop(stop.found)
    return "\n".join(part for part in (text, language.rest(session.exercise)) if part)


def _small_print(session: Session, page: Layout, language: Language) -> Iterator[Shape]:
    """Small print for a person at the buttons: what can be kept, and whether the set is saved."""
    u, history, over_s = page.u, session.history, session.current_set.over_s
    saved, parts = history.saved, []
    if over_s is not None and history.is_failing:
        parts.append(language.say("rest.not-saved"))
    elif saved is not None and saved.ended_s == over_s:
        how = "rest.fleeting" if history.is_fleeting else "rest.saved"
        parts.append(language.say(how, number=saved.number))
    share = range_share(session.reps, Person(range_deg=session.known_range_deg))
    if share is not None:
        parts.append(language.say("rest.of-range", share=round(share)))
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
    if not totals:
        return ""
    none = language.say("rest.not-judged")
    if all(value is None for value in totals.values()):
        return none
    written = {
        name: none if value is None else language.number(value, row.digits)
        for name, value in totals.items()
    }
    return language.row_value(row.name, written)


def _row(label: str, value: str, box: Box, u: float) -> Iterator[Shape]:
    base = box.top + ROW_VALUE_MM * u
    yield Text(
        label,
        (box.left, base),
        CAP_MM * u,
        GREY,
        max_width_mm=0.49 * box.width,
        max_height_mm=ROW_VALUE_MM * u,
    )
    if not value:
        return
    yield Text(
        value,
        (box.right, base),
        ROW_VALUE_MM * u,
        WHITE,
        "right",
        weight="light",
        max_width_mm=0.49 * box.width,
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
