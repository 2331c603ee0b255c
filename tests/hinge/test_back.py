from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benches.tracks import read as track
from hypothesis import given, settings
from hypothesis import strategies as st
from people import film, hinge, person, reps, rounded, with_mask

from mirror.coach.advance import advance
from mirror.coach.session import start
from mirror.hinge.counting.reps import Rep
from mirror.hinge.measure.contour import Axis, T, edges
from mirror.hinge.measure.pose import Mark
from mirror.hinge.measure.posture import Measuring, Posture, measure
from mirror.hinge.measure.rounding import (
    USUAL,
    features,
    flexion,
    gap,
    head,
    line_px,
    shape_of,
    smooth_edge,
)


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


def test_the_line_bridges_dropped_bins_and_too_few_are_none():
    """A hole is crossed; less than a third of a back is none."""
    edge = 0.2 + 0.05 * T
    holed = edge.copy()
    holed[20:30] = np.nan
    assert smooth_edge(holed) == pytest.approx(edge, abs=1e-6)
    holed[:45] = np.nan
    assert smooth_edge(holed) is None


def test_the_line_leaves_out_hair_and_arms_more_than_hollows():
    """Parts outside the back move the line by less than a fifth of themselves."""
    edge = 0.2 - 0.03 * np.sin(np.pi * T)
    tail = edge.copy()
    tail[35:42] += 0.08
    assert np.abs(smooth_edge(tail) - smooth_edge(edge)).max() < 0.016


def test_a_straight_back_has_no_gap_however_it_leans():
    """The gap is of shape, not of direction."""
    for slope in (-0.3, 0.0, 0.3):
        assert gap(0.2 + slope * T) == pytest.approx(0, abs=1e-9)
    assert gap(0.2 + 0.05 * np.sin(np.pi * T)) > 0.02 > -0.02 > gap(0.2 - 0.05 * np.sin(np.pi * T))


@given(st.floats(0.01, 0.06))
def test_a_low_back_that_comes_out_is_rounding(bow):
    """More bow reads as more, in a hinge to the same depth."""
    place = USUAL[15:]
    rest = shape_of(np.interp(T, T[1::4], USUAL[:15]), place)
    low = np.exp(-(((T - 0.3) / 0.2) ** 2))
    shapes = [shape_of(np.interp(T, T[1::4], USUAL[:15]) + k * low, place) for k in (0.0, bow)]
    less, more = (flexion(shape, rest, 60.0) for shape in shapes)
    assert more.low_deg > less.low_deg


def test_a_rounded_back_turns_the_trunk_beyond_the_pelvis():
    """That part of the trunk's inclination is no hip flexion; a neutral stand has none of it."""
    assert flexion(USUAL, USUAL, 0.0).turn_deg == 0.0
    pose = rounded(person(0, 60, 15, 10), 0.12)
    posture = measure(Measuring(), pose, 0.0, None)[1]
    assert posture.rounding_deg > 20
    turned = posture.trunk_deg + posture.thigh_deg - posture.hip_flexion_deg
    assert turned == pytest.approx(posture.back.turn_deg)
    assert turned > 5


def test_without_a_standing_back_people_stand_as_usual():
    """The baseline is the usual one where the person's own was not seen."""
    assert features(USUAL, None, 0.0) == pytest.approx(np.zeros(22))
    assert features(USUAL, USUAL, 0.0) == pytest.approx(np.zeros(22))


def test_the_head_is_placed_along_the_trunk():
    """Ears beyond the shoulder, on the axis; mirrored alike."""
    for facing in (1, -1):
        pose = person(0, 40, 0, 0, facing=facing)
        along, behind, *_ = head(pose, axis_of(pose, facing))
        assert along == pytest.approx(1.3, abs=0.01)
        assert behind == pytest.approx(0.0, abs=0.01)


def test_the_spine_line_runs_from_pelvis_to_neck_along_the_back():
    """And the dowel beside it touches it at both ends."""
    pose = body(0, 60, 0, 0, 0.0)
    axis = axis_of(pose, 1)
    edge = smooth_edge(edges(pose, axis).dorsal)
    spine, dowel = line_px(edge, axis)
    assert np.hypot(*(spine[0] - axis.place(np.array([0.0]), np.array([0.22]))[0])) < 3
    assert np.hypot(*(spine[-1] - axis.place(np.array([0.97]), np.array([0.22]))[0])) < 3
    gaps = [np.hypot(*(spine - end).T).min() for end in dowel]
    assert max(gaps) < 3


