from dataclasses import replace

import numpy as np
import pytest
from people import person, with_mask

from mirror.hinge.counting.reps import Fault, Phase, Rep
from mirror.hinge.judging import measures
from mirror.hinge.judging.faults import ROUNDING
from mirror.hinge.judging.feedback import EAGER_GAP, GAP, Cue, cue
from mirror.hinge.judging.rep_frames import MASK_LAG_S, RepFrames, descent, observe, score
from mirror.hinge.judging.rules import FrameRule
from mirror.hinge.measure.pose import Mark
from mirror.hinge.measure.posture import Baseline, Measuring, measure

STANDING = Baseline(0.0, 0.0, 0.0, 150.0, 225.0, 225.0, None, None, None)
REP = Rep(1, 0.0, 1.0, 2.0, 90.0, 60.0, 20.0, "right")
KNEES = FrameRule(
    fault="knees-bent",
    measure=measures.knee_flexion,
    limit=40.0,
    sd=5.0,
    phases=frozenset({Phase.BOTTOM}),
    hold_s=0.3,
    priority=2,
)


def at_bottom(knees, phase=Phase.BOTTOM, **how):
    """Frames of postures 0.1 s apart, with these knee flexions, all in one phase."""
    memory, steps = Measuring(), []
    for k, knee in enumerate(knees):
        pose = person(k / 10, 50, knee / 2, knee / 2, **how)
        memory, posture = measure(memory, pose, k / 10, STANDING)
        steps.append((posture, phase))
    return RepFrames(tuple(steps))


def faults(knees, rule=KNEES, **how):
    """The fault that the rule finds in them."""
    return score(REP, at_bottom(knees, **how), STANDING, (rule,)).faults


def test_a_fault_must_pass_its_limit_by_one_sd():
    """43 deg is within the doubt of a limit of 40; 50 is not."""
    assert faults([43] * 8) == ()
    (fault,) = faults([50] * 8)
    assert fault.fault == "knees-bent"
    assert fault.value == pytest.approx(50, abs=0.01)
    assert fault.confidence >= 0.7


def test_a_fault_must_stand_for_a_while():
    """Two frames are none, even twice; four in a row are."""
    assert faults([50, 50, 20, 50, 50, 20, 50, 50]) == ()
    assert len(faults([20, 50, 50, 55, 50, 20])) == 1


def test_the_worst_value_of_the_stretch_is_reported():
    """55, not the 50 beside it, nor the 70 that did not last."""
    (fault,) = faults([70, 20, 50, 50, 55, 50, 20])
    assert fault.value == pytest.approx(55, abs=0.01)


def test_a_rule_holds_in_its_phases_and_from_its_fold():
    """Elsewhere nothing is wrong."""
    assert faults([50] * 8, phase=Phase.DESCENDING) == ()
    assert faults([50] * 8, replace(KNEES, from_deg=100.0)) == ()
    assert len(faults([50] * 8, replace(KNEES, from_deg=60.0))) == 1


def test_less_than_a_limit_can_be_wrong_too():
    """Sign -1 turns the rule round."""
    short = replace(KNEES, limit=30.0, sign=-1)
    assert faults([28] * 8, short) == ()
    (fault,) = faults([10, 10, 5, 10, 10], short)
    assert fault.value == pytest.approx(5, abs=0.01)


def test_what_cannot_be_judged_is_no_fault():
    """From an oblique view nothing is said."""
    assert faults([60] * 8, turn=40) == ()
    assert score(REP, at_bottom([60] * 8), None, (KNEES,)) == REP


def test_the_centre_of_mass_is_against_the_baseline():
    """Without a baseline there is no shift."""
    (posture, _), *_ = at_bottom([0]).steps
    forward = replace(posture, com_fraction=0.7)
    assert measures.com_shift(forward, STANDING) is None
    assert measures.com_shift(forward, replace(STANDING, com_fraction=0.5)) == pytest.approx(0.2)


