"""The poses in a video, estimated once and kept in a file: a change of the core is scored fast.

A track is one `.npz`: times, landmarks, and the mask of each frame, cut to its box and packed. A
video can be tracked in other ways than it was filmed (`WAYS`).
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from mirror.camera import Frame, open_camera
from mirror.config import CameraSettings
from mirror.hinge.measure.pose import Pose
from mirror.pose.model import cached
from mirror.pose.smoothing import Smoother
from mirror.pose.subject import Subject
from mirror.pose.tracker import Tracker

Track = Iterable[tuple[float, Pose | None]]
PROCESSES = 2
LEAST = 5
"""Value of 255 from which a pixel belongs to the box of a mask."""
SMALL, DARK, NOISE, LOST = 0.6, 0.2, 4.0, 0.1
"""Scale of a small picture; share of the light in a dark one, and its noise, levels of 255; share
of the frames that are lost."""


def tracked(
    videos: Sequence[Path], model: Path, folder: Path | None = None, way: str = "as-filmed"
) -> Iterator[Path]:
    """The track of each video, in order. Two processes estimate those that are not kept yet.

    folder: where tracks are kept; None is the user's cache folder.
    """
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        tracks = [_place(video, model, folder_of(folder), way) for video in videos]
        jobs = [
            None if track.exists() else pool.submit(_estimate, video, model, track, way)
            for video, track in zip(videos, tracks, strict=True)
        ]
        for track, job in zip(tracks, jobs, strict=True):
            if job is not None:
                job.result()
            yield track


def folder_of(folder: Path | None) -> Path:
    """Where tracks are kept: this folder, else the user's cache folder. It is made."""
    folder = folder or cached().parent / "tracks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write(path: Path, poses: Track) -> None:
    """Write a track, with masks of the whole frame; a broken write leaves no file."""
    rows, packed, size = [], [], (0, 0)
    none, no_stick = np.zeros((33, 6), np.float32), np.full((2, 2), np.nan)
    for t, pose in poses:
        box, mask = _packed(_uncropped(pose))
        marks = none
        if pose is not None:
            size = pose.size
            marks = np.column_stack([pose.points, pose.visibility, pose.world]).astype(np.float32)
        stick = no_stick if pose is None or pose.stick is None else np.array(pose.stick)
        rows.append((t, pose is not None, marks, box, stick))
        packed.append(mask)
    times, seen, marks, boxes, sticks = (np.array(column) for column in zip(*rows, strict=True))
    part = path.with_suffix(f".{os.getpid()}.npz")
    np.savez(
        part,
        t=times,
        seen=seen,
        points=marks[..., :2],
        vis=marks[..., 2],
        world=marks[..., 3:],
        boxes=boxes.astype(np.int32),
        sticks=sticks,
        ends=np.cumsum([len(mask) for mask in packed]),
        blob=np.frombuffer(b"".join(packed), np.uint8),
        size=np.array(size),
    )
    part.replace(path)


def read(path: Path, *, masks: bool = True) -> Iterator[tuple[float, Pose | None]]:
    """Read a track, frame by frame: the masks of a clip fill half a gigabyte."""
    with np.load(path) as file:
        data = dict(file)
    width, height = data["size"].tolist()
    blob, starts = data["blob"].tobytes(), np.concatenate([[0], data["ends"]])
    for i, t in enumerate(data["t"].tolist()):
        if not data["seen"][i]:
            yield t, None
            continue
        mask = None
        if masks:
            mask = np.zeros((height, width), np.float32)
            left, top, right, bottom = data["boxes"][i].tolist()
            if packed := blob[starts[i] : starts[i + 1]]:
                cut = np.frombuffer(zlib.decompress(packed), np.uint8)
                mask[top:bottom, left:right] = cut.reshape(bottom - top, right - left) / 255.0
        points, seen, world = (data[k][i].astype(np.float64) for k in ("points", "vis", "world"))
        stick = None
        if "sticks" in data and np.isfinite(data["sticks"][i]).all():
            low, high = data["sticks"][i].tolist()
            stick = ((low[0], low[1]), (high[0], high[1]))
        yield t, Pose(points, seen, world, mask, (width, height), t, stick)


def _mirrored(frames: Iterator[Frame]) -> Iterator[Frame]:
    for frame in frames:
        yield replace(frame, rgb=np.ascontiguousarray(frame.rgb[:, ::-1]))


def _small(frames: Iterator[Frame]) -> Iterator[Frame]:
    import cv2

    for frame in frames:
        rgb = cv2.resize(frame.rgb, None, fx=SMALL, fy=SMALL, interpolation=cv2.INTER_AREA)
        yield replace(frame, rgb=np.asarray(rgb, np.uint8))


