"""Pose -> place of the weight over the foot, and whether heel or toe leaves the floor.

Side view only: the caller checks the view. The balance is a fraction of the
foot, heel 0 .. toe 1, from pixels in x alone; it holds where the body moves slowly. Lifts are of
the near foot against the same foot in standing, in leg lengths and in centimetres, positive up.
"""

from __future__ import annotations

from dataclasses import dataclass

from mirror.hinge.measure.geometry import Point
from mirror.hinge.measure.joints import BODY_HEIGHT, PRESENT, TRUNK_CM, joint
from mirror.hinge.measure.pose import Mark, Pose

SEGMENTS = (
    (0.068, "EAR", "EAR", 0.0),  # head and neck: its centre lies between the ears
    (0.430, "SHOULDER", "HIP", 0.40),
    (0.052, "SHOULDER", "ELBOW", 0.576),
    (0.030, "ELBOW", "WRIST", 0.457),
    (0.012, "WRIST", "INDEX", 0.77),
    (0.290, "HIP", "KNEE", 0.386),
    (0.092, "KNEE", "ANKLE", 0.438),
    (0.026, "HEEL", "FOOT_INDEX", 0.42),
)
"""Share of the body mass (both sides), upper end, lower end, place of the centre between them.
De Leva 1996 (BMClab tables), mean of the sexes."""
FOOT = (0.065, 0.895)
"""Where the landmarks of heel and toe lie on the sole: .08 and .91 along it on the figure (19 sets
of the `fit` half of bodies), less the .016 by which the body's landmarks lie too far forward."""
FOOT_PX = 20.0
"""Shortest foot between its landmarks, pixels: below it one pixel of noise is .05 of the foot."""
HELD_S = 0.3
HEEL_CM, TOE_CM = 3.5, 6.0
"""Least lift of heel and toe, cm. The wanted 2 cm are not in these landmarks: with flat feet, in 39
filmed sets of the figure and 4 real clips, the heel seems to rise by up to 3.7 cm for 0.3 s and the
toe by up to 5.9 (it rises with the bend), while a true lift of 5 cm reads 3.0-4.2. With these
limits and those below none of the 43 is taken for a lift."""
DOWN_CM = 2.0
"""Greatest seeming move of the other end while it stays on the floor, cm."""
SLIDE_CM = 3.0
"""Greatest seeming slide, cm: beyond it the foot has stepped, or was taken for the other one."""
REFINE = 0.2
"""Share of a new foot that enters the old one."""

_NAMES = tuple(sorted({name for _, *ends, _ in SEGMENTS for name in ends}))
_PAIRS = tuple((Mark[f"LEFT_{n}"], Mark[f"RIGHT_{n}"]) for n in _NAMES)
_HEEL, _TOE, _WRIST = (_NAMES.index(n) for n in ("HEEL", "FOOT_INDEX", "WRIST"))


def _weights() -> tuple[float, ...]:
    """Share of the body mass that each of the middles in `_NAMES` carries; sums to 1."""
    weights = dict.fromkeys(_NAMES, 0.0)
    for mass, upper, lower, place in SEGMENTS:
        weights[upper] += mass * (1.0 - place)
        weights[lower] += mass * place
    total = sum(weights.values())
    return tuple(weight / total for weight in weights.values())


_MASS = _weights()


def com_fraction(
    pose: Pose, facing: int, load: float = 0.0, leg: str | None = None
) -> float | None:
    """Where the centre of mass stands over the feet: heel 0 .. toe 1.

    facing: +1 to the right of the frame, -1 to the left. load: weight held at the wrists, as a
    share of the body's mass. leg: the one that stands alone, `left` or `right`. None where no foot
    is seen, or the foot is shorter than `FOOT_PX` or points the other way. Against the figure's
    truth, through the pose estimator: see `FOOT`; mean absolute error .04, of the change from
    the baseline .03.
    """
    seen = pose.seen
    if any(max(seen[mark] for mark in _PAIRS[end]) < PRESENT for end in (_HEEL, _TOE)):
        return None
    # As the joints of a posture: both sides, a guessed one hardly at all.
    x = [joint(pose, *pair)[0] for pair in _PAIRS]
    base = x[_HEEL], x[_TOE]
    if leg is not None:
        # The free foot is a part of the mass, and not of what it stands on.
        heel, toe = (_PAIRS[end][0 if leg == "left" else 1] for end in (_HEEL, _TOE))
        base = pose.at[heel][0], pose.at[toe][0]
    if facing * (base[1] - base[0]) < FOOT_PX:
        return None
    com = (sum(a * m for a, m in zip(x, _MASS, strict=True)) + load * x[_WRIST]) / (1.0 + load)
    along = (com - base[0]) / (base[1] - base[0])
    return FOOT[0] + (FOOT[1] - FOOT[0]) * along


