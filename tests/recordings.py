"""Rendered people as the pose model saw them: landmarks at 15 frames/s, without outlines.

Each file is named after what is done, the variation, and the count.
"""

from pathlib import Path

import numpy as np

from mirror.hinge.measure.pose import Pose

DATA = sorted((Path(__file__).parent / "data").glob("*-*-*.npz"))


def recorded(path):
    """Time and pose of each frame; the pose is None where nobody was found."""
    kept = np.load(path)
    size = tuple(int(n) for n in kept["size"])
    rows = zip(kept["t"].tolist(), kept["seen"], kept["points"] / 4, kept["visibility"] / 255,
               kept["world"] / 500, strict=True)  # fmt: skip
    for t, seen, points, visibility, world in rows:
        yield t, Pose(points, visibility, world, None, size, t) if seen else None