def test_a_head_turned_to_the_glass_has_no_neck_angle():
    """Its near ear has gone back: beside it every neck would be bent forwards."""
    ahead = person()
    points = ahead.points.copy()
    trunk = float(np.linalg.norm(points[Mark.LEFT_SHOULDER] - points[Mark.LEFT_HIP]))
    points[Mark.RIGHT_EAR, 0] -= 0.13 * trunk
    points[Mark.LEFT_EAR, 0] += 0.13 * trunk
    turned = replace(ahead, points=points)
    looks, faces = (measure(Measuring(), pose, 0.1, STANDING)[1] for pose in (turned, ahead))
    assert faces.limbs.neck_deg == pytest.approx(0.0, abs=5.0)
    assert looks.limbs.neck_deg is None


def test_a_movement_that_does_not_end_does_not_grow():
    """A person who sits down before the glass costs no memory."""
    (posture, _), *_ = at_bottom([0]).steps
    frames = RepFrames()
    for k in range(300):
        frames = observe(frames, replace(posture, t=k / 10), Phase.BOTTOM, 0.0, is_moving=True)
    assert len(frames.steps) < 160


def test_the_frames_are_of_one_movement_from_where_it_left_upright():
    """Earlier postures are dropped; those that led into the movement are kept."""
    postures = [replace(p, t=k / 10) for k, (p, _) in enumerate(at_bottom([0] * 5).steps)]
    frames = RepFrames()
    for posture, upright_s in zip(postures[:3], (0.0, 0.1, 0.1), strict=True):
        frames = observe(frames, posture, Phase.STANDING, upright_s, is_moving=False)
    assert [p.t for p, _ in frames.steps] == [0.1, 0.2]
    frames = observe(frames, postures[3], Phase.DESCENDING, 0.1, is_moving=True)
    assert [p.t for p, _ in frames.steps] == [0.1, 0.2, 0.3]
    frames = observe(frames, postures[4], Phase.LOCKOUT, 0.1, is_moving=False)
    assert [p.t for p, _ in frames.steps] == [0.1, 0.2, 0.4]
    assert observe(frames, postures[4], None, 0.1, is_moving=False) == RepFrames()


def series(*kinds):
    """Reps numbered from 1; True for one with bent knees."""
    bad = (Fault("knees-bent", 60.0, 1.0),)
    return tuple(
        replace(
            REP, number=k + 1, faults=bad if kind else (), is_judged=True, back_rounding_max_deg=3.0
        )
        for k, kind in enumerate(kinds)
    )


def test_a_cue_needs_the_same_fault_in_two_of_three_reps():
    """Once is nothing."""
    assert cue(series(False, True), (KNEES,), None) is None
    assert cue(series(True, True), (KNEES,), None).fault == "knees-bent"
    assert cue(series(True, False, True), (KNEES,), None).fault == "knees-bent"
    assert cue(series(True, False, False, True), (KNEES,), None) is None


def test_cues_are_rare():
    """One in two reps at first, one in three after the tenth."""
    last = Cue(0.0, None, 2, "rounding")
    assert cue(series(*[True] * 3), (KNEES,), last) is None
    assert cue(series(*[True] * (2 + EAGER_GAP)), (KNEES,), last) is not None
    late = Cue(0.0, None, 12, "rounding")
    assert cue(series(*[True] * 14), (KNEES,), late) is None
    assert cue(series(*[True] * (12 + GAP)), (KNEES,), late) is not None


def test_one_thing_is_said_at_a_time():
    """A lift that bends the knees in each rep gets the words once; only what is graver follows."""
    said = Cue(0.0, "knees-bent", 2)
    lesser, grave = (replace(KNEES, fault=name, priority=n) for name, n in (("a", 3), ("b", 1)))
    every = tuple(
        replace(rep, faults=tuple(Fault(name, 60.0, 1.0) for name in ("knees-bent", "a", "b")))
        for rep in series(*[True] * 10)
    )
    assert cue(every, (KNEES, lesser), said) is None
    assert cue(every, (KNEES, lesser, grave), said).fault == "b"


