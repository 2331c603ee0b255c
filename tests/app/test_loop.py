import os
import signal
import socket
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from benches.altered import altered
from people import SIZE, film, person, reps

from mirror.app import edges
from mirror.app import loop as app
from mirror.app import systemd as service
from mirror.app.edges import Options, Parts
from mirror.buttons import controls
from mirror.camera import Frame
from mirror.coach.advance import advance
from mirror.coach.command import Command
from mirror.coach.lifetimes import StopSearch
from mirror.coach.session import start
from mirror.config import CoachSettings, ModelSettings, PresenceSettings, ScreenSettings, Settings
from mirror.display import power as display
from mirror.display import sound as tones
from mirror.display.screen import open_screen
from mirror.errors import CameraError, CameraStalled, ModelError, OutputError, ScreenError
from mirror.hinge.judging.stop_depth import StopDepth
from mirror.history.store import Store
from mirror.pose import pipeline, watchdog
from mirror.screens import router
from mirror.screens.router import ScreenState, compose, route
from mirror.simulator.volunteer import Volunteer

SETTINGS = Settings(screen=ScreenSettings(fps=60), model=ModelSettings(workers=1))


def no_display(settings, *, mode="auto", size=None):
    """There is none; what is off-screen is small."""
    if mode == "auto":
        raise ScreenError("No display can be opened (none here).")
    return open_screen(settings, mode=mode, size=(270, 480))


def run(settings, options, **parts):
    """Run the mirror without a display, unless another part is handed in."""
    return app.run(settings, options, Parts(**{"open_screen": no_display, **parts}))


def spy(seen):
    """The drawing of the glass, which notes every situation that it draws."""

    def composed(situation, glass, language):
        seen.append(situation)
        return compose(situation, glass, language)

    return composed


def faults(seen):
    """The faults that were shown."""
    return [str(situation.fault) for situation in shown_in(seen, ScreenState.TROUBLE)]


def shown_in(seen, state):
    """The situations in which this screen was shown."""
    return [situation for situation in seen if route(situation) is state]


class Stage:
    """A camera whose film runs ten times as fast as its timestamps, and its estimator."""

    fps = 30.0
    size = SIZE
    frames_total = None

    def __init__(self, poses):
        self._poses = iter(poses)
        self._by_time = {}
        self._looked_at = threading.Event()
        self._looked_at.set()
        self.closed = 0

    def read(self):
        """The next frame; None at the end of the film."""
        pose = next(self._poses, None)
        if pose is None:
            return None
        if isinstance(pose, Exception):
            raise pose
        time.sleep(1 / 300)
        # However busy the machine is, no frame is lost before it is measured.
        self._looked_at.wait(0.25)
        self._looked_at.clear()
        self._by_time[pose.taken_at] = pose
        return Frame(np.zeros((2, 2, 3), np.uint8), pose.taken_at)

    def estimate(self, frame):
        """The pose that was filmed at that time."""
        self._looked_at.set()
        return self._by_time[frame.taken_at]

    def close(self):
        """Counted."""
        self.closed += 1


