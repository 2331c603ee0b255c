"""The line on the reflection, against a room of real rays that does not know its formula."""

from dataclasses import replace

import numpy as np
import pytest
from benches.altered import altered
from benches.reflection import DISTANCES, TARGET_MM, errors_mm, table
from hypothesis import given, settings
from hypothesis import strategies as st
from people import film, person, reps, with_mask

from mirror.calibration.fitting import Correction, Sample, fit, spot
from mirror.calibration.projection import Reflection, by_heels
from mirror.camera.optics import lens
from mirror.coach.advance import advance
from mirror.coach.language import load_language
from mirror.coach.session import start
from mirror.config import CameraSettings, ScreenSettings
from mirror.display.glass import Glass, RigGeometry
from mirror.display.scene import Line, Ring
from mirror.screens.layout import divide
from mirror.screens.reflected import on_reflection, speed_deg_s
from mirror.screens.router import ScreenState, Situation, compose, route
from mirror.simulator.people import CAMERA, Errors, SimulatedPerson, case, seen
from mirror.simulator.room import Room, looking, stand

pytestmark = pytest.mark.slow

SCREEN = ScreenSettings()
GLASS = Glass.of((1080, 1920), SCREEN)
EXACT = Errors(0, 0, 0, 0, 0, 0, 0, 0, 0)
METRES = st.floats(-1.0, 1.0)


def setting(camera=CAMERA, screen=SCREEN):
    """As these settings say, for pictures of 480x640."""
    return RigGeometry.of(camera, screen, Glass.of((1080, 1920), screen), lens(camera, (480, 640)))


@given(
    ex=METRES, ey=st.floats(0.8, 1.9), ez=st.floats(0.5, 4.0),
    px=METRES, py=st.floats(0.0, 2.0), pz=st.floats(0.5, 4.0),
    gap=st.floats(0.0, 50.0),
)  # fmt: skip
def test_the_formula_agrees_with_rays(ex, ey, ez, px, py, pz, gap):
    """Any eye, any point, any gap: the same place on the glass to a tenth of a millimetre."""
    screen = ScreenSettings(gap_mm=gap)
    here = setting(screen=screen)
    room = Room(
        lens_at=np.zeros(3),
        look=looking(0, 0, 0),
        focal_px=1.0,
        k1=0.0,
        k2=0.0,
        size=(480, 640),
        panel=here.panel,
        bottom=screen.bottom_m,
        gap=gap / 1000,
    )
    # The room has the east, to the left of the person, first, then the distance, then the height.
    true = room.seen_at(np.array([-ex, ez, ey]), np.array([[-px, pz, py]]))[0]
    drawn = here.on_glass(np.array([ex, ey, ez]), np.array([px, py, pz]))
    assert drawn == pytest.approx(true, abs=0.1)


def test_the_own_eye_is_seen_straight_ahead():
    """At eye height at any distance, whatever the gap; and a body is reflected at half its size."""
    here = setting(screen=ScreenSettings(gap_mm=30.0))
    for z in (0.5, 1.5, 3.0):
        eye = np.array([0.1, 1.6, z])
        assert here.on_glass(eye, eye) == pytest.approx(here.mm(eye[:2]))
        head, floor = (np.array([0.1, y, z]) for y in (1.7, 0.0))
        places = setting(screen=ScreenSettings(gap_mm=0.0)).on_glass(eye, np.stack([head, floor]))
        assert places[1, 1] - places[0, 1] == pytest.approx(850.0)


@given(
    tilt=st.floats(-15, 15), pan=st.floats(-10, 10), roll=st.floats(-10, 10),
    x=st.floats(-0.5, 0.5), y=st.floats(0.3, 1.9), z=st.floats(1.5, 4.0),
)  # fmt: skip
def test_a_point_in_the_frame_is_found_in_the_room(tilt, pan, roll, x, y, z):
    """Through a bent lens that hangs aslant: given its distance, to a millimetre."""
    camera = CameraSettings(
        lens="module-3-wide", aside_m=0.3, tilt_deg=tilt, pan_deg=pan, roll_deg=roll
    )
    optics = lens(camera, (480, 640))
    room = Room(
        lens_at=np.array([-0.3, 0.0, 1.2]),
        look=looking(tilt, pan, roll),
        focal_px=optics.focal_px,
        k1=optics.k1,
        k2=optics.k2,
        size=(480, 640),
        panel=(0.4, 0.7),
        bottom=0.75,
        gap=0.005,
    )
    pixel = optics.upright(room.picture(np.array([[-x, z, y]])))
    assert setting(camera).at(pixel, z)[0] == pytest.approx([x, y, z], abs=1e-3)


