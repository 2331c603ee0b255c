"""From the faults of the reps to at most one cue, by the feedback policy.

Said after a rep, never during it; only when the same fault stood in two of the last three reps;
at most once in three reps, in the first ten once in two. Praise comes about once in four clean
reps. Frequent correction is reported to demoralise, and short words that point at something
outside the body work best (McKay 2024, 10.1037/bul0000451; Cruz 2018, 10.6063/motricidade.14294).
"""

from __future__ import annotations

from dataclasses import dataclass

from mirror.hinge.counting.reps import Rep
from mirror.hinge.judging.form import AnyRule

RECENT, REPEATED = 3, 2
EAGER_REPS, EAGER_GAP, GAP = 10, 2, 3
PRAISE_GAP = 4
PRAISE = "Good. Just like that"


@dataclass(frozen=True)
class Cue:
    """What is said after a rep. fault: None for praise. rep: the number of the rep."""

    t: float
    fault: str | None
    text: str
    rep: int


@dataclass(frozen=True)
class Advice:
    """What there is to say about a fault; priority 1 is said first."""

    fault: str
    cue: str
    priority: int


def cue(
    reps: tuple[Rep, ...], advice: tuple[AnyRule | Advice, ...], last: Cue | None
) -> Cue | None:
    """The cue after the newest rep, or None. last: the cue or praise before, of this set."""
    newest = reps[-1]
    since = newest.number - last.rep if last is not None else newest.number
    gap = EAGER_GAP if newest.number <= EAGER_REPS else GAP
    if since < gap:
        return None
    recent = [{fault.fault for fault in rep.faults} for rep in reps[-RECENT:]]
    for word in sorted(advice, key=lambda word: word.priority):
        if sum(word.fault in faults for faults in recent) >= REPEATED:
            return Cue(newest.end_s, word.fault, word.cue, newest.number)
    # Where the back is to be judged, there is no praise for what was not seen.
    seen = newest.back_rounding_max_deg is not None or all(w.fault != "rounding" for w in advice)
    if since >= PRAISE_GAP and seen and not any(recent):
        return Cue(newest.end_s, None, PRAISE, newest.number)
    return None
