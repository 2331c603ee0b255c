"""The parts of a rep: its limits, its phases, and the outcomes of a movement."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from mirror.hinge.measure.geometry import gate
from mirror.hinge.measure.posture import Baseline, Posture
from mirror.hinge.measure.view import View

FARTHEST = 0.85
"""Least size in the frame, as a share of standing, that is taken for a step back."""
ALIKE = (0.05, 0.12)
"""Difference of trunk and hips, shares of standing: up to the first a step back alone makes them
smaller, from the second none does."""


@dataclass(frozen=True)
class Limits:
    """The limits that a variation sets for a rep. Angles in degrees, times in seconds."""

    full_deg: float = 30.0
    """Lean of the trunk in space: some 5 degrees less than the hip flexion of the same bow."""
    of_own: float = 0.6
    """Share of the median of the last five depths that a full rep reaches."""
    shortest_s: float = 0.7
    longest_s: float = 20.0
    """From upright to upright: gripping a bar takes long."""
    picks_up: bool = True
    """Whether the hands are free to pick something up; else no bow is taken for that."""


class Phase(Enum):
    """Where in a rep the person is."""

    STANDING = "standing"
    DESCENDING = "descending"
    BOTTOM = "bottom"
    ASCENDING = "ascending"
    LOCKOUT = "lockout"


@dataclass(frozen=True)
class Fault:
    """A fault of a rep: the rule's name, the value it reached, and the confidence in it."""

    fault: str
    value: float
    confidence: float


@dataclass(frozen=True)
class Rep:
    """A full rep. Times in seconds, angles absolute in degrees.

    side: of the person, that faced the camera; leg: the one that stood alone, where one did.
    is_judged: whether most of it was seen well enough; back_rounding_max_deg: None where the back
    could not be judged; faults: by the rules of the variation; measures: its readings, by name.
    `judging.rep_frames` adds these: counting knows nothing of form.
    """

    number: int
    start_s: float
    bottom_s: float
    end_s: float
    hip_flexion_max_deg: float
    trunk_max_deg: float
    knee_at_bottom_deg: float
    side: str
    leg: str | None = None
    is_judged: bool = False
    back_rounding_max_deg: float | None = None
    faults: tuple[Fault, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Partial:
    """A movement too shallow to count: shown, not counted."""

    start_s: float
    bottom_s: float
    end_s: float
    hip_flexion_max_deg: float
    trunk_max_deg: float


@dataclass(frozen=True)
class Rejected:
    """A movement that is no hinge.

    reason: `squat sitting picking-up too-fast too-slow lost other-person`.
    """

    reason: str
    start_s: float
    end_s: float


Outcome = Rep | Partial | Rejected


def hip_height(posture: Posture, baseline: Baseline | None) -> float:
    """Height of the hips over the ankles as a share of standing; 1 where that is not known."""
    if baseline is None:
        return 1.0
    return (posture.ankle[1] - posture.hip[1]) / baseline.hip_height_px


def fold_deg(posture: Posture, baseline: Baseline | None) -> float:
    """The signal of a rep: change of hip flexion from standing, degrees.

    In front view arccos of the trunk's vertical extent against standing, corrected for scale.
    """
    if posture.view is View.FRONT and baseline is not None:
        extent = _extent(posture, baseline)
        extent /= _scale(extent, hip_height(posture, baseline))
        return math.degrees(math.acos(min(1.0, max(-1.0, extent))))
    return posture.hip_flexion_deg - (baseline.hip_flexion_deg if baseline else 0.0)


def _extent(posture: Posture, baseline: Baseline) -> float:
    return (posture.hip[1] - posture.shoulder[1]) / baseline.trunk_px


def _scale(extent: float, height: float) -> float:
    """Size of the person in the frame against standing, 1 or less: smaller after a step back.

    extent, height: of the trunk and of the hips, shares of standing. A step back makes both
    smaller alike. A bow shortens the trunk and a squat lowers the hips by more than the other:
    then the size is not known, and taken for that of standing.
    """
    stepped = gate(abs(extent - height), *ALIKE)
    return 1.0 - stepped * (1.0 - min(1.0, max(FARTHEST, height)))
