"""The display is switched off and on by the file of the kernel, and only where that works."""

import pytest

from mirror import display
from mirror.config import ScreenSettings
from mirror.display import Display
from mirror.errors import ScreenError
from mirror.screen import open_screen


@pytest.fixture
def kms(tmp_path, monkeypatch):
    """A display that says it is the device's own, with the file that blanks it."""
    blank = tmp_path / "blank"
    blank.write_text("0")
    opened = []

    def opens(settings, *, mode="auto", size=None):
        screen = open_screen(settings, mode="offscreen", size=(270, 480))
        screen.driver = "kmsdrm" if mode == "auto" else "offscreen"
        opened.append(mode)
        return screen

    monkeypatch.setattr(display, "open_screen", opens)
    made = Display(opens(ScreenSettings()), ScreenSettings(), blank)
    opened.clear()
    return made, blank, opened


def test_it_sleeps_and_wakes(kms):
    """Off is told the kernel once; on, and the glass is opened again."""
    made, blank, opened = kms
    made.sleep()
    made.sleep()
    assert (made.is_off, blank.read_text(), opened) == (True, "4", [])
    made.wake()
    made.wake()
    assert (made.is_off, blank.read_text(), opened) == (False, "0", ["auto"])


def test_a_display_that_may_not_be_blanked_stays_on(kms):
    """No file, or a window of a desktop: nothing happens."""
    made, blank, opened = kms
    blank.unlink()
    made.sleep()
    assert not made.is_off
    made.screen.driver = "x11"
    blank.write_text("0")
    made.sleep()
    assert not made.is_off
    assert blank.read_text() == "0"
    assert opened == []


def test_a_display_that_is_gone_when_it_should_wake_is_looked_for(kms, monkeypatch):
    """The glass goes on off-screen, and moves back when there is a display."""
    made, _, _ = kms
    made.sleep()
    there = display.open_screen

    def gone(settings, *, mode="auto", size=None):
        if mode == "auto":
            raise ScreenError("No display can be opened.")
        return there(settings, mode=mode, size=size)

    monkeypatch.setattr(display, "open_screen", gone)
    made.wake()
    assert made.screen.driver == "offscreen"
    monkeypatch.setattr(display, "open_screen", there)
    made.retry()
    assert made.screen.driver == "kmsdrm"