def test_the_most_important_fault_is_said():
    """Priority 1 before 2, whatever the order of the rules."""
    grave = replace(KNEES, fault="rounding", priority=1)
    both = (Fault("knees-bent", 60.0, 1.0), Fault("rounding", 30.0, 1.0))
    done = tuple(replace(rep, faults=both) for rep in series(True, True))
    assert cue(done, (KNEES, grave), None).fault == "rounding"


def test_praise_comes_once_in_four_clean_reps():
    """Only for a rep that was seen, and where the back is to be judged, for a back that was."""
    assert cue(series(*[False] * 3), (KNEES,), None) is None
    assert cue(series(*[False] * 4), (KNEES,), None) == Cue(2.0, None, 4)
    unjudged = tuple(replace(r, back_rounding_max_deg=None) for r in series(*[False] * 4))
    assert cue(unjudged, (KNEES, ROUNDING), None) is None
    assert cue(unjudged, (KNEES,), None) == Cue(2.0, None, 4)
    from_behind = tuple(replace(r, is_judged=False) for r in series(*[False] * 4))
    assert cue(from_behind, (KNEES,), None) is None


def test_the_descent_ends_at_the_bottom():
    """Frames after the bottom, standing tall again included, are no part of the way down."""
    memory, steps = Measuring(), []
    baseline = replace(STANDING, edge=np.full(64, 0.2))
    folds = [0, 20, 40, 60, 80, 80, 60, 40, 20, 0, 0]
    phases = [Phase.DESCENDING] * 5 + [Phase.BOTTOM] + [Phase.ASCENDING] * 3 + [Phase.LOCKOUT] * 2
    for k, (fold, phase) in enumerate(zip(folds, phases, strict=True)):
        pose = with_mask(person(k / 10, fold * 0.7, fold * 0.3, 0.0), 0.0)
        memory, posture = measure(memory, pose, k / 10, baseline)
        back = replace(posture.back, confidence=1.0)
        steps.append((replace(posture, back=back), phase))
    rep = replace(REP, bottom_s=0.45)
    fold, rounding = descent(RepFrames(tuple(steps)), baseline, rep)
    assert len(fold) == len(rounding) == 5
    assert (np.diff(fold) > 0).all()
    assert fold[-1] == pytest.approx(80 - 20 * MASK_LAG_S / 0.1, abs=0.5)


def test_the_first_rep_without_the_fault_answers_a_cue_once():
    """Of whatever gap; none with a graver fault, with an unseen back, or that a drill doubts."""
    last = Cue(0.0, "knees-bent", 2)
    clean = series(True, True, False)
    assert cue(clean, (KNEES,), last) == Cue(clean[-1].end_s, None, 3, "knees-bent")
    assert cue(series(True, True, True), (KNEES,), last) is None
    assert cue(clean, (KNEES,), last, is_good=False) is None
    assert cue(series(True, True, False, False), (KNEES,), cue(clean, (KNEES,), last)) is None
    lesser = replace(KNEES, fault="a", priority=3)
    untidy = (*clean[:2], replace(clean[2], faults=(Fault("a", 60.0, 1.0),)))
    assert cue(untidy, (KNEES, lesser), last).answers == "knees-bent"
    assert cue(untidy, (KNEES, replace(lesser, priority=1)), last) is None
    unseen = (*clean[:2], replace(clean[2], back_rounding_max_deg=None))
    assert cue(unseen, (ROUNDING,), replace(last, fault="rounding")) is None


def test_a_drill_that_doubts_a_moment_gets_no_praise():
    """Four clean reps, the last of them with a loose stick for a moment."""
    assert cue(series(*[False] * 4), (KNEES,), None, is_good=False) is None
