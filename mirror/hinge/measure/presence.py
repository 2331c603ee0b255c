"""Whether a person stands before the mirror; people who pass by in the background do not count.

A person is present who is large in the frame, near its middle, and does not walk across it. Sizes
are shares of the frame, so that they hold for any camera: in a frame that shows 3.9 m at a distance
of 3 m (Camera Module 3, upright), a person of 1.75 m has .45 of its height there, and .33 at 4 m.
"""

from __future__ import annotations

from dataclasses import dataclass

from mirror.hinge.measure.joints import BODY_HEIGHT
from mirror.hinge.measure.posture import Posture, Unseen
from mirror.hinge.measure.replacing import replace

NEAR, SHAPE = 0.33, 4 / 3
"""Least height of an arriving person, as a share of the frame's height. And the greatest height of
a frame in widths: a higher one counts as this high, since floor and ceiling make nobody smaller."""
STILL_NEAR = 0.6
"""Share of the size on arrival down to which the person stays present (bones that bow towards the
camera look shorter). A person who is near stays present, too."""
MIDDLE = 0.36
"""Greatest distance of the hips from the middle on arrival, as a share of the frame's width."""
CROSSING = 0.3
"""Sideways speed above which a person walks past, body heights a second: 0.5 m/s."""
NOTICED_S = 0.3
"""Seconds for which a person must be well placed to be present."""


@dataclass(frozen=True)
class Presence:
    """The person who is present. Times in seconds.

    came_s: when the person came; None before the first one. seen_s: when a person was last present.
    placed_s: since when a new person has been well placed. hip: time and place across in the last
    frame. came_px: body height when the person came, pixels.
    """

    came_s: float | None = None
    seen_s: float | None = None
    placed_s: float | None = None
    hip: tuple[float, float] | None = None
    came_px: float = 0.0

    def away_s(self, t: float) -> float | None:
        """Seconds without a person at time t; None before the first person."""
        return None if self.seen_s is None else t - self.seen_s


def notice(memory: Presence, posture: Posture | Unseen, size: tuple[int, int] | None) -> Presence:
    """Take one frame. size: width and height of the frame, pixels; None without a person."""
    if isinstance(posture, Unseen) or size is None:
        # Cut off by the edge of the frame: too near to be measured, so certainly not far away.
        is_here = isinstance(posture, Unseen) and posture.reason != "nobody"
        memory = replace(memory, placed_s=None, hip=None)
        return replace(memory, seen_s=posture.t) if is_here and memory.came_s else memory
    width, height = size
    near_px = NEAR * min(height, SHAPE * width)
    body_px = BODY_HEIGHT * (posture.trunk_px + posture.leg_px)
    hip = (posture.t, posture.hip[0])
    if memory.came_s is not None:
        if body_px > min(near_px, STILL_NEAR * memory.came_px):
            return replace(memory, seen_s=posture.t, hip=hip)
        return replace(memory, hip=hip)
    crossing = False
    if memory.hip is not None and posture.t > memory.hip[0]:
        speed = abs(hip[1] - memory.hip[1]) / (posture.t - memory.hip[0])
        crossing = speed > CROSSING * body_px
    is_central = abs(posture.hip[0] / width - 0.5) < MIDDLE
    placed = body_px > near_px and is_central and not crossing
    if not placed:
        return replace(memory, placed_s=None, hip=hip)
    since = posture.t if memory.placed_s is None else memory.placed_s
    memory = replace(memory, placed_s=since, hip=hip)
    if posture.t - since < NOTICED_S - 1e-6:
        return memory
    return replace(memory, came_s=posture.t, seen_s=posture.t, came_px=body_px)
