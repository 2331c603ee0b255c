"""The person's baseline: how the person stands. Every change is measured from it.

The mirror takes it without asking, once the person has been upright and still for 0.7 s, and
refines it a little each time that happens again. It belongs to one person in one place: the caller
forgets it when the person leaves. A person who turns to look into the glass keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np

from mirror.hinge.measure.balance import px_per_cm, settle
from mirror.hinge.measure.geometry import Array, distance
from mirror.hinge.measure.limbs import FIELDS as LIMBS
from mirror.hinge.measure.limbs import Limbs, mean
from mirror.hinge.measure.posture import JUDGE, Baseline, Posture
from mirror.hinge.measure.quality import ViewRequirement
from mirror.hinge.measure.view import View

STILL_S, FIRST_S = 0.7, 0.25
"""Seconds of a still stand that make a baseline, and of the first one if a movement began without a
baseline: lockouts of real sets last .3-.5 s. The next full stand replaces that first one."""
TRUNK_DEG, KNEE_DEG = 15.0, 25.0
"""Greatest lean of the trunk and bend of the knees of an upright person, degrees."""
SWAY_DEG = 5.0
"""Largest range of hip and knee flexion in a still window, degrees."""
SWAY = 0.06
"""Largest move of the hip in a still window, leg lengths."""
OTHER_SIZE = 0.15
"""Relative change of the trunk's length that means another place or another person."""
OTHER_PLACE, ALIKE = 0.03, 0.02
"""Relative change of trunk and hip height that means a step, and how far both may then differ."""
OTHER_CLOTHES = 0.04
"""Mean change of the edge of the back, in trunk lengths (2 cm), that means other clothes."""
REFINE = 0.2
"""Share of a new baseline that enters the old one."""


T = TypeVar("T", float, Array)
NUMBERS = tuple(
    f.name
    for f in fields(Baseline)
    if f.name not in ("foot", "limbs", "view", "facing", "is_first")
)


@dataclass(frozen=True)
class StillWindow:
    """The frames of the last `STILL_S` seconds in which the person was upright and still."""

    window: tuple[Posture, ...] = ()
    has_moved: bool = False
    """Whether the person has bowed since the last stand."""

    @property
    def share(self) -> float:
        """Share of the still time that has passed, 0..1; for a ring that fills."""
        if not self.window:
            return 0.0
        return min(1.0, (self.window[-1].t - self.window[0].t) / STILL_S)


def serves(baseline: Baseline | None, posture: Posture, requirement: ViewRequirement) -> bool:
    """Whether this baseline can be used for the way in which the person stands now.

    Another one is needed where the view is right now, but differs from that of the baseline.
    """
    if baseline is None:
        return False
    if posture.view not in requirement.views:
        return True
    is_round = posture.view is View.SIDE and posture.facing != baseline.facing
    return baseline.view in requirement.views and not is_round


def watch(
    memory: StillWindow, posture: Posture, old: Baseline | None, requirement: ViewRequirement
) -> tuple[StillWindow, Baseline | None]:
    """Take one frame. A complete still window gives a new baseline or refines the old one."""
    upright = abs(posture.trunk_deg) < TRUNK_DEG and posture.knee_flexion_deg < KNEE_DEG
    if not upright:
        return StillWindow(has_moved=True), old
    window = (*memory.window, posture)
    while not _is_still(window):
        window = window[1:]
    still_s = window[-1].t - window[0].t
    if old is None and memory.has_moved and still_s >= FIRST_S - 1e-6:
        return StillWindow((posture,)), replace(_mean(window), is_first=True)
    if still_s < STILL_S - 1e-6:
        return StillWindow(window, has_moved=memory.has_moved), old
    # A complete window is used up, so that one long stand does not outweigh the rest.
    return StillWindow((posture,)), _kept(old, _mean(window), requirement)


def _is_still(window: tuple[Posture, ...]) -> bool:
    hips = [p.hip_flexion_deg for p in window]
    knees = [p.knee_flexion_deg for p in window]
    moved = max(distance(p.hip, window[-1].hip) for p in window)
    return (
        max(hips) - min(hips) < SWAY_DEG
        and max(knees) - min(knees) < SWAY_DEG
        and moved < SWAY * window[-1].leg_px
        and len({p.view for p in window}) == 1
    )


def _mean(window: tuple[Posture, ...]) -> Baseline:
    n = len(window)
    # An arm behind the back hides it: such a baseline would spoil every later verdict.
    backs = [p.back for p in window if p.back and p.back.confidence >= JUDGE]
    return Baseline(
        trunk_deg=sum(p.trunk_deg for p in window) / n,
        thigh_deg=sum(p.thigh_deg for p in window) / n,
        shank_deg=sum(p.shank_deg for p in window) / n,
        trunk_px=sum(p.trunk_px for p in window) / n,
        leg_px=sum(p.leg_px for p in window) / n,
        hip_height_px=sum(p.ankle[1] - p.hip[1] for p in window) / n,
        edge=_mean_of([back.edge for back in backs], n),
        shape=_mean_of([back.shape for back in backs], n),
        com_fraction=_mean_of([p.com_fraction for p in window if p.com_fraction is not None], n),
        foot=window[-1].foot,
        limbs=mean([p.limbs for p in window]),
        view=window[-1].view,
        facing=window[-1].facing,
    )


def _mean_of(values: list[T], n: int) -> T | None:
    """Mean of the values, if more than half of n frames have one."""
    return sum(values[1:], start=values[0]) / len(values) if 2 * len(values) > n else None


def _kept(old: Baseline | None, new: Baseline, requirement: ViewRequirement) -> Baseline:
    if old is None or new.view in requirement.views or old.view not in requirement.views:
        return _refined(old, new)
    # A person near the glass comes to look and goes back; a person farther away has moved.
    return new if new.trunk_px < (1.0 - OTHER_SIZE) * old.trunk_px else old


def _refined(old: Baseline | None, new: Baseline) -> Baseline:
    if old is None or old.is_first or (old.view, old.facing) != (new.view, new.facing):
        return new
    size, height = new.trunk_px / old.trunk_px, new.hip_height_px / old.hip_height_px
    has_stepped = abs(size - height) < ALIKE and abs(height - 1.0) > OTHER_PLACE
    if abs(size - 1.0) > OTHER_SIZE or has_stepped:
        return new
    if old.edge is not None and new.edge is not None:
        other = float(np.abs(new.edge - old.edge).mean())
        if other > OTHER_CLOTHES:
            return new
    values = {f: _blend(getattr(old, f), getattr(new, f)) for f in NUMBERS}
    limbs = Limbs(**{f: _blend(getattr(old.limbs, f), getattr(new.limbs, f)) for f in LIMBS})
    foot = old.foot
    if new.foot is not None:
        foot = settle(old.foot, new.foot, px_per_cm(old.trunk_px, old.leg_px))
    return Baseline(**values, foot=foot, limbs=limbs, view=new.view, facing=new.facing)


def _blend(old: Any, new: Any) -> Any:
    if old is None or new is None:
        return new if old is None else old
    return old + REFINE * (new - old)
