"""GPIO buttons -> commands, through gpiozero.

Each button is wired between its pin and ground; the pin is pulled up. gpiozero reports edges on
its own threads; they are kept with their times, and turned into commands by `commands`:

    down, released before hold_s  the command of a short press, at release
    down for hold_s               that of a long press, once; its release then means nothing
    down at opening               nothing, until released once

A level counts once it has lasted debounce_s. That rule is kept here and not left to gpiozero's
bounce_time, which each pin factory takes differently: lgpio waits for a steady level, RPi.GPIO
ignores what follows the first edge (and so can miss a release), the mock one does nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from time import monotonic
from typing import Any

from mirror.buttons import LONG, SHORT
from mirror.coach.command import Command, Held
from mirror.config import ButtonSettings
from mirror.errors import ButtonsError

LATE_S = 1.0  # an edge reported later than this has a clock that is not ours


class Contact:
    """One button without its wire: it takes levels with their times, and returns commands.

    Times are seconds of one steady clock and do not go back. The first level, given at opening,
    is never a command.
    """

    def __init__(self, name: str, settings: ButtonSettings, down: bool, t: float) -> None:
        self._name, self._debounce_s, self._hold_s = name, settings.debounce_s, settings.hold_s
        self._level, self._since = down, t  # as last reported, and from when
        self._down_since: float | None = None  # steadily down from then; None: up
        self._held = False
        self.stuck = down

    def feed(self, down: bool, t: float) -> list[tuple[float, Command]]:
        """Take the level at time t, changed or not; return the commands due, with their times."""
        t = max(t, self._since)
        asked = self._settle(t)
        if down != self._level:
            self._level, self._since = down, t
        return asked

    def fraction(self, t: float) -> float:
        """How much of the hold time has passed at t, 0 to 1; 0 while up."""
        if self._down_since is None:
            return 0.0
        return min(max((t - self._down_since) / self._hold_s, 0.0), 1.0)

    def _settle(self, t: float) -> list[tuple[float, Command]]:
        asked: list[tuple[float, Command]] = []
        steady = t - self._since >= self._debounce_s
        if self.stuck:
            self.stuck = self._level or not steady
            return asked
        if steady and self._level and self._down_since is None:
            self._down_since, self._held = self._since, False
        if self._down_since is None:
            return asked
        # A level that just went up ended the press then, should it stay up.
        until = t if self._level else self._since
        if not self._held and until - self._down_since >= self._hold_s:
            self._held = True
            if self._name in LONG:
                asked.append((self._down_since + self._hold_s, LONG[self._name]))
        if steady and not self._level:
            self._down_since = None
            if not self._held:
                asked.append((self._since, SHORT[self._name]))
        return asked


class GpioButtons:
    """The buttons of the configuration. Call `commands` often: it also times the holds.

    Args:
        settings: pins (BCM), debounce and hold times.
        clock: seconds, for tests.

    Raises:
        ButtonsError: no GPIO here, no right to use it, or a pin is taken.
    """

    def __init__(self, settings: ButtonSettings, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._waiting: list[tuple[float, Command]] = []
        self._contacts: dict[str, Contact] = {}
        self._devices: dict[str, Any] = {}
        self._factory: Any = None
        name = ""
        try:
            from gpiozero import DigitalInputDevice

            self._factory = _lgpio_factory()
            for name in SHORT:
                pin = getattr(settings, name)
                if pin is None:
                    continue
                # gpiozero's Button would add a thread for each hold time; the base is enough.
                device = DigitalInputDevice(pin, pull_up=True, pin_factory=self._factory)
                self._devices[name] = device
                self._contacts[name] = Contact(name, settings, device.is_active, clock())
                device.when_activated = self._report(name, True)
                device.when_deactivated = self._report(name, False)
        except Exception as error:  # each pin factory has errors of its own
            self.close()
            raise ButtonsError(_sentence(error, name, settings)) from error

    def commands(self) -> list[Command]:
        """Commands since the last call, oldest first. Never waits."""
        for name, device in list(self._devices.items()):
            # The level is read as well: a lost edge must not become a long press.
            self._feed(name, device.is_active, self._clock())
        with self._lock:
            waiting, self._waiting = self._waiting, []
        # Buttons are read one after the other; their commands are sorted by time.
        return [command for _, command in sorted(waiting, key=lambda due: due[0])]

    def held(self) -> Held | None:
        """The button held longest for its second meaning, if any."""
        t = self._clock()
        with self._lock:
            fractions = {name: self._contacts[name].fraction(t) for name in LONG}
        name = max(fractions, key=lambda each: fractions[each])
        return Held(name, LONG[name], fractions[name]) if fractions[name] else None

    def stuck(self) -> tuple[str, ...]:
        """Names of buttons that are down since opening, wired wrong or jammed. They are ignored."""
        with self._lock:
            return tuple(name for name, contact in self._contacts.items() if contact.stuck)

    def close(self) -> None:
        """Free the pins. May be called twice."""
        devices, self._devices = self._devices, {}
        for device in devices.values():
            # gpiozero claims a pin again to close it, which lgpio may refuse (GPIO busy).
            with suppress(Exception):
                device.close()
        factory, self._factory = self._factory, None
        if factory is not None:
            factory.pins.clear()  # so that it does not try that, either: the chip frees them all
            factory.close()
        with self._lock:
            self._waiting.clear()

    def _report(self, name: str, down: bool) -> Callable[[Any], None]:
        def edge(device: Any) -> None:
            # The edge was stamped by the kernel; this thread may run some time after it.
            late = device.active_time if down else device.inactive_time
            self._feed(name, down, self._clock() - (late if late and 0 < late < LATE_S else 0.0))

        return edge

    def _feed(self, name: str, down: bool, t: float) -> None:
        with self._lock:
            if name in self._devices:  # and not an edge that comes while closing
                self._waiting += self._contacts[name].feed(down, t)


def open_buttons(settings: ButtonSettings) -> GpioButtons:
    """The row of `BUTTONS` for GPIO."""
    return GpioButtons(settings)


def _lgpio_factory() -> Any:
    """The pins of lgpio; None where a factory was chosen already, which gpiozero then uses.

    Only lgpio works on a Pi 5. Left to itself, gpiozero falls back to others with a warning.
    """
    from gpiozero import Device

    if Device.pin_factory is not None or "GPIOZERO_PIN_FACTORY" in os.environ:
        return None
    from gpiozero.pins.lgpio import LGPIOFactory

    return LGPIOFactory()


def _sentence(error: Exception, name: str, settings: ButtonSettings) -> str:
    from gpiozero import GPIOPinInUse, PinUnknownPi

    reason = str(error).rstrip(".")
    if isinstance(error, ImportError):
        return f"The buttons need lgpio, which cannot be loaded ({reason}): install python3-lgpio."
    if isinstance(error, PinUnknownPi):
        return "There are no GPIO buttons: this is not a Raspberry Pi."
    if ".lgd-nfy" in reason:  # lgpio keeps a pipe of that name where the program was started
        return f"lgpio cannot write in {os.getcwd()}: start the mirror in a folder it may write to."
    if "gpiochip" in reason or isinstance(error, PermissionError):
        return (
            f"The GPIO chip cannot be opened ({reason}): "
            "the user of the mirror must be in the group gpio."
        )
    if name:
        taken = isinstance(error, GPIOPinInUse) or "busy" in reason.lower()
        why = "it is used by something else" if taken else reason
        return f"GPIO {getattr(settings, name)} (buttons.{name}) cannot be used: {why}."
    return f"The GPIO buttons cannot be used ({reason})."
