import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people import film, hinge, person, reps, with_mask

from mirror.coach.advance import advance
from mirror.coach.session import start
from mirror.hinge.measure.contour import Axis, T, edges
from mirror.hinge.measure.pose import Mark
from mirror.hinge.measure.posture import Measuring, Posture, measure
from mirror.hinge.measure.rounding import course, gap, line_px, read, rounding, steady


def arms_away(pose):
    """The pose with its arms stretched out to the front, off the back."""
    facing = 1 if pose.points[Mark.LEFT_FOOT_INDEX, 0] > pose.points[Mark.LEFT_HEEL, 0] else -1
    for side in ("LEFT", "RIGHT"):
        shoulder = pose.points[Mark[f"{side}_SHOULDER"]]
        for k, name in enumerate(("ELBOW", "WRIST", "INDEX", "THUMB", "PINKY")):
            pose.points[Mark[f"{side}_{name}"]] = (
                shoulder[0] + facing * (60 + 30 * k),
                shoulder[1],
            )
    return pose


def axis_of(pose, facing):
    """The trunk line of a built pose."""
    hip, shoulder = pose.points[Mark.LEFT_HIP], pose.points[Mark.LEFT_SHOULDER]
    return Axis(tuple(hip), tuple(shoulder), facing)


def body(t, trunk, thigh, shank, bow, facing=1):
    """A masked person with the arms off the back."""
    return with_mask(arms_away(person(t, trunk, thigh, shank, facing=facing)), bow)


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 80), st.floats(-0.08, 0.12), st.sampled_from([1, -1]), st.floats(0.15, 0.3))
def test_the_edge_of_the_mask_is_found_to_a_fraction_of_a_pixel(trunk, bow, facing, depth):
    """At any inclination, on either side, the back's depth is read back."""
    pose = with_mask(arms_away(person(0, trunk, 0, 0, facing=facing)), bow, depth=depth)
    contour = edges(pose, axis_of(pose, facing))
    inside = (T > 0.05) & (T < 0.95)
    true = depth + bow * np.sin(np.pi * T[inside])
    assert np.abs(contour.dorsal[inside] - true).max() < 0.5 / 150
    assert np.abs(contour.ventral[inside] - depth).max() < 0.5 / 150
    assert contour.valid == 1.0


def test_bins_behind_an_arm_are_dropped():
    """An elbow at the edge of the back hides it; the rest stays."""
    pose = with_mask(arms_away(person()), 0.0)
    low = edges(pose, axis_of(pose, 1))
    x, y = axis_of(pose, 1).place(np.array([0.4]), np.array([0.22]))[0]
    for mark in (Mark.LEFT_ELBOW, Mark.LEFT_WRIST, Mark.LEFT_INDEX):
        pose.points[mark] = (x, y)
    contour = edges(pose, axis_of(pose, 1))
    assert low.valid == 1.0
    assert contour.valid < 0.95
    assert np.isnan(contour.dorsal[np.abs(T - 0.4).argmin()])
    assert np.isfinite(contour.dorsal[np.abs(T - 0.05).argmin()])


def test_no_mask_or_no_trunk_is_no_contour():
    """Without a mask, or for a trunk of a few pixels, nothing is made up."""
    pose = person()
    assert edges(pose, axis_of(pose, 1)) is None
    assert edges(with_mask(pose), Axis((100, 100), (100, 95), 1)) is None


def test_a_ray_that_never_leaves_the_person_has_no_edge():
    """A wall that is taken for the person gives no back."""
    pose = with_mask(arms_away(person()), 0.0)
    pose.mask[:] = 1.0
    assert np.isnan(edges(pose, axis_of(pose, 1)).dorsal).all()


def test_a_line_given_by_points_is_read_along_the_axis():
    """`depths` undoes `place`."""
    axis = Axis((200.0, 400.0), (260.0, 300.0), -1)
    depth = 0.2 + 0.1 * np.cos(T)
    assert axis.depths(axis.place(T, depth)) == pytest.approx(depth)
    assert axis.stretched(200.0).length == pytest.approx(200.0)
    assert axis.stretched(axis.length).hip == pytest.approx(axis.hip)


