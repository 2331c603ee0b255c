"""The truth bench: the whole pipeline on figures with known joints, and how far it is off.

Each case of the `table` half is rendered, estimated, and analysed, and the output is compared
with the true skeleton. Angles are compared as changes from standing, as everything is judged.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from math import ceil, inf
from pathlib import Path

import numpy as np

from benches.truth import Case, Drill, Step, case, drill_case, film, stop_case
from mirror.coach.advance import advance
from mirror.coach.session import start
from mirror.coach.sets import finish
from mirror.figure.motion import Truth
from mirror.hinge.counting.reps import Rep
from mirror.hinge.judging.metrics import JUDGED
from mirror.hinge.judging.stop_depth import Found, FromStart, StopDepth
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.joints import TRUNK_CM
from mirror.hinge.measure.posture import JUDGE, Baseline, Posture
from mirror.hinge.measure.rounding import gap

BENT_DEG = 30.0
"""Least fold of a compared frame, degrees: upright, everything is right by definition."""
FAULTS: dict[Drill, str] = {"stick": "stick-off", "string": "string-slack"}
"""Fault that each drill flags in the place of rounding."""
NEAR_DEG = 8.0
"""Greatest error of a stop depth that still counts as found, degrees."""
ROUNDED_DEG, STRAIGHT_DEG = 20.0, 8.0
NEUTRAL_REPS = 60
"""Fewest neutral reps among which false alarms are sought."""
COLUMNS = ("hip", "trunk", "knee", "rounding", "gap", "mid-foot")


@dataclass(frozen=True)
class Verdict:
    """One true rep and the verdict on it.

    found_deg: None where the back was not judged, or the rep not counted. is_judged: whether the
    back was, or with a drill the drill, in most of the bent frames.
    """

    true_deg: float
    found_deg: float | None
    is_flagged: bool
    is_judged: bool


@dataclass(frozen=True)
class Result:
    """One case.

    errors: (n, 6) found minus true of COLUMNS in the bent frames, NaN where missing.
    seen, judged: number of frames since the first baseline, and of those with a verdict. All are
    filmed from the side: a frame that the core takes for another view, or finds no person in, has
    none either.
    sticks: share of the bent frames in which a stick was found. stop: the stop depth at the end
    of the set.
    """

    what: Case
    errors: Array
    seen: int
    judged: int
    verdicts: tuple[Verdict, ...]
    sticks: float
    stop: Found | None


def accuracy(model: Path, cases: int) -> int:
    """Run so many cases of the table half and print the results. Return the exit code."""
    print(f"{cases} sets of 3 reps, bodies and clothes that no gain was fitted on", flush=True)
    whats = [case("table", index, reps=3) for index in range(cases)]
    missing = NEUTRAL_REPS - 3 * sum(what.rounding == "none" for what in whats)
    more = [
        case("table", index, reps=3, rounding="none")
        for index in range(cases, cases + max(0, ceil(missing / 3)))
    ]
    results = _in_parallel(model, [*whats, *more])
    print("\n".join(reported(results[:cases])))
    verdicts = [v for r in results if r.what.rounding == "none" for v in r.verdicts]
    print(f"With {len(more)} more neutral sets: {false_alarms(verdicts)}.")
    return 0


def false_alarms(neutral: Sequence[Verdict]) -> str:
    """How many of these neutral reps were flagged, as words."""
    flagged = sum(v.is_flagged for v in neutral)
    unjudged = sum(not v.is_judged for v in neutral)
    return f"{flagged} of {len(neutral)} neutral reps flagged, {unjudged} not judged"


def stop_depth(model: Path, sets: int) -> int:
    """Run so many sets of five reps for each slope and print how well the stop depth is found."""
    print(
        "| back joins with b2 | sets | within 8 deg | other depth | from the start | not found "
        "| error (SD) |\n|---|---|---|---|---|---|---|"
    )
    neutral: list[Verdict] = []
    for b2 in (0.0, 0.6, 1.0):
        whats = [stop_case("table", index, b2) for index in range(sets)]
        errors: list[float] = []
        starts = 0
        for result, what in zip(_in_parallel(model, whats), whats, strict=True):
            if isinstance(result.stop, StopDepth):
                true = what.figure().motion.reps_between(0.0, 1e4)[0].phi0_deg
                errors.append(result.stop.pelvis_flexion_deg - true if b2 else inf)
            starts += isinstance(result.stop, FromStart)
            neutral += () if b2 else result.verdicts
        hits = sum(abs(error) <= NEAR_DEG for error in errors)
        cells = [hits, len(errors) - hits, starts, sets - len(errors) - starts]
        off = f"{np.mean(errors):+.1f} ({np.std(errors):.1f})" if b2 and errors else "-"
        name = f"{b2:g}" if b2 else "never (neutral)"
        print(f"| {name} | {sets} | " + " | ".join(map(str, cells)) + f" | {off} |", flush=True)
    print(f"\nIn the neutral sets: {false_alarms(neutral)}.")
    return 0


def drills(model: Path, sets: int) -> int:
    """Run so many sets of each drill, neutral and rounded, and print the verdicts of the drill."""
    print("| drill | neutral: flagged | not judged | rounded: flagged | not judged | stick seen |")
    print("|---|---|---|---|---|---|")
    for drill in FAULTS:
        cells, sticks = [], []
        for rounded in (False, True):
            whats = [drill_case(index, drill, rounded=rounded) for index in range(sets)]
            results = _in_parallel(model, whats)
            verdicts = [v for r in results for v in r.verdicts]
            cells.append(f"{sum(v.is_flagged for v in verdicts)} of {len(verdicts)}")
            cells.append(f"{sum(not v.is_judged for v in verdicts)}")
            sticks += [r.sticks for r in results]
        seen = f"{np.mean(sticks):.0%}" if drill == "stick" else "-"
        print(f"| {drill} | " + " | ".join(cells) + f" | {seen} |", flush=True)
    return 0


def _in_parallel(model: Path, whats: Sequence[Case]) -> list[Result]:
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        return list(pool.map(_run, [str(model)] * len(whats), whats))


def reported(results: Sequence[Result]) -> list[str]:
    """The tables, line by line, in the form of the README."""
    lines = [
        "| clothes | sets | " + " | ".join(COLUMNS) + " | verdicts |",
        "|---|---|" + "---|" * (len(COLUMNS) + 1),
    ]
    for clothes in ("tight", "loose"):
        some = [r for r in results if r.what.look.clothes == clothes]
        if not some:
            continue
        errors = np.concatenate([r.errors for r in some])
        cells = [f"{np.nanmean(np.abs(e)):.2g} ({np.nanmean(e):+.1g})" for e in errors.T]
        share = sum(r.judged for r in some) / max(1, sum(r.seen for r in some))
        lines.append(f"| {clothes} | {len(some)} | " + " | ".join(cells) + f" | {share:.0%} |")
    neutral = [r.errors for r in results if r.what.rounding == "none"]
    if neutral:
        errors = np.abs(np.concatenate(neutral))
        hip, trunk = np.nanmean(errors[:, 0]), np.nanmean(errors[:, 1])
        lines.append(f"\nNeutral reps: hip flexion {hip:.1f}, trunk {trunk:.1f} deg.")
    lines += _detection([v for r in results for v in r.verdicts])
    return lines


def _detection(verdicts: Sequence[Verdict]) -> list[str]:
    def scores(some: list[Verdict], unjudged: float) -> Array:
        return np.array([unjudged if v.found_deg is None else v.found_deg for v in some])

    rounded = [v for v in verdicts if v.true_deg >= ROUNDED_DEG]
    straight = [v for v in verdicts if v.true_deg <= STRAIGHT_DEG]
    neutral = [v for v in verdicts if v.true_deg < 1.0]
    if not rounded or not straight:
        return []
    # A rep left unjudged is a miss: it ranks on the wrong side of every other.
    high, low = scores(rounded, -np.inf), scores(straight, np.inf)
    pairs = np.sign(high[:, None] - low[None, :])
    alarm = low[np.isfinite(low)].max(initial=-np.inf)
    return [
        f"\nRounding of at least {ROUNDED_DEG:.0f} deg ({len(rounded)} reps) against at most "
        f"{STRAIGHT_DEG:.0f} deg ({len(straight)} reps): AUC {(pairs.mean() + 1) / 2:.3f}, "
        f"found without a false alarm {(high > alarm).mean():.0%}.",
        f"As the mirror flags it: {sum(v.is_flagged for v in rounded)} of {len(rounded)} rounded, "
        f"{sum(v.is_flagged for v in straight)} of {len(straight)} others, of these "
        f"{sum(v.is_flagged for v in neutral)} of {len(neutral)} neutral; "
        f"{sum(not v.is_judged for v in verdicts)} of {len(verdicts)} not judged.",
    ]


def _run(model: str, what: Case) -> Result:
    session = start("basic", what.drill)
    watched = FAULTS[what.drill] if what.drill else "rounding"
    errors = []
    drilled: list[tuple[float, bool, bool]] = []
    rest: Truth | None = None
    seen = judged = 0
    reps: list[Rep] = []
    for shot in film(what, Path(model)):
        truth = shot.truth
        session = advance(session, shot.pose, truth.t)
        reps += [event for event in session.events if isinstance(event, Rep)]
        rest = rest or truth
        posture, baseline = session.posture, session.baseline
        seen += baseline is not None
        is_bent = truth.hip_flexion_deg - rest.hip_flexion_deg >= BENT_DEG
        if is_bent:
            has_stick = shot.pose is not None and shot.pose.stick is not None
            drilled.append((truth.t, session.person.drill.reading.level is not None, has_stick))
        if not isinstance(posture, Posture) or baseline is None:
            continue
        judged += posture.confidence_of_back >= JUDGE
        if is_bent:
            errors.append(_errors(shot, rest, posture, baseline))
    reps += [event for event in finish(session).events if isinstance(event, Rep)]
    motion = what.figure().motion
    verdicts = []
    for true in motion.reps_between(0.0, 1e4):
        found = next((r for r in reps if r.start_s < true.bottom_s < r.end_s), None)
        found_deg = found.back_rounding_max_deg if found else None
        is_flagged = found is not None and any(f.fault == watched for f in found.faults)
        is_judged = found_deg is not None
        if what.drill is not None:
            levels = [has for t, has, _ in drilled if true.start_s < t < true.end_s]
            is_judged = is_flagged or sum(levels) >= JUDGED * max(1, len(levels))
        true_deg = motion.truth(true.bottom_s).rounding_deg
        verdicts.append(Verdict(true_deg, found_deg, is_flagged, is_judged))
    table = np.array(errors).reshape(-1, len(COLUMNS))
    return Result(
        what,
        table,
        seen,
        judged,
        tuple(verdicts),
        float(np.mean([stick for *_, stick in drilled])) if drilled else 0.0,
        session.person.stop.found,
    )


def _errors(shot: Step, rest: Truth, posture: Posture, baseline: Baseline) -> list[float]:
    truth, nan = shot.truth, float("nan")
    off = nan
    if posture.back is not None:
        off = gap(posture.back.edge) - gap(posture.back.axis.depths(shot.outline))
    rounding = posture.rounding_deg if posture.confidence_of_back >= JUDGE else None
    return [
        posture.hip_flexion_deg
        - baseline.hip_flexion_deg
        - (truth.hip_flexion_deg - rest.hip_flexion_deg),
        posture.trunk_deg - baseline.trunk_deg - (truth.trunk_deg - rest.trunk_deg),
        posture.knee_flexion_deg
        - baseline.knee_flexion_deg
        - (truth.knee_flexion_deg - rest.knee_flexion_deg),
        nan if rounding is None else rounding - truth.rounding_deg,
        off * TRUNK_CM,
        nan if posture.com_fraction is None else posture.com_fraction - truth.com_fraction,
    ]
