import json
import os
import shutil
import wave
from pathlib import Path
from types import SimpleNamespace

import pytest
from people import SIZE, film, reps

import mirror.camera
import mirror.pose.model
import mirror.pose.tracker
from mirror import __version__
from mirror import config as config_module
from mirror.__main__ import COMMANDS, main
from mirror.app import loop as app
from mirror.camera import Frame
from mirror.cli import check
from mirror.cli.arguments import parser
from mirror.cli.check import Finding
from mirror.coach import language
from mirror.config import CameraSettings, Settings
from mirror.display import sound as tones
from mirror.display import voice
from mirror.errors import MirrorError, ModelError, OutputError
from mirror.history import database
from mirror.history.recorder import Recorder


@pytest.fixture
def ran(monkeypatch):
    """Catches what `run` was asked for instead of running."""
    calls = []
    monkeypatch.setattr(
        app, "run", lambda settings, options: calls.append((settings, options)) or 0
    )
    monkeypatch.delenv("HINGE_MIRROR_CAMERA", raising=False)
    return calls


@pytest.mark.parametrize(
    "words", [[], ["run"], ["--for", "20"], ["run", "--for", "20"], ["--camera", "figure"]]
)
def test_run_is_the_default_command(ran, words):
    """With no command, or only options, the mirror runs."""
    assert main(words) == 0
    assert len(ran) == 1


def test_options_reach_the_mirror(ran, tmp_path):
    """Each option of run arrives."""
    words = ["--camera", "figure", "--variation", "basic", "--windowed", "--kiosk", "--for", "2.5"]
    assert main([*words, "--shots", str(tmp_path)]) == 0
    settings, options = ran[0]
    assert settings.camera.source == "figure"
    assert settings.coach.variation == "basic"
    assert options.windowed
    assert options.kiosk
    assert options.seconds == 2.5
    assert options.shots == tmp_path


def test_the_camera_comes_from_the_option_then_the_config_then_the_environment(
    ran, monkeypatch, tmp_path
):
    """A named config is not overruled by the environment."""
    config = tmp_path / "m.toml"
    config.write_text('[camera]\nsource = "video.mp4"\n')
    monkeypatch.setenv("HINGE_MIRROR_CAMERA", "auto")
    main([])
    main(["--config", str(config)])
    main(["--config", str(config), "--camera", "figure"])
    assert [settings.camera.source for settings, _ in ran] == ["auto", "video.mp4", "figure"]


def test_calibrate_is_the_mirror_that_only_calibrates(ran):
    """Its options arrive; by default nothing is simulated."""
    assert main(["calibrate", "--camera", "0", "--windowed"]) == 0
    assert main(["calibrate", "--simulate", "--for", "9"]) == 0
    (settings, first), (_, second) = ran
    assert settings.camera.source == "0"
    assert first.calibrate
    assert not first.simulated
    assert second.simulated
    assert second.seconds == 9


@pytest.mark.parametrize("text", ["[camera]\nfsp = 3\n", "[camera]\nfps = 'many'\n", "not toml"])
def test_a_broken_config_is_one_sentence_and_exit_code_2(ran, tmp_path, capsys, text):
    """The mirror does not start at a terminal."""
    config = tmp_path / "m.toml"
    config.write_text(text)
    assert main(["--config", str(config)]) == 2
    err = capsys.readouterr().err
    assert str(config) in err
    assert "Traceback" not in err
    assert ran == []


