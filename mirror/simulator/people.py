"""Simulated people in simulated rooms, as the mirror in that room sees them.

In each room the position of the camera differs a little from the settings, and the landmarks of a
person are always a little off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirror.camera.optics import lens
from mirror.config import CameraSettings, ScreenSettings
from mirror.display.glass import Glass, RigGeometry
from mirror.figure.body import BODIES, Skeleton
from mirror.figure.motion import Motion
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Pose
from mirror.simulator.room import Placement, Room, looking

SIZE = (480, 640)
CAMERA = CameraSettings(lens="module-3-wide", height_m=1.2, aside_m=0.3)
"""The camera settings of the simulated rooms."""


@dataclass(frozen=True)
class Errors:
    """Sizes of the errors, as one standard deviation unless stated.

    position: relative error of both numbers of the camera's position, of either sign. tilt_deg and
    pan_deg: error of these angles, of either sign. dot_mm: from dot to reflection, in x and in y.
    mark_mm: of the landmarks of one person, constant. pixel: of each landmark in each frame.
    """

    position: float = 0.10
    tilt_deg: float = 2.0
    pan_deg: float = 1.0
    roll_deg: float = 0.5
    zoom: float = 0.01
    bottom_m: float = 0.005
    dot_mm: float = 5.0
    mark_mm: float = 8.0
    pixel: float = 1.0


@dataclass(frozen=True)
class Case:
    """A room, its settings, and the random generator for everything in it."""

    room: Room
    camera: CameraSettings
    setting: RigGeometry
    errors: Errors
    draw: np.random.Generator


def case(
    seed: int, errors: Errors, camera: CameraSettings, screen: ScreenSettings, glass: Glass
) -> Case:
    """A room that differs from these settings by these errors; the same seed, the same room."""
    draw = np.random.default_rng([seed, 11])
    optics = lens(camera, SIZE)
    up_or_down = draw.choice([-1.0, 1.0], 4)
    room = Room(
        lens_at=np.array(
            [
                -camera.aside_m * (1 + up_or_down[0] * errors.position),
                0.0,
                camera.height_m * (1 + up_or_down[1] * errors.position),
            ]
        ),
        look=looking(
            camera.tilt_deg + up_or_down[2] * errors.tilt_deg,
            camera.pan_deg + up_or_down[3] * errors.pan_deg,
            camera.roll_deg + draw.normal(0, errors.roll_deg),
        ),
        focal_px=optics.focal_px * (1 + draw.normal(0, errors.zoom)),
        k1=optics.k1,
        k2=optics.k2,
        size=SIZE,
        panel=(glass.width_mm / 1000, glass.height_mm / 1000),
        bottom=screen.bottom_m + draw.normal(0, errors.bottom_m),
        gap=screen.gap_mm / 1000,
    )
    return Case(room, camera, RigGeometry.of(camera, screen, glass, optics), errors, draw)


@dataclass(frozen=True)
class SimulatedPerson:
    """A body, and the constant errors of its landmarks, (33, 3) metres."""

    motion: Motion
    beside: Array

    @classmethod
    def drawn(cls, case: Case) -> SimulatedPerson:
        """Draw one of the figure's bodies."""
        body = BODIES[int(case.draw.integers(len(BODIES)))]
        beside = case.draw.normal(0, case.errors.mark_mm / 1000, (33, 3))
        return cls(Motion(int(case.draw.integers(1000)), body=body, arms="crossed"), beside)

    def bowed(self, share: float) -> Skeleton:
        """The posture of a rep: standing (0) to the bottom (1)."""
        rep = self.motion.reps_between(0.0, 60.0)[0]
        return self.motion.skeleton(rep.start_s + share * (rep.bottom_s - rep.start_s))


def seen(
    case: Case, person: SimulatedPerson, body: Placement, looks: int = 1
) -> tuple[Pose, Array]:
    """The pose and the line of the back that the mirror sees, upright pixels.

    looks: number of frames that are averaged.
    """
    optics = lens(case.camera, SIZE)

    def pixels(points: Array) -> Array:
        noise = case.draw.normal(0, case.errors.pixel / np.sqrt(looks), (len(points), 2))
        return optics.upright(case.room.picture(points) + noise)

    pose = Pose(
        points=pixels(body.marks + person.beside),
        visibility=np.ones(33),
        world=np.zeros((33, 3)),
        mask=None,
        size=SIZE,
        taken_at=0.0,
    )
    return pose, pixels(body.back)
