"""The weights of the back's reading. Written by `scripts/bench back --fit FOLDER`; do not edit.

Fitted by ridge regression on 111 clips of rendered people, each another body, in side view.
"""

from __future__ import annotations

import numpy as np

# fmt: off
USUAL = np.array([
    0.2536,
    0.2483,
    0.2422,
    0.2355,
    0.2294,
    0.2251,
    0.2236,
    0.2253,
    0.2291,
    0.2337,
    0.2373,
    0.2384,
    0.2362,
    0.2311,
    0.2238,
    1.3571,
    -0.1248,
    1.3114,
    -0.2613,
])
"""(19,) what people stand like, see `rounding.shape_of`."""
WEIGHTS = np.array([
    (-94.8, 13.39),
    (-37.63, 7.162),
    (24.89, -3.6),
    (49.91, -12.69),
    (45.38, -17.62),
    (29.74, -19.47),
    (13.26, -17.89),
    (-0.762, -12.12),
    (-10.21, -1.665),
    (-11.89, 14.59),
    (-6.185, 33.52),
    (4.71, 45.61),
    (15.48, 39.12),
    (16.98, 10.44),
    (10.61, -20.6),
    (-32.24, -32.03),
    (-56.74, -48.71),
    (-13.39, -11.36),
    (20.66, -1.737),
    (2.007, 1.482),
    (-0.775, -0.2402),
    (2.652, -0.1908),
    (1.035, 0.3259),
    (1.557, -2.941),
    (8.291, -8.7),
    (10.52, 4.982),
    (1.963, -0.5023),
    (0.8296, 0.389),
    (-1.735, -0.7374),
    (2.085, 0.3491),
    (42.24, -17.04),
    (1.834, 0.6661),
])
"""(32, 2) degrees of low and of upper back for each of `rounding.features`."""
CONSTANT = np.array([-5.9472, 0.8638])
# fmt: on
