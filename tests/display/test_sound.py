"""What is heard, and when."""

import wave
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from benches.altered import altered
from people import film, reps

from mirror.coach.advance import advance
from mirror.coach.command import Command
from mirror.coach.exercise import find_exercise
from mirror.coach.finished import SetLog
from mirror.coach.language import load_language
from mirror.coach.lifetimes import StopSearch
from mirror.coach.session import start
from mirror.coach.sets import apply
from mirror.display import sound as tones
from mirror.display.sound import SOUND_RETRY_S, Heard, Speaker, heard
from mirror.display.tones import NOTES, RATE, Tone, loop, samples
from mirror.display.voice import Voice
from mirror.hinge.counting.reps import Partial, Phase, Rejected
from mirror.hinge.drills.drill import Reading
from mirror.hinge.judging.feedback import Cue
from mirror.hinge.judging.stop_depth import StopDepth


def sounds(poses, session=None):
    """Every step of a film with what it sounds like."""
    session = session or start()
    reported = []
    for pose in poses:
        after = advance(session, pose, pose.taken_at)
        reported.append((after, heard(session, after)))
        session = after
    return reported


def test_each_rep_is_heard_once_at_its_lockout():
    """Two reps, two tones, each with the picture that raises the count."""
    reported = sounds(film(reps(2), 9))
    counted = [after.count for after, sound in reported if Tone.COUNTED in sound.tones]
    assert counted == [1, 2]


def test_a_new_set_is_not_heard():
    """A count that goes back to 0, or another choice, is no rep."""
    (*_, (session, _)) = sounds(film(reps(2), 9))
    assert heard(session, apply(session, Command.SELECT)) == Heard()
    assert heard(session, apply(session, Command.NEXT)) == Heard()


def test_the_stop_depth_is_heard_once_on_the_way_down():
    """With its mark at 50 degrees of fold, before the bottom."""
    stop = StopDepth(45.0, 50.0, 5)
    session = start()
    reported = []
    for pose in film(reps(1), 6):
        session = altered(session, stop=StopSearch(found=stop))
        after = advance(session, pose, pose.taken_at)
        reported += [after.phase for tone in heard(session, after).tones if tone is Tone.STOP_DEPTH]
        session = altered(after, stop=StopSearch(found=stop))
    assert reported == [Phase.DESCENDING]


def test_a_cue_and_praise_are_heard_once():
    """However long they stay on the glass; a variation's own words come first."""
    (*_, (session, _)) = sounds(film(reps(1), 6))
    reported = altered(session, log=SetLog(cues=(Cue(5.0, "knees-bent", 1),)))
    sound = heard(session, reported)
    assert sound.tones == (Tone.CUE,)
    assert sound.cue == ("basic.knees-bent", "knees-bent")
    assert sound.cue_age_s == pytest.approx(session.t - 5.0)
    assert heard(reported, reported).tones == heard(reported, reported).cue == ()
    assert (
        heard(reported, altered(reported, log=SetLog(cues=(Cue(5.5, "knees-bent", 1),)))).tones
        == ()
    )
    praised = heard(session, altered(session, log=SetLog(cues=(Cue(5.0, None, 1),))))
    assert (praised.tones, praised.cue) == ((Tone.PRAISE,), ())


def test_ready_is_heard_once():
    """When the mirror knows how the person stands."""
    reported = sounds(film(reps(2), 9))
    ready = [after.t for after, sound in reported if Tone.READY in sound.tones]
    assert len(ready) == 1
    assert ready[0] < min(after.t for after, sound in reported if sound.is_moving)


@pytest.mark.parametrize(
    ("event", "is_heard"),
    [
        (Partial(1.0, 2.0, 3.0, 25.0, 20.0), True),
        (Rejected("squat", 1.0, 3.0), True),
        (Rejected("too-fast", 1.0, 1.3), True),
        (Rejected("walking", 1.0, 3.0), False),
        (Rejected("picking-up", 1.0, 3.0), False),
    ],
)
def test_an_attempt_that_does_not_count_is_heard(event, is_heard):
    """A walk is no attempt."""
    (*_, (session, _)) = sounds(film(reps(1), 6))
    after = replace(session, events=(event,))
    assert (Tone.NOT_COUNTED in heard(session, after).tones) == is_heard


