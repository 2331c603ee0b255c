"""Camera and estimator, each in a thread of its own, opened again when they break.

The camera fills a one-slot box; the estimator takes the newest frame from it, so a slow one drops
frames and never queues them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Generic, TypeVar

from mirror.camera import Camera, Frame, open_camera
from mirror.camera.optics import lens
from mirror.config import Settings
from mirror.errors import CameraError, MirrorError, ModelError
from mirror.hinge.drills.stick_finder import with_stick
from mirror.hinge.measure.pose import Pose
from mirror.pose.model import bundle, locate
from mirror.pose.subject import SubjectTracker
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

_T = TypeVar("_T")


class Newest(Generic[_T]):
    """A box with one slot: the newest thing replaces one that nobody took."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._thing: _T | None = None

    def put(self, thing: _T) -> None:
        """Replace what is in the box."""
        with self._changed:
            self._thing = thing
            self._changed.notify()

    def take(self, timeout: float) -> _T | None:
        """Empty the box; waits up to `timeout` seconds, None if nothing came."""
        with self._changed:
            if self._thing is None:
                self._changed.wait(timeout)
            thing, self._thing = self._thing, None
            return thing


@dataclass(frozen=True)
class Observation:
    """One estimated frame; pose None where nobody was found."""

    pose: Pose | None
    t: float


class VisionPipeline:
    """Camera and estimator, each in its own thread, opened again when they break.

    observations: for the loop to take in. ended: the source is over, or was given up. watchdog:
    knows which part hangs. pause_s: wait between two frames while nobody is seen. spare_s: least
    time from one frame to the next. has_stick: set by the loop while frames are to be searched for
    a stick along the back.
    """

    def __init__(self, settings: Settings, *, keep_trying: bool) -> None:
        self.observations: SimpleQueue[Observation] = SimpleQueue()
        self.ended = threading.Event()
        self.watchdog = Watchdog()
        self.pause_s = self.spare_s = 0.0
        self._step_s = step_s()
        self._open_s = max(OPEN_S, OPEN_STEPS * self._step_s)
        self.has_stick = False
        self._settings = settings
        self._keep_trying = keep_trying
        self._stop = threading.Event()
        self._can_see = threading.Event()
        self._over = threading.Event()
        self._box: Newest[Frame] = Newest()
        self._faults: dict[str, MirrorError] = {}
        self._obtain_s = 0.0
        self._threads = [
            threading.Thread(target=self._guard, args=(part, work), daemon=True)
            for part, work in (("camera", self._watch), ("estimator", self._estimate))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def fault(self) -> MirrorError | None:
        """The present fault: a part that hangs first, then the camera; None if all is well."""
        if (part := self.watchdog.hangs) is not None:
            error = CameraError if part == "camera" else MirrorError
            return error(f"the {part} hangs.")
        return self._faults.get("camera") or self._faults.get("estimator")

    def close(self) -> bool:
        """Stop both threads; return whether they ended. A hanging one is left behind."""
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
                self._box.put(frame)
        finally:
            self.watchdog.promise("camera", self._step_s)
            camera.close()

    def _estimate(self) -> None:
        estimator = SubjectTracker(self._bundle(), self._settings.camera)
        self._can_see.set()
        patience_s = self._open_s  # the first frame takes longer than any other
        try:
            while not self._stop.is_set():
                self.watchdog.promise("estimator", patience_s)
                is_over = self._over.is_set()
                frame = self._box.take(0.2)
                if frame is None:
                    if is_over:
                        self.ended.set()
                        return
                    continue
                began = time.monotonic()
                pose = estimator.estimate(frame)
                patience_s = self._step_s
                if pose is not None and self.has_stick:
                    pose = with_stick(pose, frame.rgb, lens(self._settings.camera, pose.size))
                self._faults.pop("estimator", None)
                self.watchdog.works("estimator")
                self.observations.put(Observation(pose, frame.taken_at))
                took_s = time.monotonic() - began
                rest_s = max(self.pause_s if pose is None else 0.0, self.spare_s - took_s)
                if rest_s > 0:
                    self._stop.wait(rest_s)
        finally:
            self.watchdog.promise("estimator", self._step_s)
            estimator.close()

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
