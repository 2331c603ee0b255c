"""The weights of the back's reading. Written by `scripts/bench back --fit FOLDER`; do not edit.

Fitted by ridge regression on 111 rendered people in side view, each another body, and on
16 sets of the figure of half the weight.
"""

from __future__ import annotations

import numpy as np

# fmt: off
# ruff: noqa: E501
USUAL = np.array([0.2560, 0.2500, 0.2432, 0.2356, 0.2286, 0.2234, 0.2213, 0.2227, 0.2266, 0.2315, 0.2353, 0.2362, 0.2338, 0.2281, 0.2202, 1.3558, -0.1237, 1.3102, -0.2614])
"""(19,) what people stand like, see `rounding.shape_of`."""
GAINS = np.array([
    (-94.077, 11.753),
    (-38.466, 5.1658),
    (23.444, -4.9596),
    (49.683, -13.121),
    (45.541, -17.552),
    (29.105, -19.238),
    (11.868, -17.464),
    (-2.054, -11.314),
    (-10.515, -0.45261),
    (-10.405, 15.915),
    (-2.6484, 34.279),
    (9.3172, 45.188),
    (18.365, 37.893),
    (15.169, 9.569),
    (4.0163, -21.612),
    (-30.051, -26.227),
    (-56.399, -50.156),
    (-14.881, -14.808),
    (16.593, -2.1632),
    (2.8577, 1.7337),
    (-0.4567, -0.34504),
    (2.5812, 0.0055397),
    (0.73533, 0.16882),
    (0.74975, -2.9964),
    (12.624, -8.6099),
    (4.4012, 4.276),
    (1.6748, -0.3563),
    (0.49801, 0.24589),
    (-0.81205, -0.24777),
    (1.681, 0.23172),
    (39.732, -13.883),
    (-1.9607, 0.65977),
])
"""(32, 2) degrees of low and of upper back for each of `rounding.features`."""
CONSTANT = np.array([-5.5274, 1.1887])
# fmt: on
