import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import ANKLE, hinge, person

from mirror.hinge.measure.balance import (
    FOOT,
    FOOT_PX,
    HEEL_CM,
    HELD_S,
    SEGMENTS,
    TOE_CM,
    Foot,
    Lift,
    Lifting,
    com_fraction,
    lift,
    lifted,
    near_foot,
    px_per_cm,
    settle,
)
from mirror.hinge.measure.pose import Mark

FLAT = Foot(heel=(100.0, 500.0), toe=(160.0, 502.0))


def both(name):
    """The left and right mark of a name."""
    return [Mark[f"LEFT_{name}"], Mark[f"RIGHT_{name}"]]


def raised(heel_cm=0.0, toe_cm=0.0, heel_slide_cm=0.0, toe_slide_cm=0.0):
    """A lift of so many centimetres."""
    return Lift(heel_cm / 80, toe_cm / 80, heel_cm, toe_cm, heel_slide_cm, toe_slide_cm)


def reported(lifts, fps=20):
    """The reports of a run of lifts."""
    memory, said = Lifting(), []
    for k, now in enumerate(lifts):
        memory, word = lifted(memory, now, k / fps)
        said.append(word)
    return said


def test_segments_are_a_whole_body():
    """The shares of the body's mass sum to 1."""
    assert sum(mass for mass, *_ in SEGMENTS) == pytest.approx(1.0, abs=0.01)


def test_body_over_one_point_stands_there():
    """Where every part is over one point of the foot, so is the centre of mass."""
    pose = person()
    pose.points[:, 0] = 130.0
    pose.points[both("HEEL"), 0], pose.points[both("FOOT_INDEX"), 0] = 100.0, 160.0
    mass = 0.026  # the feet lie about their own centre, .42 of the way
    along = (1 - mass) * 0.5 + mass * 0.42
    assert com_fraction(pose, 1) == pytest.approx(FOOT[0] + (FOOT[1] - FOOT[0]) * along, abs=1e-3)


@given(st.floats(0, 1), st.floats(0, 0.5))
def test_mirrored_frame_has_the_same_balance(depth, load):
    """Facing left or right makes no difference."""
    right = com_fraction(person(0, *hinge(depth)), 1, load)
    left = com_fraction(person(0, *hinge(depth), facing=-1), -1, load)
    assert right == pytest.approx(left, abs=1e-9)


@given(st.floats(0.6, 1.4), st.floats(-60, 60), st.floats(-20, 20), st.floats(0, 1))
def test_place_and_size_do_not_matter(scale, dx, dy, depth):
    """The same body elsewhere, nearer or farther, has the same balance."""
    here = com_fraction(person(0, *hinge(depth)), 1)
    at = (ANKLE[0] + dx, ANKLE[1] + dy)
    assert com_fraction(person(0, *hinge(depth), at=at, scale=scale), 1) == pytest.approx(here)


def test_leaning_forward_goes_towards_the_toe():
    """More shank inclination moves the weight forwards, less backwards."""
    shares = [com_fraction(person(0, 5, 0, shank), 1) for shank in (-8, 0, 8)]
    assert shares == sorted(shares)


def test_load_pulls_towards_the_hands():
    """A weight far in front moves the common centre there, by its share of the whole."""
    pose = person()
    pose.points[both("WRIST"), 0] += 50
    foot_px = (FOOT[1] - FOOT[0]) / 52  # the built foot is 52 pixels long
    bare, held = com_fraction(pose, 1), com_fraction(pose, 1, 0.25)
    ahead = (pose.points[Mark.LEFT_WRIST, 0] - 228) * foot_px + FOOT[0] - bare
    assert held - bare == pytest.approx(0.25 / 1.25 * ahead)


@pytest.mark.parametrize("leg", ["left", "right"])
def test_on_one_leg_the_free_foot_is_no_base(leg):
    """Stretched back it pulls the centre of mass by its own mass, and that is all."""
    pose = person()
    still = com_fraction(pose, 1, leg=leg)
    assert still == pytest.approx(com_fraction(pose, 1))
    free = "RIGHT" if leg == "left" else "LEFT"
    foot = [Mark[f"{free}_{name}"] for name in ("HEEL", "FOOT_INDEX")]
    pose = person()
    pose.points[foot, 0] -= 200.0
    foot_px = (FOOT[1] - FOOT[0]) / 52  # the built foot is 52 pixels long
    assert com_fraction(pose, 1, leg=leg) == pytest.approx(still - 0.013 * 200 * foot_px, abs=0.01)
    assert com_fraction(pose, 1) > 1.0