def test_a_kiosk_runs_on_defaults_with_a_broken_config(ran, tmp_path, capsys):
    """The option names the screen to show."""
    config = tmp_path / "m.toml"
    config.write_text("[camera]\nfsp = 3\n")
    assert main(["--kiosk", "--config", str(config)]) == 0
    assert "camera.fsp" in ran[0][1].warning
    assert "camera.fsp" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["dance"],
        ["analyze"],
        ["--for", "0"],
        ["--for", "-1"],
        ["--for", "nan"],
        ["run", "--for", "x"],
    ],
)
def test_bad_usage_is_exit_code_2(words, capsys):
    """Said by the parser."""
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--for", "x"], "'x' is not a number above 0"),
        (["--for", "-1"], "'-1' is not a number above 0"),
        (["analyze", "figure", "--seed", "x"], "'x' is not a whole number from 0 up"),
        (["history", "--set", "0"], "'0' is not a whole number from 1 up"),
    ],
)
def test_a_bad_number_is_reported_in_plain_words(words, reason, capsys):
    """Not by the name of a type."""
    with pytest.raises(SystemExit):
        main(words)
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("command", list(COMMANDS))
def test_help_explains_each_value(command, capsys):
    """Every option and argument has a line."""
    with pytest.raises(SystemExit):
        main([command, "--help"])
    (commands,) = (a for a in parser()._actions if isinstance(a.choices, dict))
    for action in commands.choices[command]._actions:
        assert action.help, action
    if command == "run":
        out = capsys.readouterr().out
        assert "single-leg" in out
        assert "space" in out


def test_version(capsys):
    """--version prints it."""
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.strip() == __version__


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--variation", "salsa", "x.mp4"], "There is no variation 'salsa'"),
        (["--drill", "rope", "x.mp4"], "There is no drill 'rope'"),
        (["figure"], "--for"),
    ],
)
def test_analyze_says_what_does_not_exist(words, said, capsys):
    """One sentence, exit code 2."""
    assert main(["analyze", *words]) == 2
    assert said in capsys.readouterr().err


def test_analyze_writes_what_it_was_asked_for(monkeypatch, tmp_path, capsys):
    """A source in, JSON Lines out; camera and estimator are freed."""
    poses = list(film(reps(2), 9))
    freed = []

    class Source:
        fps, size, frames_total = 30.0, SIZE, len(poses)
        k = -1

        def read(self):
            self.k += 1
            return Frame(None, self.k / 30) if self.k < len(poses) else None

        def close(self):
            freed.append("camera")

    class Estimator:
        def __init__(self, model, camera):
            pass

        def estimate(self, frame):
            return poses[round(frame.taken_at * 30)]

        def close(self):
            freed.append("estimator")

    asked = []
    monkeypatch.setattr(
        mirror.camera, "open_camera", lambda s, live: asked.append((s, live)) or Source()
    )
    monkeypatch.setattr(mirror.pose.tracker, "SubjectTracker", Estimator)
    monkeypatch.setattr(mirror.pose.model, "bundle", lambda settings: None)
    out = tmp_path / "o.jsonl"
    words = ["analyze", "figure", "--for", "9", "--flip", "--seed", "7", "--json", str(out)]
    assert main(words) == 0
    assert json.loads(out.read_text().splitlines()[-1])["reps"] == 2
    assert "2 reps" in capsys.readouterr().out
    assert freed == ["estimator", "camera"]
    settings, live = asked[0]
    assert settings.flip
    assert settings.seed == 7
    assert not live


def test_a_missing_video_is_one_sentence_and_exit_code_1(capsys, monkeypatch, tmp_path):
    """The file is named."""
    monkeypatch.setattr(mirror.pose.model, "bundle", lambda settings: None)
    assert main(["analyze", str(tmp_path / "none.mp4")]) == 1
    err = capsys.readouterr().err
    assert "none.mp4" in err
    assert err.count("\n") == 1


def test_the_model_of_a_broken_file_is_that_of_the_defaults(monkeypatch, capsys, tmp_path):
    """The kiosk then runs on defaults: an update must not fail for it."""
    config = tmp_path / "m.toml"
    config.write_text("[coach]\nlanguag = 'en'\n")
    monkeypatch.setattr(mirror.pose.model, "bundle", lambda settings: tmp_path / "whole.task")
    assert main(["model", "--config", str(config)]) == 0
    out, err = capsys.readouterr()
    assert "whole.task" in out
    assert "coach.languag" in err


