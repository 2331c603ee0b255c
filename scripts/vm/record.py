"""Record the poses of the shipped figure on this machine, for one that is too slow for them.

record.py OUT.npz
"""

import sys

import numpy as np

from mirror.camera import open_camera
from mirror.config import CameraSettings, ModelSettings
from mirror.hinge.measure.contour import person_at
from mirror.pose.model import bundle
from mirror.pose.tracker import SubjectTracker

FPS = 10.0
SECONDS = 40

camera = open_camera(CameraSettings(source="figure", width=330, height=440, fps=FPS), live=False)
tracker = SubjectTracker(bundle(ModelSettings()))
poses = []
for _ in range(round(FPS * SECONDS)):
    pose = tracker.estimate(camera.read())
    if pose is not None:
        poses.append(pose)
tracker.close()
places = np.stack(np.meshgrid(np.arange(330) + 0.5, np.arange(440) + 0.5), axis=-1)
np.savez_compressed(
    sys.argv[1],
    points=np.array([p.points for p in poses]),
    visibility=np.array([p.visibility for p in poses]),
    world=np.array([p.world for p in poses]),
    mask=np.array([np.round(255 * person_at(p, places)) for p in poses], np.uint8),
)
print(f"{len(poses)} poses")
