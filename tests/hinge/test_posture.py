import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import ANKLE, SIZE, film, hinge, person, reps

from mirror.hinge.measure.baseline import StillWindow, watch
from mirror.hinge.measure.pose import Mark
from mirror.hinge.measure.posture import JUDGE, Measuring, Posture, Unseen, measure
from mirror.hinge.measure.quality import FROM_SIDE
from mirror.hinge.measure.view import View, follow_heading
from mirror.hinge.variations.catalog import VARIATIONS


def one(pose):
    """The posture of a single frame."""
    return measure(Measuring(), pose, pose.taken_at, None)[1]


@given(st.floats(-10, 90), st.floats(-5, 60), st.floats(-10, 40), st.sampled_from([1, -1]))
def test_angles_are_those_the_person_was_built_from(trunk, thigh, shank, facing):
    """Trunk, hip, knee and shank are read back, whichever way the person faces."""
    posture = one(person(0, trunk, thigh, shank, facing=facing))
    assert posture.facing == facing
    assert posture.trunk_deg == pytest.approx(trunk, abs=1e-6)
    assert posture.shank_deg == pytest.approx(shank, abs=1e-6)
    assert posture.hip_flexion_deg == pytest.approx(trunk + thigh, abs=1e-6)
    assert posture.knee_flexion_deg == pytest.approx(thigh + shank, abs=1e-6)


@given(st.floats(0.6, 1.1), st.floats(-60, 60), st.floats(-20, 20))
def test_angles_do_not_change_with_place_and_size(scale, dx, dy):
    """The same body elsewhere in the frame has the same angles."""
    here = one(person(0, 40, 20, 5))
    there = one(person(0, 40, 20, 5, at=(ANKLE[0] + dx, ANKLE[1] + dy), scale=scale))
    assert there.hip_flexion_deg == pytest.approx(here.hip_flexion_deg, abs=1e-6)
    assert there.trunk_deg == pytest.approx(here.trunk_deg, abs=1e-6)


@pytest.mark.parametrize(
    ("turn", "view"), [(0, View.SIDE), (10, View.SIDE), (40, View.OBLIQUE), (80, View.FRONT)]
)
def test_view_shows_how_the_body_is_turned(turn, view):
    """The gap of shoulders and hips gives the turn."""
    posture = one(person(turn=turn))
    assert posture.view is view
    assert posture.turn_deg == pytest.approx(turn, abs=1)


def test_view_changes_only_after_half_a_second():
    """A short glance to the glass is no change of view; a real turn is."""
    heading = None
    for k in range(30):
        heading = follow_heading(heading, person(k / 30), None)
    for k in range(30, 39):
        heading = follow_heading(heading, person(k / 30, turn=80), None)
    assert heading.view is View.SIDE
    for k in range(39, 120):
        heading = follow_heading(heading, person(k / 30, turn=80), None)
    assert heading.view is View.FRONT


def test_facing_follows_the_majority_of_the_last_second():
    """One frame with the feet mixed up does not turn the person round."""
    heading = None
    for k in range(30):
        heading = follow_heading(heading, person(k / 30, facing=-1 if k == 20 else 1), None)
        assert heading.facing == 1
    for k in range(30, 70):
        heading = follow_heading(heading, person(k / 30, facing=-1), None)
    assert heading.facing == -1


def test_unclear_feet_keep_the_facing():
    """Toes straight above heels leave the facing as it was."""
    pose = person()
    for side in ("LEFT", "RIGHT"):
        pose.points[Mark[f"{side}_FOOT_INDEX"]] = pose.points[Mark[f"{side}_HEEL"]]
    assert follow_heading(None, pose, None).facing == 1
    before = follow_heading(None, person(0, facing=-1), None)
    pose2 = person(1.5, facing=-1)
    for side in ("LEFT", "RIGHT"):
        pose2.points[Mark[f"{side}_FOOT_INDEX"]] = pose2.points[Mark[f"{side}_HEEL"]]
    assert follow_heading(before, pose2, None).facing == -1


def test_nobody_and_a_cut_off_person_are_unseen_with_their_reason():
    """No pose is nobody; a person without shoulders or hips is cut off."""
    assert measure(Measuring(), None, 1.0, None)[1] == Unseen(1.0, "nobody")
    assert one(person(visibility=0.3)) == Unseen(0.0, "cut-off")


@pytest.mark.parametrize(
    ("how", "doubt"),
    [
        ({"turn": 40}, "turn-side-on"),
        ({"scale": 0.25}, "come-closer"),
        ({"at": (240.0, 660.0)}, "step-back"),
        ({"at": (240.0, 330.0)}, "step-back"),
        ({"visibility": 0.6}, "step-back"),
    ],
)
def test_a_doubtful_frame_says_the_one_thing_to_fix(how, doubt):
    """Confidence falls below judging and the reason is the matching one."""
    posture = one(person(**how))
    assert posture.confidence < JUDGE
    assert posture.doubt == doubt


