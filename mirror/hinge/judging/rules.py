"""The records of faults: measure, limits, view and priority. The key `cue.FAULT` has the words.

Counting and judging are separate: a fault never changes the count. A fault must stand for a while,
so one bad frame is no fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mirror.hinge.counting.reps import Fault, Phase, Rep, fold_deg
from mirror.hinge.judging.measures import Measure
from mirror.hinge.judging.metrics import JUDGED, BackMetric, RepMetric, Steps
from mirror.hinge.measure.posture import JUDGE, Baseline, Posture
from mirror.hinge.measure.view import View


@dataclass(frozen=True)
class FrameRule:
    """One fault of a variation, judged in each frame.

    measure: the value of a frame. It is a fault beyond `limit` plus one `sd` in one of `phases`
    for `hold_s` seconds. sign: -1 where less than the limit is wrong. priority: 1 comes first.
    """

    fault: str
    measure: Measure
    limit: float
    sd: float
    phases: frozenset[Phase]
    hold_s: float
    priority: int
    sign: int = 1
    from_deg: float = -180.0
    """Least depth at which the rule holds."""
    view: View = View.SIDE
    """View from which the fault can be seen."""

    def excess(self, posture: Posture, baseline: Baseline) -> float | None:
        """Distance beyond limit and sd, in units of the measure; None where it can't be judged."""
        value = self.measure(posture, baseline)
        if value is None or posture.confidence < JUDGE or posture.view is not self.view:
            return None
        if fold_deg(posture, baseline) < self.from_deg:
            return None
        return self.sign * (value - self.limit) - self.sd

    def judge(self, steps: Steps, baseline: Baseline | None, _rep: Rep) -> Fault | None:
        """The fault at its worst, if it stood for long enough."""
        if baseline is None:
            return None
        since: float | None = None
        worst: Fault | None = None
        stretch: Fault | None = None
        for posture, phase in steps:
            excess = self.excess(posture, baseline) if phase in self.phases else None
            if excess is None or excess <= 0:
                since = stretch = None
                continue
            since = posture.t if since is None else since
            value = self.limit + self.sign * (excess + self.sd)
            if stretch is None or self.sign * (value - stretch.value) > 0:
                stretch = Fault(self.fault, value, posture.confidence)
            lasts = posture.t - since >= self.hold_s - 1e-6
            if lasts and (worst is None or self.sign * (stretch.value - worst.value) > 0):
                worst = stretch
        return worst


@dataclass(frozen=True)
class RepRule:
    """One fault of a variation, judged in a number of the whole rep.

    metric: the number. It is a fault beyond `limit` plus one `sd`. sign: -1 where less is wrong.
    """

    fault: str
    metric: RepMetric
    limit: float
    sd: float
    priority: int
    sign: int = 1
    view: View = View.SIDE
    """View from which the fault can be seen."""

    def judge(self, steps: Steps, baseline: Baseline | None, rep: Rep) -> Fault | None:
        """The fault, if the rep was seen well enough from the view."""
        seen = [p for p, _ in steps if p.view is self.view and p.confidence >= JUDGE]
        if baseline is None or not seen or len(seen) < JUDGED * len(steps):
            return None
        value = self.metric(steps, baseline, rep)
        if value is None or self.sign * (value - self.limit) <= self.sd:
            return None
        return Fault(self.fault, value, min(p.confidence for p in seen))


@dataclass(frozen=True)
class BackRule:
    """One fault of the back, judged in a number of the whole rep; the back needs no baseline.

    metric: the number, of those frames whose back is sure. It is a fault beyond `limit`.
    """

    fault: str
    metric: BackMetric
    limit: float
    priority: int
    sd: ClassVar[float] = 0.0
    sign: ClassVar[int] = 1
    view: ClassVar[View] = View.SIDE

    def judge(self, steps: Steps, _baseline: Baseline | None, rep: Rep) -> Fault | None:
        """The fault, if the back was seen well enough."""
        value = self.metric(steps, rep)
        if value is None or value <= self.limit:
            return None
        sure = [p.confidence_of_back for p, _ in steps if p.confidence_of_back >= JUDGE]
        return Fault(self.fault, value, min(sure))


@dataclass(frozen=True)
class NotedRule:
    """One fault that a drill or the feet report during a movement.

    A rep has it if the value stood beyond `limit` for `hold_s` seconds in that rep. The drill, or
    the lift of the feet, has the measure.
    """

    fault: str
    limit: float
    hold_s: float
    priority: int
    sign: int = 1
    view: View = View.SIDE
    """View from which the fault can be seen."""


AnyRule = FrameRule | RepRule | BackRule
