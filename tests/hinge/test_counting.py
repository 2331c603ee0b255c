import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people import ANKLE, film, hinge, person, reps

from mirror.coach.advance import advance
from mirror.coach.session import start
from mirror.coach.sets import finish
from mirror.hinge.counting.counter import HingeCounter
from mirror.hinge.counting.reps import Limits, Partial, Phase, Rejected, Rep
from mirror.hinge.measure.pose import Mark
from mirror.hinge.measure.view import View


def outcomes(poses, gaps=()):
    """The session after a film; in the gaps (start, end) no person is found."""
    session, found, phases = start(), [], []
    for pose in poses:
        t = pose.taken_at
        hidden = any(a <= t < b for a, b in gaps)
        session = advance(session, None if hidden else pose, t)
        found += session.events
        if not phases or phases[-1] is not session.phase:
            phases.append(session.phase)
    return [*found, *finish(session).events], phases


def kinds(found):
    """Short names of outcomes."""
    return [o.reason if isinstance(o, Rejected) else type(o).__name__.lower() for o in found]


@pytest.mark.parametrize("fps", [10, 15, 30])
@pytest.mark.parametrize("facing", [1, -1])
@pytest.mark.parametrize("period", [1.6, 3.0, 6.0])
def test_every_rep_counts_once(fps, facing, period):
    """Five reps are five, at any frame rate, tempo, and side."""
    poses = film(reps(5, period=period), 2 + 5 * period + 1, fps=fps, facing=facing)
    found, _ = outcomes(poses)
    assert kinds(found) == ["rep"] * 5
    assert [r.number for r in found] == [1, 2, 3, 4, 5]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(1.6, 5.0), st.floats(0.6, 1.1))
def test_dropped_frames_never_change_the_count(seed, period, depth):
    """One frame in five missing at random: the same three reps."""
    rng = np.random.default_rng(seed)
    poses = film(reps(3, period=period, depth=depth), 2 + 3 * period + 1)
    found, _ = outcomes(p for p in poses if rng.random() > 0.2)
    assert kinds(found) == ["rep"] * 3


@pytest.mark.parametrize("fps", [5, 6, 7, 8])
def test_slow_and_uneven_frames_count_the_same(fps):
    """Those of a small computer: a quarter early or late, sometimes two without anybody."""
    rng = np.random.default_rng(fps)
    times = np.cumsum(rng.uniform(0.75, 1.25, size=27 * fps) / fps)
    gaps = [(t, t + 0.01) for k, t in enumerate(times) if k % 11 < 2]
    found, _ = outcomes([person(t, *reps(8)(t)) for t in times], gaps)
    assert kinds(found) == ["rep"] * 8


def test_a_missing_person_is_noticed_at_slow_frames_too():
    """A second without a person ends the rep at five a second."""
    found, _ = outcomes(film(reps(1, period=6.0), 12, fps=5), gaps=[(4.4, 5.4)])
    assert kinds(found) == ["lost"]


def test_a_rep_goes_through_all_phases_and_reports_its_measures():
    """Standing, down, bottom, up, lockout; the rep has times and angles of its own."""
    found, phases = outcomes(film(reps(1, period=4.0), 8))
    assert phases == [
        Phase.STANDING,
        Phase.DESCENDING,
        Phase.BOTTOM,
        Phase.ASCENDING,
        Phase.LOCKOUT,
        Phase.STANDING,
    ]
    (rep,) = found
    assert isinstance(rep, Rep)
    assert 2.0 < rep.start_s < rep.bottom_s < rep.end_s < 6.0
    assert rep.bottom_s == pytest.approx(3.8, abs=0.3)
    assert rep.hip_flexion_max_deg == pytest.approx(90, abs=3)
    assert rep.trunk_max_deg == pytest.approx(63, abs=3)
    assert rep.knee_at_bottom_deg == pytest.approx(27, abs=3)
    assert rep.side == "right"


def test_a_rep_counts_at_lockout_not_later():
    """The count comes when the trunk is all but up."""
    session = start()
    for pose in film(reps(1, period=4.0), 8):
        session = advance(session, pose, pose.taken_at)
        if session.count:
            break
    assert session.t == pytest.approx(2 + 3.4, abs=0.3)


