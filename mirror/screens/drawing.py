"""The pieces of the working screen: the small figure with its spine, meter, foot bar, outlines.

Each takes what was measured and a box of the glass in mm, and gives shapes. `u` is the size of one
reference millimetre on this glass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np

from mirror.coach.replay import ReplayFrame
from mirror.coach.session import Session
from mirror.display.scene import (
    AMBER,
    EMBER,
    GREY,
    ICE,
    WHITE,
    Colour,
    Dot,
    Line,
    Point,
    Ring,
    Shape,
)
from mirror.hinge.counting.reps import fold_deg
from mirror.hinge.drills.drill import Reading
from mirror.hinge.judging.faults import is_rounded
from mirror.hinge.measure.contour import T
from mirror.hinge.measure.geometry import Array
from mirror.hinge.measure.joints import BODY_HEIGHT
from mirror.hinge.measure.pose import Mark, Pose
from mirror.hinge.measure.posture import JUDGE, SHOW, Baseline, Posture
from mirror.hinge.measure.rounding import PELVIS, UPPER, chord, line_px
from mirror.hinge.measure.view import View
from mirror.screens.layout import Box

FULL_DEG = 35.0
"""Hip flexion of a full rep, marked on the meter; `counting.reps.Limits` has
the lean in space that decides, which reads some 5 degrees less."""
DEEPEST_DEG = 120.0
"""End of the depth meter."""
PER_KNOT = 3
"""Points of a drawn line from one knot of its curve to the next."""
EXAGGERATED = 2.0
"""Factor by which the outlines of the back are exaggerated, to be seen at 3 m."""

FORWARD, BESIDE = 0.07, 0.3
"""Where the feet of the figure stand behind the middle of its box, and where the standing figure
stands behind them, in heights of the person."""
NEAR_LIMB, FAR_LIMB = WHITE.at(0.7), GREY.at(0.6)
"""Limbs that face the camera, and the others."""

LIMBS = (
    (Mark.LEFT_SHOULDER, Mark.LEFT_ELBOW, Mark.LEFT_WRIST),
    (Mark.RIGHT_SHOULDER, Mark.RIGHT_ELBOW, Mark.RIGHT_WRIST),
    (
        *(Mark.LEFT_HIP, Mark.LEFT_KNEE, Mark.LEFT_ANKLE),
        *(Mark.LEFT_FOOT_INDEX, Mark.LEFT_HEEL, Mark.LEFT_ANKLE),
    ),
    (
        *(Mark.RIGHT_HIP, Mark.RIGHT_KNEE, Mark.RIGHT_ANKLE),
        *(Mark.RIGHT_FOOT_INDEX, Mark.RIGHT_HEEL, Mark.RIGHT_ANKLE),
    ),
)
GIRDLES = ((Mark.LEFT_SHOULDER, Mark.RIGHT_SHOULDER), (Mark.LEFT_HIP, Mark.RIGHT_HIP))
"""What holds the limbs together, to be seen from the front only."""
HEAD_RADIUS = 0.049
"""Radius of the head, shares of the height of a standing person."""


def line_colour(posture: Posture) -> Colour:
    """White where the back can be judged, ember where it is rounded, grey where it can't be."""
    if posture.confidence_of_back < JUDGE or posture.rounding_deg is None:
        return GREY
    return EMBER if is_rounded(posture) else WHITE


def figure(
    pose: Pose,
    posture: Posture,
    reading: Reading,
    box: Box,
    u: float,
    baseline: Baseline | None = None,
) -> Iterator[Shape]:
    """A small line figure of the person with the line of the back, feet on the floor of the box.

    reading: of the drill that is practised; its stick takes the place of the dowel. standing: of
    the person, if it is known.

    Its scale comes from the bones end to end, so that it does not grow when the person bends.
    """
    place = _placed(pose, posture, box, baseline)
    is_front = posture.view is View.FRONT
    near = "LEFT" if posture.facing < 0 else "RIGHT"
    for limb in (*LIMBS, *(GIRDLES if is_front else ())):
        is_near = is_front or limb[0].name.startswith(near)
        points = tuple(place(pose.points[m]) for m in limb)
        yield Line(points, (2.2 if is_near else 1.6) * u, NEAR_LIMB if is_near else FAR_LIMB)
    head = pose.points[[Mark.LEFT_EAR, Mark.RIGHT_EAR]].mean(axis=0)
    centre, radius = place(head), HEAD_RADIUS * box.height
    yield Ring(centre, radius, 2.2 * u, NEAR_LIMB)
    shoulder, hip = place(posture.shoulder), place(posture.hip)
    neck = np.array(shoulder) - np.array(centre)
    chin = np.array(centre) + neck * radius / max(float(np.hypot(*neck)), radius)
    yield Line(((float(chin[0]), float(chin[1])), shoulder), 2.2 * u, NEAR_LIMB)
    colour = line_colour(posture)
    drill = held(reading, u)
    if posture.back is None or posture.back.confidence < SHOW:
        # From the front, or behind an arm, there is no line of the back, only that of the trunk.
        yield Line((hip, shoulder), 4.0 * u, GREY)
        if drill is not None:
            points, light, width = drill
            yield Line(tuple(place(p) for p in points), width, light)
        return
    spine, dowel = line_px(posture.back.edge, posture.back.axis)
    # The line is the edge of the body: thin strokes join it to the bones, or it would float.
    yield Line((place(spine[0]), hip, shoulder, place(spine[-1])), 1.6 * u, FAR_LIMB)
    if drill is not None:
        points, light, width = drill
        yield Line(tuple(place(p) for p in points), width, light)
    if drill is None or reading.slack > 0:
        yield Line(tuple(place(p) for p in dowel), 1.2 * u, ICE)
    # Wider when rounded: the meaning is not in the colour alone.
    wide = 6.5 if is_rounded(posture) else 4.0
    yield Line(tuple(place(p) for p in smoothed(spine)), wide * u, colour)


