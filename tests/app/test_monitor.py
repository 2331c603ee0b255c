from types import SimpleNamespace

import pytest

from mirror.app.health import Health, Vitals, vitals
from mirror.app.monitor import Care
from mirror.buttons import controls as hands
from mirror.buttons.controls import Hands
from mirror.buttons.keyboard import Keyboard
from mirror.coach.command import Press
from mirror.config import ButtonSettings
from mirror.display.connectors import plugged
from mirror.errors import ButtonsError, CameraError
from mirror.pose.watchdog import ABSENT_S, LOST_S, SHOWN_S, STEP_S, Vigil, step_s


class Clock:
    """Seconds that pass when told."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    """A clock that stands still."""
    return Clock()


def test_a_part_that_keeps_its_promises_does_not_hang(clock):
    """Nor does one that has come to its end."""
    vigil = Vigil(clock)
    vigil.promise("camera", 5.0)
    clock.now += 4.9
    assert vigil.hangs is None
    vigil.promise("camera", 5.0)
    clock.now += 4.9
    assert vigil.hangs is None
    vigil.is_over("camera")
    clock.now += 1000
    assert vigil.hangs is None
    assert vigil.wants_new_process is None


def test_a_part_that_is_late_hangs_and_after_a_while_wants_a_new_process(clock):
    """Between the two it can be told on the glass; a step that comes after all is welcome."""
    vigil = Vigil(clock)
    vigil.promise("estimator", 10.0)
    clock.now += 10.1
    assert vigil.hangs == "estimator"
    assert vigil.wants_new_process is None
    clock.now += SHOWN_S
    assert vigil.wants_new_process == "estimator"
    vigil.promise("estimator", 10.0)
    assert vigil.hangs is None
    assert vigil.wants_new_process is None


@pytest.mark.parametrize(("has_worked", "patience_s"), [(True, LOST_S), (False, ABSENT_S)])
def test_what_fails_for_long_wants_a_new_process(clock, has_worked, patience_s):
    """Soon where it has worked before, else rarely: there may be no camera at all."""
    vigil = Vigil(clock)
    if has_worked:
        vigil.works("camera")
    vigil.fails("camera")
    clock.now += patience_s - 1
    vigil.fails("camera")
    assert vigil.wants_new_process is None
    clock.now += 2
    assert vigil.wants_new_process == "camera"
    vigil.works("camera")
    assert vigil.wants_new_process is None


@pytest.mark.parametrize(
    ("told", "seconds"), [("20000000", 10.0), ("60000000", 30.0), (None, STEP_S), ("x", STEP_S)]
)
def test_a_step_may_take_half_of_what_the_watchdog_allows(monkeypatch, told, seconds):
    """So what hangs is told on the glass before systemd ends the mirror."""
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    if told is not None:
        monkeypatch.setenv("WATCHDOG_USEC", told)
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
    told = []
    for step, t in enumerate((79.9, 80.0, 75.0, 72.0, 71.9, 79.0)):
        now["t"] = t
        told.append(health.tend(10.0 * step))
    assert told == [None, "hot", "hot", "hot", None, None]


def test_low_voltage_counts_for_a_while_and_before_heat():
    """The alarm of the kernel may be short; it is read every few seconds only."""
    states = iter([Vitals(True, 90.0), Vitals(False, 50.0), Vitals(False, 50.0)])
    health = Health(lambda: next(states))
    assert health.tend(0.0) == "low-voltage"
    assert health.tend(1.0) == "low-voltage"
    assert health.tend(30.0) == "low-voltage"
    assert health.tend(61.0) is None


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
    eyes = SimpleNamespace(fault=None, spare_s=0.0)
    buttons, speaker = SimpleNamespace(trouble=None), SimpleNamespace(silent_because=None)
    care = Care(eyes, buttons, speaker, said.append, Health(lambda: next(states)))
    assert care.tend(0.0) == ()
    assert said == []
    eyes.fault = CameraError("no camera is connected.")
    buttons.trouble = "Down without being pressed: select; check the wiring."
    speaker.silent_because = "There is no sound (no such device)."
    assert care.tend(1.0) == ("aside.buttons",)
    assert care.tend(2.0) == ("aside.buttons",)
    assert said == ["No camera is connected.", buttons.trouble, speaker.silent_because]
    eyes.fault = buttons.trouble = speaker.silent_because = None
    assert care.tend(6.0) == ("aside.hot",)
    assert eyes.spare_s > 0
    assert care.tend(12.0) == ("aside.hot",)
    assert care.tend(20.0) == ()
    assert eyes.spare_s == 0
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
    care = Care(SimpleNamespace(fault=None), buttons, speaker, said.append)
    for turn in range(3 * 30 * 60):
        care.stumbled(ZeroDivisionError("oh"), turn / 30)
    assert said == ["The mirror stumbled (ZeroDivisionError('oh')) and begins a new set."] * 3


def test_missing_buttons_are_tried_again(monkeypatch):
    """At boot the pins may come after the mirror; a desktop asks once."""
    tries = []

    def opens(name, settings):
        tries.append(name)
        if len(tries) < 3:
            raise ButtonsError("The GPIO chip cannot be opened.")
        return Keyboard()

    monkeypatch.setattr(hands, "open_buttons", opens)
    kiosk = Hands(ButtonSettings(), keep_trying=True)
    assert kiosk.presses(["right"], 0.0) == [Press.NEXT]
    assert kiosk.trouble.startswith("The GPIO chip cannot be opened.")
    kiosk.presses([], 1.0)
    kiosk.presses([], hands.RETRY_S)
    kiosk.presses([], 2 * hands.RETRY_S)
    assert len(tries) == 3
    assert kiosk.trouble is None
    kiosk.close()
    tries.clear()
    desktop = Hands(ButtonSettings(), keep_trying=False)
    for t in (0.0, 100.0, 200.0):
        desktop.presses([], t)
    assert len(tries) == 1


def test_a_button_held_at_boot_is_said_and_means_nothing(pins):
    """Wired wrong or jammed: the mirror must not switch itself off."""
    jam = pins.pin(22)
    jam._set_pull = lambda value: setattr(jam, "_pull", value)  # a short circuit beats the pull-up
    jam.drive_low()
    found = Hands(ButtonSettings(), keep_trying=True)
    assert found.presses([], 0.0) == []
    assert "select" in found.trouble
    assert found.presses([], 60.0) == []
    found.close()