def test_a_shallow_bow_is_a_partial():
    """27 deg is shown, not counted."""
    found, _ = outcomes(film(reps(2, depth=0.3), 9))
    assert kinds(found) == ["partial", "partial"]
    assert all(isinstance(p, Partial) for p in found)
    assert found[0].hip_flexion_max_deg == pytest.approx(27, abs=2)


def test_far_above_the_usual_depth_is_a_partial():
    """A person who hinges to 90 deg and then only to 45 has not done a full rep."""
    deep, shallow = reps(3), reps(1, depth=0.5, stand=0.0)

    def both(t):
        return deep(t) if t < 11 else shallow(t - 11)

    found, _ = outcomes(film(both, 16))
    assert kinds(found) == ["rep", "rep", "rep", "partial"]


def test_a_squat_is_rejected_as_a_squat():
    """Knee-dominant bending is no hinge."""
    found, _ = outcomes(film(reps(3, knee=1.2), 12))
    assert kinds(found) == ["squat"] * 3


def test_folding_without_bowing_the_trunk_is_nothing():
    """Hips that bend while the trunk stays upright are no hinge."""

    def motion(t):
        depth = reps(1)(t)[0] / 63
        return 8 * depth, 52 * depth, -12 * depth

    assert kinds(outcomes(film(motion, 6))[0]) == []


def test_lifting_a_knee_is_nothing():
    """Hip flexion of the leg alone, with the trunk still, is not even a partial."""

    def motion(t):
        return 0.0, 0.35 * reps(1)(t)[0], 0.0

    assert kinds(outcomes(film(motion, 6))[0]) == []


def test_too_fast_and_too_slow_are_reported():
    """Half a second is a jerk; half a minute is a rest at the bottom."""
    fast, _ = outcomes(film(reps(1, period=0.8), 5))
    assert kinds(fast) == ["too-fast"]
    slow, _ = outcomes(film(lambda t: hinge(np.interp(t, [2, 3, 26, 27], [0, 1, 1, 0])), 29))
    assert kinds(slow) == ["too-slow"]


def test_sitting_down_and_standing_up_is_reported_once():
    """Hips low for seconds: sitting."""

    def motion(t):
        # A seat: shanks upright, thighs level, and the trunk leaning a little.
        share = reps(1, period=10.0)(t)[0] / 63
        return 40 * share, 90 * share, 0.0

    session, reported = start(), []
    for pose in film(motion, 14):
        session = advance(session, pose, pose.taken_at)
        reported += [e.reason for e in session.events]
    assert reported == ["sitting"]


def test_feet_that_wander_veto_nothing():
    """A bow is a bow though an ankle behind a weight is seen to travel, or to jump."""
    motion = reps(2)
    poses = [
        person(t, *motion(t), at=(ANKLE[0] - 40 + 20 * max(0.0, t - 2), ANKLE[1]))
        for t in np.arange(0, 9, 1 / 30)
    ]
    assert kinds(outcomes(poses)[0]) == ["rep", "rep"]
    poses = list(film(motion, 9))
    for pose in poses:
        if 3.0 < pose.taken_at < 3.6:
            pose.points[Mark.RIGHT_ANKLE, 1] -= 30
    assert kinds(outcomes(poses)[0]) == ["rep", "rep"]


def test_the_view_may_change_at_any_time():
    """In the middle of a bow, and between two, to any side."""
    motion = reps(3)
    poses = [
        person(t, *motion(t), turn=min(80.0, max(0.0, 30 * (t - 2.6))))
        for t in np.arange(0, 12, 1 / 30)
    ]
    assert kinds(outcomes(poses)[0]) == ["rep"] * 3


def marching(pose):
    """The pose with one foot after the other in the air, .8 s each."""
    phase = pose.taken_at % 0.8 / 0.8
    foot = Mark.LEFT_ANKLE if phase < 0.5 else Mark.RIGHT_ANKLE
    pose.points[foot, 1] -= 50 * np.sin(2 * np.pi * (phase % 0.5))
    return pose


def test_a_lone_bow_before_walking_is_a_pick_up():
    """It counts when the person stands, and no longer when the person walks off."""
    poses = [marching(p) if p.taken_at > 5.2 else p for p in film(reps(1), 10)]
    session, counts = start(), set()
    for pose in poses:
        session = advance(session, pose, pose.taken_at)
        counts.add(session.count)
    assert counts == {0, 1}
    assert session.count == 0
    assert kinds(outcomes(poses)[0]) == ["picking-up"]


