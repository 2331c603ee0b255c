"""What is remembered of a person, on request only: the mirror cannot know who stands there.

These are the stop depth of a variation and the range of the back. Otherwise both are forgotten when
the person leaves. One long press does everything: it keeps what is new; if nothing is new, it
forgets what is kept; if nothing is kept, it begins the test that measures the range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mirror.hinge.judging.stop_depth import Found, StopDepth, text_key

ALIKE_DEG = 3.0
"""Two ranges that differ by less than this are the same one, degrees."""

RememberAction = Literal["keep", "forget", "measure"]


@dataclass(frozen=True)
class Profile:
    """A stop depth with its variation, and the range of the back in degrees."""

    variation: str | None = None
    stop: StopDepth | None = None
    range_deg: float | None = None


def stop_of(profile: Profile | None, variation: str) -> StopDepth | None:
    """The kept stop depth, if it is of this variation."""
    if profile is None or profile.variation != variation:
        return None
    return profile.stop


def remember_action(
    profile: Profile | None, variation: str, stop: Found | None, range_deg: float | None
) -> RememberAction:
    """What the long press would do now. stop, range_deg: as found with the present person."""
    old = stop_of(profile, variation)
    if isinstance(stop, StopDepth) and (old is None or text_key(old) != text_key(stop)):
        return "keep"
    old_deg = profile.range_deg if profile is not None else None
    if range_deg is not None and (old_deg is None or abs(old_deg - range_deg) > ALIKE_DEG):
        return "keep"
    return "measure" if profile is None else "forget"


def updated(
    profile: Profile | None, variation: str, stop: Found | None, range_deg: float | None
) -> Profile | None:
    """The profile after the long press, where the press keeps or forgets; None: nothing is kept."""
    if remember_action(profile, variation, stop, range_deg) == "forget":
        return None
    old = profile or Profile()
    if range_deg is None:
        range_deg = old.range_deg
    if isinstance(stop, StopDepth):
        return Profile(variation, stop, range_deg)
    return Profile(old.variation, old.stop, range_deg)
