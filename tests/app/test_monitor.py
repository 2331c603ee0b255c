from types import SimpleNamespace

import pytest

from mirror.app.health import Health, Vitals, vitals
from mirror.app.monitor import Monitor
from mirror.buttons import controls
from mirror.buttons.controls import Controls
from mirror.buttons.keyboard import Keyboard
from mirror.coach.command import Command
from mirror.config import ButtonSettings
from mirror.display.connectors import plugged
from mirror.errors import ButtonsError, CameraError
from mirror.pose.watchdog import ABSENT_S, DEFAULT_STEP_S, LOST_S, SHOWN_S, Watchdog, step_s


class Clock:
    """A clock that moves when it is set."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    """A clock that stands still."""
    return Clock()


def test_a_part_that_keeps_its_promises_does_not_hang(clock):
    """Nor does one that has come to its end."""
    watchdog = Watchdog(clock)
    watchdog.promise("camera", 5.0)
    clock.now += 4.9
    assert watchdog.hangs is None
    watchdog.promise("camera", 5.0)
    clock.now += 4.9
    assert watchdog.hangs is None
    watchdog.is_over("camera")
    clock.now += 1000
    assert watchdog.hangs is None
    assert watchdog.wants_new_process is None


def test_a_part_that_is_late_hangs_and_after_a_while_wants_a_new_process(clock):
    """Between the two the glass can say it; a late step ends the trouble."""
    watchdog = Watchdog(clock)
    watchdog.promise("estimator", 10.0)
    clock.now += 10.1
    assert watchdog.hangs == "estimator"
    assert watchdog.wants_new_process is None
    clock.now += SHOWN_S
    assert watchdog.wants_new_process == "estimator"
    watchdog.promise("estimator", 10.0)
    assert watchdog.hangs is None
    assert watchdog.wants_new_process is None


@pytest.mark.parametrize(("has_worked", "patience_s"), [(True, LOST_S), (False, ABSENT_S)])
def test_what_fails_for_long_wants_a_new_process(clock, has_worked, patience_s):
    """Soon where it has worked before, else rarely: there may be no camera at all."""
    watchdog = Watchdog(clock)
    if has_worked:
        watchdog.works("camera")
    watchdog.fails("camera")
    clock.now += patience_s - 1
    watchdog.fails("camera")
    assert watchdog.wants_new_process is None
    clock.now += 2
    assert watchdog.wants_new_process == "camera"
    watchdog.works("camera")
    assert watchdog.wants_new_process is None


@pytest.mark.parametrize(
    ("reported", "seconds"),
    [("20000000", 10.0), ("60000000", 30.0), (None, DEFAULT_STEP_S), ("x", DEFAULT_STEP_S)],
)
def test_a_step_may_take_half_of_what_the_watchdog_allows(monkeypatch, reported, seconds):
    """So the glass shows a step that hangs before systemd ends the mirror."""
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    if reported is not None:
        monkeypatch.setenv("WATCHDOG_USEC", reported)
    assert step_s() == seconds


def put(folder, **files):
    """Files of the kernel: name -> content."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(content + "\n")


def test_the_vitals_are_read_from_the_kernel(tmp_path):
    """Another sensor of voltage is not the Pi's; broken files are left out."""
    assert vitals(tmp_path) == Vitals(False, None)
    put(tmp_path / "hwmon/hwmon0", name="nvme", in0_lcrit_alarm="1")
    put(tmp_path / "hwmon/hwmon1", name="rpi_volt", in0_lcrit_alarm="0")
    put(tmp_path / "thermal/thermal_zone0", temp="64500")
    put(tmp_path / "thermal/thermal_zone1", temp="")
    assert vitals(tmp_path) == Vitals(False, 64.5)
    (tmp_path / "hwmon/hwmon1/in0_lcrit_alarm").write_text("1\n")
    assert vitals(tmp_path) == Vitals(True, 64.5)


def test_heat_is_over_only_when_it_is_clearly_cooler():
    """No flicker at the limit."""
    now = {"t": 70.0}
    health = Health(lambda: Vitals(False, now["t"]))
    reported = []
    for step, t in enumerate((79.9, 80.0, 75.0, 72.0, 71.9, 79.0)):
        now["t"] = t
        reported.append(health.update(10.0 * step))
    assert reported == [None, "hot", "hot", "hot", None, None]


