"""What the running mirror opens and closes: its edges to the room and to the system."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mirror.app.monitor import Monitor
from mirror.app.systemd import Service
from mirror.buttons import LONG
from mirror.buttons.controls import Controls
from mirror.calibration.controller import CalibrationController
from mirror.coach.advance import advance
from mirror.coach.language import Language, load_language
from mirror.config import Settings
from mirror.display.power import Display
from mirror.display.screen import Screen, open_screen
from mirror.display.snapshots import Snapshots
from mirror.display.sound import Speaker
from mirror.display.video import Recording
from mirror.display.voice import Voice
from mirror.errors import ConfigError, ScreenError
from mirror.history.recorder import Recorder
from mirror.pose.pipeline import VisionPipeline
from mirror.screens.labels import Labels
from mirror.screens.router import compose
from mirror.simulator.people import Errors, case
from mirror.simulator.volunteer import Volunteer

_LOG = logging.getLogger(__name__)

LAST_WORDS_S = 3.0
"""Seconds for which the glass shows how it is switched on again, before it goes dark."""
RECORD_FPS = 15.0
"""Frames a second in a video of the glass."""


@dataclass(frozen=True)
class Options:
    """What `run` was asked for, beside the settings.

    seconds: stop so long after the first frame. shots: folder for pictures of an off-screen glass.
    record: video of the glass. warning: what was wrong before the start, shown on the glass.
    calibrate: only do that; simulated: by a simulated person in a simulated room.
    """

    kiosk: bool = False
    windowed: bool = False
    drill: str | None = None
    seconds: float | None = None
    shots: Path = Path("out")
    record: Path | None = None
    warning: str | None = None
    calibrate: bool = False
    simulated: bool = False


def power_off() -> None:
    """Switch the computer off; a failure is one line of the journal."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # systemd sends it next
    time.sleep(LAST_WORDS_S)
    try:
        subprocess.run(["systemctl", "poweroff"], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        _LOG.error(f"The mirror could not be switched off ({error}).")


def leave(code: int) -> None:
    """End the process at once: a thread that hangs would hold up the usual way out."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


@dataclass(frozen=True)
class Parts:
    """What the mirror is made of; a test replaces one."""

    advance: Callable[..., Any] = advance
    compose: Callable[..., Any] = compose
    open_screen: Callable[..., Screen] = open_screen
    pipeline: Callable[..., Any] = VisionPipeline
    power_off: Callable[[], None] = power_off
    leave: Callable[[int], None] = leave
    clock: Any = time


class Edges:
    """Everything that is opened for one run of the mirror.

    Raises:
        MirrorError: a part cannot be opened, and this is no kiosk.
    """

    def __init__(self, settings: Settings, options: Options, parts: Parts) -> None:
        self.language = load_language(settings.coach.language)
        voice = _voice(settings, self.language)
        self.speaker = Speaker(settings.sound.volume, voice, keep_trying=options.kiosk)
        screen = _first_screen(settings, options, parts.open_screen)
        self.display = Display(
            screen, settings.screen, letting_go=self.speaker.close, opening=parts.open_screen
        )
        self.controls = Controls(settings.buttons, keep_trying=options.kiosk)
        self._labels = _labels(settings)
        self.service = Service()
        # A kiosk without a display waits for one and writes no pictures.
        pictures = screen.driver == "offscreen" and not options.kiosk
        self.snapshots = Snapshots(screen, options.shots) if pictures else None
        self.recording: Recording | None = None
        if options.record is not None:
            size = (screen.glass.width_px, screen.glass.height_px)
            self.recording = Recording(options.record, size, RECORD_FPS)
        self.recorder = Recorder(settings, _LOG.info)
        self.calibration = CalibrationController(
            settings, lambda: self.screen.glass, is_kept=not options.simulated
        )
        if options.calibrate:
            self.calibration.fault = None  # a new one is being made
            self.calibration.begin()
        self.volunteer = _volunteer(settings, screen) if options.simulated else None
        self.pipeline = self.volunteer or parts.pipeline(settings, keep_trying=options.kiosk)
        self.monitor = Monitor(self.pipeline, self.controls, self.speaker)

    @property
    def screen(self) -> Screen:
        """The glass that is drawn on now; another one after a display was plugged in."""
        return self.display.screen

    @property
    def labels(self) -> Labels | None:
        """Of the buttons, if there are any."""
        return self._labels if self.controls.have_buttons else None

    def close(self, *, before: Callable[[], None]) -> bool:
        """Save what is left and free every edge; return whether camera and estimator stopped.

        before: called after saving, before the first edge that may hang is freed.
        """
        self.recorder.close()
        before()
        has_stopped: bool = self.pipeline.close()
        self.speaker.close()
        if self.recording is not None:
            self.recording.close()
        self.controls.close()
        self.display.close()
        return has_stopped


def _voice(settings: Settings, language: Language) -> Voice | None:
    """The recordings to play; without a home there are none, and tones take their place."""
    if settings.sound.volume == 0 or settings.sound.voice == "off":
        return None
    try:
        voice = Voice(language, counts=settings.sound.voice == "all")
    except ConfigError:
        return None
    if missing := len(voice.missing()):
        _LOG.info(f"The voice lacks {missing} recordings: tones instead, until hinge-mirror voice.")
    return voice


def _volunteer(settings: Settings, screen: Screen) -> Volunteer:
    room = case(1, Errors(), settings.camera, settings.screen, screen.glass)
    return Volunteer(room, settings.coach.eye)


def _labels(settings: Settings) -> Labels:
    names = ("next", "previous", "select", "drill")
    wired = tuple(name for name in names if getattr(settings.buttons, name) is not None)
    return Labels(settings.buttons.side, wired, tuple(LONG))


def _first_screen(settings: Settings, options: Options, opening: Callable[..., Screen]) -> Screen:
    try:
        return opening(settings.screen, mode="windowed" if options.windowed else "auto")
    except ScreenError as error:
        if options.windowed:
            raise
        if options.kiosk:
            _LOG.warning(f"{error} Waiting for one.")
        else:
            _LOG.warning(f"{error} Running off-screen: pictures go to {options.shots}/.")
        return opening(settings.screen, mode="offscreen")
