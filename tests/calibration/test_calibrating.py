"""Calibrating: a person brings their reflection to four dots and sees how well the result fits."""

from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np
import pytest

from mirror.calibration.calibration import as_configured
from mirror.calibration.state import ALONE_S, DOTS, CalibrationState, live, look, press
from mirror.coach.command import Command
from mirror.coach.language import load_language
from mirror.config import ScreenSettings, Settings
from mirror.display.glass import Glass
from mirror.display.scene import Dot, Text
from mirror.display.screen import open_screen
from mirror.screens.calibrating import calibrating
from mirror.simulator.people import CAMERA, Errors, case
from mirror.simulator.volunteer import Volunteer

SETTINGS = Settings(camera=CAMERA, screen=ScreenSettings(diagonal_in=43.0, bottom_m=0.6))
USUAL, NONE = Errors(), Errors(0, 0, 0, 0, 0, 0, 0, 0, 0)
GLASS = Glass.of((1080, 1920), SETTINGS.screen)


def begun(settings=SETTINGS, glass=GLASS):
    """A calibration that nobody has come to yet."""
    return CalibrationState(partial(as_configured, settings, glass))


def helped(now, volunteer, seconds, until=lambda now: False):
    """The calibration after a volunteer has followed it for so long; each state on the way."""
    states = [now]
    for _ in range(int(seconds * 5)):
        volunteer.follow(now, 0.2)
        while not volunteer.observations.empty():
            seen = volunteer.observations.get()
            now = look(now, seen.pose, seen.t)
            states.append(now)
        if until(now):
            break
    return states


def room(seed, errors=USUAL, settings=SETTINGS, glass=GLASS):
    """A volunteer in a room, and the room."""
    there = case(seed, errors, settings.camera, settings.screen, glass)
    return Volunteer(there, "right"), there


def done(now):
    """Whether there is a result."""
    return now.fitted is not None


@pytest.mark.parametrize("seed", range(3))
def test_a_volunteer_gets_to_the_end_without_a_button(seed):
    """Stepping, bending and holding still are enough; the setting is then nearer to the truth."""
    volunteer, there = room(seed)
    now = helped(begun(), volunteer, 120, done)[-1]
    assert now.fitted is not None
    assert now.fitted.residual_mm < 12
    true = np.array([-there.room.lens_at[0], there.room.lens_at[2]])
    before = np.linalg.norm(np.array(there.setting.camera) - true)
    assert np.linalg.norm(np.array(now.setting.camera) - true) < 0.5 * before


def test_without_errors_nothing_is_spoilt():
    """In a room that is as the settings say, the dots stay where eye and heel are seen."""
    volunteer, there = room(1, NONE)
    now = helped(begun(), volunteer, 120, done)[-1]
    assert now.fitted.residual_mm < 5
    now = helped(now, volunteer, 0.4)[-1]
    assert np.abs(np.array(live(now)) - reflected(volunteer, there)).max() < 15


def reflected(volunteer, there):
    """(2, 2) mm where the volunteer truly sees their right eye and the nearer heel."""
    body = volunteer.body()
    eye = body.eye("right")
    return there.room.seen_at(eye, np.stack([eye, body.marks[body.nearer[0]]]))


def test_the_dots_are_four_and_at_two_distances():
    """Eye and heel near the glass, then both at least half a metre farther away."""
    volunteer, _ = room(2, NONE)
    states = helped(begun(), volunteer, 120, done)
    samples = states[-1].samples
    assert [s.aim for s in samples] == ["eye", "heel", "heel", "eye"]
    assert len({s.dot for s in samples}) == len(DOTS)
    setting = states[-1].setting
    distances = [setting.heel_m(s.near) for s in samples]
    assert min(distances[2:]) > max(distances[:2]) + 0.5


