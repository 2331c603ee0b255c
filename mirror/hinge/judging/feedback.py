"""The feedback policy: from the faults of the reps to at most one cue.

A cue comes after a rep, never during it. It needs the same fault in two of the last three reps. It
comes at most once in three reps, in the first ten once in two, and the same one not again before it was
answered: it stays on the glass. The first clean rep after it answers it: it is praised for that,
once. Other praise comes about once in four clean reps. Frequent
correction is reported to demoralise, and short words that point at something outside the body work
best (McKay 2024, 10.1037/bul0000451; Cruz 2018, 10.6063/motricidade.14294).
"""

from __future__ import annotations

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
    cues: tuple[Cue, ...],
    *,
    is_good: bool = True,
) -> Cue | None:
    """The cue after the newest rep, or None. cues: cues and praise of this set so far.

    is_good: every moment of the rep that a drill judged was good; else there is no praise.
    """
    newest, last = reps[-1], cues[-1] if cues else None
    if last is not None and last.fault is not None and is_good and _answers(newest, last.fault):
        return Cue(newest.end_s, None, newest.number, last.fault)
    since = newest.number - last.rep if last is not None else newest.number
    gap = EAGER_GAP if newest.number <= EAGER_REPS else GAP
    if since < gap:
        return None
    recent = [{fault.fault for fault in rep.faults} for rep in reps[-RECENT:]]
    for rule in sorted(rules, key=lambda rule: rule.priority):
        is_open = rule.fault in _unanswered(cues)
        if not is_open and sum(rule.fault in faults for faults in recent) >= REPEATED:
            return Cue(newest.end_s, rule.fault, newest.number)
    # A rep that was not seen well gets no praise, nor a back that is to be judged and was not seen.
    sees_back = newest.back_rounding_max_deg is not None or all(
        r.fault != "rounding" for r in rules
    )
    seen = newest.is_judged and sees_back
    if since >= PRAISE_GAP and seen and is_good and not any(recent):
        return Cue(newest.end_s, None, newest.number)
    return None


def _unanswered(cues: tuple[Cue, ...]) -> set[str | None]:
    """The faults that were named, and not praised as gone since."""
    answered = {one.answers: k for k, one in enumerate(cues)}
    return {one.fault for k, one in enumerate(cues) if k > answered.get(one.fault, -1)}


def _answers(rep: Rep, fault: str) -> bool:
    """Whether the rep is clean, and was seen well enough for that."""
    seen = fault not in BACK or rep.back_rounding_max_deg is not None
    return seen and not rep.faults
