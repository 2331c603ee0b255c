"""The kind of a movement: decided once, at its end, by four measures.

    measure                                        weight
    depth of the lean, degrees                       .448
    drop of the hips, trunk lengths                -16.5
    tilt of the shins against standing, degrees     -.332
    the hips over hanging hands, metres             16.8
    (constant)                                      -8.27

Above 0 the hips did it, below 0 the knees: a squat, or too little of a bow. Hands at the hips or
higher say nothing: a good morning is a hinge. `scripts/bench verdict` fits them by logistic
regression on 748 movements of real clips (8 sources), as one tracker and as two see them, and of
rendered people; with whole sources left out it is wrong on 9 of them, of one source. The limits of
a rep (`Limits`) are judged.
"""

from __future__ import annotations

from statistics import median
from typing import Literal

from mirror.hinge.counting.movement import Movement
from mirror.hinge.counting.reps import Limits

DEPTH, DROP, SHIN, HANG, CONSTANT = 0.448, -16.5, -0.332, 16.8, -8.27
SHIN_DEG = (-20.0, 40.0)
RESTING_DEG = 4.0
"""Greatest rest, degrees: more is a chest that leans at the camera, and is gone at the bottom."""
SUNK, SEATED = 0.3, 0.35
"""Drop of the hips, trunk lengths, that is more than a bow; and difference of both ends that is a
seat."""
SIT_S = 4.0
"""Longest hold of a squat, seconds."""
PARTIAL_DEG = 14.0
"""Least depth of a bow, degrees."""

MovementKind = Literal["rep", "partial", "squat", "sitting", "too-fast", "too-slow", "nothing"]


def decide(move: Movement, limits: Limits, depths: tuple[float, ...]) -> MovementKind:
    """The kind of the movement. depths: of the person's last reps, degrees."""
    if not move.was_seen_down:
        return "nothing"
    depth, drop, shin, hang = measures(move)
    score = DEPTH * depth + DROP * drop + SHIN * shin + HANG * hang + CONSTANT
    own = limits.of_own * median(depths) if len(depths) >= 2 else 0.0
    took = move.end_s - move.start_s
    if score > 0 and depth >= limits.full_deg and move.depth_deg >= own:
        if limits.shortest_s <= took <= limits.longest_s:
            return "rep"
        return "too-fast" if took < limits.shortest_s else "too-slow"
    if move.drop >= SUNK:
        return "sitting" if abs(move.sank) > SEATED or took > SIT_S else "squat"
    return "partial" if move.depth_deg >= PARTIAL_DEG and took >= limits.shortest_s else "nothing"


def measures(move: Movement) -> tuple[float, float, float, float]:
    """The measures in the order of the table, as they are weighed."""
    depth = move.peak_deg - min(move.rest_deg, RESTING_DEG)
    shin = max(SHIN_DEG[0], min(SHIN_DEG[1], move.shin_deg))
    return depth, max(move.drop, 0.0), shin, max(0.0, -(move.bottom.space.hand_up or 0.0))