@dataclass(frozen=True)
class Foot:
    """The near foot in one frame, or in standing. Pixels."""

    heel: Point
    toe: Point


@dataclass(frozen=True)
class Lift:
    """How far the ends of the near foot are above standing, and how far they slid."""

    heel: float
    """Leg lengths, positive up; so `toe`."""
    toe: float
    heel_cm: float
    toe_cm: float
    heel_slide_cm: float
    """Move along the floor, centimetres, never negative; so `toe_slide_cm`."""
    toe_slide_cm: float


@dataclass(frozen=True)
class Lifting:
    """Since when, seconds, heel and toe have been up; None for down."""

    heel: float | None = None
    toe: float | None = None


def near_foot(pose: Pose, facing: int) -> Foot | None:
    """The foot that faces the camera, or None where its ends are not seen."""
    side = "LEFT" if facing < 0 else "RIGHT"
    heel, toe = Mark[f"{side}_HEEL"], Mark[f"{side}_FOOT_INDEX"]
    if min(pose.seen[heel], pose.seen[toe]) < PRESENT:
        return None
    (a, b), (c, d) = pose.at[heel], pose.at[toe]
    return Foot((a, b), (c, d))


def settle(standing: Foot | None, foot: Foot, px_per_cm: float) -> Foot:
    """The foot of standing, new, or refined a little by a foot seen while the person stands.

    A foot that has slid more than `SLIDE_CM` has stepped: the old place is of no use.
    """
    if standing is None or _slid_cm(standing, foot, px_per_cm) > SLIDE_CM:
        return foot
    return Foot(_towards(standing.heel, foot.heel), _towards(standing.toe, foot.toe))


def px_per_cm(trunk_px: float, leg_px: float, height_cm: float | None = None) -> float:
    """Pixels of one centimetre at the person, from the lengths of trunk and leg in standing.

    height_cm: the configured body height; without it the trunk is taken as 50 cm.
    """
    if height_cm is None:
        return trunk_px / TRUNK_CM
    return BODY_HEIGHT * (trunk_px + leg_px) / height_cm


def lift(foot: Foot, standing: Foot, leg_px: float, px_per_cm: float) -> Lift:
    """Both ends of the near foot against the same foot in standing.

    leg_px: hip to knee to ankle of standing, pixels. px_per_cm: from the function of that name.
    """
    heel, toe = standing.heel[1] - foot.heel[1], standing.toe[1] - foot.toe[1]
    return Lift(
        heel=heel / leg_px,
        toe=toe / leg_px,
        heel_cm=heel / px_per_cm,
        toe_cm=toe / px_per_cm,
        heel_slide_cm=abs(foot.heel[0] - standing.heel[0]) / px_per_cm,
        toe_slide_cm=abs(foot.toe[0] - standing.toe[0]) / px_per_cm,
    )


def lifted(memory: Lifting, now: Lift | None, t: float) -> tuple[Lifting, str | None]:
    """Take one frame at t seconds: `heel` or `toe` where that end has been up for `HELD_S`.

    An end is up only while the other one stays where it is on the floor: a foot that rises with
    both ends has stepped, or was never where it seemed to be. now: None where it is not seen.
    """
    if now is None:
        return Lifting(), None
    heel_up = now.heel_cm >= HEEL_CM and _stays(now.toe_cm, now.toe_slide_cm)
    toe_up = now.toe_cm >= TOE_CM and _stays(now.heel_cm, now.heel_slide_cm)
    memory = Lifting(_since(memory.heel, heel_up, t), _since(memory.toe, toe_up, t))
    for end, since in (("heel", memory.heel), ("toe", memory.toe)):
        if since is not None and t - since >= HELD_S - 1e-6:
            return memory, end
    return memory, None


def _stays(up_cm: float, slide_cm: float) -> bool:
    return abs(up_cm) <= DOWN_CM and slide_cm <= SLIDE_CM


def _since(since: float | None, holds: bool, t: float) -> float | None:
    if not holds:
        return None
    return t if since is None else since


def _slid_cm(standing: Foot, foot: Foot, px_per_cm: float) -> float:
    heel, toe = foot.heel[0] - standing.heel[0], foot.toe[0] - standing.toe[0]
    return max(abs(heel), abs(toe)) / px_per_cm


def _towards(old: Point, new: Point) -> Point:
    return old[0] + REFINE * (new[0] - old[0]), old[1] + REFINE * (new[1] - old[1])
