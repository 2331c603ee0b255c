"""The weights of the back's reading. Written by `scripts/bench back --fit FOLDER`; do not edit.

Fitted by ridge regression on 127 clips of rendered people, each another body, in side view.
"""

from __future__ import annotations

import numpy as np

# fmt: off
USUAL = np.array([
    0.2560,
    0.2500,
    0.2432,
    0.2356,
    0.2286,
    0.2234,
    0.2213,
    0.2227,
    0.2266,
    0.2315,
    0.2353,
    0.2362,
    0.2338,
    0.2281,
    0.2202,
    1.3558,
    -0.1237,
    1.3102,
    -0.2614,
])
"""(19,) what people stand like, see `rounding.shape_of`."""
WEIGHTS = np.array([
    (-94.08, 11.75),
    (-38.47, 5.166),
    (23.44, -4.96),
    (49.68, -13.12),
    (45.54, -17.55),
    (29.1, -19.24),
    (11.87, -17.46),
    (-2.054, -11.31),
    (-10.51, -0.4526),
    (-10.4, 15.92),
    (-2.648, 34.28),
    (9.317, 45.19),
    (18.37, 37.89),
    (15.17, 9.569),
    (4.016, -21.61),
    (-30.05, -26.23),
    (-56.4, -50.16),
    (-14.88, -14.81),
    (16.59, -2.163),
    (2.858, 1.734),
    (-0.4567, -0.345),
    (2.581, 0.00554),
    (0.7353, 0.1688),
    (0.7498, -2.996),
    (12.62, -8.61),
    (4.401, 4.276),
    (1.675, -0.3563),
    (0.498, 0.2459),
    (-0.812, -0.2478),
    (1.681, 0.2317),
    (39.73, -13.88),
    (-1.961, 0.6598),
])
"""(32, 2) degrees of low and of upper back for each of `rounding.features`."""
CONSTANT = np.array([-5.5274, 1.1887])
# fmt: on
