"""Video files and webcams."""

from __future__ import annotations

import itertools
import struct
import threading
import time

import numpy as np
import pytest

from mirror.camera import open_camera
from mirror.camera.video import VideoFile, opencv
from mirror.config import CameraSettings
from mirror.errors import CameraError, CameraStalled

cv2 = opencv()

WIDTH, HEIGHT, FPS, COUNT = 160, 96, 20.0, 12
BRIGHT = 150
"""Between a lit (220) and a dark (30) block, however lossy the codec."""


def picture(index):
    """RGB: the top left quarter is red, the rest dark; the bottom right encodes the index."""
    rgb = np.full((HEIGHT, WIDTH, 3), 30, np.uint8)
    rgb[: HEIGHT // 2, : WIDTH // 2, 0] = 220
    rgb[HEIGHT // 2 :, WIDTH // 2 :] = 60 + 15 * index
    return rgb


def number(frame):
    """Which frame of the clip this is, by its bottom right quarter."""
    return round((float(frame.rgb[-20:, -20:].mean()) - 60) / 15)


@pytest.fixture
def clip(tmp_path):
    """A small real video file."""
    path = tmp_path / "a clip.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), FPS, (WIDTH, HEIGHT))
    assert writer.isOpened()
    for index in range(COUNT):
        writer.write(picture(index)[..., ::-1])
    writer.release()
    return path


def opened(path, *, live=False, **changes):
    """The clip as the mirror opens it."""
    return open_camera(CameraSettings(source=str(path), **changes), live=live)


def read_all(camera):
    """All frames to the end."""
    return list(iter(camera.read, None))


def test_every_frame_once_with_its_time(clip):
    """Not live: all frames, in order, stamped by the file, and no waiting."""
    camera = opened(clip)
    began = time.monotonic()
    frames = read_all(camera)
    assert time.monotonic() - began < COUNT / FPS / 2
    assert [number(frame) for frame in frames] == list(range(COUNT))
    assert [frame.taken_at for frame in frames] == pytest.approx([i / FPS for i in range(COUNT)])
    assert (camera.size, camera.fps, camera.frames_total) == ((WIDTH, HEIGHT), FPS, COUNT)
    assert camera.read() is None


def test_red_is_first_and_the_frame_owns_its_pixels(clip):
    """RGB, not OpenCV's BGR; a later read does not change an earlier frame."""
    camera = opened(clip)
    first = camera.read()
    kept = first.rgb.copy()
    read_all(camera)
    red, green, blue = first.rgb[10, 10]
    assert red > BRIGHT > max(green, blue)
    assert first.rgb.dtype == np.uint8
    assert np.array_equal(first.rgb, kept)


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize(
    ("rotate", "corner"), [(0, (0, 0)), (90, (0, -1)), (180, (-1, -1)), (270, (-1, 0))]
)
def test_rotation_and_flip(clip, rotate, corner, flip):
    """The red corner goes clockwise with `rotate`, then to the other side with `flip`."""
    camera = opened(clip, rotate=rotate, flip=flip)
    row, column = corner
    rgb = camera.read().rgb
    reds = {(r, c): int(rgb[r, c, 0]) - int(rgb[r, c, 2]) > 100 for r in (0, -1) for c in (0, -1)}
    expected = (row, -1 - column if flip else column)
    assert [at for at, red in reds.items() if red] == [expected]
    assert camera.size == ((WIDTH, HEIGHT) if rotate in (0, 180) else (HEIGHT, WIDTH))
    assert rgb.shape == (camera.size[1], camera.size[0], 3)


def test_a_phones_rotation_is_honoured(clip):
    """A clip stored on its side, with a note to turn it clockwise, comes out upright."""
    data = clip.read_bytes()
    one, unit = 0x10000, 0x40000000
    upright = struct.pack(">9i", one, 0, 0, 0, one, 0, 0, 0, unit)
    turned = struct.pack(">9i", 0, one, 0, -one, 0, 0, HEIGHT * one, 0, unit)
    track = data.index(b"tkhd")
    at = data.index(upright, track)
    clip.write_bytes(data[:at] + turned + data[at + len(upright) :])
    camera = opened(clip)
    rgb = camera.read().rgb
    assert camera.size == (HEIGHT, WIDTH)
    assert int(rgb[5, -5, 0]) - int(rgb[5, -5, 2]) > 100


def test_live_keeps_real_time(clip):
    """Live: the clip takes as long as it lasts, and nothing is left out by a quick reader."""
    camera = opened(clip, live=True)
    began = time.monotonic()
    frames = read_all(camera)
    assert time.monotonic() - began >= (COUNT - 1) / FPS - 0.01
    # A machine that pauses for a moment may lose one or two.
    assert len(frames) >= COUNT - 2


def test_live_leaves_out_what_comes_too_late(clip):
    """Live: a slow reader gets fewer frames, with their true times, and the end on time."""
    camera = opened(clip, live=True)
    began, frames = time.monotonic(), []
    while frame := camera.read():
        frames.append(frame)
        time.sleep(3.5 / FPS)
    assert time.monotonic() - began < COUNT / FPS + 5 / FPS + 0.2
    assert 2 <= len(frames) <= COUNT // 2
    for frame in frames:
        assert frame.taken_at == pytest.approx(number(frame) / FPS)


class Broken:
    """OpenCV's capture, with timestamps as broken files have them."""

    def __init__(self, inner, stamps_ms):
        self._inner, self._stamps_ms = inner, iter(stamps_ms)

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def get(self, prop):
        if prop == cv2.CAP_PROP_POS_MSEC:
            return next(self._stamps_ms)
        return self._inner.get(prop)


@pytest.mark.parametrize(
    ("stamps_ms", "expected_s"),
    [
        ([0] * 12, [0, 0.05, 0.1, 0.15]),
        ([float("nan")] * 12, [0, 0.05, 0.1, 0.15]),
        ([-40, -1, *[0] * 10], [0, 0.05, 0.1, 0.15]),
        ([0, 100, 60, 300, *[0] * 8], [0, 0.1, 0.15, 0.3]),
    ],
)
def test_broken_timestamps_are_counted(clip, monkeypatch, stamps_ms, expected_s):
    """Times always rise; where the file's do not, the frame rate counts on from the last."""
    real = cv2.VideoCapture
    monkeypatch.setattr(cv2, "VideoCapture", lambda *args: Broken(real(*args), stamps_ms))
    times = [frame.taken_at for frame in read_all(opened(clip))]
    assert times[:4] == pytest.approx(expected_s)
    assert all(b > a for a, b in itertools.pairwise(times))


def test_a_clip_cut_short_ends_early(clip, capfd):
    """The readable part of a damaged file is read; then it has ended, without noise."""
    avi = clip.with_suffix(".avi")
    writer = cv2.VideoWriter(str(avi), cv2.VideoWriter_fourcc(*"MJPG"), FPS, (WIDTH, HEIGHT))
    for index in range(COUNT):
        writer.write(picture(index)[..., ::-1])
    writer.release()
    data = avi.read_bytes()
    avi.write_bytes(data[:-2500])  # its index and the last frames
    frames = read_all(opened(avi))
    assert 2 <= len(frames) < COUNT
    whole = frames[:-1]  # the frame at the cut may be half of one
    assert [number(frame) for frame in whole] == list(range(len(whole)))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "does not exist"),
        ("folder", "is not a file"),
        (b"", "is empty"),
        (b"no video at all\n" * 99, "holds no picture"),
        ("headless", "holds no picture"),
    ],
)
def test_what_is_no_video(clip, capfd, content, reason):
    """One sentence that names the file, and not a word from OpenCV."""
    path = clip.with_name("other.mp4")
    if content == "folder":
        path.mkdir()
    elif content == "headless":  # the index of an mp4 stands at its end: a copy that broke off
        path.write_bytes(clip.read_bytes()[:-600])
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(CameraError, match=reason) as caught:
        opened(path)
    assert str(path) in str(caught.value)
    assert capfd.readouterr().err == ""


