"""What the figure does besides the plain hinge, judged by the truth of its joints."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mirror.config import CameraSettings
from mirror.figure.acts import LIFTS
from mirror.figure.body import BODIES
from mirror.figure.motion import PATTERNS, Motion, Plan, PlannedRep, Truth
from mirror.simulator.camera import Figure, FigureCamera, viewed

VARIATIONS = [name for name, pattern in PATTERNS.items() if pattern.faults]
NEGATIVES = [name for name in PATTERNS if name not in (*VARIATIONS, *LIFTS)]
FAULTS = [(name, fault) for name in VARIATIONS for fault in PATTERNS[name].faults]


def usual(act: str) -> str:
    """The kind of rep that the variation mostly has."""
    return next(iter(PATTERNS[act].mix))


def motion(act: str, seed: int, **more: object) -> Motion:
    """Two reps (or short sets) of the usual kind."""
    plan = Plan(mix={usual(act): 1.0}, reps=2, set_of=(2, 3), **more)  # type: ignore[dict-item, arg-type]
    return Motion(seed, act, plan=plan)


def through(of: Motion, rep: PlannedRep, start: float = 0.0, end: float = 0.0) -> list[Truth]:
    """The truth of a rep, from `start` after its start to `end` before its end."""
    return [of.truth(t) for t in np.arange(rep.start_s + start, rep.end_s - end + 0.1, 0.05)]


def swings(of: Motion, rep: PlannedRep) -> list[Truth]:
    """The truth of the first swing or row of a set."""
    start = rep.start_s + rep.first_s
    return [of.truth(t) for t in np.arange(start, start + rep.period_s, 0.01)]


def most(name: str, sign: float = 1.0) -> Callable[[Motion, PlannedRep], float]:
    """The greatest change of a quantity from standing; a sign of 0 takes both directions."""

    def change(of: Motion, rep: PlannedRep) -> float:
        still = getattr(of.truth(0.0), name)
        moved = np.array([getattr(x, name) for x in through(of, rep)]) - still
        return float((sign * moved if sign else np.abs(moved)).max())

    return change


def lean(of: Motion, rep: PlannedRep) -> float:
    """How far the trunk leans behind standing."""
    return most("trunk_deg", -1.0)(of, rep)


def hips_first(of: Motion, rep: PlannedRep) -> float:
    """Hip flexion lost beyond what the trunk has risen, until it has risen by 5 degrees."""
    up = [x for x in through(of, rep) if x.phase == "ascending"]
    lost = [
        (up[0].hip_flexion_deg - x.hip_flexion_deg) - (up[0].trunk_deg - x.trunk_deg)
        for x in up
        if x.trunk_deg > up[0].trunk_deg - 5
    ]
    return max(lost)


def drift(of: Motion, rep: PlannedRep) -> float:
    """Range of the trunk while the elbows bend and straighten."""
    times = np.arange(rep.start_s + rep.first_s, rep.counts_s[-1], 0.05)
    return float(np.ptp([of.truth(t).trunk_deg for t in times]))


def knee_share(of: Motion, rep: PlannedRep) -> float:
    """Knee over hip flexion at the peaks of a swing."""
    still, seen = of.truth(0.0), swings(of, rep)
    knee = max(x.knee_flexion_deg for x in seen) - still.knee_flexion_deg
    return knee / (max(x.hip_flexion_deg for x in seen) - still.hip_flexion_deg)


def left_when_arms_pass(of: Motion, rep: PlannedRep) -> float:
    """Share of the hip extension still to come when the wrists pass the navel."""
    seen = swings(of, rep)
    hips = np.array([x.hip_flexion_deg for x in seen])
    passed = next(i for i, x in enumerate(seen) if x.navel_m > 0)
    return float((hips[passed] - hips.min()) / (hips[0] - hips.min()))


def float_s(of: Motion, rep: PlannedRep) -> float:
    """Time of one swing within 15 degrees of standing."""
    still = of.truth(0.0).hip_flexion_deg
    return 0.01 * sum(x.hip_flexion_deg - still < 15 for x in swings(of, rep))


def closest(of: Motion, rep: PlannedRep) -> float:
    """How near (m) the free foot comes to the floor between the ends of a rep."""
    return min(x.free_lift_m for x in through(of, rep, rep.down_s, 0.5 * rep.up_s))


MEASURES: dict[str, Callable[[Motion, PlannedRep], float]] = {
    # Each in multiples of the threshold of the fault.
    "knees-bent": lambda m, r: most("knee_flexion_deg")(m, r) / 50,
    "weight-forward": lambda m, r: most("com_fraction")(m, r) / 0.2,
    "weight-back": lambda m, r: most("com_fraction", -1)(m, r) / 0.2,
    "hips-rise-first": lambda m, r: hips_first(m, r) / 15,
    "head-up": lambda m, r: most("neck_deg", -1)(m, r) / 20,
    "short-stance": lambda m, r: (2.1 - m.truth(r.bottom_s).stance_ratio) / 0.6,
    "knees-in": lambda m, r: (1 - m.truth(r.bottom_s).knee_ratio) / 0.15,
    "twist": lambda m, r: most("tilt_deg", 0)(m, r) / 7,
    "torso-drift": lambda m, r: drift(m, r) / 10,
    "arms-drop": lambda m, r: most("arms_deg", -1)(m, r) / 15,
    "pelvis-drop": lambda m, r: most("obliquity_deg", 0)(m, r) / 12,
    "line-broken": lambda m, r: (180 - m.truth(r.bottom_s).line_deg) / 20,
    "touch-down": lambda m, r: 1.3 if closest(m, r) < 0.01 else 0.0,
    "squat-swing": lambda m, r: knee_share(m, r) / 0.85,
    "arms-first": lambda m, r: left_when_arms_pass(m, r) / 0.3,
    "lean-back": lambda m, r: lean(m, r) / 8,
    "short-float": lambda m, r: 0.2 / float_s(m, r),
}


@pytest.mark.parametrize("seed", [0, 5])
@pytest.mark.parametrize(("act", "fault"), FAULTS)
def test_a_fault_passes_its_threshold_only_where_it_is(act: str, fault: str, seed: int) -> None:
    """Faulty reps lie 1.15 to 2.2 times over the threshold, right ones below .6 of it."""
    for size in (1.3, 1.9):
        faulty = motion(act, seed, fault=fault, fault_size=size)
        rep = faulty.reps_between(0, 100)[1]
        assert rep.faults == (fault,)
        assert 1.15 <= MEASURES[fault](faulty, rep) <= 2.25
    right = motion(act, seed)
    rep = right.reps_between(0, 100)[1]
    assert rep.faults == ()
    assert MEASURES[fault](right, rep) < 0.62


@pytest.mark.parametrize("act", VARIATIONS)
def test_reps_have_the_declared_kind_and_number(act: str) -> None:
    """Each event is of the requested kind, and has the times at which its reps end."""
    of = motion(act, 3)
    reps = of.reps_between(0, 500)
    assert [rep.kind for rep in reps] == [usual(act)] * 2
    for rep in reps:
        assert len(rep.counts_s) == rep.count == (rep.count if rep.period_s else 1)
        assert all(rep.start_s < t <= rep.end_s for t in rep.counts_s)
        assert of.truth(rep.start_s + 0.5 * rep.down_s).phase != "standing"
    assert of.truth(reps[-1].end_s + 30).kind == "standing"


@pytest.mark.parametrize("act", VARIATIONS)
def test_by_default_some_reps_are_faulty_and_most_are_right(act: str) -> None:
    """Without a plan a variation shows its faults now and then; the plain hinge its own mix."""
    reps = [rep for seed in range(12) for rep in Motion(seed, act).reps_between(0, 120)]
    share = sum(bool(rep.faults) for rep in reps) / len(reps)
    assert share == 0 if act == "basic" else 0.05 < share < 0.5


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("act", VARIATIONS)
def test_standing_feet_stay_planted(act: str, seed: int) -> None:
    """The ankle of a standing leg never moves, and no foot goes through the floor."""
    of = motion(act, seed, fault="any", fault_share=0.5)
    start = of.skeleton(0.0).ankle
    for rep in of.reps_between(0, 100):
        for t in np.linspace(rep.start_s, rep.end_s, 40):
            ankle, angles = of.skeleton(t).ankle, of.angles(t)
            for i, name in enumerate(("left", "right")):
                if angles.support in ("both", name):
                    assert np.allclose(ankle[i], start[i], atol=0.004)
                assert ankle[i, 1] > start[i, 1] - 0.012


@pytest.mark.parametrize("act", PATTERNS)
def test_joints_never_jump(act: str) -> None:
    """No joint moves faster than 9 m/s, in a swing or elsewhere, except out of sight."""
    of = motion(act, 1, fault="any" if PATTERNS[act].faults else "")
    last = None
    for t in np.arange(0, of.reps_between(0, 60)[0].end_s + 0.5, 0.02):
        k = of.skeleton(t)
        joints = np.concatenate([k.spine, k.hip, k.knee, k.ankle, k.shoulder, k.elbow, k.wrist])
        if last is not None and abs(joints).max() < 2.2:
            assert np.abs(joints - last).max() < 0.18
        last = joints


@pytest.mark.parametrize("act", PATTERNS)
def test_acts_are_the_same_at_every_frame_rate(act: str) -> None:
    """Asked at 10 or 30 frames a second, in any order, the truth of a moment is the same."""
    slow, fast = Motion(2, act), Motion(2, act)
    late = [fast.truth(k / 30) for k in range(210, 119, -1)][::-1]
    for k in range(40, 71):
        there, here = late[3 * k - 120], slow.truth(k / 10)
        assert here.kind == there.kind
        assert here.trunk_deg == pytest.approx(there.trunk_deg, abs=1e-6)
        assert here.elbow_deg == pytest.approx(there.elbow_deg, abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_a_row_bends_the_elbow_within_one_held_hinge(seed: int) -> None:
    """Each row takes the elbow from over 150 degrees to below 100 and back."""
    of = motion("row", seed)
    rep = of.reps_between(0, 60)[0]
    for end in rep.counts_s:
        elbow = [of.truth(t).elbow_deg for t in np.linspace(end - rep.period_s, end, 40)]
        assert elbow[0] > 150
        assert elbow[-1] > 150
        assert min(elbow) < 100


@pytest.mark.parametrize("seed", range(3))
def test_a_swing_stands_tall_between_its_turns(seed: int) -> None:
    """Tops come every 1.3 to 2 s with a float of .2 s at least; the pick-up is far deeper."""
    of = motion("swing", seed)
    rep = of.reps_between(0, 60)[0]
    assert 1.3 <= rep.period_s <= 2.0
    assert float_s(of, rep) >= 0.33
    assert of.truth(rep.start_s + rep.down_s).pelvis_flexion_deg > 105
    assert of.truth(rep.end_s - rep.up_s).pelvis_flexion_deg > 105


@pytest.mark.parametrize("seed", range(3))
def test_single_leg_changes_sides(seed: int) -> None:
    """Left and right take turns; the standing knee is soft, the free foot in the air."""
    of = motion("single-leg", seed)
    first, second = of.reps_between(0, 60)
    assert {first.side, second.side} == {"left", "right"}
    truth = of.truth(first.bottom_s)
    assert 5 <= truth.knee_flexion_deg <= 25
    assert truth.line_deg > 165
    assert truth.free_lift_m > 0.25


@pytest.mark.parametrize("act", NEGATIVES)
def test_what_is_no_hinge_counts_nothing(act: str) -> None:
    """Walking, turning, sitting and picking up have no rep to count, in any variation."""
    plan = Plan(mix={usual("basic"): 1.0, act: 3.0})  # type: ignore[dict-item]
    kinds = {rep.kind: rep.counts_s for rep in Motion(4, "row", plan=plan).reps_between(0, 90)}
    assert kinds[act] == ()  # type: ignore[index]


def test_sitting_and_walking_are_what_they_are_called() -> None:
    """Seated hips stay below .55 of standing for 2 s; a walker leaves the place and comes back."""
    sitter, walker = motion("sit", 0), motion("walk", 0)
    rep = sitter.reps_between(0, 60)[0]
    low = [sitter.skeleton(t).hip_centre[1] for t in np.arange(rep.start_s, rep.end_s, 0.1)]
    assert sum(y < 0.55 * sitter.skeleton(0).hip_centre[1] for y in low) > 22
    rep = walker.reps_between(0, 60)[0]
    assert walker.skeleton(rep.bottom_s).hip_centre[0] > 2
    assert np.allclose(walker.skeleton(rep.end_s + 0.1).hip_centre[0], 0, atol=0.1)


@pytest.mark.parametrize("act", PATTERNS)
def test_the_camera_shows_every_act_in_its_view(act: str) -> None:
    """Every act makes pictures; sumo and one hand are seen from the front, the rest side-on."""
    camera = FigureCamera(CameraSettings("figure", 180, 240, 10, seed=3, act=act), live=False)
    yaw = camera.figure.view.yaw_deg % 180
    assert camera.read().rgb.shape == (240, 180, 3)
    front = PATTERNS[act].view == "front"
    assert abs(yaw - 90) < 5 if front else min(yaw, 180 - yaw) < 5


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.name)
@pytest.mark.parametrize("act", VARIATIONS)
def test_nobody_leaves_the_frame(act: str, body: object) -> None:
    """Every landmark stays in the frame, whatever the variation and the body."""
    of = Motion(1, act, body=body, plan=Plan(mix={usual(act): 1.0}, set_of=(1, 1)))  # type: ignore[arg-type, dict-item]
    figure = Figure(of, view=viewed(of, (180, 240)))
    rep = of.reps_between(0, 30)[0]
    for t in np.linspace(rep.start_s, rep.end_s, 14):
        points = figure.points(t)
        assert (points > 0.0).all()
        assert (points < (180, 240)).all()