@pytest.fixture
def stage(monkeypatch, tmp_path):
    """Puts stages before the mirror, one after the other; off-screen, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(pipeline, "bundle", lambda settings, report: None)
    monkeypatch.setattr(pipeline, "REOPEN_S", 0.05)
    monkeypatch.setattr(app, "REOPEN_S", 0.05)

    def put(*films):
        stages = [f if isinstance(f, Exception) else Stage(f) for f in films]
        waiting = iter(stages)
        playing = []

        def open_camera(settings):
            playing.append(next(waiting, playing[-1] if playing else None))
            if isinstance(playing[-1], Exception):
                raise playing[-1]
            return playing[-1]

        class Estimator:
            def __init__(self, model, camera, subject, *, chooses):
                pass

            def estimate(self, frame):
                return playing[-1].estimate(frame)

            def close(self):
                pass

        monkeypatch.setattr(pipeline, "open_camera", open_camera)
        monkeypatch.setattr(pipeline, "Tracker", Estimator)
        return stages

    return put


def test_five_reps_before_the_camera_are_counted(stage, capsys, tmp_path):
    """Frames in, five out; the glass is written as PNGs, the camera is freed."""
    (camera,) = stage(film(reps(5), 18))
    assert run(SETTINGS, Options()) == 0
    out, err = capsys.readouterr()
    assert "5 reps counted." in out
    assert "No display can be opened" in err
    assert (tmp_path / "out" / "glass.png").exists()
    assert (tmp_path / "out" / "rep-05.png").exists()
    assert camera.closed


def test_a_rep_that_was_done_when_the_mirror_ends_is_counted(stage, capsys):
    """The glass shows it at once; the set has it, too, though nobody knows yet what comes after."""
    stage(film(reps(2), 7.95))
    run(SETTINGS, Options())
    assert "2 reps counted." in capsys.readouterr().out


def test_it_stops_after_the_time_asked_for(stage, capsys):
    """--for ends a camera that never ends."""
    stage(film(reps(0), 10_000))
    began = time.monotonic()
    assert run(SETTINGS, Options(seconds=0.5)) == 0
    assert 0.5 <= time.monotonic() - began < 10
    assert "0 reps counted." in capsys.readouterr().out


def test_the_time_asked_for_counts_from_the_first_frame(stage, monkeypatch):
    """A model that takes long to load takes nothing of it."""
    monkeypatch.setattr(pipeline, "bundle", lambda settings, report: time.sleep(1.5))
    stage(film(reps(1), 10_000))
    seen = []
    assert run(SETTINGS, Options(seconds=0.5), compose=spy(seen)) == 0
    assert seen[-1].session.t is not None


def test_a_broken_camera_ends_the_mirror_with_its_sentence(stage):
    """At a terminal the error is raised, not swallowed."""
    stage(CameraError("camera 7 is not there."))
    with pytest.raises(CameraError, match="camera 7"):
        run(SETTINGS, Options())


def test_a_camera_that_breaks_later_does_too(stage):
    """Stalling after some frames is an error as well."""
    stage([*film(reps(0), 1), CameraStalled("no frame for 5 s.")])
    with pytest.raises(CameraStalled):
        run(SETTINGS, Options())


def test_a_kiosk_stays_up_and_tries_again(stage, capsys, monkeypatch):
    """The trouble is on the glass until frames flow again, and the count goes on."""
    seen = []
    poses = list(film(reps(2), 9))
    stage(CameraError("the camera is gone."), [*poses[:30], CameraStalled("stalled.")], poses[30:])
    assert run(SETTINGS, Options(kiosk=True, seconds=60), compose=spy(seen)) == 0
    assert "the camera is gone." in faults(seen)
    assert "2 reps counted." in capsys.readouterr().out


def test_a_kiosk_without_a_model_says_so_on_the_glass(stage, monkeypatch):
    """A missing model is trouble, not the end."""
    seen = []
    stage(film(reps(0), 10_000))

    def missing(settings, report):
        raise ModelError("the pose model is missing.")

    monkeypatch.setattr(pipeline, "bundle", missing)
    assert run(SETTINGS, Options(kiosk=True, seconds=0.5), compose=spy(seen)) == 0
    assert "the pose model is missing." in faults(seen)
    with pytest.raises(ModelError):
        run(SETTINGS, Options(seconds=5))


def test_a_model_is_seldom_downloaded_and_used_as_soon_as_it_is_there(stage, monkeypatch):
    """Each try to download takes a small computer a minute, and lines of the journal."""
    stage(film(reps(0), 10_000))
    tried, looked = [], []

    def missing(settings, report):
        tried.append(settings)
        raise ModelError("the pose model cannot be downloaded.")

    def later(settings):
        looked.append(settings)
        if len(looked) < 3:
            raise ModelError("the pose model is missing.")
        return Path("model.task")

    monkeypatch.setattr(pipeline, "REOPEN_S", 0.05)
    monkeypatch.setattr(pipeline, "bundle", missing)
    monkeypatch.setattr(pipeline, "locate", later)
    sight = pipeline.VisionPipeline(SETTINGS, keep_trying=True)
    reported = set()
    until = time.monotonic() + 20
    while sight.observations.empty() and time.monotonic() < until:
        reported.add(str(sight.fault))
    sight.close()
    assert not sight.observations.empty()
    assert (len(tried), len(looked)) == (1, 3)
    assert reported == {"None", "the pose model cannot be downloaded."}


def test_an_unforeseen_error_of_a_thread_is_not_swallowed(stage):
    """A defect shows as one sentence, with its cause for --debug."""
    stage([*film(reps(0), 0.3), ZeroDivisionError("oh")])
    with pytest.raises(Exception, match="ZeroDivisionError") as caught:
        run(SETTINGS, Options())
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_warning_of_the_start_is_on_the_glass_for_a_while(stage, monkeypatch):
    """A broken config does not keep the kiosk from starting, but it is said."""
    seen = []
    stage(film(reps(0), 2))
    options = Options(kiosk=True, seconds=0.5, warning="mirror.toml is broken.")
    run(SETTINGS, options, compose=spy(seen))
    assert shown_in(seen, ScreenState.WARNING)


def test_a_warning_of_the_start_comes_before_a_fault_and_stays_in_the_margin(stage, monkeypatch):
    """A broken config whose default camera is not there, either: both are said."""
    seen, margin = [], []
    real = router.banner
    monkeypatch.setattr(
        router, "banner", lambda scene, text, *how: margin.append(text) or real(scene, text, *how)
    )
    monkeypatch.setattr(router, "WARN_S", 0.3)
    monkeypatch.setattr(router, "BANNER_S", 0.05)
    stage(CameraError("no camera is connected."))
    options = Options(kiosk=True, seconds=1.0, warning="mirror.toml is broken.")
    run(SETTINGS, options, compose=spy(seen))
    states = [route(situation) for situation in seen]
    assert states == sorted(states, key=[ScreenState.WARNING, ScreenState.TROUBLE].index)
    assert faults(seen)[-1] == "no camera is connected."
    assert any("A setting is wrong" in text for text in margin)


def test_shutdown_ends_the_loop_and_powers_off_only_a_kiosk(stage, monkeypatch):
    """At a desktop Esc quits; behind the glass the Pi goes down."""
    called = []

    def power_off():
        called.append("it is switched off")

    freed = pipeline.VisionPipeline.close
    monkeypatch.setattr(
        pipeline.VisionPipeline,
        "close",
        lambda self: called.append("the camera is freed") or freed(self),
    )

    monkeypatch.setattr(service.Service, "stopping", lambda self: called.append("it says so"))

    class Pressed:
        def commands(self):
            return [Command.SHUTDOWN]

        def stuck(self):
            return ()

        def held(self):
            return None

        def close(self):
            pass

    monkeypatch.setattr(controls, "open_buttons", lambda name, settings: Pressed())
    stage(film(reps(0), 10_000))
    assert run(SETTINGS, Options(), power_off=power_off) == 0
    assert called == ["the camera is freed"]
    stage(film(reps(0), 10_000))
    assert run(SETTINGS, Options(kiosk=True), power_off=power_off) == 0
    # What may hang is freed when it is switched off anyway. A service that says that it stops is
    # killed seconds later: it must not say so before the last words.
    assert called[1:] == ["it is switched off", "the camera is freed"]


def test_a_video_of_the_glass_is_recorded_on_request(stage, tmp_path):
    """--record writes a playable file."""
    stage(film(reps(0), 20))
    run(SETTINGS, Options(seconds=1.0, record=tmp_path / "glass.mp4"))
    assert b"ftyp" in (tmp_path / "glass.mp4").read_bytes()[:16]


def test_a_video_that_cannot_be_written_is_one_sentence(stage, tmp_path):
    """The folder is missing."""
    stage(film(reps(0), 20))
    with pytest.raises(OutputError, match="cannot be written"):
        run(SETTINGS, Options(seconds=1.0, record=tmp_path / "none" / "glass.mp4"))


def test_snapshots_that_cannot_be_written_stop_nothing(stage, tmp_path, capsys):
    """A full disk is said once."""
    (tmp_path / "out").write_text("a file where the folder should be")
    stage(film(reps(2), 9))
    assert run(SETTINGS, Options()) == 0
    out, err = capsys.readouterr()
    assert "2 reps counted." in out
    assert err.count("cannot be written") == 1
    assert (tmp_path / "out").read_text() == "a file where the folder should be"


@pytest.mark.parametrize(
    ("key", "banner"), [("d", "keys.no-drill"), ("x", "keys.unknown"), ("n", "keys.first")]
)
def test_a_window_shows_its_keys_and_which_does_nothing(stage, capsys, key, banner):
    """In the margin of the glass; the keys are in the terminal, too."""
    seen = []

    def window(settings, *, mode="auto", size=None):
        assert mode == "windowed"
        screen = open_screen(settings, mode="offscreen", size=(270, 480))
        screen.events = lambda: [key] if len(seen) == 3 else []
        return screen

    stage(film(reps(1), 5))
    settings = Settings(screen=SETTINGS.screen, coach=CoachSettings(variation="swing"))
    options = Options(windowed=True)
    assert run(settings, options, open_screen=window, compose=spy(seen)) == 0
    assert seen[0].banners == ("keys.first", "keys.second")
    assert banner in seen[3].banners
    assert "Keys of the window: n or right: next" in capsys.readouterr().err


def test_calibrating_begins_and_is_left_by_a_long_press(stage, monkeypatch, capsys):
    """While it lasts nothing is counted; after it the mirror goes on."""
    asked, seen = [], []

    class Pressed:
        def stuck(self):
            return ()

        def commands(self):
            if not asked and seen:
                asked.append("begin")
                return [Command.CALIBRATE]
            if len(asked) == 1 and len(shown_in(seen, ScreenState.CALIBRATING)) > 3:
                asked.append("leave")
                return [Command.CALIBRATE]
            return []

        def held(self):
            return None

        def close(self):
            pass

    monkeypatch.setattr(controls, "open_buttons", lambda name, settings: Pressed())
    stage(film(reps(3), 14))
    assert run(SETTINGS, Options(), compose=spy(seen)) == 0
    out, err = capsys.readouterr()
    assert asked == ["begin", "leave"]
    assert route(seen[-1]) is ScreenState.FINISHED
    assert "Nothing was changed." in err
    assert "3 reps counted." in out


def test_calibrating_in_a_simulated_room_ends_by_itself(stage, monkeypatch, capsys, tmp_path):
    """As a command it prints the millimetres, writes a snapshot, and keeps nothing."""
    step_s = 0.2  # of the volunteer's time, at each turn of the loop
    for name in ("follow", "wishes"):
        real = getattr(Volunteer, name)
        monkeypatch.setattr(Volunteer, name, lambda self, now, s, do=real: do(self, now, step_s))
    assert run(SETTINGS, Options(calibrate=True, simulated=True)) == 0
    out, err = capsys.readouterr()
    assert "mm apart. It was simulated, and is not stored." in err
    assert "reps counted" not in out
    assert (tmp_path / "out" / "glass.png").exists()


def test_a_calibration_that_is_not_finished_in_time_says_so(stage, capsys):
    """Exit code 1, and nothing is changed."""
    assert run(SETTINGS, Options(calibrate=True, simulated=True, seconds=0.2)) == 1
    assert "not finished: nothing was changed" in capsys.readouterr().err


def test_an_unknown_variation_in_the_config_is_reported(stage):
    """Before anything is opened."""
    stage(film(reps(0), 1))
    with pytest.raises(ValueError, match="There is no variation 'salsa'"):
        run(Settings(coach=CoachSettings(variation="salsa")), Options())


def test_systemd_hears_ready_once_and_the_watchdog_often(stage, monkeypatch, tmp_path):
    """READY when frames flow; a pat at every turn."""
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(address)
        line.settimeout(0.2)
        heard = []

        def listen():
            while not stop.is_set():
                try:
                    heard.append(line.recv(1024).decode())
                except TimeoutError:
                    continue

        stop = threading.Event()
        listener = threading.Thread(target=listen)
        listener.start()
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        monkeypatch.setattr(service, "PAT_S", 0.0)
        stage([*film(reps(0), 3), person(4.0)])
        run(SETTINGS, Options())
        time.sleep(0.3)
        stop.set()
        listener.join()
    assert sum("READY=1" in message for message in heard) == 1
    assert sum("WATCHDOG=1" in message for message in heard) > 3
    assert heard[-1] == "STOPPING=1"
    assert os.path.exists(address)


def test_a_defect_does_not_end_a_kiosk(stage, monkeypatch, capsys):
    """It is said, a new set begins, and reps count again; at a terminal it is raised."""
    calls = []

    def stumbles(session, pose, t):
        calls.append(t)
        if len(calls) == 20:
            raise ZeroDivisionError("oh")
        return advance(session, pose, t)

    stage(film(reps(2), 9))
    assert run(SETTINGS, Options(kiosk=True), advance=stumbles) == 0
    out, err = capsys.readouterr()
    assert "stumbled" in err
    assert "2 reps counted." in out
    calls.clear()
    stage(film(reps(2), 9))
    with pytest.raises(ZeroDivisionError):
        run(SETTINGS, Options(), advance=stumbles)


def test_a_kiosk_waits_for_its_display_and_writes_no_snapshots(stage, monkeypatch, tmp_path):
    """When the display comes, the glass moves there."""
    tries = []

    def later(settings, *, mode="auto", size=None):
        tries.append(mode)
        return no_display(settings, mode="offscreen" if len(tries) > 3 else mode, size=size)

    stage(film(reps(0), 10_000))
    assert run(SETTINGS, Options(kiosk=True, seconds=1.0), open_screen=later) == 0
    assert tries[:4] == ["auto", "offscreen", "auto", "auto"]
    assert not (tmp_path / "out").exists()


def test_the_last_frame_of_a_film_counts(stage, capsys):
    """A rep that locks out with it is not lost."""
    poses = list(film(reps(1), 9))
    session, shown = start(), []
    for pose in poses:
        shown.append(pose)
        session = advance(session, pose, pose.taken_at)
        if session.events:
            break
    stage(shown)
    run(SETTINGS, Options())
    assert "1 rep counted." in capsys.readouterr().out


def test_a_step_that_hangs_is_shown_and_then_the_mirror_restarts(stage, monkeypatch, capsys):
    """A thread cannot be stopped from outside, so the process ends, and says why."""
    seen, left, hang = [], [], threading.Event()
    monkeypatch.setattr(pipeline, "step_s", lambda: 0.1)
    monkeypatch.setattr(pipeline, "CLOSING_S", 0.1)
    monkeypatch.setattr(watchdog, "SHOWN_S", 2.0)
    (camera,) = stage(film(reps(0), 10_000))
    estimate = camera.estimate

    def stuck(frame):
        if frame.taken_at > 0.5:
            hang.wait(60.0)
        return estimate(frame)

    camera.estimate = stuck
    options = Options(kiosk=True, seconds=60)
    assert run(SETTINGS, options, compose=spy(seen), leave=left.append) == 1
    hang.set()
    assert left == [1]
    assert "the estimator hangs." in faults(seen)
    err = capsys.readouterr().err
    assert "The estimator hangs." in err
    assert "The estimator does not come back: the mirror restarts." in err


def test_a_camera_that_does_not_come_back_gets_a_new_process(stage, monkeypatch, capsys):
    """It is opened again and again first; each trouble is one line."""
    monkeypatch.setattr(watchdog, "LOST_S", 0.4)
    stage([*film(reps(0), 1), CameraStalled("no frame for 5 s.")], CameraError("it is gone."))
    assert run(SETTINGS, Options(kiosk=True, seconds=60)) == 1
    err = capsys.readouterr().err
    assert err.count("It is gone.") == 1
    assert "The camera does not come back: the mirror restarts." in err


def test_a_display_that_was_plugged_in_is_opened_again(stage, monkeypatch):
    """Whatever it was before; one that is only gone is not."""
    opened = []

    def opens(settings, *, mode="auto", size=None):
        opened.append(mode)
        screen = no_display(settings, mode="offscreen", size=size)
        screen.driver = "kmsdrm"
        return screen

    states = iter([{"card0-HDMI-A-1"}, {"card0-HDMI-A-1"}, set(), {"card0-HDMI-A-2"}])
    monkeypatch.setattr(display, "plugged", lambda: next(states, {"card0-HDMI-A-2"}))
    stage(film(reps(0), 10_000))
    assert run(SETTINGS, Options(kiosk=True, seconds=1.0), open_screen=opens) == 0
    assert opened == ["auto", "auto"]


@pytest.fixture
def cable(stage, monkeypatch):
    """A display of the device's own, with sound: `cable.done` is what was done with both."""
    pygame = tones.load_pygame()
    init, leave = pygame.mixer.init, pygame.mixer.quit
    made = SimpleNamespace(is_plugged=True, done=[])

    def opens(settings, *, mode="auto", size=None):
        if mode == "auto" and not made.is_plugged:
            raise ScreenError("No display can be opened (none here).")
        screen = no_display(settings, mode="offscreen", size=size)
        if mode == "auto":
            screen.driver = "kmsdrm"
            made.done.append("display")
        return screen

    def begins(*how, **more):
        if not made.is_plugged:
            raise pygame.error("No such device.")
        made.done.append("sound")
        init(*how, **more)

    def ends():
        made.done.append("silence")
        leave()

    def asked(file, request, what):
        made.done.append({display.BLANK: "blank", display.UNBLANK: "unblank"}[what[0]])

    made.opens = opens
    monkeypatch.setattr(display, "ioctl", asked)
    monkeypatch.setattr(pygame.mixer, "init", begins)
    monkeypatch.setattr(pygame.mixer, "quit", ends)
    return made


