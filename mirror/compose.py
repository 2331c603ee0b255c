"""Session -> Scene: what the person sees, laid out in millimetres on the upright glass.

Everything is sized by the shorter side of the glass: on the reference glass (a 32 inch panel
standing upright, 398 x 708 mm) capitals are at least 25 mm high, to be read at 3 m.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mirror.glass import Glass
from mirror.hinge.phases import BOTTOM_DEG, fold_deg
from mirror.hinge.pose import Mark, Pose
from mirror.hinge.posture import BODY_HEIGHT, JUDGE, SHOW, Posture, Unseen
from mirror.scene import (
    AMBER,
    GREY,
    ICE,
    WHITE,
    Colour,
    Dot,
    Line,
    Point,
    Ring,
    Scene,
    Shape,
    Text,
)
from mirror.session import Session

REFERENCE_MM = 398.0
"""Shorter side of the glass that the sizes below are meant for."""
CAP_MM = 25.0
"""Smallest capitals: readable at 3 m."""
COUNT_MM = 90.0
DEEPEST_DEG = 120.0
"""End of the depth meter."""
GRACE_S = 10.0
"""Nobody there for so long: pure mirror."""

TEXTS = {
    "step-back": "Step back until I see all of you",
    "come-closer": "Come closer",
    "turn-side-on": "Turn side-on",
    "slow-pictures": "Too few pictures to judge",
    "unsteady": "Hold on, I see you badly",
    "stand-still": "Stand tall and still",
    "stand-tall": "Stand tall",
    "partial": "A little deeper to count",
    "squat": "That was a squat. Hips back",
    "sitting": "Stand up when you are ready",
    "walking": "Keep your feet in place",
    "turning": "Stay side-on",
    "too-fast": "Slower",
    "too-slow": "That took long. Again",
    "lost": "I lost sight of you",
    "other-person": "One at a time, please",
}
"""The one line of guidance, by its key."""

LIMBS = (
    (Mark.LEFT_SHOULDER, Mark.LEFT_ELBOW, Mark.LEFT_WRIST),
    (Mark.RIGHT_SHOULDER, Mark.RIGHT_ELBOW, Mark.RIGHT_WRIST),
    (Mark.LEFT_HIP, Mark.LEFT_KNEE, Mark.LEFT_ANKLE, Mark.LEFT_FOOT_INDEX, Mark.LEFT_HEEL),
    (Mark.RIGHT_HIP, Mark.RIGHT_KNEE, Mark.RIGHT_ANKLE, Mark.RIGHT_FOOT_INDEX, Mark.RIGHT_HEEL),
)


@dataclass(frozen=True)
class Box:
    """A rectangle of the glass, mm."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge, mm."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge, mm."""
        return self.top + self.height


def compose(session: Session, glass: Glass) -> Scene:
    """The whole glass at this moment."""
    if _is_asleep(session):
        return Scene()
    u = min(glass.width_mm, glass.height_mm) / REFERENCE_MM
    inside = Box(18 * u, 18 * u, glass.width_mm - 36 * u, glass.height_mm - 36 * u)
    shapes: list[Shape] = []
    shapes += _heading(session, inside, u)
    shapes += _guidance(session, inside, u)
    posture = session.posture
    if isinstance(posture, Posture):
        shapes += _meter(session, posture, inside, u)
        if session.pose is not None:
            shapes += _figure(session.pose, posture, _corner(inside, u), u)
    return Scene(tuple(shapes))


def trouble(sentence: str, glass: Glass) -> Scene:
    """The screen that says what is wrong and what the owner can do."""
    u = min(glass.width_mm, glass.height_mm) / REFERENCE_MM
    centre = (glass.width_mm / 2, glass.height_mm / 2)
    ring = Ring((centre[0], centre[1] - 150 * u), 30 * u, 3 * u, AMBER)
    return Scene(
        (
            ring,
            Text("!", ring.centre, 30 * u, AMBER, "centre", "middle", "bold"),
            Text(sentence, centre, 14 * u, WHITE, "centre", "middle", max_width_mm=330 * u),
        )
    )


def _is_asleep(session: Session) -> bool:
    if session.t is None:
        return True
    if not isinstance(session.posture, Unseen):
        return False
    return session.last_seen is None or session.t - session.last_seen > GRACE_S


def _heading(session: Session, inside: Box, u: float) -> Iterator[Shape]:
    """Variation on the left, the count on the right."""
    choice = session.choice
    yield Text(
        choice.variation.title,
        (inside.left, inside.top),
        CAP_MM * u,
        GREY,
        vertical="top",
        max_width_mm=220 * u,
    )
    yield Text(
        str(len(session.reps)),
        (inside.right, inside.top),
        COUNT_MM * u,
        WHITE,
        "right",
        "top",
        "bold",
    )


def _guidance(session: Session, inside: Box, u: float) -> Iterator[Shape]:
    key = session.guidance
    if key is None:
        return
    text = session.choice.variation.instruction if key == "instruction" else TEXTS[key]
    wide = inside.width > inside.height
    width = inside.width * (0.5 if wide else 1.0)
    at = (inside.left + inside.width / 2, inside.top + 170 * u)
    yield Text(text, at, CAP_MM * u, ICE, "centre", "top", max_width_mm=width)


def _corner(inside: Box, u: float) -> Box:
    """Where the small figure stands: the lower left corner."""
    return Box(inside.left, inside.bottom - 250 * u, 230 * u, 250 * u)


def _figure(pose: Pose, posture: Posture, box: Box, u: float) -> Iterator[Shape]:
    """A small line figure of the person with the trunk line, feet on the floor of the box.

    Its scale comes from the bones end to end, so that it does not grow when the person bends.
    """
    if posture.confidence < SHOW and posture.doubt != "turn-side-on":
        return
    standing_px = BODY_HEIGHT * (posture.trunk_px + posture.leg_px)
    scale = box.height / max(standing_px, 1.0)
    origin_x = posture.ankle[0]
    floor_y = float(pose.points[[Mark.LEFT_HEEL, Mark.RIGHT_HEEL], 1].max())

    def place(point: Point) -> Point:
        # The glass is a mirror: what is right in the camera picture is left for the person.
        x = box.left + box.width / 2 - (point[0] - origin_x) * scale
        return x, box.bottom + (point[1] - floor_y) * scale

    def mark(index: Mark) -> Point:
        return float(pose.points[index, 0]), float(pose.points[index, 1])

    for limb in LIMBS:
        yield Line(tuple(place(mark(m)) for m in limb), 1.6 * u, GREY)
    ears = (mark(Mark.LEFT_EAR), mark(Mark.RIGHT_EAR))
    head = ((ears[0][0] + ears[1][0]) / 2, (ears[0][1] + ears[1][1]) / 2)
    yield Ring(place(head), 0.17 * posture.trunk_px * scale, 1.6 * u, GREY)
    yield Line((place(posture.hip), place(posture.shoulder)), 4.0 * u, line_colour(posture))
    yield Dot(place(posture.hip), 3.2 * u, line_colour(posture))


def line_colour(posture: Posture) -> Colour:
    """White where the picture can be judged, grey where it can't."""
    return WHITE if posture.confidence >= JUDGE else GREY


def _meter(session: Session, posture: Posture, inside: Box, u: float) -> Iterator[Shape]:
    """Depth of the hinge: a scale that runs down, the present fold, and the last rep."""
    height = 250 * u
    x = inside.right - 10 * u
    top = inside.bottom - height

    def y(fold: float) -> float:
        return top + height * min(max(fold, 0.0), DEEPEST_DEG) / DEEPEST_DEG

    fold = fold_deg(posture, session.standing)
    yield Line(((x, top), (x, top + height)), 1.2 * u, GREY.at(0.6))
    yield Line(((x - 9 * u, y(BOTTOM_DEG)), (x + 9 * u, y(BOTTOM_DEG))), 1.6 * u, GREY)
    if session.reps:
        rest = session.standing.hip_flexion_deg if session.standing else 0.0
        last = y(session.reps[-1].hip_flexion_max_deg - rest)
        yield Ring((x, last), 6 * u, 1.6 * u, GREY)
    if fold > 1.0:
        yield Line(((x, top), (x, y(fold))), 4.0 * u, ICE)
    yield Dot((x, y(fold)), 5 * u, ICE)
