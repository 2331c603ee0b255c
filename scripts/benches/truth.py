"""Cases of the truth bench: figures drawn from seeds, filmed, with the truth beside each pose.

Bodies and clothes are split in two: gains are fitted on one half, tables are made of the other, so
that no table shows a fit to its own cases. Not all is so clean: beside its tables, the README
names the choices that were made with both halves in view.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np

from benches.tracks import folder_of, read, write
from mirror.camera import Frame
from mirror.figure.body import BODIES, Body
from mirror.figure.motion import Motion, Plan, Truth
from mirror.figure.schedule import Kind
from mirror.figure.viewpoint import Viewpoint
from mirror.hinge.drills.stick_finder import with_stick
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.pose import Pose
from mirror.pose.tracker import SubjectTracker
from mirror.simulator.camera import Figure
from mirror.simulator.dress import Look
from mirror.simulator.render import Light

Half = Literal["fit", "table"]
Drill = Literal["stick", "string"]
HALVES: dict[Half, tuple[tuple[str, ...], tuple[float, float]]] = {
    "fit": (("average", "short-heavy", "woman", "belly"), (0.015, 0.028)),
    "table": (("tall-slim", "sturdy", "woman-slim", "woman-short"), (0.018, 0.035)),
}
"""Bodies, and how far loose clothes stand off, metres."""

SIZE = (480, 640)
ROUNDINGS = {
    "none": (0.0, 0.0),
    "slight": (4.0, 8.0),
    "middle": (9.0, 19.0),
    "strong": (20.0, 36.0),
}
"""Rounding at the bottom beyond neutral, degrees."""


@dataclass(frozen=True)
class Case:
    """One set of reps by one figure before one camera."""

    name: str
    body: Body
    look: Look
    view: Viewpoint
    light: Light
    plan: Plan
    arms: str
    fps: float
    seed: int
    rounding: str
    drill: Drill | None = None
    """The drill that is practised, and then the arms' style, too."""

    def figure(self) -> Figure:
        """The figure that does it."""
        motion = Motion(self.seed, plan=self.plan, body=self.body, arms=self.arms)
        return Figure(motion, self.look, self.view, light=self.light)


def case(half: Half, index: int, *, reps: int = 4, rounding: str | None = None) -> Case:
    """Case number `index`; bodies, clothes, rounding and side take turns, the rest is drawn.

    rounding: a key of `ROUNDINGS` in the place of the one whose turn it is.
    """
    draw = np.random.default_rng([index, 7 if half == "fit" else 8])
    names, slack = HALVES[half]
    body = next(b for b in BODIES if b.name == names[index % len(names)])
    clothes: Literal["tight", "loose"] = "loose" if (index // 4) % 2 else "tight"
    rounding = rounding or list(ROUNDINGS)[(index // 8 + index) % 4]
    arms = ("hang", "crossed", "hold")[int(draw.integers(3))]
    look = replace(
        Look.drawn(1000 * (half == "table") + index),
        clothes=clothes,
        slack_m=float(draw.uniform(*slack)),
        prop="kettlebell" if arms == "hold" else "none",
    )
    facing = 0.0 if (index // 2) % 2 else 180.0
    view = Viewpoint.framing(body.height_m, SIZE, facing + float(draw.uniform(-15, 15)))
    height, distance = float(draw.uniform(1.0, 1.4)), view.distance_m * float(draw.uniform(1, 1.25))
    # The owner aims the camera at the middle of the body, to within a degree.
    aim = math.degrees(math.atan2(height - 0.52 * body.height_m, distance))
    pitch = aim + float(draw.uniform(-1, 1))
    view = replace(view, height_m=height, distance_m=distance, pitch_deg=pitch)
    ends = ROUNDINGS[rounding]
    plan = Plan(
        mix={"neutral" if rounding == "none" else "rounded": 1.0},
        reps=reps,
        stand_s=(1.6, 2.2),
        rounding_deg=ends if ends[1] else (20.0, 20.0),
    )
    return Case(
        name=f"{half}-{index}",
        body=body,
        look=look,
        view=view,
        light=Light(level=float(draw.uniform(0.45, 1.0)), noise=float(draw.uniform(0, 8))),
        plan=plan,
        arms=arms,
        fps=float(draw.choice([10, 15, 20, 30])),
        seed=int(draw.integers(1_000_000)),
        rounding=rounding,
    )


def stop_case(half: Half, index: int, b2: float) -> Case:
    """A set of five slow reps whose back joins at one depth with this slope; 0 for never.

    b2: degrees of rounding for each degree of pelvis flexion beyond the depth.
    """
    draw = np.random.default_rng([index, 9, round(10 * b2)])
    what = case(half, index)
    # Deep enough to show a bend, and no further rounded at the bottom than people get.
    deep = float(draw.uniform(86, 96))
    phi0 = deep - float(draw.uniform(16, 28)) / max(b2, 0.6)
    plan = Plan(
        mix={"rounded" if b2 else "neutral": 1.0},
        reps=5,
        stand_s=(1.6, 2.2),
        tempo_s=(4.0, 6.0),
        hip_deg=(deep - 4, deep + 4),
        phi0_deg=(phi0, phi0),
        early=(0.0, 0.06),
        late=b2,
    )
    return replace(what, name=f"stop-{index}", plan=plan, rounding="stop")


def drill_case(index: int, drill: Drill, *, rounded: bool) -> Case:
    """A set of three reps of a drill, its low hand on the camera's side, by the `table` bodies."""
    draw = np.random.default_rng([index, 10, len(drill)])
    what = case("table", index, reps=3)
    side = 0.0 if drill == "stick" else 180.0
    kind: Kind = "rounded" if rounded else "neutral"
    return replace(
        what,
        name=f"{drill}-{index}",
        view=replace(what.view, yaw_deg=side + float(draw.uniform(-10, 10))),
        look=replace(what.look, prop=drill),
        plan=replace(what.plan, mix={kind: 1.0}, rounding_deg=ROUNDINGS["strong"]),
        arms=drill,
        rounding="strong" if rounded else "none",
        drill=drill,
    )


@dataclass(frozen=True, eq=False)
class Step:
    """One frame: the true skeleton, the place of its clothed back, and the estimated pose.

    outline: (14, 2) pixels from the sacrum to C7.
    """

    truth: Truth
    outline: Array
    pose: Pose | None


def film(what: Case, model: Path, kept: Path | None = None) -> Iterator[Step]:
    """The case frame by frame, to half a second after its last rep.

    It is rendered and estimated once: its track lies in `kept`, or in the user's cache folder.
    Delete it where the drawing of the figure has changed.
    """
    key = sha256(f"{what} {model.name} {model.stat().st_size}".encode()).hexdigest()
    track = folder_of(kept) / f"{what.name}-{key[:12]}.npz"
    if not track.is_file():
        write(track, _estimated(what, model))
    figure = what.figure()
    for t, pose in read(track):
        yield Step(figure.motion.truth(t), figure.back_px(t), pose)


def _estimated(what: Case, model: Path) -> Iterator[tuple[float, Pose | None]]:
    figure, estimator = what.figure(), SubjectTracker(model)
    last = figure.motion.reps_between(0.0, 1e4)[-1]
    try:
        for k in range(int((last.end_s + 0.6) * what.fps)):
            t = k / what.fps
            frame = Frame(figure.picture(t), t)
            pose = estimator.estimate(frame)
            if pose is not None and what.drill == "stick":
                pose = with_stick(pose, frame.rgb)
            yield t, pose
    finally:
        estimator.close()