@pytest.mark.parametrize("flag", [[], ["--debug"]])
def test_a_missing_model_is_one_sentence(capsys, tmp_path, flag):
    """--debug adds the traceback."""
    config = tmp_path / "m.toml"
    config.write_text(f'[model]\npath = "{tmp_path}/none.task"\n')
    assert main(["model", "--config", str(config), *flag]) == 1
    err = capsys.readouterr().err
    assert "none.task" in err
    assert ("Traceback" in err) == bool(flag)


def test_an_unforeseen_error_has_no_traceback_unless_asked_for(ran, monkeypatch, capsys):
    """A defect is admitted in one sentence."""

    def broken(settings, options):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(app, "run", broken)
    assert main([]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    with pytest.raises(ZeroDivisionError):
        main(["--debug"])


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([Finding("camera", True, "fine")], 0),
        ([Finding("camera", False, "gone.")], 1),
        ([Finding("buttons", False, "none.", needed=False)], 0),
    ],
)
def test_check_fails_only_where_the_mirror_could_not_work(monkeypatch, capsys, findings, code):
    """And never with --boot."""
    monkeypatch.setattr(check, "findings", lambda settings, at_boot: iter(findings))
    assert main(["check"]) == code
    out = capsys.readouterr().out
    assert "[camera]" not in out
    assert findings[0].report in out
    main(["check", "--settings"])
    table, _, settings = capsys.readouterr().out.partition("\n# The settings in effect: ")
    assert findings[0].report in table
    assert "[camera]\n" in settings
    assert main(["check", "--boot"]) == 0


def test_check_reports_a_broken_config(monkeypatch, capsys, tmp_path):
    """It checks the rest with defaults."""
    monkeypatch.setattr(
        check, "findings", lambda settings, at_boot: iter([Finding("camera", True, "ok")])
    )
    config = tmp_path / "m.toml"
    config.write_text("[screen]\nrotate = 45\n")
    assert main(["check", "--config", str(config)]) == 1
    assert "screen.rotate = 45" in capsys.readouterr().out
    assert main(["check", "--boot", "--config", str(config)]) == 0


def test_findings_name_each_part(monkeypatch):
    """In the order of their use; a broken part does not hide the others; at boot only the quick."""

    def missing(settings):
        raise ModelError("no model.")

    monkeypatch.setattr(check, "locate", missing)
    settings = Settings(camera=CameraSettings(source="/none.mp4"))
    found = list(check.findings(settings))
    parts = ["coach", "model", "camera", "display", "line", "buttons", "sound", "voice"]
    late = ["storage", "history", "computer"]
    assert [f.part for f in found] == parts + late
    at_boot = [f.part for f in check.findings(settings, at_boot=True)]
    assert at_boot == ["coach", "model", *late]
    by_part = {f.part: f for f in found}
    assert by_part["coach"].is_ok
    assert not by_part["model"].is_ok
    assert "no model." in by_part["model"].report
    assert "/none.mp4" in by_part["camera"].report
    assert not by_part["buttons"].needed
    assert not by_part["sound"].needed


