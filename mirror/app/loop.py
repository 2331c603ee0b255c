"""The mirror itself: builds the edges, runs the loop, owns the one Session.

Three rhythms that never wait for each other: camera and estimator have theirs (see `eyes`); the
loop here takes in what was estimated and every press, and redraws the glass at its own rate.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty

from mirror.app.monitor import Care
from mirror.app.systemd import Service
from mirror.buttons import LONG
from mirror.buttons.controls import Hands
from mirror.buttons.waking import waking
from mirror.calibration.controller import CalibrationController
from mirror.coach.advance import advance
from mirror.coach.command import Press
from mirror.coach.finished import FinishedSet
from mirror.coach.language import load as load_language
from mirror.coach.session import Session, start
from mirror.coach.sets import end, press, recall
from mirror.config import Settings
from mirror.display.power import Display
from mirror.display.scene import Scene
from mirror.display.screen import Screen, open_screen
from mirror.display.snapshots import Shots, say
from mirror.display.sound import Heard, Speaker, heard
from mirror.display.video import Recording
from mirror.errors import MirrorError, ScreenError
from mirror.hinge.counting.reps import Rep
from mirror.history.recorder import Recorder
from mirror.pose.pipeline import RETRY_S, Eyes
from mirror.screens.apart import aside, getting_ready, holding, shutting_down, trouble
from mirror.screens.calibrating import calibrating
from mirror.screens.compose import compose
from mirror.screens.labels import Labels
from mirror.screens.states import State, state
from mirror.simulator.people import Errors, case
from mirror.simulator.volunteer import Volunteer

WARN_S = 15.0
"""How long a warning of the start stays on the glass."""
MARGIN_S = 6.0
"""Of several things in the margin each is shown for so long."""
LAST_WORDS_S = 3.0
"""How long the glass says how it is switched on again, before it goes dark."""
RECORD_FPS = 15.0
HELD = 0.2
"""A short press passes through smaller shares of the time of a long one."""


@dataclass(frozen=True)
class Options:
    """What `run` was asked for, beside the settings.

    seconds: stop after so long. shots: folder for pictures of an off-screen glass. record: video
    of the glass. warning: something that was wrong before the start, shown on the glass.
    calibrate: only do that; simulated: by somebody in a simulated room.
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


