"""Watch the parts of the mirror while it coaches, and log what changes.

Each trouble is one line in the journal when it begins, and one when it is over. A trouble that does
not keep the mirror from coaching is also a banner on the glass.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from mirror.app.health import Health, format_illness
from mirror.buttons.controls import Controls
from mirror.display.sound import Speaker
from mirror.pose.pipeline import VisionPipeline
from mirror.simulator.volunteer import Volunteer

_LOG = logging.getLogger(__name__)

SPARING_S = 1 / 12
"""Least time between two frames on a computer that is ill, in seconds. Verdicts still get enough
frames; those of the swing do not, and it says so."""
DEFECT_S = 60.0
"""Least time between two log lines of a defect that occurs at every turn, in seconds."""


class Monitor:
    """Watches one run of the mirror. log: takes the level and the text of each line."""

    def __init__(
        self,
        pipeline: VisionPipeline | Volunteer,
        controls: Controls,
        speaker: Speaker,
        *,
        log: Callable[[int, str], object] = _LOG.log,
        health: Health | None = None,
    ) -> None:
        self._pipeline, self._controls, self._speaker, self._log = pipeline, controls, speaker, log
        self._health = health or Health()
        self._noted: dict[str, str | None] = {}
        self._defect_s: float | None = None

    def update(self, now: float) -> tuple[str, ...]:
        """Look at every part; call it at every turn. now: monotonic seconds.

        Returns:
            The keys of the banners.
        """
        ill = self._health.update(now)
        self._pipeline.spare_s = SPARING_S if ill else 0.0
        fault, trouble = self._pipeline.fault, self._controls.trouble
        error, warning = logging.ERROR, logging.WARNING
        self._note(
            "pipeline", None if fault is None else str(fault), "The mirror sees again.", error
        )
        self._note("controls", trouble, "The buttons work again.", warning)
        self._note("sound", self._speaker.silent_because, "There is sound.", warning)
        # The temperature goes up and down; that it is hot is one line.
        illness = format_illness(ill, self._health.vitals) if ill else None
        self._note("health", illness, "The computer is well again.", warning, ill)
        return (*(["aside." + ill] if ill else []), *(["aside.buttons"] if trouble else []))

    def log_defect(self, error: Exception, now: float) -> None:
        """Log a defect in the middle of a turn. now: monotonic seconds."""
        if self._defect_s is None or now - self._defect_s >= DEFECT_S:
            self._defect_s = now
            self._log(logging.ERROR, f"The mirror stumbled ({error!r}) and begins a new set.")

    def _note(
        self, part: str, sentence: str | None, over: str, level: int, key: str | None = None
    ) -> None:
        key = key or sentence
        if key == self._noted.get(part):
            return
        if sentence is None:
            self._log(logging.INFO, over)
        else:
            self._log(level, sentence[0].upper() + sentence[1:])
        self._noted[part] = key