@pytest.mark.parametrize(
    ("name", "marks", "doubted"),
    [
        ("basic", ["NOSE"], True),
        ("basic", ["LEFT_HIP", "RIGHT_HIP"], True),
        ("single-leg", ["LEFT_ANKLE", "LEFT_HEEL"], True),
        ("overhead", ["LEFT_WRIST", "RIGHT_WRIST"], True),
        ("basic", ["LEFT_WRIST", "RIGHT_WRIST"], False),
    ],
)
@pytest.mark.parametrize("x", [-12.0, SIZE[0] + 12.0])
def test_a_person_who_leaves_the_frame_across_is_asked_to_step_back(name, marks, doubted, x):
    """Head, hips and feet, and the hands that reach overhead; hanging ones may leave it."""
    pose = person()
    for mark in marks:
        pose.points[Mark[mark], 0] = x
    requirement = VARIATIONS[name].requirement
    posture = measure(Measuring(), pose, pose.taken_at, None, requirement)[1]
    assert (posture.doubt == "step-back") == doubted


def test_a_good_frame_has_no_doubt():
    """In full view and side-on everything may be judged."""
    posture = one(person())
    assert posture.confidence == 1.0
    assert posture.doubt is None


def test_slow_frames_are_doubted():
    """At 5 frames a second verdicts stop."""
    memory, posture = Measuring(), None
    for pose in film(reps(0), 4, fps=5):
        memory, posture = measure(memory, pose, pose.taken_at, None)
    assert posture.doubt == "slow-pictures"


def test_bones_that_change_their_length_are_doubted():
    """A body whose legs pulse between frames is not seen well."""
    memory, posture = Measuring(), None
    for k in range(30):
        pose = person(k / 30, scale=1.0 + 0.2 * (k % 2))
        memory, posture = measure(memory, pose, k / 30, None)
    assert posture.doubt == "unsteady"


def test_turning_round_starts_the_angles_again():
    """The angle of the other direction is not smoothed into the new one."""
    memory = Measuring()
    for k in range(30):
        memory, _ = measure(memory, person(k / 30, 20), k / 30, None)
    for k in range(30, 60):
        memory, posture = measure(memory, person(k / 30, 20, facing=-1), k / 30, None)
    assert posture.facing == -1
    assert posture.trunk_deg == pytest.approx(20)
    assert posture.near_side == "left"


def stand(poses):
    """Watch a film; the standing that was taken, and the last stillness."""
    memory, stillness, baseline = Measuring(), StillWindow(), None
    for pose in poses:
        memory, posture = measure(memory, pose, pose.taken_at, baseline)
        assert isinstance(posture, Posture)
        stillness, baseline = watch(stillness, posture, baseline, FROM_SIDE)
    return baseline, stillness


def test_standing_is_taken_after_seven_tenths_of_a_second_of_stillness():
    """Not before, and then with the person's own angles."""
    assert stand(film(lambda t: (3, 1, 2), 0.6))[0] is None
    baseline, _ = stand(film(lambda t: (3, 1, 2), 0.8))
    assert baseline.trunk_deg == pytest.approx(3)
    assert baseline.hip_flexion_deg == pytest.approx(4)
    assert baseline.knee_flexion_deg == pytest.approx(3)


@pytest.mark.parametrize(
    "motion",
    [
        lambda t: hinge(0.3),
        lambda t: (0, 15, 15),
        lambda t: hinge(0.1 * (1 + (-1) ** int(t * 4))),
    ],
)
def test_a_bent_or_moving_person_is_not_standing(motion):
    """Bent at the hips, bent at the knees, or swaying: no standing is taken."""
    assert stand(film(motion, 3))[0] is None


def test_stillness_fills_up():
    """The share of the still time grows from 0 to 1."""
    _, early = stand(film(lambda t: (0, 0, 0), 0.35))
    assert early.share == pytest.approx(0.5, abs=0.1)
    assert StillWindow().share == 0


def test_standing_is_refined_slowly_and_replaced_in_another_place():
    """A later standing changes the old one a little; another size replaces it."""

    def later(t):
        return (0, 0, 0) if t < 0.75 else (5, 0, 0)

    baseline, _ = stand(film(later, 2.2))
    assert 0.4 < baseline.trunk_deg < 3

    near = list(film(lambda t: (0, 0, 0), 0.8))
    far = [person(1 + k / 30, scale=0.7) for k in range(30)]
    baseline, _ = stand([*near, *far])
    assert baseline.trunk_px == pytest.approx(0.7 * 150)
