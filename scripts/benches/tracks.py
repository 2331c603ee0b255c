"""The poses in a video, estimated once and kept in the user's cache folder.

So a change of the core is scored in seconds. A track has no mask: counting needs none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from mirror.camera import open_camera
from mirror.config import CameraSettings
from mirror.hinge.measure.pose import Pose
from mirror.pose.model import cached
from mirror.pose.subject import SubjectTracker

PROCESSES = 2


def tracked(videos: list[Path], model: Path) -> Iterator[tuple[Path, Path]]:
    """Estimate the videos that have no track yet. Return each video with its track, in order."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        tracks = [_place(video, model) for video in videos]
        jobs = [
            None if track.exists() else pool.submit(_estimate, video, model, track)
            for video, track in zip(videos, tracks, strict=True)
        ]
        for video, track, job in zip(videos, tracks, jobs, strict=True):
            if job is not None:
                job.result()
            yield video, track


def poses(track: Path) -> list[tuple[float, Pose | None]]:
    """The frames of a track: time in seconds, and the pose; None where no person was found."""
    with np.load(track) as kept:
        times, seen, points, visibility, world, size = (
            kept[name] for name in ("t", "seen", "points", "visibility", "world", "size")
        )
    wide, high = int(size[0]), int(size[1])
    marks = zip(points.astype(float), visibility.astype(float), world.astype(float), strict=True)
    return [
        (t, Pose(*three, None, (wide, high), t) if is_seen else None)
        for t, is_seen, three in zip(times.tolist(), seen, marks, strict=True)
    ]


def _place(video: Path, model: Path) -> Path:
    """Where the track of this video by this model lies; another file has another place."""
    stat = video.stat()
    key = f"{video.resolve()} {stat.st_size} {stat.st_mtime_ns} {model.name} {model.stat().st_size}"
    return cached().parent / "tracks" / f"{video.stem}-{sha256(key.encode()).hexdigest()[:12]}.npz"


def _estimate(video: Path, model: Path, track: Path) -> None:
    camera = open_camera(CameraSettings(source=str(video)), live=False)
    tracker = SubjectTracker(model)
    rows: list[tuple[float, Pose | None]] = []
    try:
        while (frame := camera.read()) is not None:
            rows.append((frame.taken_at, tracker.estimate(frame)))
        size = camera.size
    finally:
        tracker.close()
        camera.close()
    save(track, rows, size)


def save(track: Path, rows: list[tuple[float, Pose | None]], size: tuple[int, int]) -> None:
    """Write a track, whole or not at all."""
    track.parent.mkdir(parents=True, exist_ok=True)
    scratch = track.with_suffix(f".{os.getpid()}.npz")
    found = [pose for _, pose in rows]
    np.savez_compressed(
        scratch,
        t=np.array([t for t, _ in rows]),
        seen=np.array([pose is not None for pose in found]),
        points=np.array([p.points if p else np.zeros((33, 2)) for p in found], dtype=np.float32),
        visibility=np.array([p.visibility if p else np.zeros(33) for p in found], dtype=np.float32),
        world=np.array([p.world if p else np.zeros((33, 3)) for p in found], dtype=np.float32),
        size=np.array(size),
    )
    scratch.replace(track)