def test_close_twice_then_read(clip):
    """Close may be called twice; a closed file has ended."""
    camera = opened(clip)
    camera.close()
    camera.close()
    assert camera.read() is None


def test_a_path_of_digits_and_more_is_a_file(clip, monkeypatch):
    """Only digits alone are a webcam."""
    monkeypatch.chdir(clip.parent)
    clip.rename(clip.with_name("0.mp4"))
    assert isinstance(opened("0.mp4"), VideoFile)


class FakeWebcam:
    """OpenCV's capture of a webcam: dark BGR frames with a red left edge, until `stop`."""

    def __init__(self, works=True):
        self.works, self.asked, self.released = works, {}, 0
        self.stopped = threading.Event()

    def isOpened(self):  # noqa: N802 # OpenCV's name
        return self.works

    def set(self, prop, value):
        self.asked[prop] = value
        return True

    def get(self, prop):
        return self.asked.get(prop, 0.0)

    def read(self):
        time.sleep(0.01)
        if self.stopped.is_set():
            return False, None
        bgr = np.zeros((48, 64, 3), np.uint8)
        bgr[:, 0, 2] = 255
        return True, bgr

    def release(self):
        self.released += 1


@pytest.fixture
def webcam(monkeypatch):
    """Webcam 0, and no other."""
    fake = FakeWebcam()
    none = FakeWebcam(works=False)
    monkeypatch.setattr(cv2, "VideoCapture", lambda index, *_: fake if index == 0 else none)
    return fake