@pytest.mark.parametrize(
    ("look_s", "reported"),
    [
        (0.05, "; up to 20 looks a second here"),
        (0.1, "; up to 10 looks a second here, where verdicts need 8, and those on the swing 14: "),
        (0.16, "; up to 6 looks a second here, where verdicts need 8, and those on the swing 14: "),
    ],
)
def test_check_reports_how_fast_the_estimator_is_here(monkeypatch, tmp_path, look_s, reported):
    """By the frames with a person after the first one; with the remedy where verdicts need more."""
    now, seen = [0.0], []

    class Estimator:
        def __init__(self, model):
            pass

        def estimate(self, frame):
            now[0] += look_s if seen else 3.0
            seen.append(frame)

        def close(self):
            seen.append("closed")

    monkeypatch.setattr(check, "Estimator", Estimator)
    monkeypatch.setattr(check, "perf_counter", lambda: now[0])
    monkeypatch.setattr(check, "locate", lambda settings: tmp_path)
    said = check._model(Settings(), load=True, is_idle=True)
    assert said.startswith(f"{tmp_path} loads{reported}")
    assert said.endswith("sudo hinge-mirror model --size lite") == reported.endswith(": ")
    *frames, last = seen
    assert last == "closed"
    times = [frame.taken_at for frame in frames]
    assert times == sorted(set(times))
    assert frames[0].rgb.shape == (640, 480, 3)
    seen.clear()
    assert check._model(Settings(), load=True, is_idle=False) == f"{tmp_path} loads"
    assert check._model(Settings(), load=False, is_idle=True) == f"{tmp_path} is whole"
    assert seen == ["closed"]


def test_check_reports_which_sound_card_it_is(monkeypatch, tmp_path):
    """Of those that play now the one of this process; the device is free again."""
    from mirror.config import Settings, SoundSettings

    for number, name, pid in ((0, "Headphones", os.getpid() + 1), (1, "vc4hdmi0", os.getpid())):
        stream = tmp_path / f"card{number}" / "pcm0p" / "sub0"
        stream.mkdir(parents=True)
        (stream / "status").write_text(f"state: RUNNING\nowner_pid   : {pid}\ntrigger_time: 1\n")
        (stream.parents[1] / "id").write_text(name + "\n")
    monkeypatch.setattr(check, "ASOUND", tmp_path / "none")
    assert check._sound(Settings()) == "a device opens"
    monkeypatch.setattr(check, "ASOUND", tmp_path)
    assert check._sound(Settings()) == "a device opens (card vc4hdmi0)"
    assert tones.load_pygame().mixer.get_init() is None
    monkeypatch.setenv("SDL_AUDIODRIVER", "none such")
    with pytest.raises(MirrorError, match=r"There is no sound \("):
        check._sound(Settings())
    assert check._sound(Settings(sound=SoundSettings(volume=0.0))) == "switched off"


def test_check_plays_a_recording_of_the_voice(monkeypatch, tmp_path):
    """Or says what is missing; with recordings of the owner's nothing else is needed."""
    from mirror.config import Settings, SoundSettings
    from mirror.display.voice import Voice

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(check.shutil, "which", lambda name: None)
    with pytest.raises(MirrorError, match="There is no espeak-ng, so tones"):
        check._voice(Settings())
    monkeypatch.setattr(check.shutil, "which", lambda name: name)
    with pytest.raises(MirrorError, match=r"^\d+ recordings are missing: sudo hinge-mirror voice$"):
        check._voice(Settings())

    def record(language, text, path):
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 22_050, 0, "NONE", ""))
            file.writeframes(bytes(2 * 4_410))

    Voice(language.load_language("en")).render(record)
    slept = []
    monkeypatch.setattr(check, "sleep", slept.append)
    report = check._voice(Settings(sound=SoundSettings(voice="all")))
    assert report.startswith("said 'Long back' (0.2 s); the recordings are in ")
    assert slept == [pytest.approx(0.2, abs=0.01)]
    assert tones.load_pygame().mixer.get_init() is None
    monkeypatch.setenv("SDL_AUDIODRIVER", "none such")
    assert check._voice(Settings()).endswith("none was played, since there is no sound")
    for off in (SoundSettings(voice="off"), SoundSettings(volume=0.0)):
        assert check._voice(Settings(sound=off)) == "switched off"