@pytest.mark.parametrize("name", ["stick", "string"])
def test_the_chord_sounds_in_a_drill(name):
    """As long as its fault stands in a movement."""
    (*_, (session, _)) = sounds(film(reps(1), 3))
    assert session.counter.is_moving
    session = replace(session, exercise=find_exercise("basic", name))
    for fault in (None, f"{name}-off"):
        drill = replace(session.person.drill, reading=Reading(ready=True, fault=fault))
        after = replace(session, person=replace(session.person, drill=drill))
        assert heard(session, after).rounded == (fault is not None)


def test_notes_neither_click_nor_clip():
    """They begin and end at nothing, and stay within 16 bits; the chord joins its beginning."""
    for notes in NOTES.values():
        wave = samples(notes)
        end = max(note.start_s + note.length_s for note in notes)
        assert len(wave) == round(RATE * end)
        assert abs(int(wave[0])) < 600
        assert abs(int(wave[-1])) < 600
        assert 20_000 < np.abs(wave.astype(int)).max() <= 32_767
    chord = loop().astype(int)
    steps = np.abs(np.diff(np.concatenate([chord, chord[:1]])))
    assert steps[-1] <= steps[:-1].max()


@pytest.fixture
def mixer(monkeypatch):
    """Where SDL has a sound device, or has none: `mixer.fails` says why. Counts what is opened."""
    pygame = tones.load_pygame()
    made = SimpleNamespace(fails=None, opened=0)
    init = pygame.mixer.init

    def opens(*how, **more):
        made.opened += 1
        if made.fails:
            raise pygame.error(made.fails)
        init(*how, **more)

    monkeypatch.setattr(pygame.mixer, "init", opens)
    yield made
    pygame.mixer.quit()


def is_open():
    """Whether SDL holds a sound device."""
    return tones.load_pygame().mixer.get_init() is not None


def is_playing():
    """Whether anything is to be heard."""
    return is_open() and tones.load_pygame().mixer.get_busy()


def test_the_tone_of_rounding_begins_and_ends_with_it():
    """Once each, however long it lasts."""
    speaker = Speaker(0.4)
    speaker.update(0.0)
    assert speaker.silent_because is None
    calls = []

    class Loop:
        def play(self, **how):
            calls.append("play")

        def fadeout(self, ms):
            calls.append("fadeout")

    speaker._rounded = Loop()
    for rounded in (False, True, True, False, False):
        speaker.play(Heard((Tone.COUNTED,), rounded))
    speaker.close()
    speaker.close()
    speaker.play(Heard((Tone.CUE,), True))
    assert calls == ["play", "fadeout"]


def test_the_device_is_given_back_and_opened_again(mixer):
    """At once; the tone of rounding neither goes on by itself nor stays away."""
    speaker = Speaker(0.4)
    speaker.update(0.0)
    speaker.play(Heard(rounded=True))
    assert is_playing()
    speaker.close()
    assert not is_open()
    speaker.play(Heard(rounded=True))
    speaker.update(0.1)
    speaker.update(0.2)
    assert is_open()
    assert mixer.opened == 2
    assert not is_playing()
    speaker.play(Heard(rounded=True))
    assert is_playing()
    speaker.close()


