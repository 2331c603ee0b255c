"""The voice: recordings of the cues and numbers of one language, made before anybody trains.

Each text has a name: its fault (`rounding`), where a variation has words of its own that of both
(`single-leg.knees-bent`), and `number-7`. `render` makes `NAME-HASH.wav` of each by espeak-ng, in
`voice/LANGUAGE` of the cache folder; the hash is of the text. A file `NAME.wav` beside it, recorded
or from another synthesiser, is played instead, and is left alone.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mirror.coach.language import Language
from mirror.config import cache_folder
from mirror.errors import MirrorError, VoiceError
from mirror.files import replacing

MOST = 100
"""The largest number that has a recording; a set of more reps goes on with tones."""
WORDS_PER_MINUTE = 165
AMPLITUDE = 160
"""Of espeak-ng, whose default is 100; the peaks of its speech come just below clipping."""
SHORTEST_S = 0.1
"""Length of a recording, in seconds, below which it is damaged."""
MISSING = (
    "There is no espeak-ng, so tones are played instead of a voice: sudo apt install espeak-ng"
)

_RENDERED = re.compile(r".+-[0-9a-f]{8}\.wav")

Render = Callable[[str, str, Path], None]
"""Writes a WAV of a text. Takes the name of the language, the text, and the file."""


@dataclass(frozen=True)
class Phrase:
    """A text to be spoken. language: of these words, which may be English for want of others."""

    name: str
    language: str
    text: str

    @property
    def file_name(self) -> str:
        """Name of its rendered recording."""
        words = f"{self.language}|{WORDS_PER_MINUTE}|{AMPLITUDE}|{self.text}"
        return f"{self.name}-{hashlib.sha256(words.encode()).hexdigest()[:8]}.wav"


def number_name(number: int) -> str:
    """Name of the recording of a number."""
    return f"number-{number}"


def phrases(language: Language) -> Iterator[Phrase]:
    """Everything that this language says: its cues and the numbers."""
    for key in language.english:
        name = _name(key)
        if name is not None:
            speaker = language.name if key in language.texts else "en"
            yield Phrase(name, speaker, language.say(key))
    for number in range(1, MOST + 1):
        yield Phrase(number_name(number), language.name, str(number))


def _name(key: str) -> str | None:
    """`voice.FAULT` -> FAULT, `variation.NAME.voice.FAULT` -> NAME.FAULT, others: None."""
    match key.split("."):
        case ["voice", fault]:
            return fault
        case ["variation", variation, "voice", fault]:
            return f"{variation}.{fault}"
    return None


class Voice:
    """The recordings of one language.

    Args:
        language: the one to speak.
        counts: whether numbers are spoken, too.
    """

    def __init__(self, language: Language, *, counts: bool = False) -> None:
        self.counts = counts
        self.folder = cache_folder() / "voice" / language.name
        self.phrases = {phrase.name: phrase for phrase in phrases(language)}

    def find(self, name: str) -> Path | None:
        """The file to play; None where there is none.

        A name that the language lacks (most variations have no words of their own) has none.
        """
        own = self.folder / f"{name}.wav"
        if own.is_file():
            return own
        phrase = self.phrases.get(name)
        if phrase is None:
            return None
        rendered = self.folder / phrase.file_name
        return rendered if rendered.is_file() else None

    def missing(self) -> list[str]:
        """Names that have no recording; of numbers only where they are spoken."""
        numbers = () if self.counts else {number_name(n) for n in range(1, MOST + 1)}
        return [n for n in self.phrases if n not in numbers and self.find(n) is None]

    def render(self, render: Render | None = None) -> int:
        """Make the recordings that are missing or damaged, and remove old ones.

        Returns:
            How many were made.

        Raises:
            VoiceError: espeak-ng is missing, does not speak the language, or nothing can be stored.
        """
        render, made = render or espeak, 0
        wanted = {phrase.file_name for phrase in self.phrases.values()}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for phrase in self.phrases.values():
                path = self.folder / phrase.file_name
                if (self.folder / f"{phrase.name}.wav").is_file() or length_s(path) >= SHORTEST_S:
                    continue
                with replacing(path) as scratch:
                    render(phrase.language, phrase.text, scratch)
                made += 1
            for path in self.folder.glob("*.wav"):
                if _RENDERED.fullmatch(path.name) and path.name not in wanted:
                    path.unlink()
        except MirrorError:
            raise
        except OSError as error:
            why = error.strerror or error
            raise VoiceError(f"{self.folder}: the voice cannot be stored ({why}).") from error
        return made


def espeak(language: str, text: str, path: Path) -> None:
    """Speak a text into a WAV file by espeak-ng.

    Raises:
        VoiceError: it is missing, or does not speak the language.
    """
    command = shutil.which("espeak-ng")
    if command is None:
        raise VoiceError(f"{MISSING}.")
    speed, loud = str(WORDS_PER_MINUTE), str(AMPLITUDE)
    done = subprocess.run(
        # -z: without the pause that a sentence ends with
        [command, "-v", language, "-s", speed, "-a", loud, "-z", "-w", str(path), "--", text],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or length_s(path) < SHORTEST_S:
        why = " ".join(done.stderr.split()).rstrip(".") or "it wrote no sound"
        raise VoiceError(f"espeak-ng does not speak {language!r} ({why}).")


def length_s(path: Path) -> float:
    """Length of a WAV file in seconds; 0 where there is none, or a damaged one."""
    try:
        with wave.open(str(path)) as sound:
            held = path.stat().st_size - 44  # bytes after the header, which may promise more
            frame = sound.getnchannels() * sound.getsampwidth()
            return float(min(sound.getnframes(), held // frame) / sound.getframerate())
    except (OSError, EOFError, wave.Error, ZeroDivisionError):
        return 0.0
