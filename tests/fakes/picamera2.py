"""A stand-in for picamera2, for machines that have no Raspberry Pi camera.

Names, parameters, defaults and behaviour mirror picamera2 0.3.38 (picamera2.py, job.py,
request.py) as far as the mirror uses them: a configuration is checked and adjusted as there, a
capture is a Job that the camera's own thread fulfils, the array of a request is a copy of a
buffer that is reused after release, and a camera that is misused raises what picamera2 raises.
"""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, Future
from types import ModuleType

import numpy as np


class Transform:
    """libcamera.Transform, as far as flips go."""

    def __init__(self, rotation: int = 0, hflip: bool = False, vflip: bool = False) -> None:
        assert rotation == 0, "picamera2 cannot transpose"
        self.hflip, self.vflip = hflip, vflip


class Job:
    """picamera2.job.Job."""

    def __init__(self) -> None:
        self._future: Future = Future()
        self._future.set_running_or_notify_cancel()

    def get_result(self, timeout=None):
        return self._future.result(timeout=timeout)

    def cancel(self):
        self._future.set_exception(CancelledError())


class Request:
    """picamera2.request.CompletedRequest: its buffer is overwritten once it is released."""

    def __init__(self, camera, buffer, config, metadata) -> None:
        self._camera, self._buffer = camera, buffer
        self._config, self._metadata = config, metadata
        self.ref_count = 1

    def make_array(self, name):
        if name not in self._config:
            raise RuntimeError(f"Stream {name!r} is not defined")
        assert self.ref_count > 0, "the buffer is the camera's again"
        # The camera's rows are padded; make_array cuts the padding off, as upstream.
        width = self._config[name]["size"][0]
        return np.ascontiguousarray(self._buffer[:, :width])

    def get_metadata(self):
        assert self.ref_count > 0
        return dict(self._metadata)

    def release(self):
        self.ref_count -= 1
        if self.ref_count < 0:
            raise RuntimeError("CompletedRequest: lock now has negative ref_count")
        self._buffer[:] = 99
        self._camera.requests_out -= 1