def test_heels_give_the_distance():
    """Of both the mean; of one, half a stance more; of none, nothing."""
    there = case(1, EXACT, CAMERA, SCREEN, GLASS)
    body = stand(SimulatedPerson.drawn(there).bowed(0.0), north=2.3, east=0.1, facing=1)
    pose, _ = seen(there, SimulatedPerson.drawn(there), body)
    assert by_heels(there.setting, [pose]) == pytest.approx(2.3, abs=0.03)
    near, far = body.nearer
    for hidden in ((far,), (near, far)):
        visibility = pose.visibility.copy()
        visibility[list(hidden)] = 0.1
        found = by_heels(there.setting, [replace(pose, visibility=visibility)])
        assert found is None if len(hidden) == 2 else found == pytest.approx(2.3, abs=0.06)


def test_a_known_height_serves_where_the_feet_are_hidden():
    """Body height in pixels gives the distance; without it there is none."""
    pose = replace(person(), visibility=np.zeros(33))
    here = setting()
    body_px = here.focal_px * 1.75 / 1.3 / 2.0
    assert Reflection(here, height_m=1.75).body_m([pose], body_px) == pytest.approx(2.0)
    assert Reflection(here).body_m([pose], body_px) is None
    assert Reflection(here, height_m=1.75).body_m([pose], 1.0) is None  # 400 m


def test_in_a_room_that_is_as_configured_the_line_is_right():
    """Without any error, within 8 mm: what is left is how bodies differ in heads and heels."""
    for seed in range(6):
        there = case(seed, EXACT, CAMERA, SCREEN, GLASS)
        body = SimulatedPerson.drawn(there)
        for north in DISTANCES:
            for share in (0.0, 0.7):
                assert errors_mm(there, Reflection(there.setting), body, north, share).max() < 8


def test_calibration_brings_the_line_within_twenty_millimetres():
    """Over ten rooms with 10 % and 2 deg of error: the mean at each distance, and for each body."""
    before, after = table(10, Errors())
    assert (before.mean(axis=1) > 3 * TARGET_MM).all()
    assert (after.mean(axis=(0, 1)) <= TARGET_MM).all()
    assert (after[0].mean(axis=0) <= TARGET_MM).all()
    assert (after.mean(axis=(1, 2)) <= TARGET_MM).all()


def samples(here, correction, draw):
    """Four dots as they lie where the setting is off by a correction."""
    true = correction.of(here)
    made = []
    for z, aim in ((1.6, "eye"), (1.6, "heel"), (2.6, "heel"), (2.6, "eye")):
        x = float(draw.uniform(-0.1, 0.1))

        def pixel(x, y, z):
            # By search: the pixel from which the true setting finds this point.
            low = np.array(here.centre)
            for _ in range(60):
                off = true.at(low, z)[:2] - [x, y]
                low = low + off * here.focal_px / z
            return low

        near = pixel(x - 0.04, true.floor, z - 0.1)
        far, eye = pixel(x - 0.04, true.floor, z + 0.1), pixel(x, 1.55, z - 0.08)
        sample = Sample(aim, (0.0, 0.0), eye if aim == "eye" else near, eye, near, far)
        made.append(replace(sample, dot=tuple(spot(true, sample).tolist())))
    return made


@settings(deadline=None, max_examples=40)
@given(
    aside=st.floats(-0.05, 0.05), height=st.floats(-0.12, 0.12), tilt=st.floats(-3, 3),
    pan=st.floats(-3, 3), roll=st.floats(-1, 1), seed=st.integers(0, 99),
)  # fmt: skip
def test_dots_without_error_are_explained(aside, height, tilt, pan, roll, seed):
    """Whatever the camera was off by, what is left is a few millimetres."""
    here = setting()
    wrong = Correction(aside_m=aside, height_m=height, tilt_deg=tilt, pan_deg=pan, roll_deg=roll)
    fitted = fit(here, samples(here, wrong, np.random.default_rng(seed)))
    assert fitted.residual_mm < 4


def test_no_dots_leave_everything_as_it_is():
    """A dot that lies where it was expected corrects nothing."""
    here = setting()
    fitted = fit(here, samples(here, Correction(), np.random.default_rng(1)))
    assert fitted.residual_mm == pytest.approx(0.0, abs=1e-3)
    assert fitted.correction.tilt_deg == pytest.approx(0.0, abs=1e-3)


# A person of `people`, 480 pixels high, stands about 2.4 m before a camera of this focal length.
NARROW = CameraSettings(lens="own", fov_deg=46.0, height_m=1.2)


