"""`replace` of frozen values, four times as fast as that of `dataclasses`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from dataclasses import replace as replace
else:
    T = TypeVar("T")

    def replace(value: T, **changes: Any) -> T:
        """The value with other fields. Its class has no `__post_init__` and no cached property."""
        new = object.__new__(type(value))
        new.__dict__.update(value.__dict__, **changes)
        return new
