"""Fixtures of all tests: no real display is opened, and GPIO is restored."""

import os

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"

from collections.abc import Iterator

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory
from hypothesis import settings

# How long a test takes says something of the machine only.
settings.register_profile("mirror", deadline=None)
settings.load_profile("mirror")


@pytest.fixture(autouse=True)
def state(tmp_path_factory, monkeypatch):
    """A state folder of its own for each test: none writes to the user's history."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder / "hinge-mirror"


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    """Mock pins as the chosen factory; drive one with `pins.pin(17).drive_low()`."""
    before = Device.pin_factory
    factory = MockFactory()
    Device.pin_factory = factory
    try:
        yield factory
    finally:
        factory.reset()
        Device.pin_factory = before