def test_a_lone_bow_right_after_walking_is_a_pick_up():
    """But a rep where the next one follows."""
    poses = [marching(p) if p.taken_at < 2.0 else p for p in film(reps(1), 12)]
    assert kinds(outcomes(poses)[0]) == ["picking-up"]
    poses = [marching(p) if p.taken_at < 2.0 else p for p in film(reps(2), 12)]
    assert kinds(outcomes(poses)[0]) == ["rep", "rep"]


def test_walking_off_after_a_set_takes_nothing_back():
    """The last rep of several is not alone."""
    poses = [marching(p) if p.taken_at > 8.2 else p for p in film(reps(2), 12)]
    assert kinds(outcomes(poses)[0]) == ["rep", "rep"]


def test_losing_the_person_mid_rep_is_reported_once():
    """More than a second without a person ends the rep as lost; a shorter gap changes nothing."""
    found, phases = outcomes(film(reps(2), 9), gaps=[(2.8, 4.0)])
    assert kinds(found) == ["lost", "rep"]
    assert None in phases[1:]
    found, _ = outcomes(film(reps(2), 9), gaps=[(2.8, 3.6)])
    assert kinds(found) == ["rep", "rep"]


def test_a_rep_whose_end_is_out_of_the_frame_counts():
    """The head leaves the frame above half-way up, and nobody is found for a while."""
    found, _ = outcomes(film(reps(1), 9), gaps=[(4.25, 6.0)])
    assert kinds(found) == ["rep"]


def test_bent_at_first_is_no_rep_but_what_follows_is():
    """A person comes into the frame bent over the bar and stands up; two reps follow."""
    poses = [p for p in film(reps(3), 12) if p.taken_at > 3.3]
    found, _ = outcomes(poses)
    assert kinds(found) == ["rep", "rep"]


@pytest.mark.parametrize("fps", [5, 30])
def test_touch_and_go_needs_no_standing(fps):
    """Lockouts of .3 s at a fifth of the depth, from the first frame on."""

    def motion(t):
        return hinge(0.6 - 0.4 * np.cos(2 * np.pi * t / 1.5))

    assert kinds(outcomes(film(motion, 9.2, fps=fps))[0]) == ["rep"] * 6


def test_walking_out_while_standing_is_not_lost():
    """Nothing was under way, so nothing is lost."""
    found, _ = outcomes(film(reps(1), 9), gaps=[(6.0, 9.0)])
    assert kinds(found) == ["rep"]


def test_another_body_ends_the_rep():
    """Hips that jump across the frame belong to another person."""
    poses = [
        pose if pose.taken_at < 3 else person(pose.taken_at, *hinge(0), at=(20.0, 560.0))
        for pose in film(reps(1), 6)
    ]
    assert kinds(outcomes(poses)[0]) == ["other-person"]


def test_no_pause_between_reps_is_needed():
    """Turning round at 10 deg of hip flexion is a lockout."""

    def motion(t):
        if t < 2:
            return hinge(0)
        return hinge(0.55 - 0.45 * np.cos(2 * np.pi * (t - 2) / 2.0) if t > 2.25 else 0.1)

    found, _ = outcomes(film(motion, 8.2))
    assert kinds(found) == ["rep"] * 3


@pytest.mark.parametrize("fps", [30, 60, 120])
def test_jitter_of_single_frames_does_not_hide_that_a_person_stands(fps):
    """A degree of noise is a rate of over 60 deg/s at 60 frames/s; the reps count all the same."""
    rng = np.random.default_rng(3)

    def shaky(t):
        trunk, thigh, shank = reps(2)(t)
        return trunk + rng.normal(0, 0.7), thigh + rng.normal(0, 0.7), shank

    assert kinds(outcomes(film(shaky, 9, fps=fps))[0]) == ["rep", "rep"]


