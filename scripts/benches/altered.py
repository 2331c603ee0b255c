"""A session at a moment that is hard to reach by playing frames."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from mirror.coach.session import Session


def altered(session: Session, **changes: Any) -> Session:
    """The session with other values of its own fields, or of the fields of its parts."""
    for name, value in changes.items():
        home = _home(session, name)
        if home is None:
            session = replace(session, **{name: value})
        else:
            part = replace(getattr(session, home), **{name: value})
            session = replace(session, **{home: part})
    return session


def _home(session: Session, name: str) -> str | None:
    """The part that has a field of this name; None where the session itself has it."""
    parts = {field.name: getattr(session, field.name) for field in fields(session)}
    if name in parts:
        return None
    return next(
        home
        for home, part in parts.items()
        if is_dataclass(part) and name in {field.name for field in fields(part)}
    )
