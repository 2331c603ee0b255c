"""The mirror itself: builds the edges, runs the loop, owns the one Session.

Three rhythms that never wait for each other: camera and estimator have theirs (see `eyes`); the
loop here takes in what was estimated and every press, and redraws the glass at its own rate.
"""

from __future__ import annotations

import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty

from mirror.buttons import Buttons, open_buttons
from mirror.buttons.keyboard import Keyboard
from mirror.compose import compose
from mirror.config import Settings
from mirror.errors import ButtonsError, ScreenError
from mirror.eyes import RETRY_S, Eyes
from mirror.hinge.reps import Rep
from mirror.language import Language
from mirror.language import load as load_language
from mirror.recording import Recording
from mirror.scene import Scene
from mirror.screen import Screen, open_screen
from mirror.screens.apart import getting_ready, shutting_down, trouble
from mirror.service import Service
from mirror.session import Session, advance, press, start
from mirror.shots import Shots, say

WARN_S = 15.0
"""How long a warning of the start stays on the glass."""
HUNG_S = 10.0
"""Without a look for so long the watchdog is no longer patted."""
RECORD_FPS = 15.0


@dataclass(frozen=True)
class Options:
    """What `run` was asked for, beside the settings.

    seconds: stop after so long. shots: folder for pictures of an off-screen glass. record: video
    of the glass. warning: something that was wrong before the start, shown on the glass.
    """

    kiosk: bool = False
    windowed: bool = False
    drill: str | None = None
    seconds: float | None = None
    shots: Path = Path("out")
    record: Path | None = None
    warning: str | None = None


def run(settings: Settings, options: Options) -> int:
    """Be the mirror until asked to stop; gives the exit code.

    Raises:
        MirrorError: something broke, and this is no kiosk.
    """
    language = load_language(settings.coach.language)
    height_m = settings.coach.body_height_m
    height_cm = height_m and 100 * height_m
    session = start(settings.coach.variation, options.drill, height_cm)
    screen = _screen(settings, options)
    buttons = _buttons(settings)
    recording = None
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    eyes = Eyes(settings, keep_trying=options.kiosk)
    try:
        if options.record is not None:
            size = (screen.glass.width_px, screen.glass.height_px)
            recording = Recording(options.record, size, RECORD_FPS)
        session, screen = _loop(
            session, screen, buttons, eyes, recording, language, settings, options
        )
    finally:
        eyes.close()
        if recording is not None:
            recording.close()
        for source in buttons:
            source.close()
        screen.close()
    if eyes.fault is not None and not options.kiosk:
        raise eyes.fault
    if session.shutdown and options.kiosk:
        subprocess.run(["systemctl", "poweroff"], check=False)
    return 0


def _loop(
    session: Session,
    screen: Screen,
    buttons: list[Buttons],
    eyes: Eyes,
    recording: Recording | None,
    language: Language,
    settings: Settings,
    options: Options,
) -> tuple[Session, Screen]:
    service = Service()
    keyboard = Keyboard()
    # A kiosk without a display waits for one; nobody would look at pictures in a file.
    offscreen = screen.driver == "offscreen"
    shots = Shots(screen, options.shots) if offscreen and not options.kiosk else None
    began = tick = looked = tried = time.monotonic()
    counted = recorded = 0
    try:
        while not session.shutdown:
            now = time.monotonic()
            if offscreen and options.kiosk and now - tried >= RETRY_S:
                tried = now
                screen, offscreen = _retried(screen, settings)
            keyboard.feed(screen.events())
            for source in (keyboard, *buttons):
                for what in source.presses():
                    session = press(session, what)
            try:
                eyes.has_stick = session.has_stick
                session, looks, reps = _take_in(session, eyes)
                if looks:
                    looked = now
                running_s, late_s = now - began, now - looked
                scene = _scene(session, screen, eyes, options, language, running_s, late_s)
            except Exception as error:
                if not options.kiosk:
                    raise
                # A defect must not make the mirror black: say it, and begin anew.
                say(f"The mirror stumbled ({error!r}) and begins a new set.")
                session, looks, reps = start(), 1, 0
                told = "The mirror stumbled and begins a new set."
                scene = trouble(told, screen.glass, language)
            counted += reps
            screen.draw(scene)
            screen.present()
            if looks:
                looked = now
            if eyes.fault is not None or (session.t is not None and now - looked < HUNG_S):
                service.ready(str(eyes.fault or f"{counted} reps"))
            elif session.t is None:
                service.starting()
            if shots is not None:
                shots.take(now, is_rep=reps > 0)
            while recording is not None and recorded < (now - began) * RECORD_FPS:
                recording.add(screen.pixels())
                recorded += 1
            ended = eyes.ended.is_set() and eyes.looks.empty()
            if ended or (options.seconds is not None and now - began >= options.seconds):
                break
            tick = max(tick + 1.0 / settings.screen.fps, now)
            time.sleep(max(0.0, tick - now))
    except KeyboardInterrupt:
        pass
    finally:
        service.stopping()
        if eyes.fault is None:
            print(f"{counted} {'rep' if counted == 1 else 'reps'} counted.")
        if shots is not None:
            shots.take(time.monotonic(), is_rep=False, is_last=True)
            print(shots.told())
    return session, screen


def _scene(
    session: Session,
    screen: Screen,
    eyes: Eyes,
    options: Options,
    language: Language,
    running_s: float,
    late_s: float,
) -> Scene:
    """What the glass shows now: trouble first, then a warning, then the session."""
    glass = screen.glass
    if session.shutdown:
        return shutting_down(glass, language, running_s)
    if eyes.fault is not None:
        return trouble(str(eyes.fault), glass, language, eyes.fault.kind, running_s)
    if options.warning and running_s < WARN_S:
        return trouble(options.warning, glass, language, "config", running_s)
    if session.t is None:
        return getting_ready(glass, language, running_s)
    return compose(session, glass, language, running_s, late_s)


def _retried(screen: Screen, settings: Settings) -> tuple[Screen, bool]:
    """The display, if there is one by now; and whether the glass is still off-screen."""
    try:
        return open_screen(settings.screen), False
    except ScreenError:
        return screen, True


def _take_in(session: Session, eyes: Eyes) -> tuple[Session, int, int]:
    """Everything that was estimated since last time; how many looks and reps that was."""
    looks = reps = 0
    with suppress(Empty):
        while True:
            look = eyes.looks.get_nowait()
            looks += 1
            session = advance(session, look.pose, look.t)
            reps += sum(isinstance(event, Rep) for event in session.events)
    return session, looks, reps


def _screen(settings: Settings, options: Options) -> Screen:
    try:
        return open_screen(settings.screen, mode="windowed" if options.windowed else "auto")
    except ScreenError as error:
        if options.windowed:
            raise
        if options.kiosk:
            say(f"{error} Waiting for one.")
        else:
            say(f"{error} Running off-screen; pictures of the glass go to {options.shots}/.")
        return open_screen(settings.screen, mode="offscreen")


def _buttons(settings: Settings) -> list[Buttons]:
    try:
        return [open_buttons("gpio", settings.buttons)]
    except ButtonsError as error:
        say(f"{error} The mirror runs on without buttons.")
        return []