def test_sound_comes_with_a_display_that_is_plugged_in(stage, cable, monkeypatch, capsys):
    """HDMI has none before, and each is one line; another display has sound of its own."""
    ports = iter([set(), set(), set(), {"card0-HDMI-A-1"}, {"card0-HDMI-A-1"}])

    def plugged():
        now = next(ports, {"card0-HDMI-A-2"})
        cable.is_plugged = bool(now)
        return now

    monkeypatch.setattr(display, "plugged", plugged)
    cable.is_plugged = False
    stage(film(reps(0), 10_000))
    assert run(SETTINGS, Options(kiosk=True, seconds=1.5), open_screen=cable.opens) == 0
    assert cable.done == ["display", "sound", "silence", "display", "sound", "silence"]
    err = capsys.readouterr().err
    assert err.count("There is no sound (No such device): the mirror runs on without tones.") == 1
    assert err.count("There is sound.") == 1


def test_sound_sleeps_and_wakes_with_the_display(stage, cable, monkeypatch, capsys):
    """It is given back before the display goes, and opened again after; that is worth no line."""
    turns = iter(range(100))

    def state(situation):
        turn = next(turns)
        if turn == 40:
            raise KeyboardInterrupt
        return ScreenState.ASLEEP if 10 <= turn < 30 else ScreenState.WORKING

    monkeypatch.setattr(app, "route", state)
    stage(film(reps(0), 10_000))
    presence = PresenceSettings(screen_off_s=0.1)
    settings = Settings(screen=SETTINGS.screen, model=SETTINGS.model, presence=presence)
    assert run(settings, Options(), open_screen=cable.opens) == 0
    slept = ["silence", "blank", "unblank", "display"]
    assert cable.done == ["display", "sound", *slept, "sound", "silence"]
    assert "sound" not in capsys.readouterr().err


