"""Made-up sets, for measuring and for trying the history: a year of a person who gets better."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from mirror.coach.finished import SAMPLE_S, Ended, FinishedSet, SetLog, SignalSample
from mirror.hinge.counting.reps import Fault, Rep
from mirror.hinge.judging.faults import ROUNDING
from mirror.hinge.judging.feedback import Cue
from mirror.hinge.judging.stop_depth import StopDepth
from mirror.hinge.variations.catalog import VARIATIONS
from mirror.history.clock import Moment

DAY_S = 86400.0
SHARES = {"basic": 0.34, "stick": 0.08, "string": 0.04, "sumo": 0.1, "one-hand": 0.08, "row": 0.1,
          "overhead": 0.06, "single-leg": 0.08, "swing": 0.12}  # fmt: skip
"""Relative frequency of each exercise."""
STOOD_DEG = 4.0


def year(count: int, end_s: float, seed: int = 1) -> Iterator[tuple[FinishedSet, Moment]]:
    """`count` sets over the 365 days before `end_s` (wall time), the oldest first."""
    chance = random.Random(seed)
    a_day = max(1, round(count / 365 * 1.6))
    days = sorted(chance.sample(range(365), min(365, math.ceil(count / a_day))))
    left = count
    for k, day in enumerate(days):
        todays = min(left, a_day if k < len(days) - 1 else left)
        at_s = end_s - (365 - day) * DAY_S
        # After a power cut the clock stands where it stood until the network is back.
        sure = chance.random() > 0.04
        for _ in range(todays):
            at_s += chance.uniform(90, 260)
            name = chance.choices(list(SHARES), list(SHARES.values()))[0]
            yield made_up(name, day / 365, chance), Moment(at_s, sure)
        left -= todays


def made_up(name: str, progress: float, chance: random.Random) -> FinishedSet:
    """One set of this variation or drill. progress: 0..1, how far the year has gone."""
    variation = next(
        v for v in VARIATIONS.values() if name == v.name or name in {d.name for d in v.drills}
    )
    drill = name if name != variation.name else None
    quick = name == "swing"
    count = round((14 if quick else 6) + 5 * progress + chance.gauss(0, 1.8))
    depth = (62 if quick else 68) + 18 * progress + chance.gauss(0, 4)
    bent = 17 - 11 * progress + chance.gauss(0, 2.5)
    judged = name in ("basic", "string", "row", "overhead", "single-leg")
    t = 100.0
    reps: list[Rep] = []
    samples: list[SignalSample] = []
    for number in range(1, max(3, count) + 1):
        down, up = (0.7, 0.6) if quick else (chance.uniform(1.3, 2.2), chance.uniform(1.0, 1.6))
        fold = depth + chance.gauss(0, 3)
        rounding = max(0.0, bent + chance.gauss(0, 2.5)) if judged else None
        faults: tuple[Fault, ...] = ()
        if rounding is not None and rounding > ROUNDING.limit + ROUNDING.sd:
            faults = (Fault("rounding", round(rounding, 1), 0.9),)
        rep = Rep(number, t, t + down, t + down + up, fold + STOOD_DEG, 0.7 * fold, 0.3 * fold,
                  "left", back_rounding_max_deg=rounding, faults=faults)  # fmt: skip
        reps.append(rep)
        samples += _signals(rep, fold, rounding)
        t = rep.end_s + (0.2 if quick else chance.uniform(0.3, 1.5))
    stop = None
    if name == "basic" and chance.random() < 0.3:
        deg = 48 + 12 * progress + chance.gauss(0, 4)
        stop = StopDepth(deg, deg + 5, len(reps))
    cues = [Cue(r.end_s, r.faults[0].fault, r.number) for r in reps if r.faults]
    notes = SetLog(STOOD_DEG, stop, tuple(cues[1::3]), tuple(samples))
    ended: Ended = chance.choice(("rest", "rest", "left", "press"))
    return FinishedSet(variation.name, drill, ended, t, tuple(reps), 0, (), notes)


def _signals(rep: Rep, fold: float, rounding: float | None) -> Iterator[SignalSample]:
    t = rep.start_s
    while t < rep.end_s:
        if t < rep.bottom_s:
            share = (t - rep.start_s) / (rep.bottom_s - rep.start_s)
        else:
            share = (rep.end_s - t) / (rep.end_s - rep.bottom_s)
        deep = 0.5 - 0.5 * math.cos(math.pi * share)
        bent = None if rounding is None else rounding * deep**2
        yield SignalSample(t, fold * deep, 0.7 * fold * deep, 0.3 * fold * deep, bent)
        t += SAMPLE_S
