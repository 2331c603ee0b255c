"""Tones, because a person who is side-on at the bottom cannot see the glass.

`heard` compares the sessions before and after a step and returns what sounds; `Speaker` plays it.
The sounds are made here of sines. Without a sound device, or with volume 0, there is silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirror.coach.session import Session
from mirror.display.raster import load_pygame
from mirror.hinge.judging.faults import ROUNDING, is_rounded
from mirror.hinge.measure.posture import Posture
from mirror.quiet import quiet

_CHATTER = re.compile(rb"ALSA lib ")

RATE = 44_100
"""Samples a second."""
EDGE_S = 0.012
"""Seconds for which a note swells and fades; without them the speaker clicks."""
FADE_MS = 180
"""Milliseconds in which the tone of rounding begins and ends."""
RETRY_S = 30.0
"""Seconds before a missing sound device is tried again; HDMI has none without a display."""


class Tone(Enum):
    """What a tone means."""

    COUNTED = "counted"
    STOP_DEPTH = "stop-depth"
    CUE = "cue"


@dataclass(frozen=True)
class Note:
    """A sine with a weak octave above it. start and length in seconds, level 0..1."""

    hertz: float
    start_s: float
    length_s: float
    level: float = 1.0


# Far apart in pitch and rhythm, so that they differ without looking: a short high note; two low; a
# rising third, later than the count.
NOTES: dict[Tone, tuple[Note, ...]] = {
    Tone.COUNTED: (Note(880.0, 0.0, 0.09),),
    Tone.STOP_DEPTH: (Note(330.0, 0.0, 0.10), Note(330.0, 0.16, 0.14)),
    Tone.CUE: (Note(523.0, 0.25, 0.11, 0.8), Note(659.0, 0.38, 0.16, 0.8)),
}
ROUNDED = (220.0, 277.0)
"""Hertz of the soft chord that lasts as long as the back is rounded."""


@dataclass(frozen=True)
class Heard:
    """What sounds now: tones that begin, and whether that of rounding lasts."""

    tones: tuple[Tone, ...] = ()
    rounded: bool = False


def heard(before: Session, after: Session) -> Heard:
    """The sound of the step from one session to the next."""
    same_set = after.exercise == before.exercise and after.count >= before.count
    tones = []
    if same_set and after.count > before.count:
        tones.append(Tone.COUNTED)
    if after.movement.is_at_stop and not before.movement.is_at_stop:
        tones.append(Tone.STOP_DEPTH)
    cue = after.current_set.cue
    if cue is not None and cue != before.current_set.cue and cue.fault is not None:
        tones.append(Tone.CUE)
    posture = after.posture
    sounds = (
        after.counter.is_moving
        and ROUNDING in after.exercise.rules
        and isinstance(posture, Posture)
        and is_rounded(posture)
    )
    return Heard(tuple(tones), sounds)


def samples(notes: tuple[Note, ...]) -> NDArray[np.int16]:
    """(n,) mono samples of notes one after the other, at full volume."""
    end = max(note.start_s + note.length_s for note in notes)
    wave = np.zeros(round(RATE * end))
    for note in notes:
        t = np.arange(round(RATE * note.length_s)) / RATE
        edge = np.clip(np.minimum(t, note.length_s - t) / EDGE_S, 0.0, 1.0)
        sine = 0.85 * np.sin(2 * np.pi * note.hertz * t)
        sine += 0.15 * np.sin(4 * np.pi * note.hertz * t)
        first = round(RATE * note.start_s)
        wave[first : first + len(t)] += note.level * edge * sine
    return _pcm(wave / max(1.0, float(np.abs(wave).max())))


def loop(hertz: tuple[float, ...] = ROUNDED) -> NDArray[np.int16]:
    """(n,) one second of a chord whose end joins its beginning without a click."""
    t = np.arange(RATE) / RATE  # whole hertz: whole periods in a second
    chord = np.mean([np.sin(2 * np.pi * f * t) for f in hertz], axis=0)
    return _pcm(0.35 * chord)


def _pcm(wave: NDArray[np.float64]) -> NDArray[np.int16]:
    pcm: NDArray[np.int16] = np.rint(32_000 * wave).astype(np.int16)
    return pcm


class Speaker:
    """Plays the sounds. It is silent where the volume is 0, or nothing can play.

    Args:
        volume: 0..1.
        keep_trying: search a missing device again and again, not only once.

    Attributes:
        silent_because: one sentence while there is no sound although the settings ask for it.
    """

    def __init__(self, volume: float, *, keep_trying: bool = False) -> None:
        self.silent_because: str | None = None
        self._volume, self._keep_trying = volume, keep_trying
        self._mixer: Any = None
        self._is_rounded = False
        self._tried: float | None = None

    def update(self, now: float) -> None:
        """Open the device when it is time; call it at every turn. now: monotonic seconds."""
        if self._volume > 0 and self._mixer is None and self._is_time(now):
            self._tried = now
            try:
                self._open()
                self.silent_because = None
            except (RuntimeError, OSError) as error:  # pygame's is a RuntimeError
                why = str(error).rstrip(".")
                self.silent_because = (
                    f"There is no sound ({why}): the mirror runs on without tones."
                )

    def play(self, sound: Heard) -> None:
        """Begin the tones; that of rounding begins and ends softly. Never waits."""
        if self._mixer is None:
            return
        for tone in sound.tones:
            self._tones[tone].play()
        if sound.rounded and not self._is_rounded:
            self._rounded.play(loops=-1, fade_ms=FADE_MS)
        elif self._is_rounded and not sound.rounded:
            self._rounded.fadeout(FADE_MS)
        self._is_rounded = sound.rounded

    def close(self) -> None:
        """Stop all sound and free the device; `update` opens it again. May be called twice."""
        mixer, self._mixer = self._mixer, None
        self._is_rounded, self._tried = False, None
        if mixer is not None:
            mixer.quit()

    def _is_time(self, now: float) -> bool:
        if self._tried is None:
            return True
        return self._keep_trying and now - self._tried >= RETRY_S

    def _open(self) -> None:
        pygame = load_pygame()
        with quiet(_CHATTER):
            pygame.mixer.init(RATE, -16, 1, 1024, allowedchanges=0)
        self._tones = {tone: pygame.mixer.Sound(samples(n)) for tone, n in NOTES.items()}
        self._rounded = pygame.mixer.Sound(loop())
        for sound in (*self._tones.values(), self._rounded):
            sound.set_volume(self._volume)
        self._mixer = pygame.mixer
