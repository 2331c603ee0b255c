"""The words on the glass: each language is whole, and a broken table is told."""

from dataclasses import replace

import pytest

from mirror.coach import language
from mirror.coach.exercise import Choice, choices
from mirror.coach.language import Language, load, records
from mirror.coach.review import MISHAPS
from mirror.errors import ConfigError
from mirror.hinge.drills.drill import REASONS
from mirror.hinge.judging.faults import RULES
from mirror.hinge.judging.feedback import PRAISE, Cue
from mirror.hinge.judging.stop_depth import StopDepth
from mirror.hinge.variations.basic import BASIC
from mirror.hinge.variations.catalog import VARIATIONS

SHIPPED = ["de"]


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Write a language of the owner's, and load it."""
    monkeypatch.setattr(language, "SYSTEM_CONFIG", tmp_path / "mirror.toml")
    (tmp_path / "languages").mkdir()

    def write(content, name="xx"):
        path = tmp_path / "languages" / f"{name}.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load(name)

    return write


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_language_has_every_text(name):
    """Of each state, variation, drill, fault and guidance; nothing is left in English."""
    tongue = load(name)
    assert set(tongue.english) - set(tongue.texts) == set()


def test_what_there_is_to_say_has_a_key():
    """Variations, drills, faults, mishaps, reasons of drills and praise."""
    keys = set(load("en").english)
    for choice in choices():
        for rule in choice.rules:
            assert f"cue.{rule.fault}" in keys
    for variation in VARIATIONS.values():
        assert f"variation.{variation.name}.title" in keys
        assert {f"drill.{drill.name}.instruction" for drill in variation.drills} <= keys
    assert {f"cue.{advice.fault}" for advice in MISHAPS} <= keys
    assert {f"guidance.{reason}" for reason in REASONS} <= keys
    assert "cue.praise" in keys


def test_english_stands_with_the_records():
    """Titles, instructions and cues are those of the variations themselves."""
    english, choice = load("en"), Choice(BASIC)
    assert english.title(choice) == BASIC.title
    assert english.instruction(Choice(BASIC, BASIC.drills[0])) == BASIC.drills[0].instruction
    assert english.cue(Cue(0.0, "rounding", RULES[0].cue, 2), choice) == RULES[0].cue
    assert english.cue(Cue(0.0, None, PRAISE, 2), choice) == PRAISE


def test_a_variation_may_have_its_own_words_for_a_fault(monkeypatch):
    """They have a key of their own, and are said only there."""
    bar = replace(BASIC, name="bar", rules=(replace(RULES[0], cue="Bar close"),), drills=())
    monkeypatch.setattr(language, "VARIATIONS", VARIATIONS | {"bar": bar})
    assert records()["variation.bar.cue.rounding"] == "Bar close"
    english, cue = load("en"), Cue(0.0, "rounding", "", 2)
    assert english.cue(cue, Choice(bar)) == "Bar close"
    assert english.cue(cue, Choice(BASIC)) == RULES[0].cue


def test_a_missing_text_is_said_in_english(own):
    """The rest of the language is used."""
    tongue = own("[guidance]\nsquat = 'xyz'")
    assert tongue.say("guidance.squat") == "xyz"
    assert tongue.say("guidance.walking") == load("en").say("guidance.walking")
    assert tongue.title(Choice(BASIC)) == BASIC.title


def test_values_are_filled_in():
    """A depth is rounded to 5 degrees in each language."""
    stop = StopDepth(53.2, (48.0, 60.0), 54.0, 0.05, 0.8, 5)
    for name in ("en", *SHIPPED):
        assert "55°" in load(name).stop(stop)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[guidance]\nsqat = 'x'", "unknown key guidance.sqat"),
        ("squat = 'x'", "unknown key squat"),
        ("[guidance]\nsquat = 3", "guidance.squat = 3: a text is expected"),
        ("[guidance]\nsquat = ' '", "guidance.squat = ' ': a text is expected"),
        ("[stop]\ndepth = 'x'", "{deg} must stand in both languages"),
        ("[stop]\nunclear = '{deg}'", "{deg} must stand in both languages"),
        ("[stop]\ndepth = '{deg'", "stop.depth"),
        ("[stop]\ndepth = '{deg:zz}'", "write {deg} without anything else in the braces"),
        ("[stop]\ndepth = '{deg:999999999}'", "write {deg} without anything else in the braces"),
        ("[stop]\ndepth = '{deg!x}'", "write {deg} without anything else in the braces"),
        ("[stop]\ndepth = '{deg.zz}'", "must stand in both languages"),
        ("[stop]\ndepth = '{deg[3]}'", "must stand in both languages"),
        ("[stop]\ndepth = '{deg} {}'", "{} must stand in both languages"),
        ("[stop]\ndepth = '{deg} {mm}'", "{mm} must stand in both languages"),
        ("a = " + "[" * 5000, "is not valid TOML"),
        ("a" + ".a" * 5000 + " = 'x'", "is not valid TOML"),
        ("a = " + "9" * 5000, "is not valid TOML"),
        ("a = 0x" + "f" * 20000, "a = (too long to be told): a text is expected"),
        ('"a\\nb" = "x"', r"unknown key 'a\nb'"),
        ("[guidance]\nsquat = '" + "x" * 5000 + "{a}'", "{a} must stand in both languages"),
        ("nonsense", "is not valid TOML"),
        (b"\xff\xfe", "is not valid TOML"),
    ],
)
def test_a_broken_language_is_one_sentence(own, content, reason):
    """It names the file, and what is wrong."""
    with pytest.raises(ConfigError) as caught:
        own(content)
    message = str(caught.value)
    assert "xx.toml: " in message
    assert reason in message
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 400


def test_each_text_can_be_filled_in():
    """Whatever is asked for by a bare name: no text of a language that was read can stumble."""
    for name in ("en", *SHIPPED):
        tongue = load(name)
        for key in tongue.english:
            names = language._fields(tongue.english[key])
            assert all(field.isidentifier() for field in names)
            tongue.say(key, **dict.fromkeys(names, 7))


def test_a_language_that_cannot_be_looked_for_is_one_sentence():
    """Such as a name that no file can have."""
    with pytest.raises(ConfigError, match=r"coach\.language = 'en-aaa.*cannot be read"):
        load("en-" + "a" * 300)


def test_a_language_that_is_not_there_names_those_that_are():
    """The key of the setting is told, too."""
    with pytest.raises(ConfigError, match=r"coach\.language = 'fr': there is only de, en\."):
        load("fr")


def test_a_key_without_a_text_is_said_as_it_is():
    """Nothing crashes for a missing word."""
    assert Language("xx", {}, {}).say("guidance.squat") == "guidance.squat"