def run(settings: Settings, options: Options) -> int:
    """Be the mirror until asked to stop; gives the exit code.

    Raises:
        MirrorError: something broke, and this is no kiosk.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    mirror = Mirror(settings, options)
    try:
        mirror.run()
    finally:
        has_stopped = mirror.close()
    fault = mirror.eyes.fault or (mirror.fault if options.calibrate else None)
    if fault is not None and not options.kiosk:
        raise fault
    if mirror.is_unfinished:
        say("The calibration was not finished: nothing was changed.")
        return 1
    code = 0 if mirror.lost is None else 1
    if options.kiosk and not has_stopped:
        _leave(code)
    return code


class Mirror:
    """The running mirror: its edges, and the one Session.

    lost: the part that only a new process may bring back; the mirror has ended for it.

    Raises:
        MirrorError: an edge cannot be opened, and this is no kiosk.
    """

    def __init__(self, settings: Settings, options: Options) -> None:
        self._settings, self._options = settings, options
        self._language = load_language(settings.coach.language)
        self.session = _first_session(settings, options)
        self._speaker = Speaker(settings.sound.volume, keep_trying=options.kiosk)
        screen = _screen(settings, options)
        self._display = Display(screen, settings.screen, letting_go=self._speaker.close)
        self._hands = Hands(settings.buttons, keep_trying=options.kiosk)
        self._labels = _labels(settings)
        self._service = Service()
        # A kiosk without a display waits for one; nobody would look at pictures in a file.
        pictures = self._screen.driver == "offscreen" and not options.kiosk
        self._shots = Shots(self._screen, options.shots) if pictures else None
        self._recording: Recording | None = None
        if options.record is not None:
            size = (self._screen.glass.width_px, self._screen.glass.height_px)
            self._recording = Recording(options.record, size, RECORD_FPS)
        self._keeper = Recorder(settings, say)
        self._aligning = CalibrationController(
            settings, lambda: self._screen.glass, is_kept=not options.simulated
        )
        if options.calibrate:
            self._aligning.fault = None  # a new one is being made
            self._aligning.begin()
        self._volunteer = _volunteer(settings, self._screen) if options.simulated else None
        self.eyes = self._volunteer or Eyes(settings, keep_trying=options.kiosk)
        self.lost: str | None = None
        self._care = Care(self.eyes, self._hands, self._speaker, say)
        self._began = self._looked = self._tried = self._roused = time.monotonic()
        self._faulty_s = self._ticked = self._began
        self._finished_reps = self._recorded = 0

    @property
    def _screen(self) -> Screen:
        return self._display.screen

    @property
    def fault(self) -> MirrorError | None:
        """What is wrong with the calibration."""
        return self._aligning.fault

    @property
    def is_unfinished(self) -> bool:
        """Whether the time was over before the calibration that was asked for."""
        return self._options.calibrate and self._aligning.is_on

    def run(self) -> None:
        """Until a press, a signal, the end of the film, or the time that was asked for."""
        tick = time.monotonic()
        seconds = self._options.seconds
        try:
            while not self._is_done():
                now = time.monotonic()
                self._tick(now)
                self.lost = self.eyes.vigil.wants_new_process if self._options.kiosk else None
                if self.lost is not None:
                    say(f"The {self.lost} does not come back: the mirror starts anew.")
                    break
                ended = self.eyes.ended.is_set() and self.eyes.looks.empty()
                if ended or (seconds is not None and now - self._began >= seconds):
                    break
                tick = max(tick + 1.0 / self._settings.screen.fps, now)
                time.sleep(max(0.0, tick - now))
            if self.session.shutdown:
                self._show(self._scene(time.monotonic()))
        except KeyboardInterrupt:
            pass
        finally:
            self._service.stopping()
            self._keep(end(self.session, "stopped").finished)
            if self.eyes.fault is None and not self._options.calibrate:
                counted = self._finished_reps
                print(f"{counted} {'rep' if counted == 1 else 'reps'} counted.")
            if self._shots is not None:
                self._shots.take(time.monotonic(), is_rep=False, is_last=True)
                print(self._shots.told())

    def _is_done(self) -> bool:
        is_calibrated = self._options.calibrate and not self._aligning.is_on
        return self.session.shutdown or is_calibrated

    def close(self) -> bool:
        """Save what is left and free every edge; gives whether camera and estimator let go.

        The computer is switched off before that which may hang is freed.
        """
        self._keeper.close()
        if self.session.shutdown and self._options.kiosk:
            _power_off()
        has_stopped = self.eyes.close()
        self._speaker.close()
        if self._recording is not None:
            self._recording.close()
        self._hands.close()
        self._display.close()
        return has_stopped

    def _tick(self, now: float) -> None:
        """Take in what was pressed and seen, and show it."""
        before, reps = self.session, 0
        margin: tuple[str, ...] = ()
        try:
            self._press(now)
            margin = self._care.tend(now)
            self.session = recall(self.session, self._keeper.past)
            self._follow(now)
            looks, reps = self._take_in()
            if looks:
                self._looked = now
            scene, sound = self._scene(now), heard(before, self.session)
        except Exception as error:
            if not self._options.kiosk:
                raise
            # A defect must not make the mirror black: say it, and begin anew.
            self._care.stumbled(error, now)
            with suppress(Exception):  # the set so far may be what it stumbled over
                self._keep(end(self.session, "stopped").finished)
            self.session, reps = _first_session(self._settings, Options()), 0
            self._aligning.leave()
            self._looked = now
            told = "The mirror stumbled and begins a new set."
            scene, sound = trouble(told, self._screen.glass, self._language), Heard()
        if not self._display.is_off:  # what HDMI carries is off with it
            self._speaker.tend(now)
        self._speaker.play(sound)
        self._rest(now)
        if self._options.warning and now - self._began >= WARN_S:
            margin += ("aside.config",)
        if self._options.kiosk and margin:
            words = self._language.say(margin[int(now / MARGIN_S) % len(margin)])
            scene = aside(scene, words, self._screen.glass, now - self._began)
        self._show(scene)
        self._tell_service()
        if self._shots is not None:
            self._shots.take(now, is_rep=reps > 0)
        while self._recording is not None and self._recorded < (now - self._began) * RECORD_FPS:
            self._recording.add(self._screen.pixels())
            self._recorded += 1

    def _follow(self, now: float) -> None:
        """Let the person in the simulated room follow what the glass shows."""
        if self._volunteer is not None:
            passed = now - self._ticked
            self._volunteer.follow(self._aligning.now, passed)
            for what in self._volunteer.wishes(self._aligning.now, passed):
                self._aligning.press(what)
        self._ticked = now

    def _press(self, now: float) -> None:
        for what in self._hands.presses(self._screen.events(), now):
            if self._aligning.is_on or what is Press.CALIBRATE:
                self._aligning.press(what)
                continue
            kept = self.session.past.kept
            self.session = press(self.session, what)
            self._keep(self.session.finished)
            if self.session.past.kept != kept:
                self._keeper.remember(self.session.past.kept)

    def _keep(self, finished: FinishedSet | None) -> None:
        self._keeper.keep(finished)
        self._finished_reps += 0 if finished is None else len(finished.reps)

    def _take_in(self) -> tuple[int, int]:
        """Everything that was estimated since last time; how many looks and reps that was."""
        looks = reps = 0
        self.eyes.has_stick = self.session.has_stick
        with suppress(Empty):
            while True:
                look = self.eyes.looks.get_nowait()
                looks += 1
                if self._aligning.is_on:
                    self._aligning.look(look.pose, look.t)
                    continue
                self.session = advance(self.session, look.pose, look.t)
                self._keep(self.session.finished)
                reps += sum(isinstance(event, Rep) for event in self.session.events)
        return looks, reps

    def _rest(self, now: float) -> None:
        """Nobody there: look less often, and after a while switch the display off."""
        asleep = state(self.session) is State.ASLEEP and not self._aligning.is_on
        idle = asleep and self.eyes.fault is None
        presence = self._settings.presence
        self.eyes.pause_s = 1.0 / presence.looks_per_s if idle else 0.0
        if not idle:
            self._roused = now
            self._display.wake()
        elif 0 < presence.screen_off_s <= now - self._roused:
            self._display.sleep()

    def _show(self, scene: Scene) -> None:
        now = time.monotonic()
        if self._options.kiosk and now - self._tried >= RETRY_S:
            self._tried = now
            if self._display.tend():
                say(f"The display is there ({self._screen.driver}).")
                self._speaker.close()  # to be opened anew: this display may have its own
        self._screen.draw(scene)
        self._screen.present()

    def _tell_service(self) -> None:
        """The screen has moved on; what hangs is a fault, and by now it is on the glass."""
        fault = self.eyes.fault
        self._keeper.report(str(fault) if fault is not None else None)
        if fault is not None or self.session.t is not None:
            under_way = 0 if self.session.over_s is not None else len(self.session.reps)
            self._service.ready(str(fault or f"{self._finished_reps + under_way} reps"))
        else:
            self._service.starting()

    def _scene(self, now: float) -> Scene:
        """What the glass shows: what is held, trouble, a warning, or the session."""
        glass, language, session = self._screen.glass, self._language, self.session
        running_s, late_s = now - self._began, now - self._looked
        if session.shutdown:
            again = waking(self._settings.buttons) if self._options.kiosk else None
            return shutting_down(glass, language, running_s, again)
        held = None if self._aligning.is_on else self._hands.held()
        if held is not None and HELD <= held.fraction < 1.0:
            return holding(held, glass, language, self._labels, running_s)
        fault, warning = self.eyes.fault, self._options.warning
        # What was wrong at the start is said first: a fault that stays can wait for so long.
        if warning and running_s < WARN_S:
            return trouble(warning, glass, language, "config", running_s)
        if fault is not None:
            return trouble(str(fault), glass, language, fault.kind, running_s)
        aligning = self._aligning
        if aligning.fault is not None:
            if now - self._faulty_s < WARN_S:
                return trouble(str(aligning.fault), glass, language, "config", running_s)
            aligning.fault = None
        self._faulty_s = now
        calibrated = aligning.now or (aligning.last if self._options.calibrate else None)
        if calibrated is not None and calibrated.seen_s is not None:
            scene = calibrating(calibrated, glass, language)
            mirrored = self._volunteer.mirrored() if self._volunteer is not None else ()
            return Scene((*mirrored, *scene.shapes))
        if session.t is None:
            return getting_ready(glass, language, running_s)
        labels = self._labels if self._hands.have_buttons else None
        reflection = aligning.reflection(session.pose)
        return compose(session, glass, language, running_s, late_s, labels, reflection)


def _first_session(settings: Settings, options: Options) -> Session:
    height_m = settings.coach.body_height_m
    return start(
        settings.coach.variation,
        options.drill,
        height_m and 100 * height_m,
        settings.presence.grace_s,
    )


def _volunteer(settings: Settings, screen: Screen) -> Volunteer:
    room = case(1, Errors(), settings.camera, settings.screen, screen.glass)
    return Volunteer(room, settings.coach.eye)


def _labels(settings: Settings) -> Labels:
    names = ("next", "previous", "select", "drill")
    wired = tuple(name for name in names if getattr(settings.buttons, name) is not None)
    return Labels(settings.buttons.side, wired, tuple(LONG))


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


def _power_off() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # this comes of it, and it ends anyway
    time.sleep(LAST_WORDS_S)
    try:
        subprocess.run(["systemctl", "poweroff"], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"The mirror could not be switched off ({error}).")


def _leave(code: int) -> None:
    """End at once: a thread that hangs would hold up the usual way out."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
