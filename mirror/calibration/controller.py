"""The running mirror's line on the reflection: what is kept of a calibration, and making a new one.

What can't be read or kept is a fault: one sentence, told on the glass for a while, and the mirror
goes on with the figure in the corner.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mirror.calibration.calibration import Calibration, as_configured, fitting, keep, reflection
from mirror.calibration.projection import Reflection
from mirror.calibration.state import Calibrating, look, press
from mirror.coach.command import Press
from mirror.config import Settings
from mirror.display.glass import Glass
from mirror.display.snapshots import say
from mirror.errors import ConfigError, MirrorError, OutputError
from mirror.hinge.measure.pose import Pose


class Aligning:
    """What the line is fitted to the reflection by, and who calibrates it now.

    glass: asked each time, since a display may come late. is_kept: a simulated result is not.

    Attributes:
        now: somebody who calibrates; None mostly. last: how the last one ended.
        fault: what is wrong with the calibration; the caller may take it away once it is told.
    """

    def __init__(
        self, settings: Settings, glass: Callable[[], Glass], *, is_kept: bool = True
    ) -> None:
        self._settings, self._glass, self._is_kept = settings, glass, is_kept
        self.now: Calibrating | None = None
        self.last: Calibrating | None = None
        self.fault: MirrorError | None = None
        self._calibration: Calibration | None = None
        self._load()

    @property
    def is_on(self) -> bool:
        """Whether somebody calibrates: looks and presses are then for `look` and `press`."""
        return self.now is not None

    def reflection(self, pose: Pose | None) -> Reflection | None:
        """What the line is fitted by, if that is wanted and known."""
        if pose is None:
            return None
        return reflection(self._settings, self._glass(), pose.size, self._calibration)

    def begin(self) -> None:
        """Calibrate."""
        setting_of = partial(as_configured, self._settings, self._glass())
        self.now = Calibrating(setting_of, self._settings.coach.eye)

    def leave(self) -> None:
        """Change nothing."""
        self.now = None

    def press(self, what: Press) -> None:
        """Take in a press: one that begins, or one of who calibrates."""
        if self.now is None:
            self.begin()
            return
        self.now = press(self.now, what)
        self._end()

    def look(self, pose: Pose | None, t: float) -> None:
        """Take in one look."""
        if self.now is not None:
            self.now = look(self.now, pose, t)
            self._end()

    def _end(self) -> None:
        now = self.now
        if now is None or now.outcome is None:
            return
        self.now, self.last = None, now
        if now.outcome == "left" or now.fitted is None:
            say("Nothing was changed.")
            return
        told = f"Calibrated: dots and reflections are {now.fitted.residual_mm:.0f} mm apart"
        if not self._is_kept:
            say(f"{told}. It was simulated, and is not kept.")
            return
        try:
            path = keep(now.fitted, self._settings)
        except (OutputError, ConfigError) as error:
            self.fault = error
            say(str(error))
            return
        say(f"{told}; kept in {path}.")
        self._load()

    def _load(self) -> None:
        if self._settings.screen.line == "figure":
            return
        try:
            self._calibration = fitting(self._settings)
        except ConfigError as error:
            self._calibration, self.fault = None, error
            say(str(error))
