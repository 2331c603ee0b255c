"""The feedback policy: from the faults of the reps to at most one cue.

A cue comes after a rep, never during it. It needs the same fault in two of the last three reps. It
comes at most once in three reps, in the first ten once in two. The first rep without its fault, and
without a more important one, answers it: it is praised for that, once. Until then only a more
important cue takes its place, and it is not repeated. Other praise comes about once in four clean
reps. Frequent correction is reported to demoralise, and short words that point at something outside
the body work best (McKay 2024, 10.1037/bul0000451; Cruz 2018, 10.6063/motricidade.14294).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mirror.hinge.counting.reps import Rep
from mirror.hinge.judging.rules import AnyRule, NotedRule

RECENT, REPEATED = 3, 2
"""A cue needs the same fault in `REPEATED` of the last `RECENT` reps."""
EAGER_REPS, EAGER_GAP, GAP = 10, 2, 3
"""Least reps from one cue to the next: `EAGER_GAP` in the first `EAGER_REPS`, then `GAP`."""
BACK = ("rounding", "upper-back")
"""Faults of a back that may not be seen."""
PRAISE_GAP = 4
"""Least reps from a cue or praise to the next praise."""


@dataclass(frozen=True)
class Cue:
    """A cue after a rep. fault: the key of its words; None for praise. rep: number of the rep.

    answers: the fault that the rep has no longer, where that is praised.
    """

    t: float
    fault: str | None
    rep: int
    answers: str | None = None


def cue(
    reps: tuple[Rep, ...],
    rules: tuple[AnyRule | NotedRule, ...],
    last: Cue | None,
    *,
    is_good: bool = True,
) -> Cue | None:
    """The cue after the newest rep, or None. last: the last cue or praise of this set.

    is_good: every moment of the rep that a drill judged was good; else there is no praise.
    """
    newest, asked = reps[-1], last.fault if last is not None else None
    order = {rule.fault: rule.priority for rule in rules}
    if asked is not None and is_good and _answers(newest, asked, order):
        return Cue(newest.end_s, None, newest.number, asked)
    since = newest.number - last.rep if last is not None else newest.number
    gap = EAGER_GAP if newest.number <= EAGER_REPS else GAP
    if since < gap:
        return None
    recent = [{fault.fault for fault in rep.faults} for rep in reps[-RECENT:]]
    for rule in sorted(rules, key=lambda rule: rule.priority):
        if asked is not None and rule.priority >= order.get(asked, 0):
            return None  # one thing at a time
        if sum(rule.fault in faults for faults in recent) >= REPEATED:
            return Cue(newest.end_s, rule.fault, newest.number)
    # A rep that was not seen well gets no praise, nor a back that is to be judged and was not seen.
    sees_back = newest.back_rounding_max_deg is not None or "rounding" not in order
    seen = newest.is_judged and sees_back
    if since >= PRAISE_GAP and seen and is_good and not any(recent):
        return Cue(newest.end_s, None, newest.number)
    return None


def _answers(rep: Rep, asked: str, order: Mapping[str, int]) -> bool:
    """Whether that fault is gone, no more important one is there, and the rep was seen for that."""
    seen = asked not in BACK or rep.back_rounding_max_deg is not None
    return seen and all(order.get(f.fault, 0) > order.get(asked, 0) for f in rep.faults)
