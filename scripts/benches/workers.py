"""Reps and verdicts of labelled clips with one, two and three trackers that share the frames.

As many frames are estimated at a time as there are trackers. So each one knows of the person what
the frames before those have shown, as on a computer that just keeps up.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benches.footage import clips
from benches.tracks import WAYS
from mirror.camera import Frame, open_camera
from mirror.coach.advance import advance
from mirror.coach.session import start
from mirror.config import CameraSettings
from mirror.hinge.counting.reps import Rep
from mirror.hinge.measure.pose import Pose
from mirror.pose.sharing import SharingTracker, Subject
from mirror.pose.smoothing import Smoother
from mirror.pose.subject import SubjectTracker

MOST = 3


def workers(folder: Path, model: Path, way: str, only: str) -> int:
    """Print reps and rounded reps of each clip by the number of trackers; 1 where they differ."""
    is_equal = True
    for clip in clips(folder):
        if not clip.video.match(only):
            continue
        found = []
        for many in range(1, MOST + 1):
            camera = open_camera(CameraSettings(source=str(clip.video)), live=False)
            try:
                frames = WAYS[way](iter(camera.read, None))
                session = start(clip.variation)
                for t, pose in _poses(frames, model, many):
                    session = advance(session, pose, t)
            finally:
                camera.close()
            reps = [outcome for outcome in session.outcomes if isinstance(outcome, Rep)]
            rounded = sum(any(fault.fault == "rounding" for fault in rep.faults) for rep in reps)
            found.append((len(reps), rounded))
        is_equal &= len({reps for reps, _ in found}) == 1
        right = " or ".join(map(str, sorted(clip.right)))
        table = ", ".join(f"{reps} ({rounded})" for reps, rounded in found)
        print(f"{clip.video.stem}: right {right}; with 1 to {MOST}: {table}", flush=True)
    print(f"Reps (rounded ones) with each number of trackers equal: {'yes' if is_equal else 'no'}.")
    return 0 if is_equal else 1


def _poses(frames: Iterator[Frame], model: Path, many: int) -> Iterator[tuple[float, Pose | None]]:
    """The person in each frame, by so many trackers."""
    if many == 1:
        one = SubjectTracker(model)
        try:
            for frame in frames:
                yield frame.taken_at, one.estimate(frame)
        finally:
            one.close()
        return
    subject, smoother = Subject(), Smoother()
    trackers = [SharingTracker(model, None, subject, chooses=k == 0) for k in range(many)]
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