def test_the_back_is_measured_only_from_the_side():
    """An oblique view has no back line; a side view has one, before standing was seen."""
    side = measure(Measuring(), body(0, 0, 0, 0, 0.0), 0.0, None)[1]
    assert side.rounding_deg is not None
    oblique = measure(Measuring(), with_mask(person(turn=40)), 0.0, None)[1]
    assert oblique.back is None
    assert oblique.confidence_of_back == 0


DATA = Path(__file__).parents[1] / "data" / "backs"


def recorded(name, change=lambda pose: pose):
    """Session, outcomes and true reps of a recorded track: a rendered person in side view."""
    session, events = start(), []
    for t, pose in track(DATA / f"{name}.npz"):
        session = advance(session, pose and change(pose), t)
        events += session.events
    return session, events, np.load(DATA / f"{name}.npz")["reps"]


def judged(name, change=lambda pose: pose):
    """(rep, true rounding) of each true rep of a recorded track."""
    _, events, true = recorded(name, change)
    pairs = []
    for _, bottom, _, low, upper in true:
        found = [r for r in events if isinstance(r, Rep) and r.start_s < bottom < r.end_s]
        pairs += [(rep, low + upper) for rep in found]
    assert len(pairs) == len(true)
    return pairs


def flipped(pose):
    """The pose as seen in a mirror."""
    points = pose.points * (-1, 1) + (pose.size[0], 0)
    return replace(pose, points=points, mask=pose.mask[:, ::-1].copy())


@pytest.mark.parametrize("name", ["rounded-low-back", "rounded-upper-back"])
@pytest.mark.parametrize("change", [lambda pose: pose, flipped])
def test_a_rounded_back_is_separated_from_a_neutral_one(name, change):
    """Of each of two people one rep is neutral and one is rounded by 29 or 33 degrees."""
    for rep, true in judged(name, change):
        flagged = {f.fault for f in rep.faults}
        assert rep.back_rounding_max_deg == pytest.approx(true, abs=13)
        assert ("rounding" in flagged) == (true > 20)
        assert ("upper-back" in flagged) == (true > 20 and "upper" in name)


@pytest.mark.parametrize("name", ["rounded-low-back", "rounded-upper-back"])
def test_a_back_is_judged_without_legs_and_without_a_standing(name):
    """Plates hide the shins, so no baseline is found: rounded and neutral differ all the same."""

    def legless(pose):
        points = pose.points.copy()
        facing = np.sign(points[Mark.LEFT_FOOT_INDEX, 0] - points[Mark.LEFT_HEEL, 0])
        points[[Mark.LEFT_KNEE, Mark.RIGHT_KNEE], 0] += 60.0 * facing
        return replace(pose, points=points)

    session, events, true = recorded(name, legless)
    found = [rep for rep in events if isinstance(rep, Rep)]
    assert session.baseline is None
    assert len(found) == len(true)
    for rep, (*_, low, upper) in zip(found, true, strict=True):
        assert ("rounding" in {f.fault for f in rep.faults}) == (low + upper > 20)


def test_a_head_that_is_cut_off_gives_no_verdict():
    """The back is read from the head, too."""

    def beheaded(pose):
        points = pose.points.copy()
        points[Mark.NOSE, 1] = -60.0
        return replace(pose, points=points)

    _, events, _ = recorded("rounded-low-back", beheaded)
    assert all(rep.back_rounding_max_deg is None for rep in events if isinstance(rep, Rep))


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
    session, events, _ = recorded("rounded-low-back")
    assert session.shown.bottom.t == pytest.approx(events[-1].bottom_s, abs=0.1)
    assert session.shown.bottom.back is not None
    assert session.baseline.edge is not None


def test_the_smoothed_back_follows_within_a_few_frames():
    """Smoothing in time delays the edge, and forgets."""
    memory, posture = Measuring(), None
    for k in range(40):
        pose = body(k / 15, *hinge(0.0), 0.0 if k < 20 else 0.06)
        memory, posture = measure(memory, pose, k / 15, None)
        if k == 21:
            early = gap(posture.back.edge)
    assert isinstance(posture, Posture)
    assert 0.2 < early / gap(posture.back.edge) < 0.9


def test_other_clothes_are_another_standing():
    """A back that stands out by 5 cm more than before is taken again, at once."""
    session = start()
    for k in range(60):
        t = k / 15
        depth = 0.2 if t < 2 else 0.3
        session = advance(session, with_mask(arms_away(person(t)), 0.0, depth=depth), t)
    assert session.baseline.edge[30] == pytest.approx(0.3, abs=0.01)