def test_low_voltage_counts_for_a_while_and_before_heat():
    """The alarm of the kernel may be short; it is read every few seconds only."""
    states = iter([Vitals(True, 90.0), Vitals(False, 50.0), Vitals(False, 50.0)])
    health = Health(lambda: next(states))
    assert health.update(0.0) == "low-voltage"
    assert health.update(1.0) == "low-voltage"
    assert health.update(30.0) == "low-voltage"
    assert health.update(61.0) is None


def test_only_connectors_with_a_display_count(tmp_path):
    """As the kernel says; where it says nothing, there are none."""
    assert plugged(tmp_path / "none") == frozenset()
    put(tmp_path / "card1-HDMI-A-1", status="connected")
    put(tmp_path / "card1-HDMI-A-2", status="disconnected")
    (tmp_path / "card1").mkdir()
    assert plugged(tmp_path) == {"card1-HDMI-A-1"}


def test_each_trouble_is_one_line_when_it_begins_and_one_when_it_ends():
    """However often it is looked at; what is in the margin follows."""
    said, states = [], iter([Vitals(), Vitals(False, 85.0), Vitals(False, 84.0), Vitals()])
    pipeline = SimpleNamespace(fault=None, spare_s=0.0)
    buttons, speaker = SimpleNamespace(trouble=None), SimpleNamespace(silent_because=None)
    monitor = Monitor(
        pipeline,
        buttons,
        speaker,
        log=lambda level, line: said.append(line),
        health=Health(lambda: next(states)),
    )
    assert monitor.update(0.0) == ()
    assert said == []
    pipeline.fault = CameraError("no camera is connected.")
    buttons.trouble = "Down without being pressed: select; check the wiring."
    speaker.silent_because = "There is no sound (no such device)."
    assert monitor.update(1.0) == ("aside.buttons",)
    assert monitor.update(2.0) == ("aside.buttons",)
    assert said == ["No camera is connected.", buttons.trouble, speaker.silent_because]
    pipeline.fault = buttons.trouble = speaker.silent_because = None
    assert monitor.update(6.0) == ("aside.hot",)
    assert pipeline.spare_s > 0
    assert monitor.update(12.0) == ("aside.hot",)
    assert monitor.update(20.0) == ()
    assert pipeline.spare_s == 0
    assert said[3:] == [
        "The mirror sees again.",
        "The buttons work again.",
        "There is sound.",
        "The computer is 85 °C hot: give it air.",
        "The computer is well again.",
    ]


def test_a_defect_that_is_met_at_every_turn_does_not_fill_the_journal():
    """One line a minute."""
    said = []
    buttons, speaker = SimpleNamespace(trouble=None), SimpleNamespace(silent_because=None)
    monitor = Monitor(
        SimpleNamespace(fault=None), buttons, speaker, log=lambda level, line: said.append(line)
    )
    for turn in range(3 * 30 * 60):
        monitor.log_defect(ZeroDivisionError("oh"), turn / 30)
    assert said == ["The mirror stumbled (ZeroDivisionError('oh')) and begins a new set."] * 3


def test_missing_buttons_are_tried_again(monkeypatch):
    """At boot the pins may come after the mirror; a desktop asks once."""
    tries = []

    def opens(name, settings):
        tries.append(name)
        if len(tries) < 3:
            raise ButtonsError("The GPIO chip cannot be opened.")
        return Keyboard()

    monkeypatch.setattr(controls, "open_buttons", opens)
    kiosk = Controls(ButtonSettings(), keep_trying=True)
    assert kiosk.commands(["right"], 0.0) == [Command.NEXT]
    assert kiosk.trouble.startswith("The GPIO chip cannot be opened.")
    kiosk.commands([], 1.0)
    kiosk.commands([], controls.BUTTONS_RETRY_S)
    kiosk.commands([], 2 * controls.BUTTONS_RETRY_S)
    assert len(tries) == 3
    assert kiosk.trouble is None
    kiosk.close()
    tries.clear()
    desktop = Controls(ButtonSettings(), keep_trying=False)
    for t in (0.0, 100.0, 200.0):
        desktop.commands([], t)
    assert len(tries) == 1


def test_a_button_held_at_boot_is_said_and_means_nothing(pins):
    """Wired wrong or jammed: the mirror must not switch itself off."""
    jam = pins.pin(22)
    jam._set_pull = lambda value: setattr(jam, "_pull", value)  # a short circuit beats the pull-up
    jam.drive_low()
    found = Controls(ButtonSettings(), keep_trying=True)
    assert found.commands([], 0.0) == []
    assert "select" in found.trouble
    assert found.commands([], 60.0) == []
    found.close()
