"""The frame made upright: the effects of a lens and an aslant camera are removed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from people import SIZE, person, with_mask

from mirror.camera.optics import ASIDE, MODULES, lens, whole_from_m
from mirror.config import CameraSettings
from mirror.figure.motion import Motion, landmarks
from mirror.hinge.measure.contour import person_at
from mirror.hinge.measure.geometry import corner_deg
from mirror.hinge.measure.lens import Lens, level
from mirror.hinge.measure.pose import Mark
from mirror.hinge.measure.posture import Measuring, Posture, measure

LENSES = st.builds(
    Lens,
    size=st.just(SIZE),
    focal_px=st.floats(400, 900),
    k1=st.floats(-0.1, 0.1),
    k2=st.floats(-0.03, 0.03),
    tilt_deg=st.floats(-20, 20),
    pan_deg=st.floats(-15, 15),
    roll_deg=st.floats(-30, 30),
)


@given(focal=st.floats(250, 3000), x=st.floats(-200, 900), y=st.floats(-200, 900))
def test_a_pinhole_that_hangs_straight_changes_nothing(focal, x, y):
    """Points stay where they are, and the pose is the very same."""
    plain = Lens(SIZE, focal)
    assert plain.upright(np.array([x, y])) == pytest.approx([x, y], abs=1e-6)
    pose = with_mask(person())
    assert plain.pose(pose) is pose


@given(lens=LENSES, x=st.floats(40, 440), y=st.floats(40, 600))
def test_upright_and_seen_undo_each_other(lens, x, y):
    """Within the frame, to a fiftieth of a pixel."""
    there = lens.upright(np.array([x, y]))
    assert lens.seen(there) == pytest.approx([x, y], abs=0.02)


def projected(points_m: np.ndarray, lens: Lens) -> np.ndarray:
    """Pixels of a real camera for points (right, down, ahead) of the level room, step by step."""
    tilt, pan, roll = (np.radians(a) for a in (lens.tilt_deg, lens.pan_deg, lens.roll_deg))
    seen = []
    for x, y, z in points_m:
        # The camera turned to its left, the room goes to the right; then it looks down, then rolls.
        x, z = x * np.cos(pan) + z * np.sin(pan), z * np.cos(pan) - x * np.sin(pan)
        y, z = y * np.cos(tilt) - z * np.sin(tilt), z * np.cos(tilt) + y * np.sin(tilt)
        x, y = x * np.cos(roll) + y * np.sin(roll), y * np.cos(roll) - x * np.sin(roll)
        u, v = x / z, y / z
        grows = 1 + lens.k1 * (u * u + v * v) + lens.k2 * (u * u + v * v) ** 2
        seen.append(
            (
                lens.size[0] / 2 + lens.focal_px * grows * u,
                lens.size[1] / 2 + lens.focal_px * grows * v,
            )
        )
    return np.array(seen)


@given(
    lens=LENSES,
    a=st.tuples(st.floats(-0.6, 0.6), st.floats(-0.8, 0.8)),
    b=st.tuples(st.floats(-0.6, 0.6), st.floats(-0.8, 0.8)),
    c=st.tuples(st.floats(-0.6, 0.6), st.floats(-0.8, 0.8)),
)
def test_angles_parallel_to_the_glass_come_back(lens, a, b, c):
    """Whatever the lens and however the camera hangs, the angle at b is the true one."""
    if min(np.hypot(a[0] - b[0], a[1] - b[1]), np.hypot(c[0] - b[0], c[1] - b[1])) < 0.1:
        return
    flat = np.array([(*p, 2.5) for p in (a, b, c)])
    upright = lens.upright(projected(flat, lens))
    found = corner_deg(*(tuple(p) for p in upright))
    assert found == pytest.approx(corner_deg(a, b, c), abs=0.1)
    # What is a metre at this distance is as many pixels everywhere.
    assert upright == pytest.approx(flat[:, :2] / 2.5 * lens.focal_px + lens.centre, abs=0.05)


@settings(max_examples=8, deadline=None)
@given(lens=LENSES, bow=st.floats(-0.05, 0.12))
def test_the_mask_goes_with_the_landmarks(lens, bow):
    """A person drawn aslant and bent by a lens has the back and the angles of the straight one."""
    straight = with_mask(person(trunk=30, thigh=10, shank=5), bow)
    corners = np.array([(x, y) for x in (190.0, 400.0) for y in (100.0, 420.0)])
    assume(((lens.seen(corners) > 0) & (lens.seen(corners) < SIZE)).all())  # the trunk is in it
    # The real frame, made by sampling the straight one where each real pixel lies.
    width, height = SIZE
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    places = np.floor(lens.upright(np.stack([x, y], -1))).astype(int)
    inside = ((places >= 0) & (places < [width, height])).all(axis=-1)
    places = places.clip(0, [width - 1, height - 1])
    mask = np.where(inside, straight.mask[places[..., 1], places[..., 0]], 0).astype(np.float32)
    real = replace(straight, points=lens.seen(straight.points), mask=mask)
    back = lens.pose(real)
    assert back.points == pytest.approx(straight.points, abs=0.1)
    (_, one), (_, two) = (measure(Measuring(), p, 0.0, None) for p in (straight, back))
    assert isinstance(one, Posture)
    assert isinstance(two, Posture)
    assert two.hip_flexion_deg == pytest.approx(one.hip_flexion_deg, abs=0.2)
    assert one.back is not None
    assert two.back is not None
    trunk = (one.back.contour.dorsal, two.back.contour.dorsal)
    # In trunk lengths of 150 pixels: a pixel and a half, of which sampling twice costs one.
    inner = [d[8:56] for d in trunk]
    assert np.nanmax(np.abs(inner[0] - inner[1])) < 0.012


@settings(max_examples=20, deadline=None)
@given(lens=LENSES, x=st.integers(60, 420), y=st.integers(60, 580))
def test_nothing_of_the_person_is_lost_far_from_the_landmarks(lens, x, y):
    """A hand or a seat of the mask that no landmark is near is where it belongs."""
    mask = np.zeros((640, 480), np.float32)
    mask[y - 20 : y + 20, x - 20 : x + 20] = 1.0
    there = lens.upright(np.array([[x + dx, y + dy] for dx in (-16, 16) for dy in (-16, 16)]))
    assume(((there > 1) & (there < [479, 639])).all())
    upright = lens.pose(replace(person(), mask=mask))
    assert (person_at(upright, np.floor(there) + 0.5) > 0.9).all()


def test_the_frame_is_made_upright_too():
    """A bright spot of the real frame lies where its point is put."""
    rolled = Lens(SIZE, 500.0, k1=-0.05, roll_deg=10)
    rgb = np.zeros((640, 480, 3), np.uint8)
    rgb[118:123, 98:103] = 255
    x, y = rolled.upright(np.array([100.5, 120.5]))
    assert rolled.picture(rgb)[int(y), int(x)].tolist() == [255, 255, 255]
    assert Lens(SIZE, 500.0).picture(rgb) is rgb


@given(lens=LENSES)
def test_the_middle_of_the_frame_stays(lens):
    """A camera that looks down keeps the person in the frame that is made upright."""
    middle = np.array(SIZE) / 2
    assert lens.upright(middle) == pytest.approx(middle, abs=1e-6)


def test_a_level_camera_is_the_identity():
    """And tilt, pan, roll turn the axis the way they say: down, left in the frame, clockwise."""
    assert level(0, 0, 0) == pytest.approx(np.eye(3))
    ahead = np.array([0.0, 0.0, 1.0])
    assert (level(10, 0, 0) @ ahead)[1] > 0
    assert (level(0, 10, 0) @ ahead)[0] < 0
    assert (level(0, 0, 10) @ [1.0, 0.0, 0.0])[1] > 0


@pytest.mark.parametrize("name", MODULES)
def test_a_preset_sees_what_its_module_sees(name):
    """A frame in the shape of the sensor has the published field along both sides."""
    module = MODULES[name]
    shape = {"module-2": (1640, 1232)}.get(name, (2304, 1296))
    made = lens(CameraSettings(lens=name, rotate=0), shape)
    assert lens(CameraSettings(lens=name, rotate=90), shape[::-1]).focal_px == made.focal_px
    for side, at in ((0, (0.0, shape[1] / 2)), (1, (shape[0] / 2, 0.0))):
        edge = made.upright(np.array(at)) - np.array(shape) / 2
        field = 2 * np.degrees(np.arctan(abs(edge[side]) / made.focal_px))
        assert field == pytest.approx((module.long_deg, module.short_deg)[side], abs=1.0)


def test_a_squarer_frame_sees_less_of_a_wide_sensor():
    """4:3 is cut out of 16:9 at the ends of the longer side; the shorter side sees all."""
    made = lens(CameraSettings(lens="module-3"), (480, 640))
    assert 2 * np.degrees(np.arctan(240 / made.focal_px)) == pytest.approx(41.0)
    assert 2 * np.degrees(np.arctan(320 / made.focal_px)) < 60


def test_a_module_hangs_on_its_side_unless_it_is_said_otherwise():
    """Lying, it would see an upright frame of its shorter side only, and no person whole."""
    assert CameraSettings().turn == 90
    lying = lens(CameraSettings(rotate=0), (480, 640))
    assert 2 * np.degrees(np.arctan(320 / lying.focal_px)) == pytest.approx(41.0)
    for other in ({"source": "0"}, {"source": "film.mp4"}, {"width": 640, "height": 480}):
        assert CameraSettings(**other).turn == 0
    assert CameraSettings(source="0", rotate=270).turn == 270


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("tilt", [-3.0, 0.0, 8.0])
def test_a_person_is_seen_whole_from_the_stated_distance(name, tilt):
    """There, and no nearer, head and feet are in the frame."""
    camera = CameraSettings(lens=name, tilt_deg=tilt, height_m=1.1)
    size = (480, 640)
    away = whole_from_m(camera, size, 1.8)
    made = lens(camera, size)

    def is_whole(north):
        # Rays from the lens to head and feet in the frame that is made upright.
        rays = np.array([[0.0, 1.1 - 1.8, north], [0.0, 1.1, north]]) @ level(tilt, 0, 0)
        slopes = np.abs(rays[:, 1] / rays[:, 2])
        plain = lens(CameraSettings(lens=name), size)
        edge = (320 - plain.upright(np.array([240.0, 0.0]))[1]) / made.focal_px
        return bool((slopes <= edge).all())

    assert is_whole(away + 0.01)
    assert not is_whole(away - 0.01)


@pytest.mark.parametrize(
    ("name", "height", "low", "high", "overhead", "one_leg"),
    [
        ("module-2", 640, 1.7, 1.5, 2.0, 2.3),
        ("module-3", 640, 2.0, 1.8, 2.4, 2.8),
        ("module-3", 848, 1.5, 1.4, 2.4, 2.8),
        ("module-3-wide", 640, 1.1, 1.0, 1.4, 1.6),
    ],
)
def test_the_distances_that_the_builder_reads(name, height, low, high, overhead, one_leg):
    """README: level at 1 m, and at 1.2 m looking 8 degrees down; across, either way."""
    for reported, hung in ((low, {"height_m": 1.0}), (high, {"height_m": 1.2, "tilt_deg": 8.0})):
        camera = CameraSettings(lens=name, height=height, **hung)
        for variation, metres in (("", reported), ("overhead", overhead), ("single-leg", one_leg)):
            assert round(whole_from_m(camera, (480, height), 1.8, variation), 1) == metres


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("variation", ASIDE)
def test_what_reaches_aside_is_seen_from_the_stated_distance(name, variation):
    """There, and no nearer, the figure's hands and its free foot stay in the frame."""
    camera, size = CameraSettings(lens=name, height_m=1.0), (480, 640)
    away = whole_from_m(camera, size, 1.8, variation)
    made = lens(camera, size)
    motion = Motion(2, variation)
    film_m = np.array([landmarks(motion.skeleton(t))[:, 0] for t in np.arange(0, 24, 0.1)])
    feet = film_m[0, [Mark.LEFT_ANKLE, Mark.RIGHT_ANKLE]].mean()
    widest = np.abs(film_m - feet).max() * 1.8 / motion.body.height_m
    for metres, is_whole in ((away * 1.03, True), (away * 0.9, False)):
        x = made.seen(np.array([240 + made.focal_px * widest / metres, 320.0]))[0]
        assert (x <= 480) == is_whole


def test_nobody_is_seen_whole_by_a_camera_that_looks_over_their_heads():
    """Then there is no distance to report."""
    assert whole_from_m(CameraSettings(tilt_deg=-40.0), (480, 640), 1.8) == np.inf


def test_own_numbers_are_of_the_longer_side():
    """The field of view of a lens of one's own is measured in the frame that it gives."""
    made = lens(CameraSettings(lens="own", fov_deg=90.0, k1=-0.1), (480, 640))
    top = made.upright(np.array([240.0, 0.0]))
    assert (320 - top[1]) / made.focal_px == pytest.approx(1.0, abs=1e-3)


def test_the_landmarks_keep_their_other_values():
    """Visibility and time are not touched; the landmarks in space turn by the roll alone."""
    pose = person(3.0)
    made = Lens(SIZE, 500.0, roll_deg=5).pose(pose)
    assert made.taken_at == 3.0
    assert made.visibility is pose.visibility
    assert Lens(SIZE, 500.0, tilt_deg=9, pan_deg=4).pose(pose).world == pytest.approx(pose.world)
    assert made.mask is None
    assert made.points[Mark.LEFT_HIP] != pytest.approx(pose.points[Mark.LEFT_HIP])
