"""MediaPipe behind the Estimator: pixels, times, silence, and nobody."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

from mirror.camera import Frame, open_camera
from mirror.config import CameraSettings, ModelSettings
from mirror.errors import ModelError
from mirror.hinge.measure.pose import Mark
from mirror.pose import model
from mirror.pose.landmarker import LAST_MS, RESTS_S, Estimator, PeopleFinder

WIDTH, HEIGHT = 360, 480


@pytest.fixture(scope="module")
def bundle():
    """The bundle in the user's cache; scripts/test puts it there."""
    try:
        return model.locate(ModelSettings())
    except ModelError as error:
        pytest.skip(f"needs the pose model: {error}")


@pytest.fixture
def estimator(bundle):
    """A fresh tracker."""
    estimator = Estimator(bundle)
    yield estimator
    estimator.close()


@pytest.fixture(scope="module")
def person():
    """Ten upright frames of the shipped figure, a thirtieth of a second apart."""
    settings = CameraSettings(source="figure", width=WIDTH, height=HEIGHT, fps=30)
    camera = open_camera(settings, live=False)
    frames = [camera.read() for _ in range(10)]
    camera.close()
    return frames


def track(estimator, frames):
    """The last pose found in these frames, of which it must be found in every one."""
    poses = [estimator.estimate(frame) for frame in frames]
    assert all(poses)
    return poses[-1]


def test_a_person_is_found_in_pixels(estimator, person):
    """Landmarks lie inside the frame, head over hips over ankles, with shapes as promised."""
    pose = track(estimator, person)
    assert (pose.points.shape, pose.visibility.shape, pose.world.shape) == ((33, 2), (33,), (33, 3))
    assert {pose.points.dtype, pose.visibility.dtype, pose.world.dtype} == {np.dtype(np.float64)}
    assert pose.size == (WIDTH, HEIGHT)
    assert pose.taken_at == person[-1].taken_at
    nose, hip, ankle = (pose.points[m] for m in (Mark.NOSE, Mark.LEFT_HIP, Mark.LEFT_ANKLE))
    assert 0 < nose[1] < hip[1] < ankle[1] < HEIGHT
    assert 0 < hip[0] < WIDTH
    # Pixels, not fractions: a standing figure fills a good part of the height.
    assert ankle[1] - nose[1] > HEIGHT / 3
    assert pose.visibility.min() >= 0
    assert pose.visibility.max() <= 1


def test_the_mask_is_the_person_and_ours_to_keep(estimator, person):
    """(height, width) float32 in 0..1, on at the hip, off in the corner, unchanged later."""
    pose = track(estimator, person)
    assert pose.mask.shape == (HEIGHT, WIDTH)
    assert pose.mask.dtype == np.float32
    x, y = pose.points[Mark.LEFT_HIP].astype(int)
    assert pose.mask[y, x] > 0.8
    assert pose.mask[3, 3] < 0.2
    kept = pose.mask.copy()
    track(estimator, person)
    assert np.array_equal(pose.mask, kept)
    pose.mask[:] = 0  # writable: not MediaPipe's memory


def test_width_and_height_scale_separately(bundle, person):
    """The same person in a frame widened at the sides stays where it was, in pixels."""
    margin = 120
    pads = ((0, 0), (margin, margin), (0, 0))
    narrow, wide = Estimator(bundle), Estimator(bundle)
    try:
        one = track(narrow, person)
        padded = [Frame(np.pad(f.rgb, pads, mode="edge"), f.taken_at) for f in person]
        two = track(wide, padded)
    finally:
        narrow.close()
        wide.close()
    trunk = [Mark.LEFT_SHOULDER, Mark.RIGHT_SHOULDER, Mark.LEFT_HIP, Mark.RIGHT_HIP]
    moved = two.points[trunk] - one.points[trunk] - (margin, 0)
    assert np.abs(moved).max() < 12


def test_any_memory_layout_is_taken(estimator, person):
    """A mirrored view, whose memory runs backwards, is found mirrored."""
    pose = track(estimator, person)
    mirrored = [Frame(frame.rgb[:, ::-1], frame.taken_at + 9) for frame in person]
    other = track(estimator, mirrored)
    hips = [Mark.LEFT_HIP, Mark.RIGHT_HIP]
    assert other.points[hips, 0].mean() == pytest.approx(
        WIDTH - pose.points[hips, 0].mean(), abs=12
    )


def test_nobody_is_none(estimator):
    """An empty room has no pose."""
    empty = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    assert [estimator.estimate(Frame(empty, i / 30)) for i in range(3)] == [None] * 3