def make(world):
    """The modules `picamera2` and `libcamera` of a machine with what `world` describes.

    world.cameras: what global_camera_info gives.
    world.scene: (height, width, 3) RGB that the unturned sensor sees, cut to the stream's size.
    world.stamps_ns: SensorTimestamp of each frame; None means the frame has none; when they are
        used up no frame comes any more.
    """

    class Picamera2:
        @staticmethod
        def global_camera_info():
            return list(world.cameras)

        def __init__(self, camera_num=0, verbose_console=None, tuning=None, allocator=None):
            if camera_num >= len(self.global_camera_info()):
                raise RuntimeError(f"No camera number {camera_num} found")
            if world.busy:
                raise RuntimeError("Camera __init__ sequence did not complete.")
            world.opened.append(self)
            self.is_open = True
            self.started = False
            self.requests_out = 0
            self.calls = []
            self._config = None
            self._jobs = []
            self._lock = threading.Lock()
            self._stamps = iter(world.stamps_ns)

        @property
        def camera_controls(self):
            return dict.fromkeys(world.controls, (0, 1_000_000, None))

        @property
        def camera_properties(self):
            return dict(world.properties)

        @property
        def sensor_modes(self):
            assert not self.started, "reading the modes reconfigures the camera"
            return [dict(mode) for mode in world.modes]

        def create_video_configuration(
            self,
            main={},  # noqa: B006 # upstream's signature
            lores=None,
            raw={},  # noqa: B006 # upstream's signature
            transform=Transform(),  # noqa: B008 # upstream's signature
            colour_space=None,
            buffer_count=6,
            controls={},  # noqa: B006 # upstream's signature
            display="main",
            encode="main",
            queue=True,
            sensor={},  # noqa: B006 # upstream's signature
            use_case="video",
        ):
            bad = set(main) - {"format", "size", "stride", "preserve_ar"}
            if bad:
                raise ValueError(f"Bad key {bad.pop()!r}")
            main = {"format": "XBGR8888", "size": (1280, 720), "preserve_ar": True} | main
            main["size"] = (main["size"][0] // 2 * 2, main["size"][1] // 2 * 2)
            return {
                "use_case": use_case,
                "transform": transform,
                "colour_space": colour_space,
                "buffer_count": buffer_count,
                "queue": queue,
                "main": main,
                "lores": lores,
                "raw": raw,
                "controls": controls,
                "sensor": sensor,
                "display": display,
                "encode": encode,
            }

        def configure(self, camera_config=None):
            if self.started:
                raise RuntimeError("Camera must be stopped before configuring")
            bad = set(camera_config["sensor"] or {}) - {"bit_depth", "output_size"}
            if bad:
                raise RuntimeError(f"Unexpected keys {bad} in sensor configuration")
            for name in camera_config["controls"]:
                if name not in world.controls:
                    raise RuntimeError(f"Control {name} is not advertised by libcamera")
            self._config = dict(camera_config)
            self._config["main"] = dict(camera_config["main"])
            if world.gives_format:
                self._config["main"]["format"] = world.gives_format
            if world.gives_size:
                self._config["main"]["size"] = world.gives_size
            if not world.can_flip:
                self._config["transform"] = Transform()

        def camera_configuration(self):
            return self._config

        def start(self, config=None, show_preview=False):
            if self._config is None:
                raise RuntimeError("Camera has not been configured")
            self.started = True

        def capture_request(self, wait=None, signal_function=None, flush=None):
            assert wait is False, "waiting here could not be ended"
            job = Job()
            with self._lock:
                self._jobs.append(job)
            threading.Thread(target=self._process_requests, daemon=True).start()
            return job

        def wait(self, job, timeout=None):
            return job.get_result(timeout=timeout)

        def cancel_all_and_flush(self):
            with self._lock:
                for job in self._jobs:
                    job.cancel()
                self._jobs = []

        def stop(self):
            if self._jobs:
                raise AssertionError("stop would wait behind a job that is never done")
            self.calls.append("stop")
            self.started = False

        def close(self):
            self.calls.append("close")
            self.is_open = False

        def _process_requests(self):
            world.resumed.wait(10)
            with self._lock:
                if not self._jobs or not self.started:
                    return
                try:
                    stamp = next(self._stamps)
                except StopIteration:
                    return
                self.requests_out += 1
                metadata = {} if stamp is None else {"SensorTimestamp": stamp}
                self._jobs.pop(0)._future.set_result(
                    Request(self, self._buffer(), self._config, metadata)
                )

        def _buffer(self):
            """Camera memory: rows padded by 8 pixels, bytes in the order of the format."""
            stream, transform = self._config["main"], self._config["transform"]
            width, height = stream["size"]
            scene = world.scene[:height, :width]
            assert scene.shape[:2] == (height, width), "the scene is smaller than the stream"
            scene = scene[:, ::-1] if transform.hflip else scene
            scene = scene[::-1] if transform.vflip else scene
            opaque = np.full((*scene.shape[:2], 1), 255, np.uint8)
            layouts = {
                "BGR888": (scene,),
                "RGB888": (scene[..., ::-1],),
                "XBGR8888": (scene, opaque),
                "XRGB8888": (scene[..., ::-1], opaque),
                "YUYV": (scene[..., :2],),
            }
            pixels = np.concatenate(layouts[stream["format"]], axis=2)
            padded = np.zeros((height, width + 8, pixels.shape[2]), np.uint8)
            padded[:, :width] = pixels
            return padded

    picamera2, libcamera = ModuleType("picamera2"), ModuleType("libcamera")
    picamera2.Picamera2 = Picamera2
    libcamera.Transform = Transform
    return picamera2, libcamera
