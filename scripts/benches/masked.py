"""Tracks with masks: the pose of each frame of a clip, kept in a file.

Estimating takes most of the time of a bench, and its result does not change with the core. So it is
done once a clip. A track is one `.npz`: times, landmarks, and the mask of each frame, cut to its
box and packed.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from mirror.camera import open_camera
from mirror.config import CameraSettings
from mirror.hinge.measure.pose import Pose
from mirror.pose.model import cached
from mirror.pose.subject import SubjectTracker

Track = Iterable[tuple[float, Pose | None]]
LEAST = 5
"""Value of 255 from which a pixel belongs to the box of a mask."""


def track(clip: Path, model: Path, folder: Path | None = None) -> Track:
    """The poses of a clip, from its file in `folder` (the user's cache folder), else estimated.

    One after another: the masks of a clip fill half a gigabyte.
    """
    kept = folder_of(folder) / f"{clip.stem}.npz"
    if not kept.is_file():
        write(kept, _estimated(clip, model))
    return read(kept)


def folder_of(folder: Path | None) -> Path:
    """Where tracks are kept: this folder, else the user's cache folder. It is made."""
    folder = folder or cached().parent / "masked"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _estimated(clip: Path, model: Path) -> Iterator[tuple[float, Pose | None]]:
    camera = open_camera(CameraSettings(source=str(clip)), live=False)
    estimator = SubjectTracker(model)
    try:
        while (frame := camera.read()) is not None:
            yield frame.taken_at, estimator.estimate(frame)
    finally:
        estimator.close()
        camera.close()


def write(path: Path, poses: Track) -> None:
    """Write a track; a broken write leaves no file."""
    rows, packed, size = [], [], (0, 0)
    none = np.zeros((33, 6), np.float32)
    for t, pose in poses:
        box, mask = _packed(pose)
        marks = none
        if pose is not None:
            size = pose.size
            marks = np.column_stack([pose.points, pose.visibility, pose.world]).astype(np.float32)
        rows.append((t, pose is not None, marks, box))
        packed.append(mask)
    times, seen, marks, boxes = (np.array(column) for column in zip(*rows, strict=True))
    part = path.with_suffix(".part.npz")
    np.savez(
        part,
        t=times,
        seen=seen,
        points=marks[..., :2],
        vis=marks[..., 2],
        world=marks[..., 3:],
        boxes=boxes.astype(np.int32),
        ends=np.cumsum([len(mask) for mask in packed]),
        blob=np.frombuffer(b"".join(packed), np.uint8),
        size=np.array(size),
    )
    os.replace(part, path)


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


def read(path: Path) -> Iterator[tuple[float, Pose | None]]:
    """Read a track, frame by frame."""
    with np.load(path) as file:
        data = dict(file)
    width, height = data["size"].tolist()
    blob, starts = data["blob"].tobytes(), np.concatenate([[0], data["ends"]])
    for i, t in enumerate(data["t"].tolist()):
        if not data["seen"][i]:
            yield t, None
            continue
        left, top, right, bottom = data["boxes"][i].tolist()
        mask = np.zeros((height, width), np.float32)
        if packed := blob[starts[i] : starts[i + 1]]:
            cut = np.frombuffer(zlib.decompress(packed), np.uint8)
            mask[top:bottom, left:right] = cut.reshape(bottom - top, right - left) / 255.0
        points, seen, world = (data[k][i].astype(np.float64) for k in ("points", "vis", "world"))
        yield t, Pose(points, seen, world, mask, (width, height), t)