def working(t=3.95):
    """A session on the way down of the first rep, its back seen."""
    session = start()
    for pose in film(reps(2, period=6.0), t):
        session = advance(session, with_mask(pose), pose.taken_at)
    assert route(Situation(session)) is ScreenState.WORKING
    return session


def shown(session, eye="right", camera=NARROW):
    """The lines on the reflection, or None."""
    glass = Glass.of((1080, 1920), ScreenSettings(diagonal_in=50.0))
    screen = ScreenSettings(diagonal_in=50.0, bottom_m=0.4)
    here = RigGeometry.of(camera, screen, glass, lens(camera, (480, 640)))
    lines = on_reflection(session, divide(glass, 0.0), Reflection(here, eye))
    return None if lines is None else list(lines)


def still(session):
    """The session, its body not moving."""
    return altered(session, trail=tuple((p, session.posture) for p, _ in session.movement.trail))


def test_the_line_is_drawn_where_the_eye_sees_the_back():
    """Spine and dowel; each point where `Reflection.places` puts it."""
    lines = shown(still(working()))
    assert lines[0].width_mm < lines[1].width_mm
    assert len(lines[1].points) > 10


def test_a_person_who_faces_right_in_the_frame_is_reflected_facing_left():
    """As in any mirror: in the picture the shoulders are to the right of the hips."""
    spine = shown(still(working()))[-1]
    assert spine.points[-1][0] < spine.points[0][0]


def test_the_line_fades_with_speed():
    """Full at rest, gone where the trunk turns faster than 25 degrees a second."""
    session = working()
    assert speed_deg_s(session) > 25
    assert shown(session) == []
    assert shown(still(session))[-1].colour.brightness == pytest.approx(1.0)


def test_where_the_line_fades_the_figure_lights_up():
    """Together they are never dark: too fast for the line, the figure is as bright as alone."""
    session, english = working(), load_language("en")
    glass = Glass.of((1080, 1920), ScreenSettings(diagonal_in=50.0))
    screen = ScreenSettings(diagonal_in=50.0, bottom_m=0.4)
    here = Reflection(RigGeometry.of(NARROW, screen, glass, lens(NARROW, (480, 640))))

    def light(session, reflection):
        scene = compose(Situation(session, late_s=1.0, reflection=reflection), glass, english)
        heads = [s for s in scene.shapes if isinstance(s, Ring) and s.colour.name == "white"]
        return heads[0].colour.brightness if heads else 0.0

    assert light(session, here) == light(session, None) > 0.5
    assert light(still(session), here) == 0.0
    slow = [
        altered(
            session,
            trail=tuple(
                (p, replace(session.posture, t=q.t, trunk_deg=d)) for p, q in session.movement.trail
            ),
        )
        for d in (session.posture.trunk_deg - 5.0, session.posture.trunk_deg - 6.0)
    ]
    assert 0.0 < light(slow[0], here) < light(slow[1], here) < light(session, None)


def test_two_eyes_get_a_soft_band():
    """As broad as the line is doubled, and dim."""
    band = shown(still(working()), eye="both")
    assert max(line.width_mm for line in band) > 31
    assert all(line.colour.brightness < 0.5 for line in band)


def test_without_a_distance_or_off_the_panel_the_figure_serves():
    """No feet and no body height; or a camera that hangs elsewhere: no line."""
    session = still(working())
    poses = [
        replace(p, visibility=np.where(np.arange(33) < 29, 1.0, 0.0))
        for p, _ in session.movement.trail
    ]
    trail = tuple(
        (p, posture) for p, (_, posture) in zip(poses, session.movement.trail, strict=True)
    )
    blind = altered(
        session, pose=replace(session.pose, visibility=poses[0].visibility), trail=trail
    )
    assert shown(blind) is None
    assert shown(session, camera=CameraSettings(lens="own", fov_deg=46.0, aside_m=1.5)) is None


def test_the_glass_shows_the_line_or_the_figure():
    """One or the other: the head of the figure is a ring, the reflection has one already."""
    session, english = still(working()), load_language("en")
    glass = Glass.of((1080, 1920), ScreenSettings(diagonal_in=50.0))
    screen = ScreenSettings(diagonal_in=50.0, bottom_m=0.4)
    here = RigGeometry.of(NARROW, screen, glass, lens(NARROW, (480, 640)))

    def lines(reflection):
        scene = compose(Situation(session, late_s=1.0, reflection=reflection), glass, english)
        return [shape for shape in scene.shapes if isinstance(shape, Line)]

    assert len(lines(None)) > len(lines(Reflection(here))) > 2
