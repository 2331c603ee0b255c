"""Hinges with weights and squats with the arms forward, counted through the Session."""

from __future__ import annotations

import numpy as np
import pytest
from benches.repertoire import ACTS, Trial, find, poses

from mirror.figure.motion import Motion
from mirror.hinge.measure.pose import Mark
from mirror.simulator.camera import Figure


@pytest.mark.slow
@pytest.mark.parametrize("act", ACTS)
def test_every_rep_counts_and_no_squat_does(act: str) -> None:
    """At 30 and at 10 frames a second, from true landmarks; a squat is called one."""
    trial = Trial("basic", None, 1, act=act)
    seen = list(poses(trial, None))
    for every in (1, 3):
        found = find(trial, iter(seen[::every]))
        assert found.is_right
        assert found.expected >= 3 or act == "squat"
        assert found.refused == (("squat",) * 4 if act == "squat" else ())


def test_touch_and_go_has_no_rest_and_is_never_tall() -> None:
    """Lockouts (within 10 degrees of the least lean) last .3-.5 s; the knees stay soft."""
    of = Motion(1, "touch-and-go")
    first, second = of.reps_between(0, 12)[:2]
    times = np.arange(first.bottom_s, second.bottom_s, 0.02)
    trunk = np.array([of.truth(t).trunk_deg for t in times])
    assert 0.3 < 0.02 * (trunk < trunk.min() + 10).sum() < 0.5
    assert min(of.truth(t).knee_flexion_deg for t in np.arange(0, second.end_s, 0.1)) > 14


def test_the_bar_is_gripped_at_first_and_its_plates_hide_the_shins() -> None:
    """The first thing seen is the bent person; ankles show when the bar is up."""
    figure = Figure(Motion(1, "bar"))
    first = figure.motion.reps_between(0, 1)[0]
    assert figure.motion.truth(0.0).trunk_deg > 55
    assert figure.seen(0.0)[[Mark.LEFT_ANKLE, Mark.RIGHT_ANKLE]].max() < 0.3
    assert figure.seen(first.end_s)[[Mark.LEFT_ANKLE, Mark.RIGHT_ANKLE]].min() > 0.9
    assert figure.motion.skeleton(0.0).wrist[:, 1].max() < 0.45


def test_the_kettlebell_stands_between_the_feet() -> None:
    """The knees bend by .6-.8 of the hips; the bell is near the floor, before the ankles."""
    of = Motion(1, "kettlebell")
    rep = of.reps_between(0, 10)[0]
    truth, k = of.truth(rep.bottom_s), of.skeleton(rep.bottom_s)
    assert 0.6 < truth.knee_flexion_deg / truth.hip_flexion_deg < 0.8
    assert k.ankle[0, 2] < k.wrist[:, 2].min() < k.wrist[:, 2].max() < k.ankle[1, 2]
    assert k.wrist[:, 1].max() < 0.55


def test_the_curl_comes_after_the_lockout() -> None:
    """The elbows bend by 90 degrees where the trunk is upright, and hang in the bow."""
    of = Motion(1, "curl")
    rep = of.reps_between(0, 10)[0]
    curled = of.truth(rep.end_s - 0.5 * rep.tail_s)
    assert curled.elbow_deg < 80
    assert abs(curled.trunk_deg - of.truth(0.0).trunk_deg) < 3
    assert of.truth(rep.bottom_s).elbow_deg > 155


def test_arms_are_level_in_a_squat() -> None:
    """They hang in standing, and point forward at its bottom."""
    of = Motion(1, "squat")
    rep = of.reps_between(0, 10)[0]
    assert of.truth(0.0).arms_deg < 30
    low = of.skeleton(rep.bottom_s)
    way = (low.wrist - low.shoulder).mean(axis=0)
    assert way[0] > 0.45
    assert abs(way[1]) < 0.15