def test_dropped_bins_are_bridged_and_too_few_are_none():
    """A hole is a straight line; half a back is none."""
    edge = 0.2 + 0.05 * T
    holed = edge.copy()
    holed[20:30] = np.nan
    assert steady(holed) == pytest.approx(edge, abs=1e-6)
    holed[:40] = np.nan
    assert steady(holed) is None
    spiked = edge.copy()
    spiked[31] += 0.2
    assert steady(spiked)[31] == pytest.approx(edge[31], abs=0.01)


def test_a_straight_back_has_neither_bow_nor_bend_however_it_leans():
    """Both readings are of shape, not of direction."""
    for slope in (-0.3, 0.0, 0.3):
        curve = read(0.2 + slope * T)
        assert curve.bow == pytest.approx(0, abs=1e-9)
        assert curve.bend_deg == pytest.approx(0, abs=1e-6)
        assert gap(0.2 + slope * T) == pytest.approx(0, abs=1e-9)


@given(st.floats(0.0, 0.1), st.floats(0.005, 0.05))
def test_more_bow_is_more_rounding(bow, more):
    """Both readings grow with the bow, and so does the rounding."""
    arch = np.sin(np.pi * T)
    rest = read(0.2 - 0.06 * arch)
    less, greater = read(0.2 + bow * arch), read(0.2 + (bow + more) * arch)
    assert greater.bow > less.bow
    assert greater.bend_deg > less.bend_deg
    assert rounding(greater, rest, 60.0)[0] > rounding(less, rest, 60.0)[0]


def test_standing_is_not_rounded_and_a_deeper_fold_explains_more():
    """No change is no rounding; what a neutral hinge does by itself is taken off."""
    rest = read(0.2 - 0.06 * np.sin(np.pi * T))
    assert rounding(rest, rest, 0.0) == (0.0, 0.0)
    bowed = read(0.2 - 0.02 * np.sin(np.pi * T))
    assert rounding(bowed, rest, 80.0)[0] < rounding(bowed, rest, 20.0)[0]


def test_the_spine_line_runs_from_pelvis_to_neck_along_the_back():
    """And the dowel beside it touches it at both ends."""
    pose = body(0, 60, 0, 0, 0.0)
    axis = axis_of(pose, 1)
    edge = steady(edges(pose, axis).dorsal)
    spine, dowel = line_px(edge, axis)
    assert np.hypot(*(spine[0] - axis.place(np.array([0.0]), np.array([0.22]))[0])) < 3
    assert np.hypot(*(spine[-1] - axis.place(np.array([0.97]), np.array([0.22]))[0])) < 3
    gaps = [np.hypot(*(spine - end).T).min() for end in dowel]
    assert max(gaps) < 3


def test_the_back_is_measured_only_from_the_side():
    """An oblique view has no back line; a side view has one, without rounding before standing."""
    side = measure(Measuring(), body(0, 0, 0, 0, 0.0), 0.0, None)[1]
    assert side.back is not None
    assert side.rounding_deg is None
    oblique = measure(Measuring(), with_mask(person(turn=40)), 0.0, None)[1]
    assert oblique.back is None
    assert oblique.confidence_of_back == 0


def rounded(motion, bow, seconds, fps=15, facing=1):
    """A session of someone whose back bows out with the depth of the hinge, and its outcomes."""
    session, events = start(), []
    for k in range(int(seconds * fps) + 1):
        t = k / fps
        trunk, thigh, shank = motion(t)
        session = advance(
            session, body(t, trunk, thigh, shank, -0.06 + bow * trunk / 63, facing), t
        )
        events += session.events
    return session, events


def test_rounding_is_measured_against_own_standing_and_is_a_fault_when_it_stays():
    """A back that bows out is rounded; one that keeps its hollow is not; mirrored alike."""
    for facing in (1, -1):
        _, straight = rounded(reps(2), 0.0, 9, facing=facing)
        _, round_ = rounded(reps(2), 0.09, 9, facing=facing)
        assert not any(f.fault == "rounding" for rep in straight for f in rep.faults)
        assert all(rep.back_rounding_max_deg < 5 for rep in straight)
        assert all(any(f.fault == "rounding" for f in rep.faults) for rep in round_)
        assert all(rep.back_rounding_max_deg > 20 for rep in round_)
        assert all(fault.confidence >= 0.7 for rep in round_ for fault in rep.faults)


