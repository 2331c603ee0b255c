"""Buttons: what a hand does, and the presses that come of it."""

import os
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPin

from mirror.buttons import Buttons, gpio, open_buttons
from mirror.buttons.gpio import GpioButtons
from mirror.buttons.keyboard import KEYS, Keyboard, has_unknown
from mirror.coach.command import Command, Held
from mirror.config import ButtonSettings
from mirror.errors import ButtonsError

SETTINGS = ButtonSettings(next=17, previous=27, select=22, drill=5, debounce_s=0.05, hold_s=1.5)
PINS = {"next": 17, "previous": 27, "select": 22, "drill": 5}


@dataclass
class Clock:
    """Seconds that pass when the test says so."""

    t: float = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.t


@dataclass
class Hand:
    """Moves fingers and time; the pins tell it to the buttons under test."""

    pins: MockFactory
    clock: Clock
    source: GpioButtons

    def down(self, name: str, seconds: float = 0.0) -> None:
        """Press, and wait."""
        self.pins.pin(PINS[name]).drive_low()
        self.clock.t += seconds

    def up(self, name: str, seconds: float = 0.0) -> None:
        """Let go, and wait."""
        self.pins.pin(PINS[name]).drive_high()
        self.clock.t += seconds

    def tap(self, name: str, seconds: float = 0.2) -> None:
        """A short press, and some time after it."""
        self.down(name, seconds)
        self.up(name, 0.2)


@pytest.fixture
def hand(pins):
    """A hand on four buttons that are all up."""
    clock = Clock()
    source = GpioButtons(SETTINGS, clock=clock)
    yield Hand(pins, clock, source)
    source.close()


@pytest.fixture(params=["gpio", "keyboard"])
def source(request) -> tuple[Buttons, Callable[[str], None]]:
    """Every source of presses, with a way to press a button of it by name."""
    if request.param == "keyboard":
        keyboard = Keyboard()
        keys = {"next": "right", "previous": "left", "select": "space", "drill": "d"}
        return keyboard, lambda name: keyboard.feed([keys[name]])
    hand = request.getfixturevalue("hand")
    return hand.source, hand.tap


def test_presses_come_in_order_and_once(source):
    """Each source gives presses oldest first, each of them once, and then nothing."""
    buttons, press = source
    assert buttons.commands() == []
    for name in ("next", "select", "previous", "drill"):
        press(name)
    assert buttons.commands() == [Command.NEXT, Command.SELECT, Command.PREVIOUS, Command.DRILL]
    assert buttons.commands() == []
    assert buttons.held() is None
    assert buttons.stuck() == ()


def test_a_closed_source_is_quiet(source):
    """Closing drops what waits, may happen twice, and ends all presses."""
    buttons, press = source
    press("next")
    buttons.close()
    buttons.close()
    assert buttons.commands() == []


def test_every_press_has_a_key():
    """All that buttons can ask for can be tried on a desktop."""
    assert set(KEYS.values()) == set(Command)


def test_keys_without_a_meaning_are_ignored():
    """Other keys of the keyboard do nothing."""
    keyboard = Keyboard()
    keyboard.feed(["x", "escape", "f5"])
    assert keyboard.commands() == [Command.SHUTDOWN]


def test_a_short_press_counts_at_release(hand):
    """Nothing happens while a button is down for less than the hold time."""
    hand.down("next", 0.5)
    assert hand.source.commands() == []
    hand.up("next", 0.1)
    assert hand.source.commands() == [Command.NEXT]


@pytest.mark.parametrize("polled", [True, False], ids=["polled", "polled late"])
@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("previous", [Command.CALIBRATE]),
        ("select", [Command.SHUTDOWN]),
        ("next", [Command.REMEMBER]),
        ("drill", []),
    ],
)
def test_a_hold_fires_once_and_swallows_the_release(hand, name, asked, polled):
    """Held beyond the hold time a button gives its second meaning once, and no short press."""
    seen = []
    hand.down(name)
    for _ in range(40):
        hand.clock.t += 0.1
        seen += hand.source.commands() if polled else []
    hand.up(name, 0.2)
    assert seen + hand.source.commands() == asked


def test_a_hold_fires_while_still_down(hand):
    """The long press comes at the hold time, not at release."""
    hand.down("select", 1.45)
    assert hand.source.commands() == []
    hand.clock.t += 0.1
    assert hand.source.commands() == [Command.SHUTDOWN]


def test_a_bouncing_contact_is_one_press(hand):
    """Contacts that chatter at both ends of a press give one press."""
    for _ in range(5):
        hand.down("next", 0.004)
        hand.up("next", 0.003)
    hand.down("next", 0.2)
    for _ in range(5):
        hand.up("next", 0.004)
        hand.down("next", 0.003)
    hand.up("next", 0.2)
    assert hand.source.commands() == [Command.NEXT]


def test_a_spike_is_no_press(hand):
    """A pulse shorter than the debounce time, as a long wire picks up, is nothing."""
    hand.down("select", 0.01)
    hand.up("select", 1.0)
    assert hand.source.commands() == []


def test_a_flicker_does_not_end_a_hold(hand):
    """A contact lost for a moment while held neither presses nor starts the hold anew."""
    hand.down("select", 1.0)
    hand.up("select", 0.01)
    hand.down("select", 0.55)
    assert hand.source.commands() == [Command.SHUTDOWN]


def test_held_reports_the_button_and_the_fraction(hand):
    """While a button with a second meaning is down, the fraction grows from 0 to 1 and stays."""
    assert hand.source.held() is None
    hand.down("previous", 0.75)
    hand.source.commands()
    assert hand.source.held() == Held("previous", Command.CALIBRATE, pytest.approx(0.5, abs=0.01))
    hand.clock.t += 5
    hand.source.commands()
    assert hand.source.held() == Held("previous", Command.CALIBRATE, 1.0)
    hand.up("previous", 0.2)
    hand.source.commands()
    assert hand.source.held() is None


