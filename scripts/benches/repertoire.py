"""Every variation and lift by the figure, right and with each fault: counts and raised faults.

A trial is one set by one figure. Its poses come from the estimator on the rendered frames, or
straight from the joints where the estimator does not matter.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from mirror.camera import Frame
from mirror.coach.advance import advance
from mirror.coach.session import start
from mirror.coach.sets import finish
from mirror.errors import UsageError
from mirror.figure.acts import LIFTS
from mirror.figure.motion import PATTERNS, Motion, Plan
from mirror.figure.viewpoint import Viewpoint
from mirror.hinge.counting.reps import Outcome, Rejected, Rep
from mirror.hinge.counting.swinging import SwingCounter
from mirror.hinge.drills.stick_finder import with_stick
from mirror.hinge.measure.pose import Pose
from mirror.hinge.variations.catalog import VARIATIONS
from mirror.pose.tracker import SubjectTracker
from mirror.simulator.bystander import Bystander
from mirror.simulator.camera import Figure, viewed
from mirror.simulator.dress import Look

SIZE = (480, 640)
REPS, SETS, SET_OF = 4, 1, (4, 5)
"""Reps of a trial, or rows or swings of each of its sets."""
NEGATIVES = ("squat", "partial", "walk", "turn", "sit", "pick-up")
ACTS = (*LIFTS, "squat")
"""Practised as basic: hinges with weights, and squats with the arms forward."""
AFTER_S = 2.5
PASSES_S, STANDS_M = 3.0, 0.8
"""Second at which the bystander, if any, begins to walk; the figure is passed about 5 s later. How
far to the right of the figure a standing one is."""
WAYS: dict[str, dict[str, Any]] = {
    "30/s": {},
    "15/s": {"fps": 15.0},
    "10/s": {"fps": 10.0},
    "20 % dropped": {"drop": 0.2},
    "mirrored": {"flip": True},
    "10/s, a person stands behind": {"fps": 10.0, "bystander_m": 1.4, "stands": True},
    "10/s, walks past behind": {"fps": 10.0, "bystander_m": 1.4},
    "10/s, walks past before": {"fps": 10.0, "bystander_m": -0.9},
}
"""Ways in which the right reps of each variation are counted again."""


@dataclass(frozen=True)
class Trial:
    """One set by one figure.

    fault: the one that all its reps have, or None. kind: its movement in the place of reps. reps:
    so many, unless they come in sets. drill: how the hands are held. drop: share of the frames that
    are lost. flip: mirrored. bystander_m: distance behind the figure at which a person walks past
    (before it, if less than 0) or stands, or None. act: one of `ACTS` in the place of the
    variation's own.
    """

    variation: str
    fault: str | None
    seed: int
    fps: float = 30.0
    kind: str | None = None
    reps: int | None = None
    drill: str | None = None
    flip: bool = False
    drop: float = 0.0
    bystander_m: float | None = None
    stands: bool = False
    act: str | None = None

    @property
    def name(self) -> str:
        """What is done."""
        return self.act or self.variation

    def motion(self) -> Motion:
        """The movement."""
        if self.act is not None:
            return Motion(self.seed, self.act, plan=replace(PATTERNS[self.act].plan, reps=REPS))
        pattern = PATTERNS[self.variation]
        usual = "rounded" if self.fault == "rounding" else next(iter(pattern.mix))
        in_sets = usual in ("row", "swing") and self.kind is None
        plan = Plan(
            mix={self.kind or usual: 1.0},  # type: ignore[dict-item]
            reps=SETS if in_sets else self.reps or (REPS if self.kind is None else 2),
            stand_s=(2.0, 2.5),
            tempo_s=(2.4, 4.4),
            hip_deg=(68.0, 96.0),
            set_of=SET_OF,
            fault="" if self.fault in (None, "rounding") else self.fault,
        )
        # A squat is one on both legs, also where one leg is asked for.
        act = "basic" if self.kind == "squat" and self.variation == "single-leg" else self.variation
        return Motion(self.seed, act, plan=plan, arms=self.drill)

    def figure(self) -> Figure:
        """The figure, seen from where the variation, or the fault, is to be seen."""
        motion = self.motion()
        draw = np.random.default_rng([self.seed, 12])
        # In the drills the low hand is on the camera's side.
        side_deg = {"stick": 0.0, "string": 180.0}.get(self.drill or "", draw.choice([0.0, 180.0]))
        view: Viewpoint = viewed(motion, SIZE, float(side_deg))
        view = replace(view, yaw_deg=view.yaw_deg + float(draw.uniform(-6, 6)))
        other = None
        if self.bystander_m is not None:
            other = Bystander(PASSES_S, behind_m=self.bystander_m)
            if self.stands:
                other = Bystander(0.0, behind_m=self.bystander_m, from_m=STANDS_M, steps=0)
        look = Look.drawn(self.seed)
        return Figure(motion, look, view, flip=self.flip, bystander=other)


@dataclass(frozen=True)
class Finding:
    """The result of a trial.

    expected, found: reps. raised: for each true rep, the faults of the rep that was found for it,
    or None where there was none. refused: reasons of what was no rep. spare: reps that may count or
    not, since they began before the first frame.
    """

    trial: Trial
    expected: int
    found: int
    raised: tuple[frozenset[str] | None, ...]
    refused: tuple[str, ...]
    spare: int = 0

    @property
    def is_right(self) -> bool:
        """Whether the count is. A person who walks past in front may hide a rep, but adds none."""
        most = self.expected + self.spare
        is_hidden = (self.trial.bystander_m or 0.0) < 0
        return self.found <= most if is_hidden else self.expected <= self.found <= most


def trials(seeds: Sequence[int]) -> list[Trial]:
    """All variations, right and with each of their faults."""
    return [
        Trial(name, fault, seed)
        for name in VARIATIONS
        for fault in (None, *_seen(name))
        for seed in seeds
    ]


def _seen(variation: str) -> list[str]:
    """The faults of the figure that the variation judges: a dropped pelvis cannot be seen."""
    return [f for f in PATTERNS[variation].faults if f in VARIATIONS[variation].faults]


def negatives(seeds: Sequence[int]) -> list[Trial]:
    """Movements that are no hinge, during each variation."""
    return [
        Trial(name, None, seed, kind=kind)
        for name in VARIATIONS
        for kind in NEGATIVES
        if kind != "partial"
        for seed in seeds
    ]


def ways(seeds: Sequence[int]) -> list[Trial]:
    """Right reps of all variations, and all `ACTS`, each in every way of `WAYS`."""
    some = [Trial(name, None, 0) for name in VARIATIONS]
    some += [Trial("basic", None, 0, act=act) for act in ACTS]
    return [replace(one, seed=n, **how) for one in some for how in WAYS.values() for n in seeds]


def poses(
    trial: Trial, estimator: SubjectTracker | None, *, masks: bool = False
) -> Iterator[tuple[float, Pose | None]]:
    """The poses of a trial, frame by frame; without an estimator its true joints.

    masks: with the true outline, too.
    """
    figure = trial.figure()
    last = figure.motion.reps_between(0.0, 1e4)[-1]
    lost = np.random.default_rng([trial.seed, 13])
    for k in range(int((last.end_s + AFTER_S) * trial.fps)):
        t = k / trial.fps
        if lost.random() < trial.drop:
            continue
        if estimator is not None:
            picture = figure.picture(t)
            pose = estimator.estimate(Frame(picture, t))
            yield t, with_stick(pose, picture) if pose and trial.drill == "stick" else pose
            continue
        mask = figure.mask(t) if masks else None
        yield t, Pose(figure.points(t), figure.seen(t), figure.space(t), mask, SIZE, t)


def find(trial: Trial, seen: Iterator[tuple[float, Pose | None]]) -> Finding:
    """Take the poses through a session and compare its outcomes with the truth."""
    session = start(trial.variation)
    outcomes: list[Outcome] = []
    for t, pose in seen:
        session = advance(session, pose, t)
        outcomes += session.events
    outcomes += finish(replace(session, events=())).events
    reps = [o for o in outcomes if isinstance(o, Rep)]
    planned = [r for r in trial.motion().reps_between(0.0, 1e4) if r.kind != "squat"]
    true = [t for rep in planned if rep.start_s >= 0 for t in rep.counts_s]
    raised = []
    for k, end in enumerate(true):
        begin = true[k - 1] if k else 0.0
        here = [r for r in reps if begin < _moment(r, trial) <= end]
        raised.append(frozenset(f.fault for f in here[0].faults) if here else None)
    refused = tuple(o.reason for o in outcomes if isinstance(o, Rejected))
    spare = sum(rep.start_s < 0 for rep in planned)
    return Finding(trial, len(true), len(reps), tuple(raised), refused, spare)


def _moment(rep: Rep, trial: Trial) -> float:
    """A time that certainly lies in the rep: a swing ends at its top, the others at their end."""
    is_swing = isinstance(VARIATIONS[trial.variation].counter, SwingCounter)
    return rep.end_s if is_swing else 0.5 * (rep.bottom_s + rep.end_s)


def run(model: str, trial: Trial) -> Finding:
    """One trial through the estimator."""
    estimator = SubjectTracker(Path(model))
    try:
        return find(trial, poses(trial, estimator))
    finally:
        estimator.close()


def repertoire(model: Path, seeds: int, only: str | None = None) -> int:
    """Print the three tables, each when it is known; the exit code is 1 where a count is wrong.

    only: one variation or one of `ACTS` alone.

    Raises:
        UsageError: there is no such variation.
    """
    if only is not None and only not in (*VARIATIONS, *ACTS):
        known = ", ".join((*VARIATIONS, *ACTS))
        raise UsageError(f"There is no variation {only!r}; there are: {known}.")
    what = range(1, seeds + 1)
    parts: list[list[Finding]] = []
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        for every, table in ((trials, reported), (ways, told_ways), (negatives, told_negatives)):
            some = [trial for trial in every(what) if only in (None, trial.name)]
            parts.append(list(pool.map(run, [str(model)] * len(some), some)))
            print("\n".join((*table(parts[-1]), "")), flush=True)
    done, again, none = parts
    is_right = all(f.is_right for f in (*done, *again))
    return 0 if is_right and not any(f.found for f in none) else 1


def reported(findings: Sequence[Finding]) -> list[str]:
    """The table of variations and faults, line by line."""
    lines = [
        "| variation | reps expected | found | fault | raised where it is | where it is not |",
        "|---|---|---|---|---|---|",
    ]
    for name, group in groupby(findings, key=lambda f: f.trial.variation):
        some = list(group)
        expected, found = sum(f.expected for f in some), sum(f.found for f in some)
        mine = _seen(name)
        others = [f for f in VARIATIONS[name].faults if f not in mine]
        for k, fault in enumerate((*mine, *others)):
            has = [r for f in some if f.trial.fault == fault for r in f.raised]
            without = [r for f in some if f.trial.fault != fault for r in f.raised]
            lead = f"| {name} | {expected} | {found} |" if k == 0 else "| | | |"
            hits = f"{sum(r is not None and fault in r for r in has)} of {len(has)}"
            false = f"{sum(r is not None and fault in r for r in without)} of {len(without)}"
            lines.append(f"{lead} {fault} | {hits if has else '-'} | {false} |")
    return lines


def told_ways(findings: Sequence[Finding]) -> list[str]:
    """The table of right reps seen in several ways, found of expected, line by line.

    A number after a plus may count or not.
    """
    lines = ["| right reps | " + " | ".join(WAYS) + " |", "|---|" + "---|" * len(WAYS)]
    for name, group in groupby(findings, key=lambda f: f.trial.name):
        some, cells = list(group), []
        for how in WAYS.values():
            like = Trial(some[0].trial.variation, None, 0, act=some[0].trial.act, **how)
            here = [f for f in some if replace(f.trial, seed=0) == like]
            spare = sum(f.spare for f in here)
            expected = f"{sum(f.expected for f in here)}" + (f"+{spare}" if spare else "")
            cells.append(f"{sum(f.found for f in here)} of {expected}")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def told_negatives(findings: Sequence[Finding]) -> list[str]:
    """The table of other movements, line by line: counted reps and the reasons given."""
    kinds = [kind for kind in NEGATIVES if any(f.trial.kind == kind for f in findings)]
    lines = [
        "| practised | " + " | ".join(kinds) + " |",
        "|---|" + "---|" * len(kinds),
    ]
    for name, group in groupby(findings, key=lambda f: f.trial.variation):
        some, cells = list(group), []
        for kind in kinds:
            here = [f for f in some if f.trial.kind == kind]
            reasons = sorted({reason for f in here for reason in f.refused})
            cells.append(f"{sum(f.found for f in here)} ({', '.join(reasons) or 'nothing said'})")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines
