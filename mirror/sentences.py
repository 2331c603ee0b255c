"""What is wrong with a value or a key of a TOML file, in plain English."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin

KINDS = {
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
    "str": "a text in quotes",
    "object": "a table",
}
"""Name of a type in msgspec's messages -> the words for it."""
BOUNDS = {">=": "{} or more", "<=": "{} or less", ">": "more than {}", "<": "less than {}"}


def expected(message: str, kind: Any) -> str:
    """Say what a value must be. message: msgspec's, without the place. kind: the key's type."""
    allowed = choices(kind)
    if allowed:
        return f"must be {_any_of(allowed)}"
    match = re.fullmatch(r"Expected `(\w+)[^`]*`(.*)", message)
    if match is None or match[1] not in KINDS:
        return message[0].lower() + message[1:]
    bound = re.fullmatch(r" (>=|<=|>|<) (\S+)", match[2])
    if bound is not None:
        return f"must be {BOUNDS[bound[1]].format(bound[2].removesuffix('.0'))}"
    if match[2].startswith(" of length >= 1"):
        return "must not be empty"
    if match[2].startswith(" matching regex "):
        return f"must be a text of the form {match[2].removeprefix(' matching regex ')}"
    return f"must be {KINDS[match[1]]}"


def choices(kind: Any) -> tuple[Any, ...]:
    """The values of a Literal, also of one that may be left out; empty for another type."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    return next((found for part in get_args(kind) if (found := choices(part))), ())


def nearest(key: str, known: Iterable[str]) -> str:
    """` (do you mean ...?)` with the most similar of the known keys; empty where none is similar.

    key, known: with their tables, such as `sound.volume`. A key in the wrong table is found, too.
    """
    keys = list(known)
    table, dot, name = key.rpartition(".")
    beside = {k.removeprefix(f"{table}{dot}"): k for k in keys if k.startswith(f"{table}{dot}")}
    anywhere = {k.rpartition(".")[2]: k for k in keys}
    for names, cutoff in ((beside, 0.6), (anywhere, 0.8)):
        close = get_close_matches(name, names, 1, cutoff)
        if close:
            return f" (do you mean {names[close[0]]}?)"
    return ""


def _any_of(values: tuple[Any, ...]) -> str:
    *most, last = (repr(value) for value in values)
    return f"{', '.join(most)} or {last}" if most else last
