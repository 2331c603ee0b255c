"""Tones and a voice, because a person who is side-on at the bottom cannot see the glass.

`heard` compares the sessions before and after a step and returns what sounds; `Speaker` plays it.
Without a sound device, or with volume 0, there is silence; without recordings of the voice there
are tones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mirror.coach.session import Session
from mirror.display.sdl import load_pygame
from mirror.display.speech import Names, Speech
from mirror.display.tones import NOTES, RATE, Tone, loop, samples
from mirror.display.voice import Voice, number_name
from mirror.hinge.counting.reps import Partial, Rejected
from mirror.hinge.judging.faults import ROUNDING, is_rounded
from mirror.hinge.measure.posture import Posture
from mirror.quiet import quiet

_CHATTER = re.compile(rb"ALSA lib ")

FADE_MS = 180
"""Milliseconds in which the tone of rounding begins and ends."""
TONES = 0.7
"""Volume of the tones over that of the voice, which is softer by nature."""
SOUND_RETRY_S = 30.0
"""Seconds before a missing sound device is tried again; HDMI has none without a display."""
TRIED = ("squat", "too-fast", "too-slow")
"""Reasons for which a movement that was meant as a rep does not count."""


@dataclass(frozen=True)
class Heard:
    """What sounds now.

    tones: those that begin. rounded: whether the chord of rounding lasts. count: the number of the
    rep that was counted now. cue: names of recordings of the cue that begins, the best first.
    cue_age_s: seconds since the lockout of its rep. is_moving: whether a movement is under way.
    """

    tones: tuple[Tone, ...] = ()
    rounded: bool = False
    count: int | None = None
    cue: Names = ()
    cue_age_s: float = 0.0
    is_moving: bool = False


def heard(before: Session, after: Session) -> Heard:
    """The sound of the step from one session to the next."""
    tones: list[Tone] = []
    count, age_s = None, 0.0
    names: Names = ()
    is_same_set = after.exercise == before.exercise and after.count >= before.count
    if is_same_set and after.count > before.count:
        count = after.count
        tones.append(Tone.COUNTED)
    if any(_is_attempt(event) for event in after.events):
        tones.append(Tone.NOT_COUNTED)
    if after.movement.is_at_stop and not before.movement.is_at_stop:
        tones.append(Tone.STOP_DEPTH)
    if _is_ready(after) and not _is_ready(before) and after.baseline is not before.baseline:
        tones.append(Tone.READY)
    cue, last = after.current_set.cue, before.current_set.cue
    # A cue that stays on the glass is spoken once.
    if cue is not None and (last is None or (cue.rep, cue.fault) != (last.rep, last.fault)):
        tones.append(Tone.PRAISE if cue.fault is None else Tone.CUE)
        if cue.fault is not None:
            names = (f"{after.exercise.variation.name}.{cue.fault}", cue.fault)
            age_s = max(0.0, (after.t or cue.t) - cue.t)
    is_moving = after.counter.is_moving
    return Heard(tuple(tones), _sounds_rounded(after), count, names, age_s, is_moving)


def _is_attempt(event: object) -> bool:
    """Whether this ended a movement that the person meant as a rep, and that did not count."""
    return isinstance(event, Partial) or (isinstance(event, Rejected) and event.reason in TRIED)


def _is_ready(session: Session) -> bool:
    return isinstance(session.posture, Posture) and session.has_baseline


def _sounds_rounded(session: Session) -> bool:
    """Whether the back is rounded, or the drill finds its fault, in a movement under way."""
    posture = session.posture
    if not session.counter.is_moving or not isinstance(posture, Posture):
        return False
    if session.exercise.drill is not None and session.person.drill.reading.fault is not None:
        return True
    return ROUNDING in session.exercise.rules and is_rounded(posture)


class Speaker:
    """Plays the sounds. It is silent where the volume is 0, or nothing can play.

    Args:
        volume: 0..1.
        voice: the recordings that are played instead of the tones of count and cue.
        keep_trying: search a missing device again and again, not only once.

    Attributes:
        silent_because: one sentence while there is no sound although the settings ask for it.
    """

    def __init__(
        self, volume: float, voice: Voice | None = None, *, keep_trying: bool = False
    ) -> None:
        self.silent_because: str | None = None
        self._volume, self._voice, self._keep_trying = volume, voice, keep_trying
        self._mixer: Any = None
        self._is_rounded = False
        self._tried: float | None = None
        self._speech, self._now = Speech(), 0.0
        self._recordings: dict[Path, Any] = {}

    def update(self, now: float) -> None:
        """Open the device when it is time; call it at every turn. now: monotonic seconds."""
        self._now = now
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
        """Begin the tones and the voice; the chord begins and ends softly. Never waits."""
        if self._mixer is None:
            return
        spoken = self._speak(sound)
        for tone in sound.tones:
            if tone not in spoken:
                self._tones[tone].play()
        if sound.rounded and not self._is_rounded:
            self._rounded.play(loops=-1, fade_ms=FADE_MS)
        elif self._is_rounded and not sound.rounded:
            self._rounded.fadeout(FADE_MS)
        self._is_rounded = sound.rounded

    def say(self, names: Names) -> float:
        """Play a recording at once; return its length in seconds, 0 where there is none."""
        recording = self._recording(names)
        if self._mixer is None or recording is None:
            return 0.0
        self._channel.play(recording)  # what it still says gives way
        return float(recording.get_length())

    def close(self) -> None:
        """Stop all sound and free the device; `update` opens it again. May be called twice."""
        mixer, self._mixer = self._mixer, None
        self._is_rounded, self._tried = False, None
        self._speech = Speech()
        self._recordings.clear()
        if mixer is not None:
            mixer.quit()

    def _speak(self, sound: Heard) -> tuple[Tone, ...]:
        """Say what is due now; return the tones that the voice takes the place of."""
        voice, speech = self._voice, self._speech
        if voice is None:
            return ()
        spoken: tuple[Tone, ...] = ()
        if sound.cue and self._recording(sound.cue) is not None:
            spoken += (Tone.CUE,)
            speech.wait(sound.cue, self._now, sound.cue_age_s)
        if sound.count is not None and voice.counts and not speech.is_waiting:
            names = (number_name(sound.count),)
            if not self._is_saying and self.say(names):
                spoken += (Tone.COUNTED,)
        if Tone.COUNTED in sound.tones and Tone.COUNTED not in spoken:
            speech.after_tone(self._now)
        due = speech.due(self._now, is_moving=sound.is_moving, is_saying=self._is_saying)
        if due:
            self.say(due)
        return spoken

    @property
    def _is_saying(self) -> bool:
        return bool(self._channel.get_busy())

    def _recording(self, names: Names) -> Any:
        """The first recording of these names that can be played; None where there is none."""
        if self._mixer is None or self._voice is None:
            return None
        for name in names:
            path = self._voice.find(name)
            if path is None:
                continue
            if path not in self._recordings:
                self._recordings[path] = self._loaded(path)
            if self._recordings[path] is not None:
                return self._recordings[path]
        return None

    def _loaded(self, path: Path) -> Any:
        try:
            recording = self._mixer.Sound(str(path))
        except (RuntimeError, OSError):  # a recording of the owner's that is damaged
            return None
        recording.set_volume(self._volume)
        return recording

    def _is_time(self, now: float) -> bool:
        if self._tried is None:
            return True
        return self._keep_trying and now - self._tried >= SOUND_RETRY_S

    def _open(self) -> None:
        pygame = load_pygame()
        with quiet(_CHATTER):
            pygame.mixer.init(RATE, -16, 1, 1024, allowedchanges=0)
        pygame.mixer.set_reserved(1)
        self._channel = pygame.mixer.Channel(0)  # of the voice; tones take the others
        self._tones = {tone: pygame.mixer.Sound(samples(n)) for tone, n in NOTES.items()}
        self._rounded = pygame.mixer.Sound(loop())
        for sound in (*self._tones.values(), self._rounded):
            sound.set_volume(TONES * self._volume)
        self._mixer = pygame.mixer
