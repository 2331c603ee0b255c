"""The calibration that is kept, and the running mirror that uses it."""

import logging
import os
import tomllib
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from mirror.calibration import calibration, controller
from mirror.calibration.calibration import fitting, keep, kept_at, load_calibration, reflection
from mirror.calibration.controller import CalibrationController
from mirror.calibration.fitting import Correction, Fitted
from mirror.coach.command import Command
from mirror.config import CameraSettings, ScreenSettings, Settings
from mirror.display.glass import Glass
from mirror.errors import ConfigError, OutputError
from mirror.simulator.people import CAMERA, Errors, case
from mirror.simulator.volunteer import Volunteer

SETTINGS = Settings(camera=CAMERA, screen=ScreenSettings(diagonal_in=43.0, bottom_m=0.6))
GLASS = Glass.of((1080, 1920), SETTINGS.screen)
FITTED = Fitted(Correction(0.01, -0.02, 0.003, 1.5, -0.5, 0.25, 0.004), 6.25)


def moved(**camera):
    """The settings with another camera."""
    return msgspec.structs.replace(
        SETTINGS, camera=msgspec.structs.replace(SETTINGS.camera, **camera)
    )


def test_what_is_kept_comes_back(state):
    """To the precision that matters, in the state folder, as readable TOML."""
    assert fitting(SETTINGS) is None
    path = keep(FITTED, SETTINGS)
    assert path == kept_at() == state / "calibration.toml"
    found = fitting(SETTINGS)
    assert found.correction == FITTED.correction
    assert found.residual_mm == pytest.approx(6.2, abs=0.1)
    assert tomllib.loads(path.read_text())["made_with"]["camera.height_m"] == 1.2


@pytest.mark.parametrize(
    "change",
    [{"height_m": 1.3}, {"lens": "module-2"}, {"lens": "own", "fov_deg": 70.0}, {"flip": True}],
)
def test_a_calibration_of_other_settings_is_set_aside(state, change):
    """It says which setting is another one, and stays on the disk."""
    keep(FITTED, SETTINGS)
    with pytest.raises(
        ConfigError, match=rf"another .*camera.{next(iter(change))}.*calibrate again"
    ):
        fitting(moved(**change))
    assert fitting(SETTINGS) is not None


def test_what_does_not_matter_may_change(state):
    """The frame rate and the filmed person do not concern the glass."""
    keep(FITTED, SETTINGS)
    assert fitting(moved(fps=15.0, source="figure")) is not None


@pytest.mark.parametrize(
    "text",
    [
        *("", "residual_mm = 3", "not toml", "\x00", "[correction]\nx = 1"),
        "a = " + "[" * 5000,
        "a = " + "9" * 5000,
        "residual_mm = 0x" + "f" * 20000,
        "residual_mm" + ".a" * 5000 + " = 1",
        "residual_mm = nan\n[correction]\n[made_with]",
        "residual_mm = 3\n[correction]\ntilt_deg = inf\n[made_with]",
        "residual_mm = 3\n[correction]\nzoom = -nan\n[made_with]",
    ],
)
def test_a_damaged_file_is_one_sentence(state, text):
    """It names the file and what to do."""
    state.mkdir(parents=True)
    kept_at().write_text(text)
    with pytest.raises(ConfigError, match=r"calibration\.toml: is damaged .*calibrate again"):
        load_calibration(kept_at())


def test_a_failed_write_leaves_the_old_one(state, monkeypatch):
    """A full disk loses nothing."""
    keep(FITTED, SETTINGS)
    before = kept_at().read_text()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        keep(replace(FITTED, residual_mm=1.0), SETTINGS)
    assert kept_at().read_text() == before
    assert [path.name for path in state.iterdir()] == ["calibration.toml"]