def test_a_webcam_gives_new_frames(webcam):
    """Each frame is newer than the last, red first, of the size that the camera really has."""
    camera = opened("0", live=True)
    frames = [camera.read() for _ in range(4)]
    camera.close()
    times = [frame.taken_at for frame in frames]
    assert sorted(set(times)) == times
    assert tuple(frames[0].rgb[0, 0]) == (255, 0, 0)
    assert (camera.size, camera.frames_total) == ((64, 48), None)


@pytest.mark.parametrize(("rotate", "asked"), [(0, (320, 480)), (90, (480, 320))])
def test_a_webcam_is_asked_for_the_size(webcam, rotate, asked):
    """The settings mean the upright frame; a camera on its side is asked the other way."""
    camera = opened("0", live=True, width=320, height=480, fps=25, rotate=rotate)
    camera.close()
    assert webcam.asked[cv2.CAP_PROP_FRAME_WIDTH] == asked[0]
    assert webcam.asked[cv2.CAP_PROP_FRAME_HEIGHT] == asked[1]
    assert camera.fps == 25
    assert camera.size == ((64, 48) if rotate == 0 else (48, 64))


def test_a_webcam_that_stops(webcam):
    """No frame for stall_s is CameraStalled; frames that come again are read."""
    camera = opened("0", live=True, stall_s=0.5)
    webcam.stopped.set()
    time.sleep(0.1)  # the frame that was on its way has come
    camera.read()
    with pytest.raises(CameraStalled, match=r"webcam 0 .*0\.5 s"):
        camera.read()
    webcam.stopped.clear()
    assert camera.read() is not None
    camera.close()


def test_a_webcam_that_gives_nothing(webcam):
    """A webcam that opens but never gives a frame cannot be opened, and is freed."""
    webcam.stopped.set()
    with pytest.raises(CameraError, match="webcam 0 gives no pictures"):
        opened("0", live=True, stall_s=0.5)
    assert webcam.released == 1


def test_closing_a_webcam_twice(webcam):
    """Close may be called twice; a closed webcam has ended."""
    camera = opened("0", live=True)
    camera.close()
    camera.close()
    assert camera.read() is None


@pytest.mark.parametrize("index", ["7", "99999999999999999999"])
def test_no_such_webcam(webcam, index):
    """An index that is not there is named."""
    with pytest.raises(CameraError, match=f"no webcam {index}"):
        opened(index, live=True)


def test_no_such_webcam_for_real(capfd):
    """OpenCV itself stays quiet about a webcam that is not there."""
    with pytest.raises(CameraError, match="no webcam 63"):
        opened("63", live=True)
    assert capfd.readouterr().err == ""
