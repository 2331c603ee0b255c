"""A simulated person that calibrates, for trying it without camera and glass.

The volunteer sees the dots on the glass, steps aside and bends the knees until their reflection is
at the dot, and holds still about as well as people do. The mirror gets observations of them,
as from `VisionPipeline`, through a camera whose position differs a little from the settings.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from queue import SimpleQueue

import numpy as np

from mirror.calibration.state import CalibrationState
from mirror.coach.command import Command
from mirror.display.scene import GREY, Line, Ring, Shape
from mirror.errors import MirrorError
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Mark
from mirror.pose.pipeline import Observation
from mirror.pose.watchdog import Watchdog
from mirror.screens.drawing import LIMBS
from mirror.simulator.people import Case, SimulatedPerson, seen
from mirror.simulator.room import Placement, stand

LOOKS_PER_S = 15.0
PACE_M_S, KNEES_M_S = 0.5, 0.2
DEEPEST_M = 0.6
"""Deepest way of the eyes by bending the knees, m; below that the volunteer does not hold still."""
CLOSE_MM = 2.0
"""The volunteer holds still when the reflection is this near to its dot."""
SWAY_M = 0.001
"""Swaying of a person that holds still, one standard deviation."""
HEAD_MM, FINE_MM, DIM = 55.0, 1.2, 0.6
"""Radius of the head, width and brightness of the lines of the drawn reflection, which is half the
size of the body."""
READ_S = 4.0
"""Seconds that the volunteer looks at the result."""


@dataclass(frozen=True)
class Place:
    """Place of the volunteer: metres from the glass, to its right, and below upright standing."""

    north: float = 2.2
    west: float = 0.3
    lower: float = 0.0


class Volunteer:
    """Poses of a person that follows the glass. Stands in for `VisionPipeline`.

    looks, ended, pause_s, spare_s, has_stick, vigil, fault: as those of `VisionPipeline`.
    """

    fault: MirrorError | None = None

    def __init__(self, case: Case, eye: str) -> None:
        self.observations: SimpleQueue[Observation] = SimpleQueue()
        self.ended = threading.Event()
        self.pause_s = self.spare_s = 0.0
        self.has_stick = False
        self.watchdog = Watchdog()
        self._case, self._eye = case, eye
        self._person = SimulatedPerson.drawn(case)
        self._place = Place()
        self._miss = case.draw.normal(0, case.errors.dot_mm, 2)
        self._dot: tuple[float, float] | None = None
        self._t = self._left_s = self._read_s = 0.0

    def follow(self, shown: CalibrationState | None, seconds: float) -> None:
        """Follow the glass for this many seconds."""
        self._left_s += seconds
        while self._left_s >= 1.0 / LOOKS_PER_S:
            self._left_s -= 1.0 / LOOKS_PER_S
            self._t += 1.0 / LOOKS_PER_S
            if shown is not None:
                self._place = self._step(shown, 1.0 / LOOKS_PER_S)
            pose, _ = seen(self._case, self._person, self.body())
            self.observations.put(Observation(replace(pose, taken_at=self._t), self._t))

    def wishes(self, shown: CalibrationState | None, seconds: float) -> list[Command]:
        """A press of select, once the result has been shown for some time."""
        is_result = shown is not None and shown.fitted is not None
        self._read_s = self._read_s + seconds if is_result else 0.0
        return [Command.SELECT] if self._read_s >= READ_S else []

    def body(self, *, sways: bool = True) -> Placement:
        """The person as they stand now, swaying a little."""
        sway = self._case.draw.normal(0, SWAY_M, 2) if sways else (0.0, 0.0)
        north, west = self._place.north + sway[0], self._place.west + sway[1]
        upright = stand(self._person.bowed(0.0), north=north, east=-west, facing=1)
        low = 1.0 - self._place.lower / float(upright.eye(self._eye)[2])
        squeeze = np.array([1.0, 1.0, low])
        marks = upright.marks * squeeze
        feet = slice(Mark.LEFT_ANKLE, Mark.RIGHT_FOOT_INDEX + 1)
        marks[feet] = upright.marks[feet]
        return Placement(marks, upright.back * squeeze)

    def mirrored(self) -> tuple[Shape, ...]:
        """The reflection that the volunteer sees, as faint lines."""
        body = self.body(sways=False)
        eye, see = body.eye(self._eye), self._case.room.seen_at
        lines = [see(eye, body.marks[list(limb)]) for limb in LIMBS] + [see(eye, body.back)]
        ears = see(eye, body.marks[[Mark.NOSE, Mark.LEFT_EAR, Mark.RIGHT_EAR]])
        head = ears.mean(axis=0).tolist()
        return (
            Ring((head[0], head[1]), HEAD_MM, FINE_MM, GREY.at(DIM)),
            *(
                Line(tuple(map(tuple, line.round(1).tolist())), FINE_MM, GREY.at(DIM))
                for line in lines
            ),
        )

    def close(self) -> bool:
        """Nothing to free, and nothing that could hang."""
        return True

    def _step(self, shown: CalibrationState, dt: float) -> Place:
        place, pace = self._place, PACE_M_S * dt
        if shown.hint in ("closer", "come"):
            return replace(place, north=place.north - pace)
        if shown.hint in ("back", "whole"):
            return replace(place, north=place.north + pace)
        if shown.dot is None or shown.fitted is not None:
            return place
        if shown.dot != self._dot:
            self._dot = shown.dot
            self._miss = self._case.draw.normal(0, self._case.errors.dot_mm, 2)
        across, down = np.array(shown.dot) + self._miss - self._reflected(shown.aim)
        if max(abs(across), abs(down)) < CLOSE_MM:
            return place
        knees = KNEES_M_S * dt
        lower = place.lower + float(np.clip(0.0005 * down, -knees, knees))
        if not 0.0 <= lower <= DEEPEST_M:
            lower = float(np.clip(lower, 0.0, DEEPEST_M)) + self._case.draw.uniform(-0.02, 0.02)
        west = place.west + float(np.clip(0.0005 * across, -pace, pace))
        return replace(place, west=west, lower=lower)

    def _reflected(self, aim: str) -> Array:
        """(2,) mm on the glass: where the volunteer sees the part of the body for the dot."""
        body = self.body()
        near, _ = body.nearer
        eye = body.eye(self._eye)
        marks = {"heel": near, "knee": near - 4}
        aimed = eye if aim == "eye" else body.marks[marks[aim]]
        where: Array = self._case.room.seen_at(eye, aimed[None])[0]
        return where
