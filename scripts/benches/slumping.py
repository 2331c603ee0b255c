"""`bench slump`: the range of the back as the mirror takes it, against the figure's own spine.

Figures lean halfway and round their backs by a known angle. The bodies and clothes are those of the
table of `bench accuracy`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import mean

from benches.truth import Case, case, film
from mirror.coach.advance import advance
from mirror.coach.command import Command
from mirror.coach.session import start
from mirror.coach.sets import apply

RANGES_DEG = (16.0, 24.0, 36.0)
FPS = 10.0


def slump(model: Path, cases: int) -> int:
    """Print a table of true and taken ranges. Return the exit code. cases: figures."""
    rows: dict[tuple[str, float], list[float | None]] = {}
    for index in range(cases):
        for deg in RANGES_DEG:
            what = slumping(index, deg)
            rows.setdefault((what.look.clothes, deg), []).append(taken(model, what))
    print("clothes  true  taken (mean)  not taken")
    for (clothes, deg), found in rows.items():
        seen = [value for value in found if value is not None]
        reported = f"{mean(seen):.0f}" if seen else "-"
        print(f"{clothes:7}  {deg:4.0f}  {reported:>12}  {len(found) - len(seen)} of {len(found)}")
    return 0


def slumping(index: int, deg: float) -> Case:
    """A figure that leans halfway, mostly by its back, and holds that for a moment."""
    what = case("table", index)
    plan = replace(
        what.plan,
        mix={"rounded": 1.0},
        reps=1,
        rounding_deg=(deg, deg),
        hip_deg=(48.0, 52.0),
        phi0_deg=(10.0, 15.0),
        hold_s=(1.5, 2.0),
        stand_s=(2.6, 2.8),
    )
    return replace(what, fps=FPS, plan=plan)


def taken(model: Path, what: Case) -> float | None:
    """The range that the mirror takes of this figure; None for none."""
    session, is_asked = start(), False
    for step in film(what, model):
        session = advance(session, step.pose, step.truth.t)
        if not is_asked and session.baseline is not None:
            session, is_asked = apply(session, Command.REMEMBER), True
    return session.person.range_deg
