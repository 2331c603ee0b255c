"""The mirror itself: run the loop, and own the one Session.

Three rhythms never wait for each other: camera and estimator have theirs (see `pose.pipeline`); the
loop takes in every observation and every command, and redraws the glass at its own rate.
"""

from __future__ import annotations

import logging
import signal
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty

from mirror.app.edges import RECORD_FPS, Edges, Options, Parts
from mirror.app.journal import log_to_stderr
from mirror.app.notices import Notices
from mirror.app.pace import Pace
from mirror.buttons.keyboard import KEYS_HELP, has_unknown
from mirror.buttons.waking import waking
from mirror.coach.command import Command
from mirror.coach.finished import FinishedSet
from mirror.coach.session import Session, start
from mirror.coach.sets import apply, end, idle_reason, recall
from mirror.config import Settings
from mirror.display.scene import Scene
from mirror.display.sound import Heard, heard
from mirror.hinge.counting.reps import Rep
from mirror.pose.pipeline import REOPEN_S
from mirror.screens.router import WARN_S, ScreenState, Situation, route

_LOG = logging.getLogger(__name__)


def run(settings: Settings, options: Options, parts: Parts | None = None) -> int:
    """Be the mirror until asked to stop; return the exit code.

    Raises:
        MirrorError: something broke, and this is no kiosk.
    """
    parts = parts or Parts()
    log_to_stderr()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    mirror = Mirror(settings, options, parts)
    try:
        mirror.run()
    finally:
        has_stopped = mirror.close()
    fault = mirror.edges.pipeline.fault or (
        mirror.edges.calibration.fault if options.calibrate else None
    )
    if fault is not None and not options.kiosk:
        raise fault
    if mirror.is_unfinished:
        _LOG.warning("The calibration was not finished: nothing was changed.")
        return 1
    code = 0 if mirror.lost is None else 1
    if options.kiosk and not has_stopped:
        parts.leave(code)
    return code


@dataclass
class Times:
    """When things last happened, monotonic seconds.

    began: the start. ready: frames flowed for the first time, or a fault was shown. frame: the
    newest frame was taken in. turn: the last turn of the loop. display: a display was last looked
    for. awake: the glass last showed something. misfit: since when a fault of the calibration is
    shown.
    """

    began: float
    frame: float
    turn: float
    display: float
    awake: float
    ready: float | None = None
    misfit: float | None = None


