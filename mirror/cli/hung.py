"""For `check`: is it light enough, and does the camera hang right? Sentences for the terminal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mirror.camera import Frame, open_camera
from mirror.camera.hanging import LightReading, hanging, hanging_advice
from mirror.camera.optics import lens
from mirror.config import CameraSettings, Settings
from mirror.errors import CameraError, MirrorError
from mirror.pose.landmarker import Estimator
from mirror.pose.model import locate

TALL_M = 1.8
"""A person's height, where the owner's is not known."""
EARLY, STILL = 20, 10
"""Pictures passed over while the exposure settles, and pictures looked at."""
STAND = (
    "to see how the camera hangs, type `sleep 20; sudo hinge-mirror check`, and stand 2 to 3 m "
    "before the glass, facing it"
)


def light(settings: CameraSettings, pictures: list[Frame]) -> str:
    """How light the camera's picture is; the pictures that were looked at are added to the list.

    Raises:
        CameraError: the camera cannot be opened, or gives too few pictures.
        MirrorError: it is too dark.
    """
    camera = open_camera(settings, live=False)
    try:
        frames = [camera.read() for _ in range(EARLY + STILL)][EARLY:]
    finally:
        camera.close()
    pictures.extend(frame for frame in frames if frame is not None)
    if not pictures:
        raise CameraError(f"{settings.source} gave too few pictures.")
    return _verdict(*LightReading.of([frame.rgb for frame in pictures]).verdict())


def hung(settings: Settings, pictures: list[Frame]) -> str:
    """How the camera hangs, as a person in the pictures shows it.

    Raises:
        ModelError: there is no pose model.
        MirrorError: it hangs wrong; says what to turn or to set.
    """
    estimator = Estimator(locate(settings.model))
    try:
        poses = [estimator.estimate(frame) for frame in pictures]
    finally:
        estimator.close()
    there = [pose for pose in poses if pose is not None]
    if not there:
        return f"nobody was there; {STAND}"
    camera, body_m = settings.camera, settings.coach.body_height_m or TALL_M
    pose = replace(there[-1], points=np.median([pose.points for pose in there], axis=0))
    optics = lens(camera, pose.size)
    found = hanging(pose, optics, camera.height_m, body_m)
    if found is None:
        return f"a person was there, but did not stand facing the glass; {STAND}"
    is_right, words = hanging_advice(found, camera, optics)
    if not settings.coach.body_height_m:
        words += f" (This is for a body height of {body_m:g} m: set coach.body_height_m.)"
    return _verdict(is_right, words)


def _verdict(is_right: bool, words: str) -> str:
    if not is_right:
        raise MirrorError(words)
    return words
