"""The truth bench: the whole pipeline on figures with known joints, and how far it is off.

Each case of the `table` half is rendered, estimated, and analysed; what the core says is set beside
what the skeleton did. Angles are compared as changes from standing, as everything is judged.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mirror.estimator import Estimator
from mirror.figure.motion import Truth
from mirror.hinge.depth import Found, FromStart, StopDepth
from mirror.hinge.geometry import Array
from mirror.hinge.joints import TRUNK_CM
from mirror.hinge.posture import JUDGE, Posture, Standing
from mirror.hinge.reps import Rep
from mirror.hinge.rounding import gap
from mirror.hinge.view import View
from mirror.session import advance, finish, start
from mirror.truth import Case, Drill, Step, case, drill_case, film, stop_case

BENT_DEG = 30.0
"""Pictures with at least this fold are compared: upright, everything is right by definition."""
FAULTS: dict[Drill, str] = {"stick": "stick-off", "string": "string-slack"}
"""What each drill flags in the place of rounding."""
NEAR_DEG = 8.0
"""Error of a stop depth that still serves."""
ROUNDED_DEG, STRAIGHT_DEG = 20.0, 8.0
COLUMNS = ("hip", "trunk", "knee", "rounding", "gap", "mid-foot")


@dataclass(frozen=True)
class Verdict:
    """One true rep and what was said of it. found_deg: None where it was not judged or counted."""

    true_deg: float
    found_deg: float | None
    is_flagged: bool


@dataclass(frozen=True)
class Result:
    """One case.

    errors: (n, 6) found minus true of COLUMNS in the bent pictures, NaN where missing.

    side, judged: numbers of pictures in side view with a standing, and of those with a verdict.
    stop: the stop depth at the end of the set.
    analysis_s, estimate_s: time spent per picture, medians.
    """

    what: Case
    errors: Array
    side: int
    judged: int
    verdicts: tuple[Verdict, ...]
    stop: Found | None
    analysis_s: float
    estimate_s: float


def accuracy(model: Path, cases: int) -> int:
    """Run so many cases of the table half and print what came out; gives the exit code."""
    print(f"{cases} sets of 3 reps, bodies and clothes that no gain was fitted on", flush=True)
    results = _in_parallel(model, [case("table", index, reps=3) for index in range(cases)])
    print("\n".join(told(results)))
    return 0


def stop_depth(model: Path, sets: int) -> int:
    """Run so many sets of five reps for each slope and print how well the stop depth is found."""
    print("| back joins with b2 | sets | within 8 deg | other depth | from the start | not found |")
    print("|---|---|---|---|---|---|")
    for b2 in (0.0, 0.6, 1.0):
        whats = [stop_case("table", index, b2) for index in range(sets)]
        hits = others = starts = 0
        for result, what in zip(_in_parallel(model, whats), whats, strict=True):
            if isinstance(result.stop, StopDepth):
                true = what.figure().motion.reps_between(0.0, 1e4)[0].phi0_deg
                is_near = b2 > 0 and abs(result.stop.pelvis_flexion_deg - true) <= NEAR_DEG
                hits += is_near
                others += not is_near
            starts += isinstance(result.stop, FromStart)
        rest = sets - hits - others - starts
        name = f"{b2:g}" if b2 else "never (neutral)"
        print(f"| {name} | {sets} | {hits} | {others} | {starts} | {rest} |", flush=True)
    return 0


def drills(model: Path, sets: int) -> int:
    """Run so many sets of each drill, neutral and rounded, and print what the drill says."""
    print("| drill | neutral reps flagged | rounded reps flagged |\n|---|---|---|")
    for drill in FAULTS:
        cells = []
        for rounded in (False, True):
            whats = [drill_case(index, drill, rounded=rounded) for index in range(sets)]
            verdicts = [v for r in _in_parallel(model, whats) for v in r.verdicts]
            cells.append(f"{sum(v.is_flagged for v in verdicts)} of {len(verdicts)}")
        print(f"| {drill} | {cells[0]} | {cells[1]} |", flush=True)
    return 0


def _in_parallel(model: Path, whats: Sequence[Case]) -> list[Result]:
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        return list(pool.map(_run, [str(model)] * len(whats), whats))


def told(results: Sequence[Result]) -> list[str]:
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
        share = sum(r.judged for r in some) / max(1, sum(r.side for r in some))
        lines.append(f"| {clothes} | {len(some)} | " + " | ".join(cells) + f" | {share:.0%} |")
    neutral = [r.errors for r in results if r.what.rounding == "none"]
    if neutral:
        errors = np.abs(np.concatenate(neutral))
        hip, trunk = np.nanmean(errors[:, 0]), np.nanmean(errors[:, 1])
        lines.append(f"\nNeutral reps: hip flexion {hip:.1f}, trunk {trunk:.1f} deg.")
    lines += _detection([v for r in results for v in r.verdicts])
    ratio = np.median([r.analysis_s / r.estimate_s for r in results])
    lines.append(f"Analysis takes {ratio:.1%} of the estimator's time for a picture (medians).")
    return lines


def _detection(verdicts: Sequence[Verdict]) -> list[str]:
    def scores(some: list[Verdict]) -> Array:
        # A rep left unjudged is a miss: it ranks below everything.
        return np.array([-np.inf if v.found_deg is None else v.found_deg for v in some])

    rounded = [v for v in verdicts if v.true_deg >= ROUNDED_DEG]
    straight = [v for v in verdicts if v.true_deg <= STRAIGHT_DEG]
    neutral = [v for v in verdicts if v.true_deg < 1.0]
    if not rounded or not straight:
        return []
    high, low = scores(rounded), scores(straight)
    pairs = np.sign(high[:, None] - low[None, :])
    return [
        f"\nRounding of at least {ROUNDED_DEG:.0f} deg ({len(rounded)} reps) against at most "
        f"{STRAIGHT_DEG:.0f} deg ({len(straight)} reps): AUC {(pairs.mean() + 1) / 2:.3f}, "
        f"found without a false alarm {(high > low.max()).mean():.0%}.",
        f"As the mirror flags it: {sum(v.is_flagged for v in rounded)} of {len(rounded)} rounded, "
        f"{sum(v.is_flagged for v in straight)} of {len(straight)} others, of these "
        f"{sum(v.is_flagged for v in neutral)} of {len(neutral)} neutral; "
        f"{sum(v.found_deg is None for v in verdicts)} of {len(verdicts)} not judged.",
    ]


def _run(model: str, what: Case) -> Result:
    estimator = Estimator(Path(model))
    session = start("basic", what.drill)
    watched = FAULTS[what.drill] if what.drill else "rounding"
    errors, times = [], []
    rest: Truth | None = None
    side = judged = 0
    reps: list[Rep] = []
    try:
        began = time.perf_counter()
        for shot in film(what, estimator):
            truth = shot.truth
            estimated = time.perf_counter()
            session = advance(session, shot.pose, truth.t)
            analysed = time.perf_counter()
            times.append((estimated - began, analysed - estimated))
            began = analysed
            reps += [event for event in session.events if isinstance(event, Rep)]
            rest = rest or truth
            posture, standing = session.posture, session.standing
            if not isinstance(posture, Posture) or standing is None:
                continue
            if posture.view is View.SIDE:
                side += 1
                judged += posture.confidence_of_back >= JUDGE
            if truth.hip_flexion_deg - rest.hip_flexion_deg >= BENT_DEG:
                errors.append(_errors(shot, rest, posture, standing))
    finally:
        estimator.close()
    reps += [event for event in finish(session).events if isinstance(event, Rep)]
    motion = what.figure().motion
    verdicts = []
    for true in motion.reps_between(0.0, 1e4):
        found = next((r for r in reps if r.start_s < true.bottom_s < r.end_s), None)
        verdicts.append(
            Verdict(
                motion.truth(true.bottom_s).rounding_deg,
                found.back_rounding_max_deg if found else None,
                found is not None and any(f.fault == watched for f in found.faults),
            )
        )
    table = np.array(errors).reshape(-1, len(COLUMNS))
    estimate_s, analysis_s = np.median(times, axis=0)
    return Result(
        what,
        table,
        side,
        judged,
        tuple(verdicts),
        session.stop,
        float(analysis_s),
        float(estimate_s),
    )


def _errors(shot: Step, rest: Truth, posture: Posture, standing: Standing) -> list[float]:
    truth, nan = shot.truth, float("nan")
    off = nan
    if posture.back is not None:
        off = gap(posture.back.edge) - gap(posture.back.axis.depths(shot.outline))
    rounding = posture.rounding_deg if posture.confidence_of_back >= JUDGE else None
    return [
        posture.hip_flexion_deg
        - standing.hip_flexion_deg
        - (truth.hip_flexion_deg - rest.hip_flexion_deg),
        posture.trunk_deg - standing.trunk_deg - (truth.trunk_deg - rest.trunk_deg),
        posture.knee_flexion_deg
        - standing.knee_flexion_deg
        - (truth.knee_flexion_deg - rest.knee_flexion_deg),
        nan if rounding is None else rounding - truth.rounding_deg,
        off * TRUNK_CM,
        nan if posture.com_fraction is None else posture.com_fraction - truth.com_fraction,
    ]