def dimmed(shapes: Iterable[Shape], share: float) -> Iterator[Shape]:
    """The shapes with this share of their light."""
    for shape in shapes:
        yield replace(shape, colour=shape.colour.at(share * shape.colour.brightness))


def ghost(stood: ReplayFrame, box: Box, u: float) -> Iterator[Shape]:
    """The person as they stood, thin and dim, behind the figure of the box.

    From the front there is nothing to compare with it, and no room.
    """
    pose, posture = stood
    if posture.view is View.FRONT:
        return
    # The side behind the person is mirrored on the glass.
    away = posture.facing * BESIDE * box.height
    beside = Box(box.left + away, box.top, box.width, box.height)
    place = _placed(pose, posture, beside, None)
    joints = (posture.shoulder, posture.hip, posture.knee, posture.ankle)
    yield Line(tuple(place(p) for p in joints), 1.2 * u, GREY.at(0.45))
    head = pose.points[[Mark.LEFT_EAR, Mark.RIGHT_EAR]].mean(axis=0)
    yield Ring(place(head), HEAD_RADIUS * box.height, 1.2 * u, GREY.at(0.45))
    if posture.back is not None and posture.back.confidence >= SHOW:
        spine, _ = line_px(posture.back.edge, posture.back.axis)
        yield Line(tuple(place(p) for p in smoothed(spine)), 1.8 * u, ICE.at(0.7))


Placing = Callable[[Point | Array], Point]
"""A point of the frame, in pixels, to its place on the glass, in mm."""


def _placed(pose: Pose, posture: Posture, box: Box, baseline: Baseline | None) -> Placing:
    """Where a box shows a person, feet on its floor.

    A bent person reaches farther to the front than to the back, so the feet stand behind the
    middle. Seen from the front they look shorter, so there the bones keep their length of standing.
    """
    is_front = posture.view is View.FRONT
    bones = baseline if is_front and baseline is not None else posture
    standing_px = BODY_HEIGHT * (bones.trunk_px + bones.leg_px)
    scale = box.height / max(standing_px, 1.0)
    origin_x = posture.ankle[0] + (0.0 if is_front else FORWARD * standing_px * posture.facing)
    floor_y = float(pose.points[[Mark.LEFT_HEEL, Mark.RIGHT_HEEL], 1].max())

    def place(point: Point | Array) -> Point:
        # The glass is a mirror: right in the frame is left for the person.
        x = box.left + box.width / 2 - (float(point[0]) - origin_x) * scale
        return x, box.bottom + (float(point[1]) - floor_y) * scale

    return place


def held(reading: Reading, u: float) -> tuple[tuple[Point, ...], Colour, float] | None:
    """The stick, or the string with its slack: points in the frame, colour, width."""
    if reading.points is None:
        return None
    light = {"good": ICE, "amber": AMBER, "red": EMBER, None: GREY}[reading.level]
    (ax, ay), (bx, by) = reading.points
    # A slack string sags; a tight one, and a stick, are straight.
    sag = reading.slack * 0.5 * abs(by - ay)
    shares = np.linspace(0.0, 1.0, 9 if sag else 2)
    points = tuple(
        (ax + s * (bx - ax), ay + s * (by - ay) + 4 * sag * s * (1 - s)) for s in shares.tolist()
    )
    return points, light, (3.0 if reading.level == "red" else 2.0) * u


def depth_y(fold: float, box: Box) -> float:
    """Where a depth is on the scale of the box."""
    return box.top + box.height * min(max(fold, 0.0), DEEPEST_DEG) / DEEPEST_DEG