def test_a_panel_that_ends_above_the_reflected_heel_takes_the_knee():
    """A lying panel at chest height."""
    screen = ScreenSettings(bottom_m=1.0)
    settings = Settings(camera=CAMERA, screen=screen)
    glass = Glass.of((1920, 1080), screen)
    volunteer, _ = room(3, settings=settings, glass=glass)
    now = helped(begun(settings, glass), volunteer, 160, done)[-1]
    assert [s.aim for s in now.samples] == ["eye", "knee", "knee", "eye"]
    assert now.fitted.residual_mm < 15


def test_a_person_who_walks_about_is_never_taken_for_aligned():
    """Nothing is captured while the body moves, or stands still far from the dot."""
    volunteer, _ = room(1)
    now = helped(begun(), volunteer, 60, lambda now: now.dot is not None)[-1]
    dot = now.dot
    away = replace(now, dot=(dot[0], dot[1] + 400.0))
    for _ in range(60):
        volunteer.follow(None, 0.1)  # stands where it is
        while not volunteer.observations.empty():
            seen = volunteer.observations.get()
            away = look(away, seen.pose, seen.t)
    assert away.samples == ()
    assert away.held == 0.0


def test_buttons_move_the_dot_and_leave():
    """Next lowers it, previous lifts it, select places a new one; a long press leaves."""
    volunteer, _ = room(1)
    now = helped(begun(), volunteer, 60, lambda now: now.dot is not None)[-1]
    x, y = now.dot
    assert press(now, Command.NEXT).dot == (x, y + 20)
    assert press(press(now, Command.NEXT), Command.PREVIOUS).dot == (x, y)
    assert press(now, Command.SELECT).dot is None
    for what in (Command.REMEMBER, Command.CALIBRATE, Command.SHUTDOWN):
        assert press(now, what).outcome == "left"
    low = now
    for _ in range(100):
        low = press(low, Command.NEXT)
    assert low.dot[1] <= GLASS.height_mm - 45


def test_the_result_is_kept_or_begun_again():
    """Select keeps; next and previous begin again; the live dots lie on the reflection."""
    volunteer, there = room(4)
    now = helped(begun(), volunteer, 120, done)[-1]
    assert press(now, Command.SELECT).outcome == "kept"
    again = press(now, Command.NEXT)
    assert again.fitted is None
    assert again.samples == ()
    now = helped(now, volunteer, 0.4)[-1]
    assert np.abs(np.array(live(now)) - reflected(volunteer, there)).max() < 40


def test_nobody_there_ends_it():
    """A long press by mistake does not leave the mirror measuring for ever."""
    now = look(begun(), None, 10.0)
    assert now.hint == "come"
    assert look(now, None, 10.0 + ALONE_S - 1).outcome is None
    assert look(now, None, 10.0 + ALONE_S + 1).outcome == "left"


@pytest.mark.parametrize("size", [(1080, 1920), (1280, 720)])
def test_nothing_on_the_glass_overlaps_or_leaves_it(size):
    """In every step, on every glass: texts inside, apart, and not over the dot."""
    screen = open_screen(ScreenSettings(), mode="offscreen", size=size)
    settings = Settings(camera=CAMERA, screen=ScreenSettings(bottom_m=0.9))
    volunteer, _ = room(3, settings=settings, glass=screen.glass)
    states = helped(begun(settings, screen.glass), volunteer, 160, done)
    shown = {(len(s.samples), s.hint, s.dot, done(s)): s for s in states}
    assert len(shown) > 6
    for now, language in product(shown.values(), ("en", "de")):
        scene = calibrating(now, screen.glass, load_language(language))
        boxes = [screen.extent(s) for s in scene.shapes if isinstance(s, Text)]
        if now.fitted is None:
            boxes += [
                (x - 24, y - 24, x + 24, y + 24)
                for x, y in (s.centre for s in scene.shapes if isinstance(s, Dot))
            ]
        for k, a in enumerate(boxes):
            assert a[0] >= 0, now.hint
            assert a[1] >= 0, now.hint
            assert a[2] <= screen.glass.width_mm, now.hint
            assert a[3] <= screen.glass.height_mm, now.hint
            for b in boxes[k + 1 :]:
                assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], now.hint
