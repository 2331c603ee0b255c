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
    (-95.47, 13.32),
    (-38.15, 7.137),
    (25, -3.57),
    (50.28, -12.6),
    (45.6, -17.5),
    (29.75, -19.34),
    (13.12, -17.74),
    (-0.9292, -11.94),
    (-10.33, -1.457),
    (-12, 14.8),
    (-6.377, 33.66),
    (4.394, 45.75),
    (15.35, 39.37),
    (17.52, 10.02),
    (11.6, -22.75),
    (-31.94, -32.28),
    (-56.51, -50.18),
    (-13.89, -10.73),
    (21.31, -1.399),
    (1.721, 1.7),
    (-1.038, -0.06296),
    (2.663, -0.2045),
    (1.02, 0.3279),
    (1.589, -2.999),
    (7.439, -8.688),
    (11.17, 4.783),
    (2.076, -0.5993),
    (0.865, 0.3557),
    (-1.727, -0.7444),
    (2.089, 0.3333),
    (37.97, -13.64),
    (1.937, 0.6679),
])
"""(32, 2) degrees of low and of upper back for each of `rounding.features`."""
CONSTANT = np.array([-5.5005, 0.6060])
# fmt: on