def test_voice_lists_and_records(monkeypatch, capsys, tmp_path):
    """The sentences for a person with a microphone, and the recordings that were made."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert main(["voice", "--list", "--language", "de"]) == 0
    assert "stick-off.wav\tStab ans Steißbein\n" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(voice.shutil, "which", lambda name: None)
    assert main(["voice"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert main(["voice", "--language", "xx"]) == 2
    assert "there is only de, en" in capsys.readouterr().err


def test_beside_the_running_mirror_its_devices_are_left_to_it(monkeypatch, tmp_path):
    """The service holds them: opening them would report errors that are none."""
    unit = tmp_path / "hinge-mirror.service"
    unit.write_text("[Service]\n")
    monkeypatch.setattr(check, "UNIT", unit)
    active = [0]
    monkeypatch.setattr(
        check.subprocess, "run", lambda command: SimpleNamespace(returncode=active[0])
    )
    settings = Settings(camera=CameraSettings(source="/none.mp4"))

    def reported():
        return {each.part: each for each in check.findings(settings)}

    for part in ("camera", "display", "buttons", "sound"):
        assert reported()[part].is_ok
        assert "systemctl stop hinge-mirror" in reported()[part].report
    active[0] = 3
    assert "/none.mp4" in reported()["camera"].report
    assert not reported()["camera"].is_ok


def test_a_folder_of_settings_that_may_not_be_entered_is_one_sentence(monkeypatch, capsys):
    """A kiosk would not start at all."""

    class Closed(type(Path())):
        def exists(self, **how):
            raise PermissionError(13, "Permission denied")

        def read_text(self, *how, **more):
            raise PermissionError(13, "Permission denied")

        read_bytes = open = read_text

    monkeypatch.setattr(config_module, "SYSTEM_CONFIG", Closed("/etc/hinge-mirror/mirror.toml"))
    assert main(["check", "--boot"]) == 0
    out = capsys.readouterr().out
    assert "config   FAULT  /etc/hinge-mirror/mirror.toml" in out
    assert "Permission denied" in out


def test_a_service_without_network_is_reported_where_a_broker_is_set(monkeypatch, tmp_path):
    """At boot, too; as the settings say it; and not where it was let in, or is not installed."""
    from mirror.config import NetworkSettings, Settings, shipped

    unit = tmp_path / "hinge-mirror.service"
    monkeypatch.setattr(check, "UNIT", unit)
    monkeypatch.setattr(check.broker, "probe", lambda settings: "it answers")

    def reported(*, at_boot, broker="b"):
        settings = Settings(network=NetworkSettings(broker=broker))
        found = [f for f in check.findings(settings, at_boot=at_boot) if f.part == "network"]
        return found[0] if found else None

    assert reported(at_boot=False).is_ok
    assert reported(at_boot=True) is None
    unit.write_text("[Service]\nPrivateNetwork=yes\n")
    for at_boot in (False, True):
        finding = reported(at_boot=at_boot)
        assert not finding.is_ok
        assert "may not use the network" in finding.report
        assert check.LET_IN in finding.report
    settings = shipped("mirror.toml").read_text(encoding="utf-8")
    assert check.LET_IN in settings.replace(" \\\n#    ", "")
    assert reported(at_boot=True, broker="") is None
    drop_in = tmp_path / "hinge-mirror.service.d" / "network.conf"
    drop_in.parent.mkdir()
    shutil.copy(Path(__file__).parent.parent.parent / "systemd" / "network.conf", drop_in)
    assert reported(at_boot=False).is_ok
    assert reported(at_boot=True) is None


def test_check_looks_at_the_language(monkeypatch, tmp_path, capsys):
    """One that is broken is a fault with its sentence; a whole one is named."""
    monkeypatch.setattr(language, "SYSTEM_CONFIG", tmp_path / "mirror.toml")
    (tmp_path / "languages").mkdir()
    (tmp_path / "languages" / "nl.toml").write_text("[guidance]\nsqat = 'x'\n")
    config = tmp_path / "m.toml"
    for name, reported in (
        ("de", "coach    OK     starts with basic and speaks de"),
        ("nl", f"coach    FAULT  {tmp_path}/languages/nl.toml: unknown key guidance.sqat (do "),
        ("fr", "coach    FAULT  coach.language = 'fr': there is only de, en, nl."),
    ):
        config.write_text(f"[coach]\nlanguage = '{name}'\n")
        assert main(["check", "--boot", "--config", str(config)]) == 0
        assert reported in capsys.readouterr().out


def test_storage_that_cannot_be_written_is_reported(monkeypatch, tmp_path):
    """The mirror runs, but finished sets would be lost."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(OutputError, match="cannot be written"):
        check._storage()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(check, "LOW_MB", 10**9)
    with pytest.raises(OutputError, match="make room"):
        check._storage()


