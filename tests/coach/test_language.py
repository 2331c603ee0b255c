"""The words of the glass: each language is whole, and a broken table is reported."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from mirror.coach import language
from mirror.coach.exercise import Exercise, exercises
from mirror.coach.language import Language, load_language
from mirror.errors import ConfigError
from mirror.hinge.drills.drill import REASONS
from mirror.hinge.judging.faults import NOTED
from mirror.hinge.judging.feedback import Cue
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
        return load_language(name)

    return write


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_language_has_every_text(name):
    """Of each state, variation, drill, fault and guidance; nothing is left in English."""
    tongue = load_language(name)
    assert set(tongue.english) - set(tongue.texts) == set()


def test_every_record_has_its_words():
    """Variations, drills, faults, rows, reasons of drills and praise."""
    keys = set(load_language("en").english)
    for choice in exercises():
        assert {f"cue.{rule.fault}" for rule in choice.rules} <= keys
    for variation in VARIATIONS.values():
        key = f"variation.{variation.name}"
        assert {f"{key}.{part}" for part in ("title", "instruction", "rest")} <= keys
        for drill in variation.drills:
            assert {f"drill.{drill.name}.{part}" for part in ("title", "instruction")} <= keys
        for row in variation.rows:
            assert {f"rest.{row.name}", f"rest.{row.name}-value"} <= keys
    assert {f"cue.{rule.fault}" for rule in NOTED} <= keys
    faults = {rule.fault for choice in exercises() for rule in choice.rules}
    assert {f"aim.{fault}" for fault in faults | {rule.fault for rule in NOTED}} <= keys
    assert {f"guidance.{reason}" for reason in REASONS} <= keys
    assert "cue.praise" in keys


def test_no_words_belong_to_nothing():
    """Each text of a variation, a drill or a cue is that of a record."""
    drills = {drill.name for v in VARIATIONS.values() for drill in v.drills}
    faults = {rule.fault for choice in exercises() for rule in choice.rules}
    faults |= {rule.fault for rule in NOTED} | {"praise"}
    for key in load_language("en").english:
        kind, _, name = key.partition(".")
        if kind == "cue":
            assert name in faults
        elif kind in ("variation", "drill"):
            assert name.partition(".")[0] in (VARIATIONS if kind == "variation" else drills)


def test_the_table_of_the_article_quotes_texts_that_there_are():
    """Each text in quotation marks in the README of the screens."""
    english = load_language("en")
    aims = [text for key, text in english.english.items() if key.startswith("aim.")]
    answers = [english.say("aim.reached", aim=aim[0].upper() + aim[1:]) for aim in aims]
    said = (*english.english.values(), *answers)
    readme = Path(language.__file__).parents[1] / "screens" / "README.md"
    table = readme.read_text(encoding="utf-8").partition("the article says")[2]
    quoted = re.findall(r'"([^"]+)"', table)
    assert len(quoted) > 30
    assert [text for text in quoted if not any(text in one for one in said)] == []


def test_a_variation_may_have_its_own_words_for_a_fault():
    """They have a key of their own, and are said only there."""
    english, cue = load_language("en"), Cue(0.0, "knees-bent", 2)
    assert english.cue(cue, Exercise(VARIATIONS["single-leg"])) == "Soft knee, still shin"
    assert english.cue(cue, Exercise(BASIC)) == "Hips back, less knee"


def test_what_has_no_words_is_shown_by_its_name():
    """A variation, a drill, a fault or a row that no language knows."""
    english = load_language("en")
    bow = Exercise(replace(BASIC, name="prayer-bow"))
    broom = Exercise(BASIC, replace(BASIC.drills[0], name="broom"))
    assert (english.title(bow), english.title(broom)) == ("Prayer bow", "Broom")
    assert english.instruction(bow) + english.rest(bow) == ""
    assert english.cue(Cue(0.0, "soft-knees", 2), bow) == "Soft knees"
    assert english.row("reach") == "Reach"
    assert english.row_value("reach", {"down": "1", "up": "2"}) == "1 / 2"


def test_a_missing_text_is_said_in_english(own):
    """The rest of the language is used."""
    tongue = own("[guidance]\nsquat = 'xyz'")
    assert tongue.say("guidance.squat") == "xyz"
    assert tongue.say("guidance.sitting") == load_language("en").say("guidance.sitting")
    assert tongue.title(Exercise(BASIC)) == "Hip hinge"


def test_values_are_filled_in():
    """A depth is rounded to 5 degrees in each language."""
    stop = StopDepth(53.2, 54.0, 5)
    for name in ("en", *SHIPPED):
        assert "55°" in load_language(name).stop(stop)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[guidance]\nsqat = 'x'", "unknown key guidance.sqat (do you mean guidance.squat?)"),
        ("squat = 'x'", "unknown key squat"),
        ("[guidance]\nsquat = 3", "guidance.squat = 3: a text is expected"),
        ("[guidance]\nsquat = ' '", "guidance.squat = ' ': a text is expected"),
        ("[stop]\ndepth = 'x'", "{deg} must stand in both languages"),
        ("[stop]\nstraight = '{deg}'", "{deg} must stand in both languages"),
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
        ("a = 0x" + "f" * 20000, "a = (too long to show): a text is expected"),
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
        tongue = load_language(name)
        for key in tongue.english:
            names = language._fields(tongue.english[key])
            assert all(field.isidentifier() for field in names)
            tongue.say(key, **dict.fromkeys(names, 7))


def test_a_language_that_cannot_be_looked_for_is_one_sentence():
    """Such as a name that no file can have."""
    with pytest.raises(ConfigError, match=r"coach\.language = 'en-aaa.*cannot be read"):
        load_language("en-" + "a" * 300)


def test_a_language_that_is_not_there_names_those_that_are():
    """The error names the key of the setting, too."""
    with pytest.raises(ConfigError, match=r"coach\.language = 'fr': there is only de, en\."):
        load_language("fr")


def test_a_key_without_a_text_is_said_as_it_is():
    """Nothing crashes for a missing word."""
    assert Language("xx", {}, {}).say("guidance.squat") == "guidance.squat"


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(-0.3, 0, "0"), (-0.04, 1, "0.0"), (-0.6, 0, "-1"), (2.26, 1, "2.3")],
)
def test_a_number_is_never_minus_nought(value, digits, text):
    """Almost nothing is nothing."""
    assert load_language("en").number(value, digits) == text