def test_a_mirror_that_cannot_be_switched_off_says_so(stage, monkeypatch, capsys):
    """The system refused; the mirror will come up again."""

    def refused(command, check):
        raise edges.subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(edges.subprocess, "run", refused)
    edges.power_off()
    assert "could not be switched off" in capsys.readouterr().err


def test_a_term_signal_stops_the_mirror_in_good_order(stage, capsys):
    """On the signal of systemd the loop ends, devices are freed, the exit code is 0."""
    (camera,) = stage(film(reps(0), 10_000))
    threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGTERM]).start()
    assert run(SETTINGS, Options(kiosk=True, seconds=60)) == 0
    assert camera.closed
    assert "0 reps counted." in capsys.readouterr().out


def kept_sets(state):
    """The sets that the mirror has saved."""
    store = Store(state / "history.db")
    entries, _ = store.sets()
    store.close()
    return entries


def test_the_set_under_way_is_saved_at_the_end(stage, state, capsys):
    """Walking through the whole mirror: film in, a set in the file, a line in the journal."""
    stage(film(reps(6), 22))
    run(SETTINGS, Options())
    # A busy machine drops frames, and may miss a rep.
    (entry,) = kept_sets(state)
    assert entry.reps >= 3
    assert entry.ended == "stopped"
    assert f"Set 1 saved: basic, {entry.reps} reps" in capsys.readouterr().err