class Mirror:
    """The running mirror: its edges, and the one Session.

    lost: the part that only a new process may bring back; the mirror has ended for it.

    Raises:
        MirrorError: an edge cannot be opened, and this is no kiosk.
    """

    def __init__(self, settings: Settings, options: Options, parts: Parts) -> None:
        self._settings, self._options, self._parts = settings, options, parts
        self.session = _first_session(settings, options.drill)
        self.edges = Edges(settings, options, parts)
        self.lost: str | None = None
        self._pace = Pace(settings.screen.fps)
        now = parts.clock.monotonic()
        self._times = Times(now, now, now, now, now)
        self._finished_reps = 0
        self._notices = Notices(now, is_windowed=options.windowed)
        if options.windowed:
            _LOG.info(f"Keys of the window: {KEYS_HELP}.")

    @property
    def is_unfinished(self) -> bool:
        """Whether the time was over before the calibration that was asked for."""
        return self._options.calibrate and self.edges.calibration.is_on

    def run(self) -> None:
        """Run until a command, a signal, the end of the film, or the time that was asked for."""
        edges, clock = self.edges, self._parts.clock
        tick = clock.monotonic()
        try:
            while not self._is_done():
                now = clock.monotonic()
                self._turn(now)
                self.lost = (
                    edges.pipeline.watchdog.wants_new_process if self._options.kiosk else None
                )
                if self.lost is not None:
                    _LOG.error(f"The {self.lost} does not come back: the mirror restarts.")
                    break
                if self._is_over(now):
                    break
                tick = max(tick + self._pace.interval_s, now)
                clock.sleep(max(0.0, tick - now))
            if self.session.shutdown:
                now = clock.monotonic()
                again = waking(self._settings.buttons) if self._options.kiosk else None
                last = Situation(self.session, now - self._times.began, waking=again)
                self._show(self._scene(last))
        except KeyboardInterrupt:
            pass
        finally:
            # The patience of systemd with what stops would begin before the last words.
            if not self.session.shutdown:
                edges.service.stopping()
            self._keep(end(self.session, "stopped").finished)
            if edges.pipeline.fault is None and not self._options.calibrate:
                counted = self._finished_reps
                print(f"{counted} {'rep' if counted == 1 else 'reps'} counted.")
            if edges.snapshots is not None:
                edges.snapshots.take(clock.monotonic(), is_rep=False, is_last=True)
                print(edges.snapshots.summary())

    def close(self) -> bool:
        """Save what is left and free every edge; return whether camera and estimator stopped."""

        def switch_off() -> None:
            if self.session.shutdown and self._options.kiosk:
                self._parts.power_off()

        return self.edges.close(before=switch_off)

    def _is_done(self) -> bool:
        is_calibrated = self._options.calibrate and not self.edges.calibration.is_on
        return self.session.shutdown or is_calibrated

    def _is_over(self, now: float) -> bool:
        """Whether the film is, or the time that was asked for; it counts from the first frame."""
        pipeline, seconds, ready = self.edges.pipeline, self._options.seconds, self._times.ready
        if pipeline.ended.is_set() and pipeline.observations.empty():
            return True
        return seconds is not None and ready is not None and now - ready >= seconds

    def _turn(self, now: float) -> None:
        """Take in commands and observations, and show what comes of them."""
        edges, times, before = self.edges, self._times, self.session
        reps = 0
        try:
            self._command(now)
            banners = edges.monitor.update(now)
            self.session = recall(self.session, edges.recorder.past)
            self._lead_volunteer(now)
            observations, reps = self._take_in()
            if observations:
                times.frame = now
            if times.ready is None and (observations or edges.pipeline.fault is not None):
                times.ready = now
            situation = self._situation(now, banners)
            scene, sound = self._scene(situation), heard(before, self.session)
        except Exception as error:
            if not self._options.kiosk:
                raise
            # A defect must not make the mirror black: show it, and begin again.
            edges.monitor.log_defect(error, now)
            with suppress(Exception):  # the set so far may be the cause
                self._keep(end(self.session, "stopped").finished)
            self.session, reps = _first_session(self._settings), 0
            edges.calibration.leave()
            times.frame = now
            situation = Situation(self.session, now - times.began, has_failed=True)
            scene, sound = self._scene(situation), Heard()
        if not edges.display.is_off:  # what HDMI carries is off with it
            edges.speaker.update(now)
        edges.speaker.play(sound)
        self._note(route(situation), now)
        self._show(scene)
        self._report(now, is_rep=reps > 0)

    def _command(self, now: float) -> None:
        edges = self.edges
        keys = edges.screen.events()
        if has_unknown(keys):
            self._notices.note("unknown", now)
        for what in edges.controls.commands(keys, now):
            if edges.calibration.is_on or what is Command.CALIBRATE:
                edges.calibration.press(what)
                continue
            reason = idle_reason(self.session, what)
            if reason is not None:
                self._notices.note(reason, now)
            kept = self.session.history.profile
            self.session = apply(self.session, what)
            self._keep(self.session.finished)
            if self.session.history.profile != kept:
                edges.recorder.remember(self.session.history.profile)

    def _keep(self, finished: FinishedSet | None) -> None:
        self.edges.recorder.keep(finished)
        self._finished_reps += 0 if finished is None else len(finished.reps)

    def _lead_volunteer(self, now: float) -> None:
        """Let the person in the simulated room follow what the glass shows."""
        passed, self._times.turn = now - self._times.turn, now
        volunteer, calibration = self.edges.volunteer, self.edges.calibration
        if volunteer is None:
            return
        volunteer.follow(calibration.now, passed)
        for what in volunteer.wishes(calibration.now, passed):
            calibration.press(what)

    def _take_in(self) -> tuple[int, int]:
        """Take in all observations since the last turn; return how many they and the reps are."""
        observations = reps = 0
        pipeline, calibration = self.edges.pipeline, self.edges.calibration
        pipeline.has_stick = self.session.has_stick
        with suppress(Empty):
            while True:
                observation = pipeline.observations.get_nowait()
                observations += 1
                self._pace.observed(observation.t)
                if calibration.is_on:
                    calibration.look(observation.pose, observation.t)
                    continue
                self.session = self._parts.advance(self.session, observation.pose, observation.t)
                self._keep(self.session.finished)
                reps += sum(isinstance(event, Rep) for event in self.session.events)
        return observations, reps

    def _situation(self, now: float, banners: tuple[str, ...]) -> Situation:
        """All that decides what the glass shows."""
        edges, times, options, session = self.edges, self._times, self._options, self.session
        calibration, volunteer = edges.calibration, edges.volunteer
        if times.misfit is not None and now - times.misfit >= WARN_S:
            calibration.fault = times.misfit = None
        return Situation(
            session,
            now=now - times.began,
            late_s=now - times.frame,
            labels=edges.labels,
            held=edges.controls.held(),
            warning=options.warning,
            fault=edges.pipeline.fault,
            misfit=calibration.fault,
            calibrating=calibration.now or (calibration.last if options.calibrate else None),
            mirrored=volunteer.mirrored() if volunteer is not None else (),
            reflection=calibration.reflection(session.pose),
            banners=self._notices.banners(now) or (banners if options.kiosk else ()),
        )

    def _scene(self, situation: Situation) -> Scene:
        edges = self.edges
        scene: Scene = self._parts.compose(situation, edges.screen.glass, edges.language)
        return scene

    def _show(self, scene: Scene) -> None:
        """Draw on the glass; in a kiosk look for a display now and then."""
        edges, now = self.edges, self._parts.clock.monotonic()
        if self._options.kiosk and now - self._times.display >= REOPEN_S:
            self._times.display = now
            if edges.display.update():
                _LOG.info(f"The display is there ({edges.screen.driver}).")
                edges.speaker.close()  # to be opened again: this display may have its own
        edges.screen.draw(scene)
        edges.screen.present()

    def _note(self, state: ScreenState, now: float) -> None:
        """Note the screen: asleep, estimate less often and later switch the display off."""
        presence, edges = self._settings.presence, self.edges
        if state is ScreenState.MISFIT and self._times.misfit is None:
            self._times.misfit = now
        is_asleep = self._pace.is_asleep = state is ScreenState.ASLEEP
        edges.pipeline.pause_s = 1.0 / presence.looks_per_s if is_asleep else 0.0
        if not is_asleep:
            self._times.awake = now
            edges.display.wake()
        elif 0 < presence.screen_off_s <= now - self._times.awake:
            edges.display.sleep()

    def _report(self, now: float, *, is_rep: bool) -> None:
        """Report to systemd and the broker, and write what was asked for of the glass.

        A part that hangs is a fault, and by now it is on the glass.
        """
        edges, fault = self.edges, self.edges.pipeline.fault
        edges.recorder.report(str(fault) if fault is not None else None)
        if fault is not None or self.session.t is not None:
            under_way = 0 if self.session.current_set.over_s is not None else len(self.session.reps)
            edges.service.ready(str(fault or f"{self._finished_reps + under_way} reps"))
        else:
            edges.service.starting()
        if edges.snapshots is not None:
            edges.snapshots.take(now, is_rep=is_rep)
        if edges.recording is not None:
            while edges.recording.added < (now - self._times.began) * RECORD_FPS:
                edges.recording.add(edges.screen.pixels())


def _first_session(settings: Settings, drill: str | None = None) -> Session:
    coach = settings.coach
    height_cm = coach.body_height_m and 100 * coach.body_height_m
    return start(coach.variation, drill, height_cm, settings.presence.grace_s, coach.target)
