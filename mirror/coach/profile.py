"""What is remembered of a person on request only, since the mirror does not know who stands there.

The stop depth of a variation, and the range of the back. Otherwise both are forgotten when the
person leaves. One long press does it all: it keeps what is new, else lets go of what is kept, else
asks for the slump by which the range is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mirror.hinge.judging.stop_depth import Found, StopDepth, text_key

ALIKE_DEG = 3.0
"""Ranges that differ by less are the same one."""

Offer = Literal["keep", "forget", "measure"]


@dataclass(frozen=True)
class Kept:
    """What is kept: a stop depth with its variation, and the range of the back in degrees."""

    variation: str | None = None
    stop: StopDepth | None = None
    range_deg: float | None = None


def stop_of(kept: Kept | None, variation: str) -> StopDepth | None:
    """The kept stop depth, if it is of this variation."""
    return kept.stop if kept is not None and kept.variation == variation else None


def offer(kept: Kept | None, variation: str, stop: Found | None, range_deg: float | None) -> Offer:
    """What the press would do now. stop, range_deg: as found with the person who is there."""
    had = stop_of(kept, variation)
    if isinstance(stop, StopDepth) and (had is None or text_key(had) != text_key(stop)):
        return "keep"
    kept_range = kept.range_deg if kept is not None else None
    if range_deg is not None and (kept_range is None or abs(kept_range - range_deg) > ALIKE_DEG):
        return "keep"
    return "measure" if kept is None else "forget"


def pressed(
    kept: Kept | None, variation: str, stop: Found | None, range_deg: float | None
) -> Kept | None:
    """What is kept after the press, where it keeps or forgets."""
    if offer(kept, variation, stop, range_deg) == "forget":
        return None
    old = kept or Kept()
    if range_deg is None:
        range_deg = old.range_deg
    if isinstance(stop, StopDepth):
        return Kept(variation, stop, range_deg)
    return Kept(old.variation, old.stop, range_deg)
