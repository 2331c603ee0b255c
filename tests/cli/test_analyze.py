import json
import os
import stat
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from people import SIZE, film, reps

from mirror.camera import Frame
from mirror.cli import analyze
from mirror.cli.analyze import process
from mirror.cli.overlay import labels, overlay, pixel_screen
from mirror.cli.records import records
from mirror.coach.advance import advance
from mirror.coach.session import start
from mirror.display.video import Recording
from mirror.errors import CameraError, OutputError, UsageError
from mirror.files import replacing, text_to
from mirror.hinge.counting.reps import Phase


class Film:
    """A camera and its estimator in one: frames carry their index, poses are a film's."""

    def __init__(self, poses, fps=30.0, first=100.0):
        self.poses = list(poses)
        self.fps = fps
        self.size = SIZE
        self.frames_total = len(self.poses)
        self._first = first
        self._next = 0
        self._index = {}

    def read(self):
        """The next frame, on a clock that does not start at nought."""
        if self._next >= len(self.poses):
            return None
        frame = Frame(np.zeros((640, 480, 3), np.uint8), self._first + self._next / self.fps)
        self._next += 1
        return frame

    def estimate(self, frame):
        """The pose of the film at the frame's time."""
        return self.poses[round(frame.taken_at * self.fps)]

    def close(self):
        """Nothing to free."""


def run(tmp_path, poses, **how):
    """Analyse a film; the records that were written."""
    film = Film(poses)
    out = tmp_path / "out.jsonl"
    code = analyze.analyze(film, film, start(), source="film", json_target=str(out), **how)
    assert code == 0
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_records_have_the_documented_shape(tmp_path):
    """Header, frames, standing, reps, summary, each with its keys."""
    got = run(tmp_path, film(reps(2), 9))
    by_type = {}
    for record in got:
        by_type.setdefault(record["type"], []).append(record)
    assert got[0]["type"] == "header"
    assert set(got[0]) >= {"version", "source", "width", "height", "fps", "variation"}
    assert got[-1] == {
        "type": "summary",
        "reps": 2,
        "partials": 0,
        "rejected": 0,
        "stop_hip_flexion_deg": None,
    }
    assert len(by_type["frame"]) == 271
    keys = {
        "type", "t", "seen", "reason", "view", "facing", "phase", "trunk_deg", "hip_flexion_deg",
        "knee_flexion_deg", "shank_deg", "back_rounding_deg", "com_fraction", "confidence",
        "spine",
    }  # fmt: skip
    assert all(set(frame) == keys for frame in by_type["frame"])
    assert [rep["number"] for rep in by_type["rep"]] == [1, 2]
    assert set(by_type["rep"][0]) == {
        "type", "number", "start_s", "bottom_s", "end_s", "hip_flexion_max_deg", "trunk_max_deg",
        "knee_at_bottom_deg", "back_rounding_max_deg", "side", "leg", "is_judged", "faults",
        "measures",
    }  # fmt: skip
    assert by_type["standing"][0]["trunk_deg"] == pytest.approx(0, abs=0.1)


def test_nobody_is_said_in_each_frame(tmp_path):
    """Unseen frames have their reason and no numbers."""
    got = run(tmp_path, [None] * 10)
    frames = [r for r in got if r["type"] == "frame"]
    assert all(not f["seen"] and f["reason"] == "nobody" for f in frames)
    assert all(f["trunk_deg"] is None and f["confidence"] == 0 for f in frames)


def test_time_starts_at_nought():
    """The clock of the camera does not show."""
    film_ = Film(film(reps(0), 1))
    times = [session.t for _, session in process(film_, film_, start())]
    assert times[0] == 0
    assert times[-1] == pytest.approx(1.0)


@pytest.mark.parametrize(("fps", "expected"), [(10, 51), (15, 76), (30, 151), (60, 151)])
def test_fewer_frames_can_be_processed(fps, expected):
    """--fps thins the frames evenly and never invents any."""
    film_ = Film(film(reps(0), 5))
    assert len(list(process(film_, film_, start(), fps=fps))) == pytest.approx(expected, abs=1)


def test_analysis_stops_when_asked_to():
    """--for ends in the middle of the source."""
    film_ = Film(film(reps(0), 5))
    times = [session.t for _, session in process(film_, film_, start(), seconds=2.0)]
    assert times[-1] == pytest.approx(2.0)


