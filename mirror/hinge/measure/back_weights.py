"""Weights of the reading of the back. Written by `scripts/bench back --fit FOLDER`.

Fitted by ridge regression on 111 rendered people in side view, each another body, and on
16 sets of the figure of half the weight.
"""

from __future__ import annotations

import numpy as np

# fmt: off
# ruff: noqa: E501
USUAL = np.array([0.2570, 0.2510, 0.2442, 0.2367, 0.2296, 0.2244, 0.2221, 0.2234, 0.2272, 0.2318, 0.2354, 0.2362, 0.2335, 0.2276, 0.2195, 1.3532, -0.1236, 1.3075, -0.2617])
"""(19,) mean standing shape of people, see `rounding.shape_of`."""
GAINS = np.array([
    (-92.38, 12.355),
    (-38.728, 5.4718),
    (21.799, -5.0541),
    (48.359, -13.458),
    (45.112, -17.884),
    (29.428, -19.409),
    (12.657, -17.463),
    (-1.0082, -11.205),
    (-9.3188, -0.3036),
    (-9.2412, 15.979),
    (-1.835, 34.087),
    (9.4465, 44.807),
    (17.819, 37.71),
    (14.531, 9.7897),
    (3.6498, -21.361),
    (-31.023, -27.809),
    (-55.459, -47.317),
    (-13.095, -14.61),
    (14.55, -5.0397),
    (3.0126, 1.389),
    (-0.43589, -0.17298),
    (2.6048, -0.064568),
    (0.71954, 0.23059),
    (1.0478, -3.1981),
    (14.725, -7.0091),
    (3.7686, 4.245),
    (1.6781, -0.34357),
    (0.48475, 0.27262),
    (-0.84173, -0.24665),
    (1.6878, 0.21324),
    (46.866, -6.9059),
    (-1.6702, 0.93513),
])
"""(32, 2) degrees of low and of upper back for each of `rounding.features`."""
CONSTANT = np.array([-5.5828, 1.3082])
# fmt: on
