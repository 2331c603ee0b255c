"""The recordings of the voice: made, kept, replaced."""

import shutil
import wave

import numpy as np
import pytest

from mirror.coach.language import Language, load_language
from mirror.display import voice as recordings
from mirror.display.voice import MOST, Phrase, Voice, espeak, length_s, phrases
from mirror.errors import MirrorError, VoiceError

RATE = 22_050
needs_espeak = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"
)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "hinge-mirror" / "voice"


def write(path, seconds=0.5):
    """A WAV of a sine."""
    t = np.arange(round(RATE * seconds)) / RATE
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((9000 * np.sin(2 * np.pi * 300 * t)).astype("<i2").tobytes())


class Renderer:
    """Writes a sine instead of speech, and notes what it was asked for."""

    def __init__(self):
        self.asked = []

    def __call__(self, language, text, path):
        self.asked.append((language, text))
        write(path)


def test_every_cue_and_number_is_recorded_once(cache):
    """In the folder of the language; a second time nothing is made."""
    render, voice = Renderer(), Voice(load_language("de"), counts=True)
    assert len(voice.missing()) == len(voice.phrases)
    assert voice.render(render) == len(voice.phrases) > MOST + 20
    assert voice.missing() == []
    assert ("de", "7") in render.asked
    assert voice.find("stick-off").parent == cache / "de"
    assert voice.find("number-100") is not None
    assert voice.find("number-101") is None
    assert Voice(load_language("de")).render(render) == 0


def test_numbers_are_missing_only_where_they_are_spoken():
    """`cues` does without them."""
    assert not any(name.startswith("number") for name in Voice(load_language("en")).missing())
    assert "number-1" in Voice(load_language("en"), counts=True).missing()


def test_a_text_that_changes_is_recorded_again():
    """And its old recording goes."""
    english = load_language("en")
    before, render = Voice(english), Renderer()
    before.render(render)
    old = before.find("rounding")
    texts = {**english.texts, "voice.rounding": "Stay long"}
    after = Voice(Language("en", texts, texts))
    assert after.missing() == ["rounding"]
    assert after.render(render) == 1
    assert after.find("rounding") != old
    assert not old.exists()


def test_a_recording_of_the_owners_is_played_instead():
    """And stays, whatever is rendered."""
    voice, render = Voice(load_language("en")), Renderer()
    voice.render(render)
    own = voice.folder / "rounding.wav"
    write(own, 0.9)
    assert voice.find("rounding") == own
    voice.find("heel-lift").unlink()
    assert voice.render(render) == 1
    assert length_s(own) == pytest.approx(0.9)


@pytest.mark.parametrize("damage", [b"", b"RIFF", None])
def test_a_damaged_recording_is_made_again(damage):
    """As after the plug was pulled; None: cut off."""
    voice, render = Voice(load_language("en")), Renderer()
    voice.render(render)
    path = voice.find("rounding")
    path.write_bytes(path.read_bytes()[:100] if damage is None else damage)
    assert voice.render(render) == 1
    assert length_s(path) == pytest.approx(0.5)


def test_a_variation_may_have_words_of_its_own():
    """Under its name."""
    assert Phrase("single-leg.knees-bent", "en", "Soft knee, still shin") in list(
        phrases(load_language("en"))
    )


def test_what_a_language_lacks_is_spoken_in_english():
    """By an English voice."""
    tongue = Language("fr", {"voice.rounding": "Dos long"}, load_language("en").english)
    said = {phrase.name: phrase for phrase in phrases(tongue)}
    assert said["rounding"].language == "fr"
    assert said["heel-lift"].language == "en"
    assert said["number-3"].language == "fr"


@pytest.mark.parametrize("name", ["en", "de"])
def test_what_is_said_is_short(name):
    """Every cue of the glass has words for the voice, five at most; praise has a tone."""
    texts = load_language(name).texts
    for key in texts:
        if key.startswith("cue.") and key not in ("cue.praise", "cue.yes"):
            assert key.replace("cue.", "voice.") in texts
    for phrase in phrases(load_language(name)):
        assert len(phrase.text.split()) <= 5, phrase


def test_without_espeak_there_is_one_sentence(monkeypatch, tmp_path):
    """It says what to install."""
    monkeypatch.setattr(recordings.shutil, "which", lambda name: None)
    with pytest.raises(VoiceError, match=r"sudo apt install espeak-ng\.$"):
        espeak("en", "Long back", tmp_path / "x.wav")
    with pytest.raises(VoiceError, match="There is no espeak-ng"):
        Voice(load_language("en")).render()


def test_a_folder_that_cannot_be_written_is_one_sentence(cache):
    """It is named."""
    cache.parent.mkdir(parents=True)
    cache.write_text("in the way")
    with pytest.raises(MirrorError, match="voice/en: the voice cannot be stored"):
        Voice(load_language("en")).render(Renderer())


@needs_espeak
@pytest.mark.parametrize(
    ("language", "text", "least_s", "most_s"),
    [
        ("en", "Stick on your tailbone", 0.8, 2.0),
        ("en", "7", 0.25, 0.9),
        ("de", "Rücken lang", 0.5, 1.5),
        ("de", "17", 0.3, 1.2),
    ],
)
def test_espeak_speaks(tmp_path, language, text, least_s, most_s):
    """So long, loud enough, and with the spectrum of a voice: harmonics below 1 kHz, not a tone."""
    path = tmp_path / "said.wav"
    espeak(language, text, path)
    assert least_s <= length_s(path) <= most_s
    with wave.open(str(path)) as file:
        rate = file.getframerate()
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
    assert np.abs(sound).max() > 0.3
    power = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / rate)

    def share(low, high):
        return power[(hertz >= low) & (hertz < high)].sum() / power.sum()

    assert share(80, 1000) > 0.3
    assert share(80, 4000) > 0.8
    assert power.max() < 0.3 * power.sum()


@needs_espeak
def test_espeak_refuses_a_language_that_it_does_not_know(tmp_path):
    """One sentence names it."""
    with pytest.raises(VoiceError, match="does not speak 'xx'"):
        espeak("xx", "hi", tmp_path / "x.wav")
