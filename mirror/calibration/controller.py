"""The calibration in the running mirror: loads the stored one, and makes a new one.

A calibration that cannot be read or stored is a fault: the glass shows its sentence for a while,
and the mirror goes on with the figure in the corner.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from mirror.calibration.calibration import Calibration, as_configured, fitting, keep, reflection
from mirror.calibration.projection import Reflection
from mirror.calibration.state import CalibrationState, look, press
from mirror.coach.command import Command
from mirror.config import Settings
from mirror.display.glass import Glass
from mirror.errors import ConfigError, MirrorError, OutputError
from mirror.hinge.measure.pose import Pose

_LOG = logging.getLogger(__name__)


class CalibrationController:
    """Holds the calibration in use, and the state of a new one while a person makes it.

    Args:
        settings: the camera, the screen and the person.
        glass: returns the present glass, since a display may be found late.
        is_kept: whether a new calibration is stored; a simulated one is not.

    Attributes:
        now: the calibration that a person makes at this moment, or None. last: the one before.
        fault: what is wrong with the stored calibration; the caller clears it once it was shown.
    """

    def __init__(
        self, settings: Settings, glass: Callable[[], Glass], *, is_kept: bool = True
    ) -> None:
        self._settings, self._glass, self._is_kept = settings, glass, is_kept
        self.now: CalibrationState | None = None
        self.last: CalibrationState | None = None
        self.fault: MirrorError | None = None
        self._calibration: Calibration | None = None
        self._load()

    @property
    def is_on(self) -> bool:
        """Whether a person calibrates: frames go to `look` then, and presses to `press`."""
        return self.now is not None

    def reflection(self, pose: Pose | None) -> Reflection | None:
        """What places the line on the reflection of this pose, if that is wanted and known."""
        if pose is None:
            return None
        return reflection(self._settings, self._glass(), pose.size, self._calibration)

    def begin(self) -> None:
        """Start a new calibration."""
        setting_of = partial(as_configured, self._settings, self._glass())
        self.now = CalibrationState(setting_of, self._settings.coach.eye)

    def leave(self) -> None:
        """Stop calibrating and change nothing."""
        self.now = None

    def press(self, what: Command) -> None:
        """Take in a press: it starts a calibration, or goes to the present one."""
        if self.now is None:
            self.begin()
            return
        self.now = press(self.now, what)
        self._end()

    def look(self, pose: Pose | None, t: float) -> None:
        """Take in the pose of one frame at time t; None where nobody was found."""
        if self.now is not None:
            self.now = look(self.now, pose, t)
            self._end()

    def _end(self) -> None:
        now = self.now
        if now is None or now.outcome is None:
            return
        self.now, self.last = None, now
        if now.outcome == "left" or now.fitted is None:
            _LOG.info("Nothing was changed.")
            return
        sentence = f"Calibrated: dots and reflections are {now.fitted.residual_mm:.0f} mm apart"
        if not self._is_kept:
            _LOG.info(f"{sentence}. It was simulated, and is not stored.")
            return
        try:
            path = keep(now.fitted, self._settings)
        except (OutputError, ConfigError) as error:
            self.fault = error
            _LOG.warning(str(error))
            return
        _LOG.info(f"{sentence}; stored in {path}.")
        self._load()

    def _load(self) -> None:
        if self._settings.screen.line == "figure":
            return
        try:
            self._calibration = fitting(self._settings)
        except ConfigError as error:
            self._calibration, self.fault = None, error
            _LOG.warning(str(error))