def test_pulsing_at_the_bottom_is_one_rep():
    """Half-way up and down again belongs to the same rep."""

    def motion(t):
        if 2 < t < 6:
            x = (t - 2) / 4
            return hinge(min(1.0, 3 * x, 3 * (1 - x)) * (0.8 + 0.2 * np.cos(12 * np.pi * x)))
        return hinge(0)

    found, phases = outcomes(film(motion, 8))
    assert kinds(found) == ["rep"]
    assert phases.count(Phase.DESCENDING) > 1


def test_going_deeper_after_a_stop_is_the_same_rep():
    """A pause on the way down is a bottom that goes on."""

    def motion(t):
        down = np.interp(t, [2, 2.8, 3.8, 4.8, 5.4, 6.8], [0, 0.55, 0.55, 1, 1, 0])
        return hinge(float(down))

    found, phases = outcomes(film(motion, 8))
    assert kinds(found) == ["rep"]
    assert phases[1:5] == [Phase.DESCENDING, Phase.BOTTOM, Phase.DESCENDING, Phase.BOTTOM]


def test_front_view_counts_by_the_foreshortening_of_the_trunk():
    """Facing the glass the trunk gets shorter; that is the rep."""
    poses = []
    for pose in film(reps(3), 12, turn=80):
        # Seen from the front, what goes forwards goes towards the camera: x carries nothing.
        pose.points[:, 0] = person(turn=80).points[:, 0]
        poses.append(pose)
    assert kinds(outcomes(poses)[0]) == ["rep"] * 3


def test_a_person_who_sits_facing_the_glass_and_bows_to_stand_up_has_done_no_rep():
    """A seat is no other standing: the trunk keeps its length there, and the hips are low."""
    times, poses = [2, 3, 9, 9.5, 10.3], []
    for t in np.arange(0.0, 13.0, 1 / 15):
        trunk = float(np.interp(t, times, [0, 25, 25, 45, 0]))
        thigh = float(np.interp(t, times, [0, 80, 80, 40, 0]))
        pose = person(t, trunk, thigh, 0.0, turn=80)
        pose.points[:, 0] = person(turn=80).points[:, 0]
        poses.append(pose)
    assert "rep" not in kinds(outcomes(poses)[0])


def test_a_pause_on_the_way_down_ends_no_rep():
    """Three seconds at 27 deg, and then down: the rep that goes on from there counts."""

    def motion(t):
        return hinge(float(np.interp(t, [2, 2.8, 5.8, 7.0, 7.4, 8.6], [0, 0.3, 0.3, 1, 1, 0])))

    assert kinds(outcomes(film(motion, 11))[0]) == ["rep"]


def test_a_person_who_bows_at_the_camera_neither_turns_nor_walks_behind_the_trunk():
    """Deep in the bow shoulders and feet are guessed: narrow shoulders, feet that jump."""
    poses = []
    for pose in film(reps(3), 12, turn=80):
        upright = person(turn=80)
        bowed = pose.points[Mark.LEFT_SHOULDER, 1] > upright.points[Mark.LEFT_SHOULDER, 1] + 75
        pose.points[:, 0] = upright.points[:, 0]
        if bowed:
            for side in ("LEFT", "RIGHT"):
                pose.points[Mark[f"{side}_SHOULDER"], 0] = ANKLE[0]
                pose.points[Mark[f"{side}_ANKLE"], 0] += 50
        poses.append(pose)
    assert kinds(outcomes(poses)[0]) == ["rep"] * 3


def test_limits_belong_to_the_variation():
    """A stricter limit makes a partial of a rep."""
    counter, found = HingeCounter(Limits(full_deg=100)), []
    session = start()
    for pose in film(reps(1), 6):
        session = advance(session, pose, pose.taken_at)
        counter, new = counter.step(session.posture)
        found += new
    assert kinds(found) == ["partial"]


def test_a_person_who_steps_back_from_the_glass_and_turns_is_seen_from_the_side():
    """Smaller all over is no bow at the camera."""
    session = start()
    for k in range(15 * 12):
        t = k / 15
        back = min(1.0, max(0.0, (t - 3.0) / 1.3))
        turned = min(1.0, max(0.0, (t - 6.0) / 0.7))
        pose = person(t, scale=1.5 - 0.85 * back, turn=80.0 * (1.0 - turned))
        session = advance(session, pose, t)
    assert session.posture.view is View.SIDE
    assert not session.counter.is_moving
    assert session.guidance != "turn-side-on"
