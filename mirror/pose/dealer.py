"""Deal the newest frames to several trackers, and hand their results on in the order of the frames.

The camera fills a box with one slot. The first idle worker takes what is in it, so one worker does
all the work while it keeps up, and the next one helps only where a frame would be lost. Frames that
nobody takes are replaced, never queued; so at most one frame waits, and one for each worker is
under way.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from mirror.camera import Frame

_T = TypeVar("_T")

EVEN = 0.5
"""Least time between two frames, as a share of the even one: so frames do not come in bursts. With
.9 two workers kept 1.76 cores busy, with .5 1.81."""
_NEW_SHARE = 0.1
"""Weight of a new duration in the usual one."""

HELPS_S = 0.22
"""Longest usual time for a frame with which helpers help: where the person is must be guessed from
frames so old. On rendered people two or three trackers with 0.2 s a frame are still more exact than
the one tracker of the same computer; beyond it nothing was measured."""


@dataclass(frozen=True)
class Dealt:
    """A frame in the hands of a worker, with its number in the order of dealing."""

    number: int
    frame: Frame
    began: float


class Dealer(Generic[_T]):
    """The box before the workers, and the sorter behind them. All threads may call it.

    hand_on: called with each result, in the order of the frames, by one thread at a time.
    pause_s: wait before the next frame while nobody is seen. spare_s: least time from one frame to
    the next. is_followed: somebody is, so that every worker helps; else only the first one looks.
    """

    def __init__(
        self,
        workers: int,
        hand_on: Callable[[_T], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.pause_s = self.spare_s = 0.0
        self.is_followed = False
        self._workers, self._hand_on, self._clock = workers, hand_on, clock
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._idle: set[int] = set()
        self._numbers = 0
        self._under_way: list[int] = []
        self._done: dict[int, _T | None] = {}
        self._usual_s = 0.0
        self._dealt_s = self._given_s = -math.inf

    def put(self, frame: Frame) -> None:
        """Replace the frame in the box."""
        with self._changed:
            if self._frame is None:
                self._changed.notify_all()
            self._frame = frame

    def take(self, worker: int, timeout: float) -> Dealt | None:
        """Wait up to `timeout` seconds for a frame that is for this worker; None if none came."""
        with self._changed:
            until = self._clock() + timeout
            self._idle.add(worker)
            try:
                while (rest_s := self._rest_s(worker)) > 0:
                    left_s = until - self._clock()
                    if left_s <= 0:
                        return None
                    self._changed.wait(min(rest_s, left_s))
            finally:
                self._idle.discard(worker)
                self._changed.notify_all()
            frame, self._frame = self._frame, None
            if frame is None:
                return None
            dealt = Dealt(self._numbers, frame, self._clock())
            self._numbers += 1
            self._dealt_s = dealt.began
            self._under_way.append(dealt.number)
            return dealt

    def give(self, dealt: Dealt, result: _T | None) -> None:
        """Hand on the result of a frame when its turn comes; None: there is nothing to hand on.

        A frame that holds up two results of each worker has lost its turn.
        """
        with self._changed:
            self._given_s = self._clock()
            took_s = self._given_s - dealt.began
            self._usual_s += (_NEW_SHARE if self._usual_s else 1.0) * (took_s - self._usual_s)
            if dealt.number not in self._under_way:
                return
            self._done[dealt.number] = result
            while self._under_way:
                first = self._under_way[0]
                if first not in self._done and len(self._done) <= 2 * self._workers:
                    break
                self._under_way.pop(0)
                ready = self._done.pop(first, None)
                if ready is not None:
                    self._hand_on(ready)
            self._changed.notify_all()

    @property
    def is_empty(self) -> bool:
        """Whether no frame waits, and none is under way."""
        with self._changed:
            return self._frame is None and not self._under_way

    def _rest_s(self, worker: int) -> float:
        """How long this worker has to wait, unless something changes; 0: it is its turn."""
        if self._frame is None or worker != min(self._idle):
            return math.inf
        if worker > 0 and (not self.is_followed or self._usual_s > HELPS_S):
            return math.inf
        even_s = EVEN * self._usual_s / self._workers if self._workers > 1 else 0.0
        due = self._dealt_s + max(self.spare_s, even_s if self.is_followed else 0.0)
        pause_s = 0.0 if self.is_followed else self.pause_s
        return max(due, self._given_s + pause_s) - self._clock()