def test_a_missing_device_is_tried_now_and_then(mixer):
    """It may come with the display; at once where there is a reason to, and once at a desktop."""
    mixer.fails = "No such device."
    kiosk, desktop = Speaker(0.4, keep_trying=True), Speaker(0.4)
    for t in (0.0, 1.0, SOUND_RETRY_S - 1.0, SOUND_RETRY_S):
        kiosk.update(t)
        reported = "There is no sound (No such device): the mirror runs on without tones."
        assert kiosk.silent_because == reported
        kiosk.play(Heard((Tone.CUE,), True))
    assert mixer.opened == 2
    mixer.fails = None
    kiosk.update(SOUND_RETRY_S + 1.0)
    assert kiosk.silent_because is not None
    kiosk.close()
    kiosk.update(SOUND_RETRY_S + 2.0)
    assert kiosk.silent_because is None
    assert is_open()
    kiosk.close()
    mixer.fails, mixer.opened = "No such device.", 0
    for t in (0.0, SOUND_RETRY_S, 10 * SOUND_RETRY_S):
        desktop.update(t)
    assert mixer.opened == 1


def test_without_a_device_there_is_silence_and_one_sentence(monkeypatch):
    """As SDL says it."""
    monkeypatch.setenv("SDL_AUDIODRIVER", "none such")
    speaker = Speaker(0.4)
    speaker.update(0.0)
    assert speaker.silent_because.startswith("There is no sound (")
    speaker.play(Heard((Tone.CUE,), True))


def test_with_volume_0_nothing_is_opened(mixer):
    """However long it runs."""
    speaker = Speaker(0.0, keep_trying=True)
    for t in (0.0, SOUND_RETRY_S):
        speaker.update(t)
        speaker.play(Heard((Tone.CUE,), True))
        speaker.close()
    assert mixer.opened == 0
    assert speaker.silent_because is None


@pytest.fixture
def spoken(tmp_path, monkeypatch):
    """A voice whose recordings are there, and what is played of it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def record(language, text, path):
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(22_050)
            file.writeframes(bytes(2 * 11_025))

    def make(counts):
        voice = Voice(load_language("en"), counts=counts)
        voice.render(record)
        speaker = Speaker(0.4, voice)
        speaker.update(0.0)
        said, played = [], []
        say = speaker.say
        monkeypatch.setattr(speaker, "say", lambda names: said.append(names) or say(names))
        for tone in Tone:
            play = SimpleNamespace(play=lambda tone=tone: played.append(tone))
            speaker._tones[tone] = play
        return speaker, said, played

    yield make
    tones.load_pygame().mixer.quit()


CUED = Heard((Tone.CUE,), cue=("basic.rounding", "rounding"))
COUNTED = Heard((Tone.COUNTED,), count=3)


def test_the_voice_takes_the_place_of_the_tones(spoken):
    """A number and a cue, one after the other; never both at once."""
    speaker, said, played = spoken(counts=True)
    speaker.play(COUNTED)
    speaker.play(CUED)
    assert said == [("number-3",)]
    assert played == []
    speaker._channel.stop()
    speaker.play(Heard())
    assert said[-1] == CUED.cue
    speaker.play(COUNTED)  # the cue is not talked over
    assert played == [Tone.COUNTED]


def test_with_cues_only_reps_are_tones(spoken):
    """The cue follows the tone."""
    speaker, said, played = spoken(counts=False)
    speaker.play(Heard((Tone.COUNTED, Tone.CUE), count=3, cue=CUED.cue))
    assert (said, played) == ([], [Tone.COUNTED])
    speaker.update(0.25)
    speaker.play(Heard())
    assert said == [CUED.cue]


def test_without_a_recording_there_is_the_tone(spoken):
    """Or with one that cannot be played."""
    speaker, _, played = spoken(counts=True)
    speaker.play(Heard((Tone.CUE,), cue=("none-such",)))
    speaker.play(Heard((Tone.COUNTED,), count=1000))
    assert played == [Tone.CUE, Tone.COUNTED]
    own = speaker._voice.folder / "heel-lift.wav"
    own.write_text("no sound")
    speaker.play(Heard((Tone.CUE,), cue=("heel-lift",)))
    assert played[-1] is Tone.CUE
    assert speaker.say(("rounding",)) == pytest.approx(0.5, abs=0.01)
    speaker.close()
    assert speaker.say(("rounding",)) == 0.0


@pytest.mark.parametrize("tone", Tone)
def test_every_tone_has_its_notes(tone):
    """The table is whole."""
    assert tones.NOTES[tone]
