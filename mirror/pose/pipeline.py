"""Camera and estimators, each in a thread of its own, opened again when they break.

The camera fills a one-slot box; the estimators take the newest frame from it, so slow ones drop
frames and never queue them. The first estimator chooses the person and works alone while it keeps
up; the others help where it does not (`pose.dealer`).
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from mirror.camera import Camera, Frame, open_camera
from mirror.camera.optics import lens
from mirror.config import Settings
from mirror.errors import CameraError, MirrorError, ModelError
from mirror.hinge.drills.stick_finder import with_stick
from mirror.hinge.measure.pose import Pose
from mirror.pose.dealer import Dealer
from mirror.pose.model import bundle, locate
from mirror.pose.smoothing import Smoother
from mirror.pose.subject import Subject
from mirror.pose.tracker import Tracker
from mirror.pose.watchdog import Watchdog, step_s

_LOG = logging.getLogger(__name__)

REOPEN_S = 5.0
"""Seconds before a broken part is tried again."""
OBTAIN_S = 300.0
"""Seconds before another try to download a model."""
OPEN_S = 90.0
"""Longest opening of a camera or model, in seconds; a download reports in between."""
OPEN_STEPS = 9
"""Least opening time in steps, for a slow computer with a long watchdog."""
CLOSING_S = 1.0
"""Longest closing in seconds; systemd kills the mirror after two."""

MOST_WORKERS = 2
"""Most estimators that are chosen by themselves: a third one made the hip a degree worse in swings
at 15 frames a second (`scripts/benches/README.md`)."""


@dataclass(frozen=True)
class Observation:
    """One estimated frame; pose None where nobody was found."""

    pose: Pose | None
    t: float


def workers_for(wanted: int, cores: int | None) -> int:
    """How many estimators share the frames: as many as wanted, 0: as the cores allow."""
    return wanted or max(1, min(MOST_WORKERS, (cores or 1) - 1))


class VisionPipeline:
    """Camera and estimators, each in its own thread, opened again when they break.

    observations: for the loop to take in. ended: the source is over, or was given up. watchdog:
    knows which part hangs. workers: how many estimators share the frames. has_stick: set by the
    loop while frames are to be searched for a stick along the back.
    """

    def __init__(self, settings: Settings, *, keep_trying: bool) -> None:
        self.observations: SimpleQueue[Observation] = SimpleQueue()
        self.ended = threading.Event()
        self.watchdog = Watchdog()
        self.workers = workers_for(settings.model.workers, os.cpu_count())
        self._step_s = step_s()
        self._open_s = max(OPEN_S, OPEN_STEPS * self._step_s)
        self.has_stick = False
        self._settings = settings
        self._keep_trying = keep_trying
        self._stop = threading.Event()
        self._can_see = threading.Event()
        self._over = threading.Event()
        self._model: Path | None = None
        self._subject = Subject()
        self._smoother = Smoother()
        self._dealer: Dealer[Observation] = Dealer(self.workers, self._hand_on)
        self._faults: dict[str, MirrorError] = {}
        self._obtain_s = 0.0
        parts = [("camera", self._watch), ("estimator", self._estimate)]
        parts += [
            (f"estimator {number + 1}", partial(self._help, number))
            for number in range(1, self.workers)
        ]
        self._threads = [
            threading.Thread(target=self._guard, args=part, daemon=True) for part in parts
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pause_s(self) -> float:
        """Seconds between two frames while nobody is seen."""
        return self._dealer.pause_s

    @pause_s.setter
    def pause_s(self, seconds: float) -> None:
        self._dealer.pause_s = seconds

    @property
    def spare_s(self) -> float:
        """Least seconds from one frame to the next."""
        return self._dealer.spare_s

    @spare_s.setter
    def spare_s(self, seconds: float) -> None:
        self._dealer.spare_s = seconds

    @property
    def fault(self) -> MirrorError | None:
        """The present fault: a part that hangs first, then the camera; None if all is well."""
        if (part := self.watchdog.hangs) is not None:
            error = CameraError if part == "camera" else MirrorError
            return error(f"the {part} hangs.")
        return self._faults.get("camera") or self._faults.get("estimator")

    def close(self) -> bool:
        """Stop all threads; return whether they ended. A hanging one is left behind."""
        self._stop.set()
        until = time.monotonic() + CLOSING_S
        for thread in self._threads:
            thread.join(timeout=max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _guard(self, part: str, work: Callable[[], None]) -> None:
        """Do the work of one part; try again after a while if it breaks and that is wanted."""
        while not self._stop.is_set():
            self.watchdog.promise(part, self._open_s)
            try:
                work()
                self.watchdog.is_over(part)
                return
            except MirrorError as error:
                self._faults[part] = error
            except Exception as error:
                # A defect: one sentence for the owner, the cause for --debug.
                self._faults[part] = MirrorError(f"the {part} stumbled ({error!r}).")
                self._faults[part].__cause__ = error
            self.watchdog.fails(part)
            if not self._keep_trying:
                self.watchdog.is_over(part)
                self.ended.set()
                return
            self.watchdog.promise(part, REOPEN_S + self._step_s)
            self._stop.wait(REOPEN_S)

    def _watch(self) -> None:
        camera: Camera = open_camera(self._settings.camera)
        try:
            # A film begins when the estimator is ready; loading takes seconds.
            while not self._stop.is_set() and not self._can_see.wait(0.1):
                self.watchdog.promise("camera", self._step_s)
            while not self._stop.is_set():
                self.watchdog.promise("camera", self._settings.camera.stall_s + self._step_s)
                frame = camera.read()
                if frame is None:
                    self._over.set()
                    return
                self._faults.pop("camera", None)
                self.watchdog.works("camera")
                self._dealer.put(frame)
        finally:
            self.watchdog.promise("camera", self._step_s)
            camera.close()

    def _estimate(self) -> None:
        """Be the estimator that chooses the person."""
        self._model = self._bundle()
        tracker = Tracker(self._model, self._settings.camera, self._subject, chooses=True)
        self._can_see.set()
        self._work("estimator", 0, tracker)

    def _help(self, number: int) -> None:
        """Be an estimator that follows the person; the mirror goes on without one that fails."""
        part = f"estimator {number + 1}"
        while not self._can_see.wait(0.1):
            self.watchdog.promise(part, self._step_s)
            if self._stop.is_set():
                return
        if self._model is None:
            return
        self.watchdog.promise(part, self._open_s)
        try:
            camera = self._settings.camera
            helper = Tracker(self._model, camera, self._subject, chooses=False)
            self._work(part, number, helper)
        except MirrorError as error:
            _LOG.warning(f"The {part} is given up: {error}")

    def _work(self, part: str, number: int, tracker: Tracker) -> None:
        """Estimate frames until the source is over. Only the first one says that nobody is seen."""
        patience_s = self._open_s  # the first frame takes longer than any other
        try:
            while not self._stop.is_set():
                self.watchdog.promise(part, patience_s)
                is_over = self._over.is_set()
                dealt = self._dealer.take(number, 0.2)
                if dealt is None:
                    if is_over and self._dealer.is_empty:
                        self.ended.set()
                        return
                    continue
                seen: Observation | None = None
                try:
                    pose = self._look(tracker, dealt.frame)
                    if pose is not None or number == 0:
                        seen = Observation(pose, dealt.frame.taken_at)
                finally:
                    self._dealer.give(dealt, seen)
                patience_s = self._step_s
                self._faults.pop(part, None)
                self.watchdog.works(part)
        finally:
            self.watchdog.promise(part, self._step_s)
            tracker.close()

    def _look(self, tracker: Tracker, frame: Frame) -> Pose | None:
        pose = tracker.estimate(frame)
        if pose is not None and self.has_stick:
            pose = with_stick(pose, frame.rgb, lens(self._settings.camera, pose.size))
        return pose

    def _hand_on(self, seen: Observation) -> None:
        """Take in the next observation in the order of the frames."""
        pose = self._smoother.smooth(seen.pose)
        self._dealer.is_followed = pose is not None
        self.observations.put(Observation(pose, seen.t))

    def _bundle(self) -> Path:
        """The pose model. After a failed download it is searched often, and downloaded seldom."""
        now = time.monotonic()
        if now < self._obtain_s:
            with suppress(ModelError):
                return locate(self._settings.model)
            raise self._faults["estimator"].with_traceback(None)  # else it grows with each try
        self._obtain_s = now + OBTAIN_S
        return bundle(self._settings.model, self._obtaining)

    def _obtaining(self, step: str) -> None:
        """Log a step of a download; it may take minutes, but must report."""
        self.watchdog.promise("estimator", self._open_s)
        _LOG.info(step)