def test_a_back_that_cannot_be_seen_is_not_judged():
    """Without a mask there is no verdict, and the count goes on."""
    session, events = start(), []
    for pose in film(reps(2), 9):
        session = advance(session, pose, pose.taken_at)
        events += session.events
    assert len(events) == 2
    assert all(rep.back_rounding_max_deg is None for rep in events)
    assert not any(f.fault == "rounding" for rep in events for f in rep.faults)


def test_the_bottom_of_the_last_rep_is_kept_to_be_compared():
    """Its posture is the one at the bottom, with its back."""
    session, events = rounded(reps(1), 0.05, 6)
    assert session.shown.bottom.t == pytest.approx(events[0].bottom_s, abs=0.1)
    assert session.shown.bottom.back is not None
    assert session.baseline.edge is not None


def test_a_cue_comes_after_the_second_rounded_rep():
    """Not after the first; and it is the words of the rule."""
    session, _ = rounded(reps(1), 0.09, 5.5)
    assert session.current_set.cue is None
    session, _ = rounded(reps(2), 0.09, 9)
    assert session.current_set.cue.fault == "rounding"
    assert session.current_set.cue.rep == 2


def test_the_smoothed_back_follows_within_a_few_pictures():
    """Smoothing in time delays the edge, and forgets."""
    memory, posture = Measuring(), None
    for k in range(40):
        pose = body(k / 15, *hinge(0.0), 0.0 if k < 20 else 0.06)
        memory, posture = measure(memory, pose, k / 15, None)
        if k == 21:
            assert 0.01 < read(posture.back.edge).bow < 0.9 * 0.0355
    assert isinstance(posture, Posture)
    assert read(posture.back.edge).bow == pytest.approx(0.0355, abs=0.01)


def test_other_clothes_are_another_standing():
    """A back that stands out by 5 cm more than before is taken anew, at once."""
    session = start()
    for k in range(60):
        t = k / 15
        depth = 0.2 if t < 2 else 0.3
        session = advance(session, with_mask(arms_away(person(t)), 0.0, depth=depth), t)
    assert session.baseline.edge[30] == pytest.approx(0.3, abs=0.01)


def test_an_arm_behind_the_back_is_no_standing_back():
    """In the stick drill the hidden back gives no baseline; the old one stays."""

    def behind(t, hidden):
        pose = with_mask(arms_away(person(t)), -0.03)
        if hidden:
            x, y = axis_of(pose, 1).place(np.array([0.3]), np.array([0.2]))[0]
            for mark in (Mark.RIGHT_ELBOW, Mark.RIGHT_WRIST, Mark.RIGHT_INDEX):
                pose.points[mark] = (x, y)
        return pose

    session = start()
    for k in range(30):
        session = advance(session, behind(k / 15, hidden=True), k / 15)
    assert session.baseline is not None
    assert session.baseline.edge is None
    for k in range(30, 90):
        session = advance(session, behind(k / 15, hidden=k > 60), k / 15)
    assert session.baseline.edge is not None


@given(st.floats(-0.1, 0.1), st.floats(-0.2, 0.2), st.floats(0, 100))
@settings(max_examples=30, deadline=None)
def test_the_course_of_a_back_that_keeps_its_shape_does_not_depend_on_its_place(shift, turn, fold):
    """An edge that is moved or turned against the axis is the same curve; by itself it tells 0."""
    standing = 0.2 + 0.03 * np.sin(np.pi * T)
    moved = standing + shift + turn * T
    assert course(standing, standing, 0.0) == pytest.approx(0.0)
    assert course(moved, standing, fold) == pytest.approx(course(standing, standing, fold))


def test_the_course_grows_with_the_bow():
    """A low back that comes out reads as rounding, more of it as more."""
    flat = np.full_like(T, 0.2)
    read_deg = [course(flat + bow * np.sin(np.pi * T), flat, 60.0) for bow in (0.0, 0.02, 0.05)]
    assert read_deg[0] < read_deg[1] < read_deg[2]
    assert read_deg[2] - read_deg[0] > 12
