"""The words of the glass: one table for each language, `config/languages/*.toml`.

A text has a key (`guidance.step-back`); the records of variations, drills, faults and rows carry
keys. English has every text, and another language takes from it what it lacks. A value stands in
braces by its bare name, so that a text that was read can always be filled in.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from mirror.coach.exercise import Exercise
from mirror.config import SYSTEM_CONFIG, named, quoted, shipped
from mirror.errors import ConfigError
from mirror.hinge.judging.feedback import Cue
from mirror.hinge.judging.stop_depth import Found, text_key
from mirror.sentences import nearest

_MOMENTS = ("setup", "hips", "back", "stop", "up")
"""Keys of the moments of a lesson."""

Texts = Mapping[str, str]
"""Key -> text."""


@dataclass(frozen=True, eq=False)
class Language:
    """The texts of one language, and the English ones for what it lacks.

    A variation, drill or row without texts is shown by its name, and a fault by its name.
    """

    name: str
    texts: Texts
    english: Texts

    def say(self, key: str, **values: object) -> str:
        """Return the text of a key, its values filled in; the key itself where there is none."""
        text = self.texts.get(key) or self.english.get(key, key)
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Whether there is such a text, here or in English."""
        return key in self.texts or key in self.english

    def title(self, choice: Exercise) -> str:
        """Title of a variation or a drill."""
        name = (choice.drill or choice.variation).name
        return self._or(f"{_record(choice)}.title", _plain(name))

    def instruction(self, choice: Exercise) -> str:
        """One short sentence on how to do it; empty where there is none."""
        return self._or(f"{_record(choice)}.instruction", "")

    def purpose(self, choice: Exercise) -> str:
        """What it is for, in two or three words; empty where there is none."""
        return self._or(f"{_record(choice)}.purpose", "")

    def lesson(self, choice: Exercise, moment: int) -> str:
        """What to do at a moment of the demonstration: before, twice down, at the end, and up."""
        line = _MOMENTS[moment]
        return self._or(f"{_record(choice)}.{line}", self.say(f"lesson.{line}"))

    def rest(self, choice: Exercise) -> str:
        """A question after the set; empty where there is none."""
        return self._or(f"variation.{choice.variation.name}.rest", "")

    def cue(self, cue: Cue, choice: Exercise) -> str:
        """A cue or praise; a variation may have its own words for a fault."""
        if cue.answers is not None:
            return self.say("aim.reached", aim=_begun(self.aim(cue.answers)))
        key = cue.fault or "praise"
        own = f"variation.{choice.variation.name}.cue.{key}"
        return self._or(own if self.has(own) else f"cue.{key}", _plain(key))

    def aim(self, fault: str) -> str:
        """The opposite of a fault, in two or three words."""
        return self._or(f"aim.{fault}", _plain(fault))

    def row(self, name: str) -> str:
        """Label of a row of the rest screen."""
        return self._or(f"rest.{name}", _plain(name))

    def row_value(self, name: str, values: Mapping[str, str]) -> str:
        """Numbers of a row."""
        key = f"rest.{name}-value"
        return self.say(key, **values) if self.has(key) else " / ".join(values.values())

    def number(self, value: float, digits: int = 0) -> str:
        """A number in figures. digits: digits after the decimal mark of the language."""
        # Rounded first: what is almost nought is 0, not -0.
        return f"{round(value, digits) + 0.0:.{digits}f}".replace(".", self.say("rest.decimal"))

    def stop(self, found: Found) -> str:
        """Result of the search for the stop depth."""
        word, deg = text_key(found)
        return self.say(f"stop.{word}", deg=deg)

    def _or(self, key: str, plain: str) -> str:
        return self.say(key) if self.has(key) else plain


def _record(choice: Exercise) -> str:
    if choice.drill is not None:
        return f"drill.{choice.drill.name}"
    return f"variation.{choice.variation.name}"


def _begun(text: str) -> str:
    """A text as it begins a sentence."""
    return text[:1].upper() + text[1:]


def _plain(name: str) -> str:
    """A name as words: `one-hand` -> `One hand`."""
    return name.replace("-", " ").capitalize()


def load_language(name: str) -> Language:
    """Read a language: its file beside the system's mirror.toml, else the shipped one.

    Raises:
        ConfigError: there is none, the file is broken, or it has an unknown key or placeholder.
    """
    english = _read(shipped("languages/en.toml"))
    if name == "en":
        return Language(name, english, english)
    path = _find(name)
    texts = _read(path)
    for key, text in texts.items():
        if key not in english:
            raise ConfigError(f"{path}: unknown key {named(key)}{nearest(key, english)}.")
        if wrong := _fields(text) ^ _fields(english[key]):
            raise ConfigError(
                f"{path}: {key} = {quoted(text)}: {{{named(min(wrong))}}} must stand in both "
                "languages."
            )
    return Language(name, texts, english)


def _find(name: str) -> Path:
    folders = (SYSTEM_CONFIG.parent / "languages", shipped("languages"))
    try:
        for folder in folders:
            if (path := folder / f"{name}.toml").is_file():
                return path
        known = sorted({path.stem for folder in folders for path in folder.glob("*.toml")})
    except OSError as error:
        raise ConfigError(
            f"coach.language = {quoted(name)}: cannot be read ({error.strerror})."
        ) from error
    raise ConfigError(f"coach.language = {quoted(name)}: there is only {', '.join(known)}.")


def _read(path: Path) -> dict[str, str]:
    try:
        table = dict(_flat("", tomllib.loads(path.read_text(encoding="utf-8"))))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:  # also of bytes, of huge numbers, and of depth
        raise ConfigError(f"{path}: is not valid TOML: {error}.") from error
    texts = {}
    for key, text in table.items():
        if not isinstance(text, str) or not text.strip():
            raise ConfigError(f"{path}: {named(key)} = {quoted(text)}: a text is expected.")
        try:
            _fields(text)
        except ValueError as error:
            raise ConfigError(f"{path}: {named(key)} = {quoted(text)}: {error}.") from error
        texts[key] = text
    return texts


def _flat(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{key}.", value)
        else:
            yield prefix + key, value


def _fields(text: str) -> set[str]:
    """Names in braces.

    Raises:
        ValueError: a brace is lost, or there is more in it than a name.
    """
    names = set()
    for _, name, form, conversion in Formatter().parse(text):
        if form or conversion:
            raise ValueError(f"write {{{name}}} without anything else in the braces")
        if name is not None:
            names.add(name)
    return names