def test_guessed_side_hardly_counts():
    """A far leg that is not seen may be anywhere."""
    clean, pose = com_fraction(person(0, *hinge(0.5)), 1), person(0, *hinge(0.5))
    far = [Mark[f"LEFT_{n}"] for n in ("KNEE", "ANKLE", "HEEL", "FOOT_INDEX", "WRIST", "ELBOW")]
    pose.visibility[far] = 0.3
    pose.points[far, 0] += 40
    assert com_fraction(pose, 1) == pytest.approx(clean, abs=0.05)


def test_no_balance_without_a_foot():
    """Feet that are hidden, short, or point the other way give no place."""
    assert com_fraction(person(), -1) is None
    assert com_fraction(person(scale=0.9 * FOOT_PX / 52), 1) is None
    for name in ("HEEL", "FOOT_INDEX"):
        pose = person()
        pose.visibility[both(name)] = 0.4
        assert com_fraction(pose, 1) is None
        assert near_foot(pose, 1) is None


def test_near_foot_is_the_one_that_faces_the_camera():
    """The right one of a person who faces right, else the left one."""
    pose = person(turn=20)
    right = pose.points[Mark.RIGHT_HEEL]
    assert near_foot(pose, 1).heel == pytest.approx(right)
    pose = person(turn=20)
    pose.visibility[both("HEEL")] = (0.2, 1.0)
    assert near_foot(pose, 1) is not None
    assert near_foot(pose, -1) is None


def test_standing_foot_is_refined_and_follows_a_step():
    """A foot in its place moves the memory a little, a foot elsewhere replaces it."""
    assert settle(None, FLAT, 3.0) == FLAT
    lower = Foot((100.0, 505.0), (160.0, 507.0))
    assert settle(FLAT, lower, 3.0).heel == pytest.approx((100.0, 501.0))
    stepped = Foot((120.0, 500.0), (180.0, 502.0))
    assert settle(FLAT, stepped, 3.0) == stepped


def test_centimetres_come_from_the_body():
    """The body height where it is known, else a trunk of 50 cm."""
    assert px_per_cm(150.0, 225.0) == pytest.approx(3.0)
    assert px_per_cm(150.0, 225.0, 162.5) == pytest.approx(3.0)


@given(st.floats(-30, 30), st.floats(-30, 30), st.floats(0.5, 2))
def test_lift_does_not_depend_on_the_size(heel, toe, scale):
    """A lift is measured in leg lengths and centimetres, upwards positive."""
    near = Foot((100.0, 500.0 - heel), (163.0, 502.0 - toe))
    seen = lift(near, FLAT, 225.0, 3.0)
    assert seen.heel == pytest.approx(heel / 225)
    assert seen.toe_cm == pytest.approx(toe / 3)
    assert seen.toe_slide_cm == pytest.approx(1.0)
    ends = [
        Foot(*(tuple(np.array(p) * scale) for p in (foot.heel, foot.toe))) for foot in (near, FLAT)
    ]
    far = lift(*ends, 225.0 * scale, 3.0 * scale)
    assert far.heel == pytest.approx(seen.heel)
    assert far.heel_cm == pytest.approx(seen.heel_cm)


@pytest.mark.parametrize(
    ("end", "up"), [("heel", raised(heel_cm=HEEL_CM)), ("toe", raised(toe_cm=TOE_CM))]
)
def test_lift_is_reported_once_it_has_held(end, up):
    """Up for three tenths of a second, and reported for as long as it stays up."""
    said = reported([raised()] * 5 + [up] * 12 + [raised()] * 3)
    first = 5 + round(HELD_S * 20)
    assert said[:first] == [None] * first
    assert said[first:17] == [end] * (17 - first)
    assert said[17:] == [None] * 3


@pytest.mark.parametrize(
    "now",
    [
        raised(heel_cm=HEEL_CM - 0.1),
        raised(toe_cm=TOE_CM - 0.1),
        raised(heel_cm=5, toe_cm=3),
        raised(heel_cm=5, toe_slide_cm=4),
        raised(toe_cm=7, heel_cm=-3),
        raised(toe_cm=7, heel_slide_cm=4),
        None,
    ],
)
def test_a_foot_that_is_not_lifted_is_not_reported(now):
    """Noise, a step, and a foot that moves with both ends."""
    assert reported([now] * 20) == [None] * 20


def test_short_or_interrupted_lift_is_not_reported():
    """A flicker, and a lift that a hidden foot interrupts, start over."""
    up = raised(heel_cm=5)
    assert reported(([up] * 5 + [raised()]) * 4) == [None] * 24
    assert reported(([up] * 5 + [None]) * 4) == [None] * 24