def test_the_summary_counts_over_absences():
    """A person who leaves for long begins a new set; the summary keeps all reps."""
    poses = [*film(reps(1), 6), *[None] * 600, *film(reps(1), 6)]
    film_ = Film(poses)
    got = list(records(process(film_, film_, start()), {}))
    assert got[-1]["reps"] == 2


def test_the_same_source_gives_the_same_bytes(tmp_path):
    """Deterministic."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert run(tmp_path / "a", film(reps(2), 9)) == run(tmp_path / "b", film(reps(2), 9))


def test_plot_and_overlay_are_written(tmp_path):
    """A PNG and an MP4, from the same run."""
    plot, overlay = tmp_path / "p.png", tmp_path / "o.mp4"
    run(tmp_path, film(reps(1, depth=0.3), 5), plot_path=plot, overlay_path=overlay)
    assert plot.read_bytes().startswith(b"\x89PNG")
    assert b"ftyp" in overlay.read_bytes()[:16]
    assert {p.name for p in tmp_path.iterdir()} == {"p.png", "o.mp4", "out.jsonl"}


def test_people_get_a_line_for_each_outcome(tmp_path, capsys):
    """Reps, partials and rejections are printed on standard output."""
    poses = list(film(reps(1), 6))
    run(tmp_path, poses)
    out = capsys.readouterr().out
    assert "rep   1" in out
    assert "hips fold" in out
    assert "back not judged" in out
    assert out.endswith("\n1 rep\n")
    run(tmp_path, film(reps(1, knee=1.2), 6))
    out = capsys.readouterr().out
    assert "squat" in out
    assert out.endswith("\n0 reps, and 1 that does not count\n")
    run(tmp_path, film(reps(1, depth=0.3), 6))
    assert "too shallow" in capsys.readouterr().out


def test_each_rep_is_printed_as_it_comes(monkeypatch):
    """Not at the end of the film."""
    film_ = Film(film(reps(2), 9))
    seen = []
    monkeypatch.setattr(
        analyze.Progress, "say", lambda self, line: seen.append((film_._next, line.split()[:2]))
    )
    analyze.analyze(film_, film_, start(), source="film")
    (first, rep), (second, _), (last, _) = seen
    assert rep == ["rep", "1"]
    assert first < second <= last == len(film_.poses)
    assert first < 0.7 * last


def test_progress_is_shown_on_a_terminal_only(tmp_path, capsys, monkeypatch):
    """How far it is, above which the reps appear."""
    run(tmp_path, film(reps(1), 6))
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    run(tmp_path, film(reps(1), 6))
    assert "100%" in capsys.readouterr().err


def test_no_angle_is_minus_nought():
    """Almost nothing is 0."""
    rep = {"type": "partial", "start_s": 1.0, "end_s": 2.0, "hip_flexion_max_deg": -0.3}
    assert analyze.format_record(rep).endswith("hips fold 0°")


def test_the_plot_names_its_phases(tmp_path, monkeypatch):
    """Each shade has its entry in the legend."""
    from matplotlib.figure import Figure

    from mirror.cli.plot import SHADES

    drawn = []
    save = Figure.savefig
    monkeypatch.setattr(
        Figure, "savefig", lambda self, *to, **how: drawn.append(self) or save(self, *to, **how)
    )
    run(tmp_path, film(reps(1), 6), plot_path=tmp_path / "p.png")
    legends = [c for c in drawn[0].axes[0].get_children() if type(c).__name__ == "Legend"]
    names = {text.get_text() for legend in legends for text in legend.get_texts()}
    assert set(SHADES) < names
    assert "back rounding" in names


def test_the_overlay_names_phase_and_rounding_on_dark_pills():
    """They can be read over a white wall; the angle is in degrees, and never -0."""
    session = start()
    for pose in film(reps(1), 2.6):
        session = advance(session, pose, pose.taken_at)
    assert session.phase is Phase.DESCENDING
    back = SimpleNamespace(rounding_deg=-0.2, confidence=0.0)
    bowed = replace(session.posture, back=back)
    bowed = replace(session, source=replace(session.source, posture=bowed))
    assert labels(session)[0][0] == "descending"
    assert labels(bowed)[1][0] == "back 0°"
    white = Frame(np.full((640, 480, 3), 255, np.uint8), 0.0)
    picture = overlay(white, session, pixel_screen((480, 640)))
    corner = picture[12:48, 14:120].mean(axis=2)
    assert corner.min() < 90  # the pill
    assert picture[400:, 460:].min() == 255  # nothing else is dimmed


def test_json_to_standard_output_is_only_json(capsys):
    """- writes nothing but the records."""
    film_ = Film(film(reps(1), 6))
    analyze.analyze(film_, film_, start(), source="film", json_target="-")
    lines = capsys.readouterr().out.splitlines()
    assert json.loads(lines[-1])["type"] == "summary"
    assert sum(json.loads(line)["type"] == "rep" for line in lines) == 1


def test_a_full_disk_is_one_sentence_and_loses_nothing(tmp_path):
    """The old file of that name is still there, and no scratch file is left."""
    out = tmp_path / "out.jsonl"
    out.write_text("precious")

    def full_disk():
        with text_to(str(out)) as file:
            file.write("x")
            raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match=r"out\.jsonl: cannot be written"):
        full_disk()
    assert out.read_text() == "precious"
    assert [p.name for p in tmp_path.iterdir()] == ["out.jsonl"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_standard_output_is_one_sentence(monkeypatch):
    """The same where the shell redirects to a full disk."""
    film_ = Film(film(reps(1), 3))
    full = open("/dev/full", "w")  # noqa: SIM115 # closing it would raise again
    monkeypatch.setattr("sys.stdout", full)
    with pytest.raises(OutputError, match="standard output"):
        analyze.analyze(film_, film_, start(), source="film", json_target="-")
    monkeypatch.undo()
    with suppress(OSError):
        full.close()


def test_a_missing_folder_is_one_sentence(tmp_path):
    """Said before the analysis begins."""
    path = tmp_path / "none" / "p.png"
    with pytest.raises(OutputError, match="No such file"), replacing(path):
        pass


@pytest.mark.parametrize("error", [ValueError("broke"), CameraError("the camera broke.")])
def test_errors_of_the_analysis_itself_are_not_mistaken_for_the_disk(tmp_path, error):
    """A camera that breaks stays a camera error, and nothing is left behind."""

    def breaks():
        with text_to(str(tmp_path / "x")):
            raise error

    with pytest.raises(type(error), match="broke"):
        breaks()
    assert not list(tmp_path.iterdir())


def test_a_device_or_pipe_is_written_to_and_stays_what_it_is(tmp_path):
    """Only regular files are replaced."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with text_to(str(pipe)) as file:
        file.write("hello")
    assert os.read(reader, 10) == b"hello"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_link_stays_a_link(tmp_path):
    """The file behind it is replaced."""
    (tmp_path / "there").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "there")
    with text_to(str(tmp_path / "link")) as file:
        file.write("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there").read_text() == "new"