def _dark(frames: Iterator[Frame]) -> Iterator[Frame]:
    draw = np.random.default_rng(1)
    for frame in frames:
        noise = draw.standard_normal(frame.rgb.shape, np.float32) * NOISE
        yield replace(frame, rgb=np.clip(frame.rgb * DARK + noise, 0, 255).astype(np.uint8))


def _lost(frames: Iterator[Frame]) -> Iterator[Frame]:
    draw = np.random.default_rng(1)
    return (frame for frame in frames if draw.random() >= LOST)


def _thinned(fps: float) -> Callable[[Iterator[Frame]], Iterator[Frame]]:
    def thin(frames: Iterator[Frame]) -> Iterator[Frame]:
        due = 0.0
        for frame in frames:
            if frame.taken_at >= due - 1e-6:
                due = max(due + 1 / fps, frame.taken_at)
                yield frame

    return thin


@dataclass(frozen=True)
class Way:
    """How a video is tracked. trackers: they share the frames, as in `pose.dealer`."""

    frames: Callable[[Iterator[Frame]], Iterator[Frame]] = iter
    trackers: int = 1


WAYS = {
    "as-filmed": Way(),
    "mirrored": Way(_mirrored),
    "small": Way(_small),
    "dark": Way(_dark),
    "15": Way(_thinned(15.0)),
    "10": Way(_thinned(10.0)),
    "lost": Way(_lost),
    "two": Way(_thinned(15.0), 2),
    "three": Way(_thinned(15.0), 3),
}
"""By name: nothing happens to the frames before the estimator; left and right change places; 60 %
of the size; a fifth of the light, with noise; at most so many frames a second; a tenth is lost; two
and three trackers share 15 frames a second."""


def _place(video: Path, model: Path, folder: Path, way: str) -> Path:
    """Where the track of this video by this model lies; other contents have another place."""
    key = sha256(video.read_bytes())
    key.update(f"{model.name} {model.stat().st_size}".encode())
    return folder / f"{video.stem}-{way}-{key.hexdigest()[:12]}.npz"


def _estimate(video: Path, model: Path, track: Path, way: str) -> None:
    camera = open_camera(CameraSettings(source=str(video)), live=False)
    try:
        write(track, _poses(WAYS[way].frames(iter(camera.read, None)), model, WAYS[way].trackers))
    finally:
        camera.close()


def _poses(frames: Iterator[Frame], model: Path, many: int) -> Track:
    """The person in each frame, by so many trackers.

    As many frames are under way at a time. So each tracker knows of the person what the frames
    before those have shown, as on a computer that just keeps up.
    """
    subject, smoother = Subject(), Smoother()
    trackers = [Tracker(model, None, subject, chooses=k == 0) for k in range(many)]
    try:
        with ThreadPoolExecutor(many) as pool:
            while dealt := [frame for _, frame in zip(trackers, frames, strict=False)]:
                jobs = [
                    pool.submit(tracker.estimate, frame)
                    for tracker, frame in zip(trackers, dealt, strict=False)
                ]
                for number, (frame, job) in enumerate(zip(dealt, jobs, strict=True)):
                    pose = job.result()
                    if pose is not None or number == 0:
                        yield frame.taken_at, smoother.smooth(pose)
    finally:
        for tracker in trackers:
            tracker.close()


def _uncropped(pose: Pose | None) -> Pose | None:
    """The pose with a mask of the whole frame."""
    if pose is None or pose.mask is None or pose.mask_at is None:
        return pose
    import cv2

    width, height = pose.size
    y, x = np.mgrid[:height, :width] + 0.5
    at = (pose.mask_at(np.stack([x, y], axis=-1)) - 0.5).astype(np.float32)
    mask = cv2.remap(pose.mask, at[..., 0], at[..., 1], cv2.INTER_LINEAR)
    return replace(pose, mask=np.asarray(mask, np.float32), mask_at=None)


def _packed(pose: Pose | None) -> tuple[tuple[int, int, int, int], bytes]:
    """Box (left, top, right, bottom) of a mask, and its packed bytes."""
    if pose is None or pose.mask is None:
        return (0, 0, 0, 0), b""
    mask = (pose.mask * 255 + 0.5).astype(np.uint8)
    rows, columns = (np.flatnonzero(mask.max(axis=axis) > LEAST) for axis in (1, 0))
    if not len(rows):
        return (0, 0, 0, 0), b""
    left, top, right, bottom = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    cut = np.ascontiguousarray(mask[top:bottom, left:right])
    return (int(left), int(top), int(right), int(bottom)), zlib.compress(cut.tobytes(), 1)
