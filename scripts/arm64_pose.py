"""Loads what the mirror runs on, and estimates poses of the shipped figure.

arm64_pose.py BUNDLE FRAMES OUT.npy: landmarks in pixels go to OUT, (frames, 33, 2).
"""

import platform
import sys
import time
from pathlib import Path

import gpiozero  # noqa: F401 (that it loads is what is looked at; so with the next two)
import msgspec  # noqa: F401
import numpy as np
import paho.mqtt.client  # noqa: F401
import pygame

from mirror.camera import open_camera
from mirror.config import CameraSettings
from mirror.estimator import Estimator

bundle, count, out = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
camera = open_camera(CameraSettings(source="figure", width=330, height=440, fps=10.0), live=False)
estimator = Estimator(bundle)
began = time.monotonic()
poses = [estimator.estimate(camera.read()) for _ in range(count)]
took_s = time.monotonic() - began
estimator.close()
if None in poses:
    sys.exit("nobody was found in a picture")
np.save(out, [pose.points for pose in poses])
print(
    f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}, "
    f"pygame {pygame.version.ver}: {count} poses, {took_s / count:.1f} s each"
)
