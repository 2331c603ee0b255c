"""Rendered people with the truth of every frame: a folder of `NAME.mp4` and `NAME.json.gz`.

Each clip is one body. The JSON has the variation, the frame rate, the view, and of the person the
reps with their faults and the angles of each frame.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from benches.tracks import Track, read, tracked
from benches.truth import Case, case, film
from mirror.coach.advance import advance
from mirror.coach.session import Session, start
from mirror.coach.sets import finish
from mirror.errors import UsageError
from mirror.hinge.counting.reps import Outcome, Rep
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.posture import Baseline, Posture

SIDE_DEG = 25.0
"""Greatest turn off side view of a side view, degrees."""


@dataclass(frozen=True)
class Frame:
    """One frame as the mirror measured it. baseline: the baseline of that moment, or None."""

    posture: Posture
    baseline: Baseline | None


@dataclass(frozen=True)
class Followed:
    """The mirror at the end of a clip: its measures of every frame, and its reps."""

    session: Session
    frames: list[Frame]
    reps: list[Rep]


@dataclass(frozen=True)
class Person:
    """One clip and its truth."""

    name: str
    truth: dict[str, Any]
    track: Path

    @property
    def kind(self) -> str:
        """Kind of the clip, the last word of its name."""
        return self.name.rsplit("_", 1)[-1]

    @property
    def variation(self) -> str:
        """The variation that is practised."""
        return str(self.truth["variation"])

    @property
    def turn_deg(self) -> float:
        """Turn off side view, degrees."""
        yaw: float = self.truth["view_yaw_deg"]
        return abs(abs(yaw) - 90.0)

    @property
    def is_side(self) -> bool:
        """Whether the person is seen from the side."""
        return self.turn_deg <= SIDE_DEG

    @property
    def reps(self) -> list[dict[str, Any]]:
        """The true full reps; the pulls of a row."""
        found = [rep for rep in self.truth["actors"][0]["reps"] if rep["label"] == "full"]
        if self.variation != "row":
            return found
        times = {"bottom": "top", "bottom_from": "start", "bottom_to": "end"}
        pulls = [pull for rep in found for pull in rep["pulls"]]
        return [{**pull, "stop": None, **{k: pull[v] for k, v in times.items()}} for pull in pulls]

    def angles(self, name: str, times: Array) -> Array:
        """A true angle at these times, degrees."""
        frames = self.truth["actors"][0]["per_frame"]
        at = np.array(frames["frame"]) / self.truth["fps"]
        values: Array = np.interp(times, at, np.array(frames[name], np.float64))
        return values

    def hip_and_knee(self, posture: Posture) -> list[Array]:
        """True flexion of hip and knee, degrees, (2,) each: in this frame, and in the first one.

        They are those of the standing leg, or the mean of both.
        """
        at = np.array([posture.t, 0.0])
        legs = "LR" if posture.leg is None else posture.leg[0].upper()
        parts = ("hip", "knee")
        return [np.mean([self.angles(f"{p}_{leg}", at) for leg in legs], axis=0) for p in parts]

    def flexion(self, times: Array) -> Array:
        """(n, 2) true lumbar and thoracic flexion, degrees since standing."""
        both = [self.angles(f"{part}_flex", times) for part in ("lumbar", "thoracic")]
        return np.stack(both, axis=1)

    def followed(self) -> Followed:
        """Follow the clip to its end."""
        return followed(start(self.variation, self.truth["drill"]), read(self.track))


def followed(session: Session, poses: Track) -> Followed:
    """Follow a track to its end."""
    frames: list[Frame] = []
    events: list[Outcome] = []
    for t, pose in poses:
        session = advance(session, pose, t)
        events += session.events
        if isinstance(session.posture, Posture):
            frames.append(Frame(session.posture, session.baseline))
    session = finish(session)
    reps = [event for event in (*events, *session.events) if isinstance(event, Rep)]
    return Followed(session, frames, reps)


@dataclass(frozen=True)
class Drawn:
    """One set of the figure, of the half of its bodies that gains are fitted on."""

    index: int
    model: Path
    kept: Path | None

    name = "figure"
    is_side = True

    @property
    def case(self) -> Case:
        """The set."""
        return case("fit", self.index, reps=3)

    def flexion(self, times: Array) -> Array:
        """(n, 2) true lumbar and thoracic flexion, degrees since standing."""
        motion = self.case.figure().motion
        rest = motion.truth(0.0)
        true = [motion.truth(t) for t in times.tolist()]
        return np.array(
            [(t.lumbar_deg - rest.lumbar_deg, t.thoracic_deg - rest.thoracic_deg) for t in true]
        ).reshape(-1, 2)

    def followed(self) -> Followed:
        """As `Person.followed`."""
        shots = film(self.case, self.model, self.kept)
        return followed(start("basic"), ((shot.truth.t, shot.pose) for shot in shots))


def people(
    folder: Path, model: Path, kept: Path | None, way: str = "as-filmed", only: str = "*"
) -> Iterator[Person]:
    """The people of a folder, tracked in one of the ways; their tracks are kept in `kept`.

    only: pattern of their names.

    Raises:
        UsageError: there are none.
    """
    files = sorted(folder.glob(f"{only}.json.gz"))
    if not files:
        raise UsageError(f"{folder}: holds no {only.replace('*', 'NAME')}.json.gz.")
    names = [file.name.removesuffix(".json.gz") for file in files]
    tracks = tracked([folder / f"{name}.mp4" for name in names], model, kept, way)
    for file, name, track in zip(files, names, tracks, strict=True):
        truth = msgspec.json.decode(gzip.decompress(file.read_bytes()))
        yield Person(name, truth, track)