def test_a_button_without_a_second_meaning_is_not_held(hand):
    """Holding `drill` announces nothing."""
    hand.down("drill", 1.0)
    hand.source.commands()
    assert hand.source.held() is None


def test_a_button_stuck_at_start_does_nothing_until_released(pins):
    """A button that is down from the start is named, never fires, and works after a release."""
    clock = Clock()
    jam = pins.pin(22)
    jam._set_pull = lambda value: setattr(jam, "_pull", value)  # a short circuit beats the pull-up
    jam.drive_low()
    hand = Hand(pins, clock, GpioButtons(SETTINGS, clock=clock))
    for _ in range(30):
        clock.t += 0.1
        assert hand.source.commands() == []
    assert hand.source.stuck() == ("select",)
    assert hand.source.held() is None
    hand.up("select", 0.01)
    hand.source.commands()
    hand.down("select", 2.0)
    assert hand.source.commands() == [], "a loose contact is no release"
    assert hand.source.stuck() == ("select",)
    hand.up("select", 0.2)
    assert hand.source.commands() == []
    assert hand.source.stuck() == ()
    hand.tap("select")
    assert hand.source.commands() == [Command.SELECT]
    hand.source.close()


def test_a_lost_edge_is_no_long_press(hand):
    """If the report of a release is lost, looking at the pin still ends the press."""
    hand.down("select", 0.3)
    hand.source.commands()
    hand.pins.pin(22)._change_state(True)  # the pin moves, and nobody is told
    for _ in range(30):
        hand.clock.t += 0.1
        assert Command.SHUTDOWN not in hand.source.commands()


def test_buttons_are_independent(hand):
    """Pressing one while another is held loses neither."""
    hand.down("previous", 0.5)
    hand.tap("next")
    hand.clock.t += 1.0
    assert sorted(press.name for press in hand.source.commands()) == ["CALIBRATE", "NEXT"]


def test_the_fourth_button_is_optional(pins):
    """Without a drill pin three buttons are opened, and nothing else."""
    source = GpioButtons(ButtonSettings())
    assert {info.name for info in pins.pins} == {"GPIO17", "GPIO27", "GPIO22"}
    source.close()


def test_closing_frees_the_pins(pins):
    """After close the same pins can be opened again."""
    open_buttons("gpio", SETTINGS).close()
    open_buttons("gpio", SETTINGS).close()


def test_closing_frees_the_chip_even_where_a_pin_refuses(monkeypatch):
    """A pin that still listens for edges is busy to lgpio; the end is an orderly one anyway."""

    class Chip(MockFactory):
        freed = False

        def close(self):
            super().close()
            self.freed = True

    def busy(pin):
        if not chip.freed:
            raise RuntimeError("GPIO busy")

    chip = Chip()
    monkeypatch.setattr(gpio, "_lgpio_factory", lambda: chip)
    monkeypatch.setattr(MockPin, "close", busy)
    source = GpioButtons(ButtonSettings())
    source.close()
    assert chip.freed
    assert source.commands() == []


def test_a_pin_in_use_is_named_and_the_others_are_freed(pins):
    """A pin that something else holds gives one sentence with pin and key; no pin is kept."""
    other = GpioButtons(ButtonSettings(next=5, previous=6, select=22))
    with pytest.raises(ButtonsError, match=r"^GPIO 22 \(buttons\.select\) .* something else\.$"):
        GpioButtons(ButtonSettings())
    other.close()
    GpioButtons(ButtonSettings()).close()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ModuleNotFoundError("No module named 'lgpio'"), "install python3-lgpio"),
        (PermissionError(13, "Permission denied"), "group gpio"),
        (RuntimeError("can not open gpiochip"), "group gpio"),
        (FileNotFoundError(2, "No such file or directory: '.lgd-nfy-1'"), "may write to"),
        (RuntimeError("something new."), r"\(something new\)\.$"),
    ],
)
def test_missing_hardware_is_one_sentence(monkeypatch, error, sentence):
    """Whatever the pin factory fails with becomes a ButtonsError of one sentence."""

    def fails() -> None:
        raise error

    monkeypatch.setattr(gpio, "_lgpio_factory", fails)
    with pytest.raises(ButtonsError, match=sentence) as caught:
        open_buttons("gpio", SETTINGS)
    assert str(caught.value).endswith(".")
    assert isinstance(caught.value, OSError)


@pytest.mark.skipif(os.path.exists("/dev/gpiochip0"), reason="there is GPIO hardware here")
def test_a_machine_without_gpio_says_so(monkeypatch, tmp_path):
    """Without any GPIO the real pin factory ends in a ButtonsError, and chooses no other."""
    monkeypatch.chdir(tmp_path)  # lgpio leaves a pipe in the working folder
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    monkeypatch.setattr(Device, "pin_factory", None)
    with pytest.raises(ButtonsError):
        open_buttons("gpio", SETTINGS)
    assert Device.pin_factory is None


def test_a_chosen_pin_factory_is_kept(monkeypatch):
    """GPIOZERO_PIN_FACTORY of the environment wins over lgpio."""
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    monkeypatch.setattr(Device, "pin_factory", None)
    open_buttons("gpio", SETTINGS).close()
    assert isinstance(Device.pin_factory, MockFactory)
    Device.pin_factory.reset()


def test_a_key_without_a_meaning_is_noticed():
    """But for those that only change other keys."""
    assert has_unknown(["right", "x"])
    assert has_unknown(["tab"])
    assert not has_unknown(["right", "left shift", "q", "quit"])
    assert not has_unknown([])