PARTITION = "/dev/mmcblk0p3 {0} ext4 rw 0 0"
OVERLAY = "overlayroot / overlay rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay 0 0"


@pytest.mark.parametrize(
    ("words", "mounts", "is_fleeting"),
    [
        ("quiet", ["overlay / overlay rw 0 0", "tmpfs {0} tmpfs rw 0 0"], False),
        ("quiet overlayroot=tmpfs:recurse=0", [OVERLAY], True),
        ("overlayroot=tmpfs:recurse=0", [OVERLAY, PARTITION], False),
        ("overlayroot=tmpfs", [OVERLAY, PARTITION, "overlayroot {0} overlay rw 0 0"], True),
    ],
)
def test_sets_that_are_kept_in_memory_only_are_reported(
    monkeypatch, tmp_path, words, mounts, is_fleeting
):
    """A read-only root without its partition, or with that under the overlay, too."""
    proc, state = tmp_path / "proc", tmp_path / "state"
    (proc / "self").mkdir(parents=True)
    state.mkdir()
    (proc / "cmdline").write_text(f"console=tty1 {words}\n")
    (proc / "self" / "mounts").write_text("\n".join(mounts).format(state) + "\n")
    monkeypatch.setattr(database, "PROC", proc)
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    if is_fleeting:
        with pytest.raises(OutputError, match="is in memory"):
            check._storage()
    else:
        assert "are free" in check._storage()
    recorder = Recorder(Settings(), print, state / "history.db")
    recorder.close()
    assert recorder.past.is_fleeting == is_fleeting


def test_a_kiosk_with_an_unknown_variation_starts_with_the_basic_hinge(ran, tmp_path, capsys):
    """And says so; at a terminal it is a usage error."""
    config = tmp_path / "m.toml"
    config.write_text('[coach]\nvariation = "salsa"\nlanguage = "xx"\nbody_height_m = 1.7\n')
    assert main(["--kiosk", "--config", str(config)]) == 0
    settings, options = ran[0]
    assert settings.coach.variation == "basic"
    assert settings.coach.body_height_m == 1.7, "what was right in the file is used"
    assert "salsa" in options.warning
    assert "xx" in options.warning, "every one of several is said"
    assert main(["--config", str(config)]) == 2


@pytest.mark.parametrize("words", [["--seed", "-1"], ["--fps", "0"]])
def test_numbers_that_make_no_sense_are_usage_errors(words):
    """Said by the parser."""
    with pytest.raises(SystemExit) as caught:
        main(["analyze", "figure", "--for", "1", *words])
    assert caught.value.code == 2


def test_a_kiosk_with_a_broken_language_speaks_english(ran, tmp_path, capsys):
    """At a terminal it is an error; behind the glass the mirror says it, and runs."""
    config = tmp_path / "m.toml"
    config.write_text('[coach]\nlanguage = "xx"')
    assert main(["run", "--config", str(config)]) == 2
    assert not ran
    assert main(["run", "--kiosk", "--config", str(config)]) == 0
    settings, options = ran[0]
    assert settings.coach.language == "en"
    assert "xx" in options.warning
    assert "speaks English" in capsys.readouterr().err
