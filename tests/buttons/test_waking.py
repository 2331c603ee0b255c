"""How the mirror is switched on again."""

import pytest

from mirror.buttons.waking import waking
from mirror.coach.language import load_language
from mirror.config import ButtonSettings
from mirror.display.glass import Glass
from mirror.screens.apart import shutting_down


@pytest.mark.parametrize(
    ("model", "pin", "how"),
    [
        ("Raspberry Pi 4 Model B Rev 1.5\0", 22, "plug"),
        ("Raspberry Pi 4 Model B Rev 1.5\0", 3, "select"),
        ("Raspberry Pi 5 Model B Rev 1.0\0", 22, "computer"),
        ("Raspberry Pi 5 Model B Rev 1.0\0", 3, "computer"),
        ("Some Board\0", 3, "plug"),
        (None, 3, "plug"),
    ],
)
def test_what_switches_it_on_again(tmp_path, model, pin, how):
    """GPIO 3 wakes a Pi 4; a Pi 5 has a button; all else wants its plug."""
    path = tmp_path / "model"
    if model is not None:
        path.write_text(model)
    assert waking(ButtonSettings(select=pin), path) == how


def test_a_button_on_the_waking_pin_can_be_opened(monkeypatch):
    """Its pull-up is a part of the computer; gpiozero must not refuse it."""
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    from gpiozero import Button, Device
    from gpiozero.pins.mock import MockFactory

    before, Device.pin_factory = Device.pin_factory, MockFactory()
    try:
        button = Button(3, pull_up=True)
        assert not button.is_pressed
        button.close()
    finally:
        Device.pin_factory = before


@pytest.mark.parametrize("name", ["en", "de"])
@pytest.mark.parametrize("how", ["select", "computer", "plug"])
def test_the_glass_says_how_it_is_switched_on_again(name, how):
    """With its last words, in each language; where only the program ends, it says nothing."""
    glass, language = Glass(360, 640, 1080, 1920), load_language(name)
    words = language.say(f"state.on-again-{how}")
    assert words in [
        getattr(s, "text", "") for s in shutting_down(glass, language, 0.0, how).shapes
    ]
    assert len(shutting_down(glass, language).shapes) == 2
