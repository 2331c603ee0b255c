"""Swings: what a rep is where the hips turn back and forth fast and nobody stands still.

    from   to     when
    -      LOW    fold >= 35 and the trunk leans by 15: the bend of a pick-up, or the hips back
    LOW    TOP    fold < 15, or turned down again below 25, within 2.5 s of the deepest point
    TOP    -      counted if the wrists have come above the navel; told when the fold is over 18
                  again or 1.2 s have passed, since the float belongs to the rep; but no swing
                  after all where the wrists are up even then: what does not fall is carried
    TOP    LOW    fold >= 35

So the parking bend, standing up from it with hanging arms or with something held to the chest,
walking, and every hinge without the arms count nothing. Numbers are METRICS 4a; those of the wrists
were set on real footage and figures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mirror.hinge.counting.reps import Rep, fold_deg
from mirror.hinge.measure.posture import Posture, Standing
from mirror.hinge.measure.view import View

LOW_DEG, TOP_DEG, TURN_DEG, DOWN_DEG = 35.0, 15.0, 25.0, 18.0
TURNED_DEG = 5.0
RISE_S, FLOAT_S = 2.5, 1.2
SHORTEST_S = 0.7
"""From top to top: METRICS has .8 s, less the jitter of a top."""
RAISED = 0.22
"""Height of the wrists above the navel, trunk lengths, that only a swing gives."""


LEAN_DEG = 15.0
"""Lean of the trunk that a walk has never."""


@dataclass(frozen=True)
class Swinging:
    """What is known of the swing under way. Times s, angles deg."""

    since_s: float = 0.0
    """End of the last float."""
    low: Posture | None = None
    """The deepest posture of this swing."""
    low_deg: float = 0.0
    top_s: float | None = None
    top_deg: float = 0.0
    wrist_up: float = -1.0
    trunk_deg: float = 0.0
    is_counted: bool = False
    last_s: float | None = None
    """The top before."""

    @property
    def is_open(self) -> bool:
        """Whether something of a swing has been seen that is not told yet."""
        return self.low is not None


def step_swing(
    memory: Swinging, posture: Posture, standing: Standing | None, number: int
) -> tuple[Swinging, Rep | None]:
    """One picture in; the swing that ended with it out. number: of the swing that would be next."""
    fold, t = fold_deg(posture, standing), posture.t
    leans = posture.view is View.FRONT or posture.trunk_deg - _trunk0(standing) >= LEAN_DEG
    if fold >= LOW_DEG and memory.top_s is None and (leans or memory.low is not None):
        if memory.low is None or fold > memory.low_deg:
            memory = replace(memory, low=posture, low_deg=fold)
        return replace(memory, trunk_deg=max(memory.trunk_deg, posture.trunk_deg)), None
    low = memory.low
    if low is None:
        return replace(memory, since_s=t if fold < TOP_DEG else memory.since_s), None
    wrist = posture.limbs.wrist_up
    memory = replace(memory, wrist_up=max(memory.wrist_up, -1.0 if wrist is None else wrist))
    top_s = memory.top_s
    if top_s is None:
        if t - low.t > RISE_S:
            return _idle(memory, t), None
        lowest = min(memory.top_deg or fold, fold)
        turned = lowest < TURN_DEG and fold > lowest + TURNED_DEG
        memory = replace(memory, top_deg=lowest)
        if fold >= TOP_DEG and not turned:
            return memory, None
        top_s = t
        memory = replace(memory, top_s=t)
    early = memory.last_s is not None and top_s - memory.last_s < SHORTEST_S
    counted = memory.is_counted or (memory.wrist_up > RAISED and not early)
    memory = replace(memory, is_counted=counted)
    if fold <= DOWN_DEG and t - top_s < FLOAT_S:
        return memory, None
    if fold <= DOWN_DEG and wrist is not None and wrist > RAISED:
        return _idle(memory, t), None
    return _told(memory, posture, number) if memory.is_counted else (_idle(memory, t), None)


def settle_swing(memory: Swinging, posture: Posture, number: int) -> Rep | None:
    """The swing that is counted and not told yet: nothing more of it will be seen."""
    return _told(memory, posture, number)[1] if memory.is_counted else None


def _told(memory: Swinging, posture: Posture, number: int) -> tuple[Swinging, Rep]:
    assert memory.low is not None, "only a whole swing is told"
    assert memory.top_s is not None, "only a whole swing is told"
    low = memory.low
    rep = Rep(
        number=number,
        start_s=memory.since_s,
        bottom_s=low.t,
        end_s=memory.top_s,
        hip_flexion_max_deg=low.hip_flexion_deg,
        trunk_max_deg=memory.trunk_deg,
        knee_at_bottom_deg=low.knee_flexion_deg,
        side=low.near_side,
    )
    return replace(_idle(memory, posture.t), last_s=memory.top_s), rep


def _trunk0(standing: Standing | None) -> float:
    return standing.trunk_deg if standing else 0.0


def _idle(memory: Swinging, t: float) -> Swinging:
    return Swinging(since_s=t, last_s=memory.last_s)
