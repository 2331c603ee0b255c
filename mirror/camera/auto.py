"""The first camera that is there: a Pi camera, else a webcam, else the shipped figure.

For trying the mirror on any machine; an installed mirror names its camera, so that one whose
camera is gone says so instead of coaching a ghost.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from mirror import camera
from mirror.config import CameraSettings
from mirror.errors import CameraError


def open_camera(settings: CameraSettings, *, live: bool) -> camera.Camera:
    """Open the first of `picamera`, webcam 0 and `figure` that opens; says which on stderr."""
    sources = ["picamera", "figure"]
    if Path("/dev/video0").exists():
        sources.insert(1, "0")
    for source in sources[:-1]:
        try:
            found = camera.open_camera(msgspec.structs.replace(settings, source=source), live=live)
        except CameraError:
            continue
        print(f"Camera: {source}.", file=sys.stderr, flush=True)
        return found
    print("No camera found: the shipped figure stands in for one.", file=sys.stderr, flush=True)
    return camera.open_camera(msgspec.structs.replace(settings, source=sources[-1]), live=live)