def test_a_set_is_saved_when_its_person_rests_and_shown_as_saved(stage, state, monkeypatch):
    """The glass says it once the file has it."""
    seen = []
    stage(film(reps(5), 56))
    run(SETTINGS, Options(), compose=spy(seen))
    (entry,) = kept_sets(state)
    assert entry.ended == "rest"
    assert seen[-1].session.history.saved.number == 1


def test_presses_finish_sets_and_keep_the_stop_depth(stage, state, monkeypatch):
    """A button pressed in the middle of a film; what is kept is there at the next start."""
    stop = StopDepth(55.0, 62.0, 5)
    waiting = [[Command.REMEMBER, Command.NEXT]]

    class Pressed:
        def stuck(self):
            return ()

        def commands(self):
            return waiting.pop() if waiting and len(sessions[-1].reps) == 3 else []

        def held(self):
            return None

        def close(self):
            pass

    sessions = [start()]

    def advanced(session, pose, t):
        sessions.append(altered(advance(session, pose, t), stop=StopSearch(found=stop)))
        return sessions[-1]

    monkeypatch.setattr(controls, "open_buttons", lambda name, settings: Pressed())
    stage(film(reps(6), 21))
    run(SETTINGS, Options(), advance=advanced)
    first = kept_sets(state)[0]
    assert (first.ended, first.reps) == ("press", 3)
    store = Store(state / "history.db")
    assert "55.0" in store.remembered("kept")
    store.close()


def test_a_history_that_cannot_be_kept_stops_nothing(stage, state, capsys):
    """Said once; the reps are counted all the same."""
    state.write_text("a file where the folder should be")
    stage(film(reps(6), 22))
    assert run(SETTINGS, Options()) == 0
    out, err = capsys.readouterr()
    assert "reps counted." in out
    assert err.count("Sets wait in memory") == 1
    assert "1 finished set could not be saved." in err