def meter(session: Session, posture: Posture, box: Box, u: float) -> Iterator[Shape]:
    """Depth of the hinge: a scale that runs down, the present fold, and the last rep."""
    x = box.left + box.width / 2

    def y(fold: float) -> float:
        return depth_y(fold, box)

    fold = fold_deg(posture, session.baseline)
    if session.stop_depth is not None:
        # The mark of the stop depth: a bracket that opens when it is reached.
        stop, light = y(session.stop_depth.fold_deg), AMBER
        reach = (22 if session.movement.is_at_stop else 14) * u
        yield Line(((x - reach, stop), (x - 5 * u, stop)), 3.0 * u, light)
        yield Line(((x + 5 * u, stop), (x + min(reach, 10 * u), stop)), 3.0 * u, light)
    yield Line(((x, box.top), (x, box.bottom)), 1.2 * u, GREY.at(0.6))
    yield Line(((x - 9 * u, y(FULL_DEG)), (x + 9 * u, y(FULL_DEG))), 1.6 * u, GREY)
    if session.reps:
        rest = session.baseline.hip_flexion_deg if session.baseline else 0.0
        yield Ring((x, y(session.reps[-1].hip_flexion_max_deg - rest)), 6 * u, 1.6 * u, GREY)
    if fold > 1.0:
        yield Line(((x, box.top), (x, y(fold))), 4.0 * u, ICE)
    yield Dot((x, y(fold)), 5 * u, ICE)


def foot_ends(posture: Posture, box: Box) -> tuple[float, float]:
    """Where heel and toe of the foot bar are, across."""
    # The glass mirrors the person, and the bar with them.
    return (box.left, box.right) if posture.facing < 0 else (box.right, box.left)


def foot_bar(posture: Posture, box: Box, u: float) -> Iterator[Shape]:
    """The foot from heel to toe with the centre of mass over it; marks at its safe ends."""
    if posture.com_fraction is None:
        return
    heel, toe = foot_ends(posture, box)

    def x(share: float) -> float:
        return heel + (toe - heel) * min(max(share, 0.0), 1.0)

    y = box.top + box.height / 2
    yield Line(((x(0), y), (x(1), y)), 1.6 * u, GREY)
    for end in (0.2, 0.8):
        yield Line(((x(end), y - 4 * u), (x(end), y + 4 * u)), 1.2 * u, GREY)
    yield Dot((x(posture.com_fraction), y), 4.5 * u, ICE)


def bottom_check(bottom: Posture, baseline: Baseline, box: Box, u: float) -> Iterator[Shape]:
    """The back at standing and at the bottom, laid over one another, chord on chord."""
    if bottom.back is None or baseline.edge is None or bottom.confidence_of_back < JUDGE:
        return
    colour = line_colour(bottom)
    facing = bottom.facing
    # Where both are alike the lines lie on one another; the wider one is that of the bottom.
    yield Line(_outline(baseline.edge, facing, box), 1.6 * u, ICE)
    yield Line(_outline(bottom.back.edge, facing, box), 3.2 * u, colour)


def _outline(edge: Array, facing: int, box: Box) -> tuple[Point, ...]:
    """A back with its chord upright in the middle of the box, as the mirror shows it."""
    part = (T >= PELVIS) & (T <= UPPER)
    off = (edge - chord(edge))[part] / (UPPER - PELVIS)
    along = (T[part] - PELVIS) / (UPPER - PELVIS)
    # The back of a person who faces right in the frame is on the left, so right on the glass.
    x = box.left + box.width / 2 + facing * EXAGGERATED * off * box.height
    y = box.bottom - along * box.height
    return tuple((float(a), float(b)) for a, b in smoothed(np.column_stack([x, y])))


def smoothed(points: Array) -> Array:
    """A line as the eye sees a back: without the steps of pixels, and without corners.

    The ends stay. Between the means of neighbours it is curved (Catmull and Rom's spline).
    """
    padded = np.pad(points, ((2, 2), (0, 0)), mode="edge")
    mean = np.mean([padded[k : k + len(points)] for k in range(5)], axis=0)
    knots = np.concatenate([points[:1], mean[2:-2:2], points[-1:]])
    around = np.pad(knots, ((1, 1), (0, 0)), mode="edge")
    a, b, c, d = (around[k : k + len(knots) - 1, None] for k in range(4))
    s = np.arange(PER_KNOT)[:, None] / PER_KNOT
    curve = b + s * (c - a + s * (2 * a - 5 * b + 4 * c - d + s * (3 * (b - c) + d - a))) / 2
    line: Array = np.concatenate([curve.reshape(-1, 2), knots[-1:]])
    return line