def test_a_folder_is_no_place_for_a_file(tmp_path):
    """One sentence."""
    with pytest.raises(OutputError, match="directory"), text_to(str(tmp_path)) as _:
        pass


def test_a_plot_of_an_unknown_kind_is_said_before_the_analysis(tmp_path):
    """Not after minutes."""
    with pytest.raises(UsageError, match=r"\.png"):
        run(tmp_path, [None], plot_path=tmp_path / "p.foo")


def test_a_video_that_is_not_whole_is_an_error(tmp_path, monkeypatch):
    """OpenCV itself says nothing of a full disk."""
    recording = Recording(tmp_path / "v.mp4", (64, 48), 10.0, name="shown.mp4")
    for _ in range(3):
        recording.add(np.zeros((48, 64, 3), np.uint8))
    recording.added = 9
    with pytest.raises(OutputError, match=r"shown\.mp4: the video could not be written whole"):
        recording.close()
    recording.close()


@pytest.mark.parametrize("drill", ["stick", "string", None])
def test_a_stick_is_sought_only_in_the_stick_drill(monkeypatch, drill):
    """The frame is searched in that drill alone, and the stick goes with the pose."""
    ends = ((1.0, 2.0), (3.0, 4.0))
    monkeypatch.setattr(analyze, "with_stick", lambda pose, rgb, lens: replace(pose, stick=ends))
    film_ = Film(film(reps(1), 2))
    for _, session in process(film_, film_, start("basic", drill)):
        assert session.pose.stick == (ends if drill == "stick" else None)