def test_times_may_stand_still_or_go_back(estimator, person):
    """Whatever the timestamps do the tracker goes on, and a pose keeps its frame's own."""
    for taken_at in (5.0, 5.0, 5.0001, 4.0, 1e9, -3.0, math.nan):
        pose = estimator.estimate(Frame(person[0].rgb, taken_at))
        assert pose is not None
        assert pose.taken_at == taken_at or math.isnan(taken_at)


def test_after_weeks_the_tracker_begins_again(estimator, person):
    """MediaPipe's times end; the person is found in the next frame as before."""
    before = track(estimator, person)
    estimator._given_ms = LAST_MS + 1
    after = track(estimator, person)
    assert estimator._given_ms < LAST_MS
    assert np.abs(after.points - before.points).max() < 12


@pytest.mark.parametrize("content", [None, b"", b"no bundle", "half"])
def test_a_bad_bundle_is_one_sentence(bundle, tmp_path, capfd, content):
    """A missing or corrupt file is a ModelError that names it; C++ writes nothing besides."""
    path = tmp_path / "bad.task"
    if content == "half":
        path.write_bytes(bundle.read_bytes()[:4_000_000])
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        Estimator(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


def test_close_twice_then_estimate(bundle, person):
    """Close may be called twice; an estimate afterwards is an error, not a crash."""
    estimator = Estimator(bundle)
    estimator.close()
    estimator.close()
    with pytest.raises(ModelError, match="closed"):
        estimator.estimate(person[0])


def resident():
    """Memory of this process, bytes."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return 4096 * int(file.read().split()[1])


def test_a_search_that_is_not_needed_takes_no_memory(bundle, person):
    """The networks of the search go after some seconds, and come back with the next search."""
    finder = PeopleFinder(bundle)
    assert len(finder.find(person[0])) == 1
    before = resident()
    finder.rest(person[0].taken_at + RESTS_S)
    assert resident() > before - 5e6
    finder.rest(person[0].taken_at + RESTS_S + 0.1)
    assert resident() < before - 30e6
    assert len(finder.find(person[1])) == 1
    finder.close()
    with pytest.raises(ModelError, match="closed"):
        finder.find(person[2])


RUN = (
    "import sys; from pathlib import Path\n"
    "from mirror.pose import landmarker\n"
    "from mirror.camera import open_camera; from mirror.config import CameraSettings\n"
    "camera = open_camera(CameraSettings(source='figure', width=360, height=480), live=False)\n"
    "tracker = landmarker.Estimator(Path(sys.argv[1]))\n"
    "found = [tracker.estimate(camera.read()) is not None for _ in range(5)]\n"
    "assert all(found), found\n"
    "tracker.close()\n"
)


def run(code, bundle):
    """Run Python code in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, str(bundle)], capture_output=True, text=True, check=False
    )


def test_no_weight_is_unaligned(bundle):
    """The full output of MediaPipe does not mention an unaligned buffer."""
    loud = "import contextlib, mirror.pose.landmarker as e; e.quiet = contextlib.nullcontext\n"
    done = run(loud + RUN, bundle)
    assert done.returncode == 0
    assert "XNNPACK" in done.stderr  # so the log was heard
    assert "unaligned" not in done.stderr


def test_a_whole_run_is_silent(bundle):
    """Loading, tracking, closing and leaving write nothing, neither chatter nor warning.

    In a process of its own: MediaPipe says most things once only, and some at exit.
    """
    done = run(RUN, bundle)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_plots_are_loaded_and_those_of_others_work(bundle):
    """MediaPipe comes without matplotlib, which can still be imported, and keeps what was there."""
    after = (
        "assert 'matplotlib' not in sys.modules and 'sounddevice' not in sys.modules\n"
        "from matplotlib import pyplot; pyplot.figure()\n"
    )
    assert run(RUN + after, bundle).stderr == ""
    before = "from matplotlib import pyplot\n"
    assert (
        run(before + RUN + "assert sys.modules['matplotlib.pyplot'] is pyplot", bundle).stderr == ""
    )


def test_real_errors_are_passed_on(capfd):
    """Only known chatter is held back; any other line comes through, whole and in order."""
    import os

    from mirror.pose.landmarker import _CHATTER, quiet

    with quiet(_CHATTER):
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n")
        os.write(2, b"E0000 00:00:1.2 7 graph.cc:3] it broke\n")
        os.write(2, b"W0000 00:00:1.2 7 feedback.cc:3] harmless\n")
        print("from Python", file=sys.__stderr__)
        os.write(2, b"terminate called")
    assert capfd.readouterr().err == (
        "E0000 00:00:1.2 7 graph.cc:3] it broke\nfrom Python\nterminate called"
    )