@pytest.mark.parametrize(
    ("line", "is_kept", "expected"),
    [
        ("auto", False, False),
        ("auto", True, True),
        ("figure", True, False),
        ("reflection", False, True),
        ("reflection", True, True),
    ],
)
def test_the_line_is_on_the_reflection_if_calibrated_or_wanted(state, line, is_kept, expected):
    """`auto` asks for a calibration; the other two are the owner's word."""
    screen = msgspec.structs.replace(SETTINGS.screen, line=line)
    settings = msgspec.structs.replace(SETTINGS, screen=screen)
    if is_kept:
        keep(FITTED, settings)
    found = reflection(settings, GLASS, (480, 640), fitting(settings))
    assert (found is not None) == expected
    if found is not None:
        assert (found.setting.tilt_deg == 1.5) == is_kept


def calibrated(mirror, volunteer, seconds=120):
    """Somebody calibrates until there is a result."""
    for _ in range(seconds * 5):
        volunteer.follow(mirror.now, 0.2)
        while not volunteer.observations.empty():
            seen = volunteer.observations.get()
            mirror.look(seen.pose, seen.t)
        if mirror.now is None or mirror.now.fitted is not None:
            return


def test_the_journey_from_a_long_press_to_the_line(state, caplog):
    """Begin, four dots, keep: the running mirror has the reflection at once, and logs the mm."""
    caplog.set_level(logging.INFO, "mirror")
    mirror = CalibrationController(SETTINGS, lambda: GLASS)
    there = case(2, Errors(), SETTINGS.camera, SETTINGS.screen, GLASS)
    volunteer = Volunteer(there, "right")
    volunteer.follow(None, 0.1)
    pose = volunteer.observations.get().pose
    assert mirror.reflection(pose) is None
    mirror.press(Command.CALIBRATE)
    assert mirror.is_on
    calibrated(mirror, volunteer)
    mirror.press(Command.SELECT)
    assert not mirror.is_on
    assert "mm apart; stored in" in caplog.text
    true = np.array([-there.room.lens_at[0], there.room.lens_at[2]])
    off = np.array(mirror.reflection(pose).setting.camera) - true
    assert np.abs(off).max() < 0.06


def test_leaving_changes_nothing(state, caplog):
    """Nothing is written, and what was kept stays."""
    keep(FITTED, SETTINGS)
    before = kept_at().read_text()
    caplog.set_level(logging.INFO, "mirror")
    mirror = CalibrationController(SETTINGS, lambda: GLASS)
    mirror.press(Command.CALIBRATE)
    mirror.press(Command.CALIBRATE)
    assert not mirror.is_on
    assert kept_at().read_text() == before
    assert "Nothing was changed" in caplog.text


def test_a_simulated_result_is_not_kept(state):
    """Trying it out never spoils a real calibration."""
    mirror = CalibrationController(SETTINGS, lambda: GLASS, is_kept=False)
    mirror.begin()
    calibrated(mirror, Volunteer(case(1, Errors(), CAMERA, SETTINGS.screen, GLASS), "right"))
    mirror.press(Command.SELECT)
    assert not kept_at().exists()


def test_a_damaged_calibration_is_a_fault_and_the_figure_serves(state):
    """The mirror goes on."""
    state.mkdir(parents=True)
    kept_at().write_text("nonsense")
    mirror = CalibrationController(SETTINGS, lambda: GLASS)
    assert "calibrate again" in str(mirror.fault)
    assert mirror.reflection(None) is None


def test_a_result_that_cannot_be_kept_is_a_fault(state, monkeypatch):
    """One sentence; what was known before still serves."""
    mirror = CalibrationController(SETTINGS, lambda: GLASS)
    mirror.begin()
    calibrated(mirror, Volunteer(case(1, Errors(), CAMERA, SETTINGS.screen, GLASS), "right"))

    def full(fitted, settings):
        raise OutputError("calibration.toml: cannot be written (No space left on device).")

    monkeypatch.setattr(controller, "keep", full)
    mirror.press(Command.SELECT)
    assert "No space left" in str(mirror.fault)


def test_own_numbers_may_be_kept_too(state):
    """A field of view that is given is among what the calibration was made with."""
    settings = Settings(camera=CameraSettings(lens="own", fov_deg=80.0, k1=-0.1))
    keep(FITTED, settings)
    assert calibration.load_calibration(kept_at()).made_with["camera.fov_deg"] == 80.0
    assert fitting(settings) is not None
