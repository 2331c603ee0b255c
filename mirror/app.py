"""The mirror itself: builds the edges, runs the loop, owns the one Session.

Three rhythms that never wait for each other: the camera fills a one-slot box; the estimator
takes the newest frame from it, so a slow one drops frames and never queues them; the loop here
takes in what was estimated and every press, and redraws the glass at its own rate.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from mirror.buttons import Buttons, open_buttons
from mirror.buttons.keyboard import Keyboard
from mirror.camera import Camera, Frame, open_camera
from mirror.compose import compose
from mirror.config import Settings
from mirror.errors import ButtonsError, MirrorError, OutputError, ScreenError
from mirror.estimator import Estimator
from mirror.hinge.pose import Pose
from mirror.hinge.reps import Rep
from mirror.language import Language
from mirror.language import load as load_language
from mirror.model import bundle
from mirror.recording import Recording
from mirror.scene import Scene
from mirror.screen import Screen, open_screen
from mirror.screens.apart import getting_ready, shutting_down, trouble
from mirror.service import Service
from mirror.session import Session, advance, press, start

RETRY_S = 5.0
"""How long a kiosk waits before it tries a broken part again."""
WARN_S = 15.0
"""How long a warning of the start stays on the glass."""
HUNG_S = 10.0
"""Without a look for so long the watchdog is no longer patted."""
PREVIEW_S = 2.0
"""How often the newest picture of an off-screen glass is written."""
RECORD_FPS = 15.0

T = TypeVar("T")


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


class Newest(Generic[T]):
    """A box with one slot: the newest thing wins, what nobody took is gone."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._thing: T | None = None

    def put(self, thing: T) -> None:
        """Replace what is in the box."""
        with self._changed:
            self._thing = thing
            self._changed.notify()

    def take(self, timeout: float) -> T | None:
        """Empty the box; waits up to `timeout` seconds, None if nothing came."""
        with self._changed:
            if self._thing is None:
                self._changed.wait(timeout)
            thing, self._thing = self._thing, None
            return thing


@dataclass(frozen=True)
class Look:
    """One estimated frame."""

    pose: Pose | None
    t: float


class Eyes:
    """Camera and estimator, each in its own thread, opened again when they break.

    looks: what was seen, for the loop to take in. ended: the source is over, or is given up.
    """

    def __init__(self, settings: Settings, *, keep_trying: bool) -> None:
        self.looks: SimpleQueue[Look] = SimpleQueue()
        self.ended = threading.Event()
        self._settings = settings
        self._keep_trying = keep_trying
        self._stop = threading.Event()
        self._can_see = threading.Event()
        self._over = threading.Event()
        self._box: Newest[Frame] = Newest()
        self._faults: dict[str, MirrorError] = {}
        self._threads = [
            threading.Thread(target=self._guard, args=(part, work), daemon=True)
            for part, work in (("camera", self._watch), ("estimator", self._estimate))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def fault(self) -> MirrorError | None:
        """What is wrong now, the camera first; None if all is well."""
        return self._faults.get("camera") or self._faults.get("estimator")

    def close(self) -> None:
        """Stop both threads; a camera that hangs is left behind after a moment."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=2.0)

    def _guard(self, part: str, work: Callable[[], None]) -> None:
        """Do one part's work; again after a while if it breaks and that is wanted."""
        while not self._stop.is_set():
            try:
                work()
                return
            except MirrorError as error:
                self._faults[part] = error
            except Exception as error:
                # A defect: one sentence for the owner, the cause for --debug.
                self._faults[part] = MirrorError(f"the {part} stumbled ({error!r}).")
                self._faults[part].__cause__ = error
            if not self._keep_trying:
                self.ended.set()
                return
            self._stop.wait(RETRY_S)

    def _watch(self) -> None:
        camera: Camera = open_camera(self._settings.camera)
        try:
            # A film begins when there is somebody to watch it; loading takes seconds.
            while not self._stop.is_set() and not self._can_see.wait(0.1):
                pass
            while not self._stop.is_set():
                frame = camera.read()
                if frame is None:
                    self._over.set()
                    return
                self._faults.pop("camera", None)
                self._box.put(frame)
        finally:
            camera.close()

    def _estimate(self) -> None:
        estimator = Estimator(bundle(self._settings.model))
        self._can_see.set()
        try:
            while not self._stop.is_set():
                is_over = self._over.is_set()
                frame = self._box.take(0.2)
                if frame is None:
                    if is_over:
                        self.ended.set()
                        return
                    continue
                pose = estimator.estimate(frame)
                self._faults.pop("estimator", None)
                self.looks.put(Look(pose, frame.taken_at))
        finally:
            estimator.close()


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
                session, looks, reps = _take_in(session, eyes)
                if looks:
                    looked = now
                running_s, late_s = now - began, now - looked
                scene = _scene(session, screen, eyes, options, language, running_s, late_s)
            except Exception as error:
                if not options.kiosk:
                    raise
                # A defect must not make the mirror black: say it, and begin anew.
                _say(f"The mirror stumbled ({error!r}) and begins a new set.")
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
            _say(f"{error} Waiting for one.")
        else:
            _say(f"{error} Running off-screen; pictures of the glass go to {options.shots}/.")
        return open_screen(settings.screen, mode="offscreen")


def _buttons(settings: Settings) -> list[Buttons]:
    try:
        return [open_buttons("gpio", settings.buttons)]
    except ButtonsError as error:
        _say(f"{error} The mirror runs on without buttons.")
        return []


class Shots:
    """Pictures of an off-screen glass: the newest one, and one of each rep up to a limit."""

    LIMIT = 20

    def __init__(self, screen: Screen, folder: Path) -> None:
        self._screen = screen
        self._folder = folder
        self._next = 0.0
        self._saved = 0
        self._broken: str | None = None

    def take(self, now: float, *, is_rep: bool, is_last: bool = False) -> None:
        """Write what is due; a full disk is said once and stops nothing."""
        names = []
        if is_rep and self._saved < self.LIMIT:
            self._saved += 1
            names.append(f"rep-{self._saved:02}.png")
        if now >= self._next or is_last:
            self._next = now + PREVIEW_S
            names.append("glass.png")
        for name in names:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._screen.save(self._folder / name)
            except (OSError, OutputError) as error:
                if self._broken is None:
                    self._broken = str(error)
                    _say(f"Pictures of the glass cannot be written: {error}")

    def told(self) -> str:
        """One sentence about what was written."""
        if self._broken is not None:
            return "Not every picture of the glass could be written."
        return f"What the glass showed: {self._folder}/glass.png and {self._saved} of the reps."


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
