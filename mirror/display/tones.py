"""The tones, made of sines."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

RATE = 44_100
"""Samples a second."""
EDGE_S = 0.012
"""Seconds for which a note swells and fades; without them the speaker clicks."""


class Tone(Enum):
    """What a tone means."""

    COUNTED = "counted"
    STOP_DEPTH = "stop-depth"
    CUE = "cue"
    READY = "ready"
    NOT_COUNTED = "not-counted"
    PRAISE = "praise"


@dataclass(frozen=True)
class Note:
    """A sine with a weak octave above it. start and length in seconds, level 0..1."""

    hertz: float
    start_s: float
    length_s: float
    level: float = 1.0


# Far apart in pitch and rhythm, so that they differ without looking. Cue and praise begin after the
# note of the count.
NOTES: dict[Tone, tuple[Note, ...]] = {
    Tone.COUNTED: (Note(880.0, 0.0, 0.09),),
    Tone.STOP_DEPTH: (Note(330.0, 0.0, 0.10), Note(330.0, 0.16, 0.14)),
    Tone.CUE: (Note(523.0, 0.25, 0.11, 0.8), Note(659.0, 0.38, 0.16, 0.8)),
    Tone.READY: (Note(440.0, 0.0, 0.12, 0.8), Note(660.0, 0.14, 0.24, 0.8)),
    Tone.NOT_COUNTED: (Note(494.0, 0.0, 0.12, 0.8), Note(370.0, 0.14, 0.20, 0.8)),
    Tone.PRAISE: (
        Note(784.0, 0.25, 0.07, 0.7), Note(988.0, 0.33, 0.07, 0.7), Note(1175.0, 0.41, 0.14, 0.7)
    ),
}  # fmt: skip
ROUNDED = (220.0, 277.0)
"""Hertz of the soft chord that lasts as long as the back is rounded."""


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
