"""Weights of the reading of the back. Written by `scripts/bench back --fit FOLDER`.

Fitted by ridge regression on 111 rendered people in side view, each another body, as one
tracker and as two see them, and on 16 sets of the figure of half the weight.
"""

from __future__ import annotations

import numpy as np

# fmt: off
# ruff: noqa: E501
USUAL = np.array([0.2559, 0.2504, 0.2442, 0.2374, 0.2311, 0.2267, 0.2250, 0.2265, 0.2301, 0.2345, 0.2379, 0.2386, 0.2361, 0.2304, 0.2226, 1.3551, -0.1249, 1.3102, -0.2614])
"""(19,) mean standing shape of people, see `rounding.shape_of`."""
GAINS = np.array([
    (-43.026, -3.008, -72.382),
    (-3.2018, 8.0614, -15.896),
    (20.514, 9.8446, 16.651),
    (25.125, 3.1277, 22.11),
    (19.304, -5.4847, 14.888),
    (10.07, -12.248, 4.9892),
    (1.716, -15.192, -3.4557),
    (-4.0399, -13.46, -8.8859),
    (-7.3394, -7.5726, -10.755),
    (-8.0547, 2.3279, -8.0624),
    (-6.6307, 13.998, -1.7029),
    (-3.5226, 22.679, 6.3259),
    (2.2228, 23.66, 14.01),
    (11.352, 12.693, 18.086),
    (21.372, -6.6256, 17.252),
    (12.243, -8.1614, 9.2569),
    (-41.11, -49.289, -16.588),
    (-26.369, -14.269, -17.537),
    (17.985, 13.482, -11.168),
    (-0.29167, 2.3724, -1.6583),
    (1.5544, 1.5288, 3.0797),
    (6.8992, -0.068433, 6.2174),
])
"""(22, 3) degrees of low and of upper back, and of the turn of the trunk line, for each of
`rounding.features`."""
CONSTANT = np.array([0.4566, -0.1235, -1.3801])
# fmt: on
