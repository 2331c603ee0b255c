"""The figure's joints, schedule and pictures, judged without a pose estimator."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from mirror.config import CameraSettings
from mirror.figure.body import BODIES, S1, Angles, Body, Side
from mirror.figure.kinematics import pose
from mirror.figure.motion import ARMS, Motion, Plan
from mirror.figure.viewpoint import Viewpoint
from mirror.hinge.measure.pose import Mark
from mirror.simulator.camera import Figure, FigureCamera, open_camera
from mirror.simulator.dress import Look, drape
from mirror.simulator.render import Light

SMALL = CameraSettings(source="figure", width=180, height=240, fps=10, seed=4)


def only(kind: str, **more: object) -> Plan:
    """A plan of one kind of rep."""
    return Plan(mix={kind: 1.0}, **more)  # type: ignore[dict-item, arg-type]


def angle(origin: np.ndarray, end: np.ndarray) -> float:
    """Inclination (deg) of a line in the picture from the upward vertical, to the right."""
    return float(np.degrees(np.arctan2(end[0] - origin[0], origin[1] - end[1])))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("yaw", [0.0, 180.0])
def test_truth_is_what_the_landmarks_show_from_the_side(seed: int, yaw: float) -> None:
    """Angles from the projected landmarks equal the truth, in a side view from far away."""
    motion = Motion(seed)
    facing = 1 if yaw == 0 else -1
    view = Viewpoint(yaw_deg=yaw, distance_m=60, height_m=0.9, pitch_deg=0, focal=26)
    for t in np.arange(0, 14, 0.7):
        truth, points = motion.truth(t), motion.points(t, view)
        points[:, 0] *= facing
        mid = {
            n: (points[Mark["LEFT_" + n]] + points[Mark["RIGHT_" + n]]) / 2
            for n in ("SHOULDER", "HIP", "KNEE", "ANKLE")
        }
        trunk = angle(mid["HIP"], mid["SHOULDER"])
        thigh, shank = -angle(mid["KNEE"], mid["HIP"]), angle(mid["ANKLE"], mid["KNEE"])
        assert trunk == pytest.approx(truth.trunk_deg, abs=0.4)
        assert trunk + thigh == pytest.approx(truth.hip_flexion_deg, abs=0.4)
        assert thigh + shank == pytest.approx(truth.knee_flexion_deg, abs=0.4)
        assert shank == pytest.approx(truth.shank_deg, abs=0.4)


def test_motion_is_the_same_at_every_frame_rate() -> None:
    """Asking at 10, 15 or 30 frames a second, in any order, gives the same posture at a time."""
    forward, backward = Motion(5), Motion(5)
    late = [backward.truth(k / 30) for k in range(450, -1, -1)][::-1]
    for fps in (10, 15):
        for k in range(15 * fps):
            assert forward.truth(k / fps) == replace(late[k * 30 // fps], t=k / fps)


def test_frames_are_the_same_at_every_frame_rate() -> None:
    """The frame at one second is the same picture at 10 and 15 frames a second."""
    slow = FigureCamera(SMALL, live=False)
    fast = FigureCamera(CameraSettings("figure", 180, 240, 15, seed=4), live=False)
    a = [slow.read() for _ in range(11)][-1]
    b = [fast.read() for _ in range(16)][-1]
    assert a.taken_at == b.taken_at == 1.0
    assert np.array_equal(a.rgb, b.rgb)


def test_schedule_has_the_declared_mix() -> None:
    """Over many reps the kinds come as often as the plan says, with pauses and tempo in range."""
    motion = Motion(9)
    reps = motion.reps_between(0, 2000)
    assert len(reps) > 300
    for kind, share in motion.plan.mix.items():
        found = sum(rep.kind == kind for rep in reps) / len(reps)
        assert found == pytest.approx(share, abs=0.07)
    assert reps[0].start_s >= 2.5
    assert all(1.5 <= rep.end_s - rep.start_s <= 6 for rep in reps)
    assert all(0 <= b.start_s - a.end_s <= 1.5 for a, b in pairwise(reps))


def test_schedule_ends_when_it_has_a_number_of_reps() -> None:
    """After the last of three reps the person stands."""
    motion = Motion(2, plan=only("neutral", reps=3))
    reps = motion.reps_between(0, 500)
    assert len(reps) == 3
    assert motion.truth(reps[-1].end_s + 60).phase == "standing"


@pytest.mark.parametrize(
    ("kind", "hip", "ratio"),
    [
        ("neutral", (58, 104), (0.1, 0.45)),
        ("partial", (20, 35), (0.1, 0.7)),
        ("squat", (60, 110), (1.0, 1.35)),
    ],
)
def test_kinds_of_rep_look_like_their_names(
    kind: str, hip: tuple[float, float], ratio: tuple[float, float]
) -> None:
    """Peak hip flexion and the share of the knees lie where each kind is defined."""
    for seed in range(8):
        motion = Motion(seed, plan=only(kind))
        for rep in motion.reps_between(0, 20)[:3]:
            truth, still = motion.truth(rep.bottom_s), motion.truth(0)
            peak = truth.hip_flexion_deg - still.hip_flexion_deg
            assert hip[0] <= peak <= hip[1]
            assert ratio[0] <= truth.knee_flexion_deg / peak <= ratio[1]
            assert abs(truth.rounding_deg) < 1


def test_a_forced_rounding_follows_its_formula() -> None:
    """Rounding is b1 phi + b2 max(0, phi - phi0) for the forced b1, b2 and phi0."""
    plan = only("rounded", phi0_deg=(40, 40), early=(0.1, 0.1), late=0.6, hip_deg=(80, 80))
    motion = Motion(3, plan=plan)
    rep = motion.reps_between(0, 10)[0]
    for t in np.linspace(rep.start_s, rep.end_s, 30):
        phi = rep.hip_deg * rep.at(t)[0]
        expected = 0.1 * phi + 0.6 * max(0.0, phi - 40)
        assert motion.truth(t).rounding_deg == pytest.approx(expected, abs=0.6)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.name)
@pytest.mark.parametrize("kind", ["neutral", "squat"])
def test_feet_stay_planted_and_the_body_balances(body: Body, kind: str) -> None:
    """Ankles never move and the centre of mass stays over the middle of the foot."""
    motion = Motion(1, body=body, plan=only(kind))
    rep = motion.reps_between(0, 10)[0]
    start = motion.skeleton(0).ankle
    for t in np.linspace(0, rep.end_s, 25):
        assert np.allclose(motion.skeleton(t).ankle, start, atol=1e-9)
        assert motion.truth(t).com_fraction == pytest.approx(0.42, abs=0.09)


def test_back_bends_only_when_the_back_rounds() -> None:
    """The chord gap opens by centimetres in a rounded rep and hardly in a neutral one."""

    def opened(kind: str) -> float:
        motion = Motion(6, body=BODIES[0], plan=only(kind, rounding_deg=(30, 30)))
        rep = motion.reps_between(0, 10)[0]
        return motion.truth(rep.bottom_s).chord_gap_cm - motion.truth(0).chord_gap_cm

    assert abs(opened("neutral")) < 1.2
    assert opened("rounded") > 2.0


def test_loose_clothes_bridge_the_hollow_of_the_back() -> None:
    """A hoodie hides part of the lordosis of standing, a tight shirt shows it."""
    k = Motion(0).skeleton(0)
    bare = k.body.profile()[0]
    assert np.ptp((drape(k, Look("tight"))[0] - bare)[S1:]) < 0.001
    loose = (drape(k, Look("loose"))[0] - bare)[S1:]
    assert 0.005 < loose.max() < 0.06


@pytest.mark.parametrize("arms", sorted(ARMS))
def test_hands_stay_where_they_belong(arms: str) -> None:
    """Hands on the trunk keep their distance from it through a rep; arms keep their length."""
    motion = Motion(0, body=BODIES[0], arms=arms, plan=only("neutral"))
    rep = motion.reps_between(0, 10)[0]
    gaps = []
    for t in np.linspace(0, rep.bottom_s, 8):
        k = motion.skeleton(t)
        assert np.allclose(np.linalg.norm(k.elbow - k.shoulder, axis=1), 0.29)
        assert np.allclose(np.linalg.norm(k.wrist - k.elbow, axis=1), 0.25)
        skin = np.concatenate(k.skin())
        gaps.append([np.linalg.norm((skin - w)[:, :2], axis=1).min() for w in k.wrist])
    if arms in ("crossed", "stick", "string"):
        assert np.max(gaps) < 0.09


def test_angles_of_a_side_are_obeyed() -> None:
    """Given hip and knee flexion and shank, the thigh and pelvis follow."""
    leg = Side(hip_flexion=60, knee=20)
    k = pose(BODIES[0], Angles(leg, leg, shank=5.0))
    assert k.thigh_deg == pytest.approx(15)
    assert k.pelvis_deg == pytest.approx(45)
    assert k.elbow.shape == (2, 3)


def test_frames_have_the_asked_size() -> None:
    """Frame k is an RGB picture of width x height at k / fps, different from the empty room."""
    camera = open_camera(SMALL, live=False)
    frames = [camera.read() for _ in range(3)]
    assert camera.size == (180, 240)
    assert camera.frames_total is None
    for k, frame in enumerate(frames):
        assert frame is not None
        assert frame.rgb.shape == (240, 180, 3)
        assert frame.rgb.dtype == np.uint8
        assert frame.taken_at == pytest.approx(k / 10)
    camera.close()
    camera.close()


def test_flip_mirrors_frame_and_landmarks() -> None:
    """A flipped figure is the mirrored picture, with left and right exchanged."""
    motion, view = Motion(1), Viewpoint(size=(180, 240))
    plain, flipped = Figure(motion, view=view), Figure(motion, view=view, flip=True)
    assert np.array_equal(plain.picture(4.0)[:, ::-1], flipped.picture(4.0))
    a, b = plain.points(4.0), flipped.points(4.0)
    assert b[Mark.RIGHT_KNEE] == pytest.approx((180 - a[Mark.LEFT_KNEE, 0], a[Mark.LEFT_KNEE, 1]))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [(180, 240), (135, 240), (320, 240)])
def test_the_person_stays_in_the_frame(seed: int, size: tuple[int, int]) -> None:
    """No landmark leaves the frame through a deep hinge, whatever the shape of the picture."""
    motion = Motion(seed, plan=only("rounded", hip_deg=(98, 98)))
    view = Viewpoint.framing(motion.body.height_m, size, 180.0 * (seed % 2))
    rep = motion.reps_between(0, 10)[0]
    for t in (0.0, rep.start_s + rep.down_s / 2, rep.bottom_s):
        points = motion.points(t, view)
        assert (points > 0.02 * size[0]).all()
        assert (points < np.array(size) * 0.99).all()


def test_the_back_outline_is_where_the_frame_has_its_edge() -> None:
    """Just inside the true outline is the person, just outside is the wall."""
    look = Look(top=(200, 0, 0), bottom=(200, 0, 0))
    figure = Figure(Motion(0, body=BODIES[0]), look, light=Light(noise=0))
    picture = figure.picture(0.0).astype(int)
    red = picture[..., 0] - picture[..., 1] > 25
    for x, y in figure.back_px(0.0)[1:11]:
        assert red[int(y), int(x) + 4]
        assert not red[int(y), int(x) - 4]


def test_noise_and_light_can_be_set() -> None:
    """A dim room is darker; without noise the empty wall is still."""
    view = Viewpoint(size=(180, 240))
    bright = Figure(Motion(0), view=view, light=Light(1.0, 0.0)).picture(0.0)
    dim = Figure(Motion(0), view=view, light=Light(0.4, 0.0)).picture(0.0)
    assert dim.mean() < 0.5 * bright.mean()
    noisy = Figure(Motion(0), view=view, light=Light(1.0, 6.0)).picture(0.0)
    assert 2 < np.std(noisy[:40].astype(int) - bright[:40]) < 10


def test_live_frames_keep_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A late reader of a live camera gets the frame that is due now, and skips some."""
    clock = [100.0]
    monkeypatch.setattr("mirror.simulator.camera.time.monotonic", lambda: clock[0])
    monkeypatch.setattr(
        "mirror.simulator.camera.time.sleep", lambda s: clock.__setitem__(0, clock[0] + s)
    )
    camera = FigureCamera(SMALL, live=True)
    assert camera.read().taken_at == 0.0
    assert camera.read().taken_at == pytest.approx(0.1)
    clock[0] = 103.05
    assert camera.read().taken_at == pytest.approx(3.0)
    assert camera.read().taken_at == pytest.approx(3.1)
