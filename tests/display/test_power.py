"""The display is switched off and on by its console, and only where that works."""

import os

import pytest

from mirror.config import ScreenSettings
from mirror.display.power import BLANK, UNBLANK, Display, ask_console
from mirror.display.screen import open_screen
from mirror.errors import ScreenError


class Console:
    """One that does what it is asked for, or does not."""

    does = True

    def __init__(self):
        self.asked = []

    def __call__(self, what):
        self.asked.append(what)
        return self.does


@pytest.fixture
def kms():
    """A display that says it is the device's own, with the console that blanks it."""
    opened = []

    def opens(settings, *, mode="auto", size=None):
        screen = open_screen(settings, mode="offscreen", size=(270, 480))
        screen.driver = "kmsdrm" if mode == "auto" else "offscreen"
        screen.close = lambda: opened.append("closed")
        opened.append(mode)
        return screen

    console = Console()
    made = Display(
        opens(ScreenSettings()),
        ScreenSettings(),
        console,
        lambda: opened.append("let go"),
        opening=opens,
    )
    opened.clear()
    return made, console, opened


def test_it_sleeps_and_wakes(kms):
    """The console is asked once for each; on, and the glass is opened again.

    What its cable carries besides is let go of first.
    """
    made, console, opened = kms
    made.sleep()
    made.sleep()
    assert (made.is_off, console.asked, opened) == (True, [BLANK], ["let go", "closed"])
    made.wake()
    made.wake()
    assert (made.is_off, console.asked, opened) == (
        False,
        [BLANK, UNBLANK],
        ["let go", "closed", "auto"],
    )


def test_a_stop_while_it_is_off_leaves_it_on(kms):
    """Else whoever has the console next would find it black."""
    made, console, _ = kms
    made.sleep()
    made.close()
    made.close()
    assert console.asked == [BLANK, UNBLANK]


def test_a_display_that_cannot_be_switched_off_stays_on(kms):
    """It is tried once, not at every turn: each try takes the picture away for a moment."""
    made, console, opened = kms
    console.does = False
    for _ in range(3):
        made.sleep()
    assert (made.is_off, console.asked, opened) == (False, [BLANK], ["let go", "closed", "auto"])
    assert made.screen.driver == "kmsdrm"


def test_the_display_of_a_desktop_is_left_alone(kms):
    """A window, or X: nothing is asked."""
    made, console, opened = kms
    made.screen.driver = "x11"
    made.sleep()
    assert (made.is_off, console.asked, opened) == (False, [], [])


def test_without_a_console_nothing_is_switched(monkeypatch):
    """Started by hand, over the network, or with no input at all."""
    with open(os.devnull) as nothing:
        monkeypatch.setattr("sys.__stdin__", nothing)
        assert not ask_console(UNBLANK)
    monkeypatch.setattr("sys.__stdin__", None)
    assert not ask_console(UNBLANK)


def test_a_display_that_is_gone_when_it_should_wake_is_looked_for(kms):
    """The glass goes on off-screen, and moves back when there is a display."""
    opens, is_there = kms[0]._opening, False

    def maybe(settings, *, mode="auto", size=None):
        if mode == "auto" and not is_there:
            raise ScreenError("No display can be opened.")
        return opens(settings, mode=mode, size=size)

    made = Display(opens(ScreenSettings()), ScreenSettings(), Console(), opening=maybe)
    made.sleep()
    made.wake()
    assert made.screen.driver == "offscreen"
    is_there = True
    made.retry()
    assert made.screen.driver == "kmsdrm"
