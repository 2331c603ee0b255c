"""The Raspberry Pi camera, against a stand-in faithful to picamera2's signatures."""

from __future__ import annotations

import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from mirror.camera import open_camera
from mirror.config import CameraSettings
from mirror.errors import CameraError, CameraStalled
from tests.fakes import picamera2 as fake

WIDTH, HEIGHT = 160, 240
MODES = [
    # As an IMX219 has them: the smallest one sees only the middle.
    {"size": (640, 480), "bit_depth": 8, "fps": 206.0, "crop_limits": (1000, 752, 1280, 960)},
    {"size": (1640, 1232), "bit_depth": 8, "fps": 83.0, "crop_limits": (0, 0, 3280, 2464)},
    {"size": (1640, 1232), "bit_depth": 10, "fps": 41.0, "crop_limits": (0, 0, 3280, 2464)},
    {"size": (3280, 2464), "bit_depth": 10, "fps": 21.0, "crop_limits": (0, 0, 3280, 2464)},
]


@pytest.fixture
def world(monkeypatch):
    """One working camera that gives frames for ever; a test changes what it is about."""
    resumed = threading.Event()
    resumed.set()
    rng = np.random.default_rng(1)
    world = SimpleNamespace(
        cameras=[{"Model": "imx219", "Num": 0}],
        busy=False,
        controls={"FrameDurationLimits", "ExposureTime"},
        properties={"ColorFilterArrangement": 0},
        modes=MODES,
        can_flip=True,
        gives_format=None,
        gives_size=None,
        scene=rng.integers(0, 99, (300, 300, 3), dtype=np.uint8),
        stamps_ns=[5_000_000_000 + i * 33_000_000 for i in range(20)],
        resumed=resumed,
        opened=[],
    )
    picamera2, libcamera = fake.make(world)
    monkeypatch.setitem(sys.modules, "picamera2", picamera2)
    monkeypatch.setitem(sys.modules, "libcamera", libcamera)
    yield world
    resumed.set()


def opened(**changes):
    """An open camera with small, quick settings."""
    settings = {"width": WIDTH, "height": HEIGHT, "stall_s": 0.5, "rotate": 0} | changes
    return open_camera(CameraSettings(**settings))


def test_red_is_first_and_padding_is_gone(world):
    """A frame holds the scene's pixels, red first, at exactly the configured size."""
    camera = opened()
    frame = camera.read()
    assert camera.size == (WIDTH, HEIGHT)
    assert np.array_equal(frame.rgb, world.scene[:HEIGHT, :WIDTH])


@pytest.mark.parametrize("layout", ["BGR888", "RGB888", "XBGR8888", "XRGB8888"])
def test_any_rgb_layout_gives_red_first(world, layout):
    """A camera that insists on another byte order still gives red first."""
    world.gives_format = layout
    assert np.array_equal(opened().read().rgb, world.scene[:HEIGHT, :WIDTH])


def test_a_format_without_rgb_is_refused(world):
    """A camera without RGB frames is an error that names its format, and is closed again."""
    world.gives_format = "YUYV"
    with pytest.raises(CameraError, match="YUYV"):
        opened()
    assert world.opened[0].calls == ["stop", "close"]


