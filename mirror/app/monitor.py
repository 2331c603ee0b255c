"""What the mirror looks after while it coaches: its parts, buttons, sound, computer and journal.

Each trouble is one line in the journal when it begins, and one when it is over. What does not keep
the mirror from coaching is a line in the margin of the glass.
"""

from __future__ import annotations

from collections.abc import Callable

from mirror.app.health import Health
from mirror.app.health import told as told_of_health
from mirror.buttons.controls import Controls
from mirror.display.sound import Speaker
from mirror.pose.pipeline import VisionPipeline
from mirror.simulator.volunteer import Volunteer

SPARING_S = 1 / 12
"""From one look to the next for a computer that is ill: verdicts still get the pictures they need,
those of the swing do not, and it says so."""
STUMBLE_S = 60.0
"""A defect that is met at every turn is told so often at most."""


class Monitor:
    """Looks after one run of the mirror. say: told each line for the journal."""

    def __init__(
        self,
        pipeline: VisionPipeline | Volunteer,
        controls: Controls,
        speaker: Speaker,
        say: Callable[[str], object],
        health: Health | None = None,
    ) -> None:
        self._pipeline, self._controls, self._speaker, self._say = pipeline, controls, speaker, say
        self._health = health or Health()
        self._noted: dict[str, str | None] = {}
        self._stumbled: float | None = None

    def update(self, now: float) -> tuple[str, ...]:
        """Call at every turn. now: monotonic seconds.

        Returns:
            The keys of what belongs in the margin of the glass.
        """
        ill = self._health.update(now)
        self._pipeline.spare_s = SPARING_S if ill else 0.0
        fault, trouble = self._pipeline.fault, self._controls.trouble
        self._note("eyes", None if fault is None else str(fault), "The mirror sees again.")
        self._note("hands", trouble, "The buttons work again.")
        self._note("sound", self._speaker.silent_because, "There is sound.")
        # The temperature goes up and down; that it is hot is told once.
        told = told_of_health(ill, self._health.vitals) if ill else None
        self._note("health", told, "The computer is well again.", ill)
        return (*(["aside." + ill] if ill else []), *(["aside.buttons"] if trouble else []))

    def stumbled(self, error: Exception, now: float) -> None:
        """A defect was met in the middle of a turn. now: monotonic seconds."""
        if self._stumbled is None or now - self._stumbled >= STUMBLE_S:
            self._stumbled = now
            self._say(f"The mirror stumbled ({error!r}) and begins a new set.")

    def _note(self, what: str, sentence: str | None, over: str, key: str | None = None) -> None:
        key = key or sentence
        if key == self._noted.get(what):
            return
        if sentence is None:
            self._say(over)
        else:
            self._say(sentence[0].upper() + sentence[1:])
        self._noted[what] = key
