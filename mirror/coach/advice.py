"""What a set leads to: the one sentence of the rest, as a key of the texts with its values."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from mirror.coach.session import Session
from mirror.hinge.judging.feedback import Cue
from mirror.hinge.judging.stop_depth import NotFound

LATELY, ROUNDED = 5, 3
"""A back that rounds in so many of the last reps is better helped by the stick than by words."""
OFTEN = 2
"""Reps of a set with the same fault, from which the next set is about it."""


class Advice(NamedTuple):
    """A text of the languages. aim: the fault whose opposite it names. values: its numbers."""

    key: str
    aim: str | None = None
    values: tuple[tuple[str, int], ...] = ()


def advice(session: Session) -> Advice:
    """What the next set is about; what was best, where nothing was wrong."""
    reps, choice = session.reps, session.exercise
    faults = [{fault.fault for fault in rep.faults} for rep in reps]
    drills = {drill.name for drill in choice.variation.drills} if choice.drill is None else set()
    if "stick" in drills and sum("rounding" in some for some in faults[-LATELY:]) >= ROUNDED:
        return Advice("rest.try-stick")
    open_cue = session.shown.messages.unanswered
    if open_cue is not None and isinstance(open_cue.about, Cue):
        return Advice("rest.next-set", open_cue.about.fault)
    seen = Counter(fault for some in faults for fault in some)
    order = {rule.fault: rule.priority for rule in choice.rules}
    often = [name for name, times in seen.items() if times >= OFTEN]
    if often:
        return Advice("rest.next-set", min(often, key=lambda name: (order.get(name, 3), name)))
    found = session.person.stop.found
    if isinstance(found, NotFound) and found.reason == "straight" and session.person.stop.rep:
        return Advice("stop.straight")
    judged = [rep for rep in reps if rep.is_judged or rep.back_rounding_max_deg is not None]
    if not judged:
        return Advice("rest.not-seen")
    good = sum(not rep.faults for rep in judged)
    if good < len(judged):
        return Advice("rest.some-clean", values=(("good", good), ("count", len(judged))))
    is_back_due = "rounding" in order
    is_unseen = is_back_due and any(rep.back_rounding_max_deg is None for rep in reps)
    if is_unseen or len(judged) < len(reps):
        return Advice("rest.seen-clean")
    return Advice("rest.all-long" if is_back_due else "rest.all-clean")
