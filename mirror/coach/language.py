"""The words on the glass: one table per language, `config/languages/*.toml`.

A text is found by its key (`guidance.step-back`). What belongs to a variation, a drill or a fault
has its English with its record in `hinge`; `en.toml` holds the rest, and a translation has keys
for both. A text that a translation lacks is said in English. What is filled in stands in braces by
its bare name, so that a text which was read can always be said.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from mirror.coach.exercise import Choice
from mirror.coach.review import MISHAPS
from mirror.config import SYSTEM_CONFIG, named, quoted, shipped
from mirror.errors import ConfigError
from mirror.hinge.drills.drill import REASONS
from mirror.hinge.judging.feedback import PRAISE, Cue
from mirror.hinge.judging.stop_depth import Found, told
from mirror.hinge.variations.catalog import VARIATIONS

Texts = Mapping[str, str]
"""Key -> text."""


@dataclass(frozen=True, eq=False)
class Language:
    """A table of texts; what is missing in it is said in English."""

    name: str
    texts: Texts
    english: Texts

    def say(self, key: str, **values: object) -> str:
        """The text of a key, with its values filled in; the key itself where there is none."""
        text = self.texts.get(key) or self.english.get(key, key)
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Whether there is such a text, in any language."""
        return key in self.english

    def title(self, choice: Choice) -> str:
        """Of a variation or a drill."""
        return self.say(f"{_record(choice)}.title")

    def instruction(self, choice: Choice) -> str:
        """Of a variation or a drill."""
        return self.say(f"{_record(choice)}.instruction")

    def cue(self, cue: Cue, choice: Choice) -> str:
        """A cue or praise; a variation may have its own words for a fault."""
        key = cue.fault or "praise"
        own = f"variation.{choice.variation.name}.cue.{key}"
        return self.say(own if self.has(own) else f"cue.{key}")

    def stop(self, found: Found) -> str:
        """What became of the search for the stop depth."""
        word, deg = told(found)
        return self.say(f"stop.{word}", deg=deg)


def _record(choice: Choice) -> str:
    if choice.drill is not None:
        return f"drill.{choice.drill.name}"
    return f"variation.{choice.variation.name}"


def records() -> dict[str, str]:
    """The English that stands with the variations, drills and faults themselves, by its key."""
    texts = {"cue.praise": PRAISE}
    texts |= {f"guidance.{reason}": text for reason, text in REASONS.items()}
    texts |= {f"cue.{advice.fault}": advice.cue for advice in MISHAPS}
    for variation in VARIATIONS.values():
        key = f"variation.{variation.name}"
        texts |= {
            f"{key}.{part}": getattr(variation, part)
            for part in ("title", "instruction", "setup", "rest")
        }
        for row in variation.rows:
            texts |= {f"rest.{row.name}": row.label, f"rest.{row.name}-value": row.text}
            if row.more:
                texts[f"rest.{row.name}-more"] = row.more
        rules = variation.rules
        for drill in variation.drills:
            texts[f"drill.{drill.name}.title"] = drill.title
            texts[f"drill.{drill.name}.instruction"] = drill.instruction
            rules += drill.rules
        for rule in rules:
            known = texts.setdefault(f"cue.{rule.fault}", rule.cue)
            if known != rule.cue:
                # Another variation came first with other words for this fault.
                texts[f"{key}.cue.{rule.fault}"] = rule.cue
    return texts


def load(name: str) -> Language:
    """The language of this name, from beside the system's mirror.toml, else the shipped one.

    Raises:
        ConfigError: there is none, the file is broken, or it has an unknown key or placeholder.
    """
    english = records() | _read(shipped("languages/en.toml"))
    if name == "en":
        return Language(name, english, english)
    path = _find(name)
    texts = _read(path)
    for key, text in texts.items():
        if key not in english:
            raise ConfigError(f"{path}: unknown key {named(key)}.")
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