@pytest.mark.parametrize("can_flip", [True, False])
@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_rotation_and_flip(world, rotate, flip, can_flip):
    """Turned clockwise, then mirrored, whether or not the sensor can flip by itself."""
    world.can_flip = can_flip
    camera = opened(rotate=rotate, flip=flip)
    size = (HEIGHT, WIDTH) if rotate in (0, 180) else (WIDTH, HEIGHT)
    expected = np.rot90(world.scene[: size[0], : size[1]], -rotate // 90)
    expected = expected[:, ::-1] if flip else expected
    frame = camera.read()
    assert camera.size == (WIDTH, HEIGHT)
    assert np.array_equal(frame.rgb, expected)
    assert frame.rgb.flags.c_contiguous


def test_the_camera_may_adjust_the_size(world):
    """`size` is the real size of the frames."""
    world.gives_size = (128, 96)
    camera = opened()
    assert camera.size == (128, 96)
    assert camera.read().rgb.shape == (96, 128, 3)


def test_frames_survive_their_buffer(world):
    """A frame keeps its pixels after the request went back, and each request goes back once."""
    camera = opened()
    first, second = camera.read(), camera.read()
    assert np.array_equal(first.rgb, second.rgb)
    assert world.opened[0].requests_out == 0


def test_time_is_the_sensors(world):
    """`taken_at` is the sensor's timestamp in seconds."""
    camera = opened()
    assert [camera.read().taken_at for _ in range(3)] == pytest.approx([5.0, 5.033, 5.066])


def test_time_without_a_sensor_timestamp_still_rises(world):
    """A camera that stamps nothing is stamped with the monotonic clock."""
    world.stamps_ns = [None, None]
    camera = opened()
    assert 0 < camera.read().taken_at <= camera.read().taken_at


def test_the_configuration_asked_for(world):
    """Frame rate in microseconds, the whole view of the sensor, and no queue of old frames."""
    opened(fps=25)
    config = world.opened[0].camera_configuration()
    assert config["controls"] == {"FrameDurationLimits": (40_000, 40_000)}
    assert config["sensor"] == {"output_size": (1640, 1232), "bit_depth": 10}
    assert config["queue"] is False


@pytest.mark.parametrize(
    ("depths", "fps", "chosen"),
    [((8, 10), 30, 10), ((8, 12), 30, 12), ((10, 14), 30, 10), ((8, 16), 30, 8), ((8, 10), 60, 8)],
)
def test_raw_pixels_have_ten_to_twelve_bits_where_the_sensor_can(world, depths, fps, chosen):
    """Eight show as bands in the dark; a mode that is too slow is none."""
    quick = {8: 83.0}
    world.modes = [
        {**MODES[1], "bit_depth": depth, "fps": quick.get(depth, 41.0)} for depth in depths
    ]
    opened(fps=fps)
    assert world.opened[0].camera_configuration()["sensor"]["bit_depth"] == chosen


@pytest.mark.parametrize(("mains_hz", "period_us"), [(50, 10_000), (60, 8_333)])
def test_lamps_do_not_flicker_in_the_frame(world, mains_hz, period_us):
    """Exposure times are whole periods of the light; libcamera's own values, in microseconds."""
    world.controls |= {"AeFlickerMode", "AeFlickerPeriod"}
    opened(mains_hz=mains_hz)
    controls = world.opened[0].camera_configuration()["controls"]
    assert (controls["AeFlickerMode"], controls["AeFlickerPeriod"]) == (1, period_us)


def test_flicker_is_left_alone_where_that_is_set_or_not_possible(world):
    """A camera without the control, which would refuse it; a mirror in daylight."""
    opened(mains_hz=50)
    world.controls |= {"AeFlickerMode", "AeFlickerPeriod"}
    opened(mains_hz=0)
    for each in world.opened:
        assert not {"AeFlickerMode", "AeFlickerPeriod"} & set(
            each.camera_configuration()["controls"]
        )


def test_a_lens_that_can_move_is_focused_on_the_person(world):
    """A Camera Module 3; others have no such control. What moves is kept sharp, too."""
    world.controls |= {"AfMode", "LensPosition", "AeExposureMode"}
    opened()
    controls = world.opened[0].camera_configuration()["controls"]
    assert (controls["AfMode"], controls["AeExposureMode"]) == (0, 1)
    assert 1.5 < 1 / controls["LensPosition"] < 3.0, "dioptres are one over metres"


def test_a_camera_on_its_side_is_asked_for_a_frame_that_lies(world):
    """So an upright frame shows the longer side of the sensor."""
    opened(rotate=None)
    assert world.opened[0].camera_configuration()["main"]["size"] == (HEIGHT, WIDTH)


def test_a_camera_without_modes_or_rate_control(world):
    """A USB or test camera, which has neither, is not asked for them."""
    world.properties, world.controls, world.modes = {}, set(), [{"format": "YUYV"}]
    camera = opened()
    assert world.opened[0].camera_configuration()["sensor"] == {}
    assert camera.read() is not None


def test_a_stall_is_an_error_and_can_end(world):
    """No frame for stall_s is CameraStalled; when frames come again none was lost."""
    camera = opened()
    camera.read()
    world.resumed.clear()
    with pytest.raises(CameraStalled, match=r"0\.5 s"):
        camera.read()
    with pytest.raises(CameraStalled):
        camera.read()
    world.resumed.set()
    assert camera.read().taken_at == pytest.approx(5.033)
    assert world.opened[0].requests_out == 0


def test_closing_after_a_stall_does_not_hang(world):
    """The capture that never came is called off before the camera is stopped."""
    world.stamps_ns = []
    camera = opened()
    with pytest.raises(CameraStalled):
        camera.read()
    camera.close()
    assert world.opened[0].calls == ["stop", "close"]


def test_close_twice_then_read(world):
    """Close may be called twice; a closed camera has ended."""
    camera = opened()
    camera.close()
    camera.close()
    assert world.opened[0].calls == ["stop", "close"]
    assert camera.read() is None


def test_no_camera(world):
    """Without a camera the sentence says so, and what to check."""
    world.cameras = []
    with pytest.raises(CameraError, match="no camera is connected"):
        opened()


def test_a_camera_in_use(world):
    """A camera that another program holds is an error that keeps picamera2's reason."""
    world.busy = True
    with pytest.raises(CameraError, match=r"another program.*did not complete"):
        opened()


def test_no_picamera2(monkeypatch):
    """Without the library the sentence gives the command that installs it."""
    monkeypatch.setitem(sys.modules, "libcamera", None)
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(CameraError, match="apt install python3-picamera2"):
        opened()
