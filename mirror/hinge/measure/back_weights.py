"""Weights of the reading of the back. Written by `scripts/bench back --fit FOLDER`.

Fitted by ridge regression on 111 rendered people in side view, each another body, as one tracker
and as two see them, and on 16 sets of the figure of half the weight.
"""

from __future__ import annotations

import numpy as np

# fmt: off
# ruff: noqa: E501
USUAL = np.array([0.2560, 0.2506, 0.2443, 0.2375, 0.2312, 0.2267, 0.2248, 0.2261, 0.2296, 0.2339, 0.2372, 0.2379, 0.2354, 0.2299, 0.2222, 1.3546, -0.1258, 1.3090, -0.2627])
"""(19,) mean standing shape of people, see `rounding.shape_of`."""
GAINS = np.array([
    (-43.231, -5.8605, -76.599),
    (-3.9038, 7.3246, -19.108),
    (20.419, 10.81, 15.163),
    (25.475, 4.5385, 21.16),
    (19.587, -4.6353, 13.706),
    (10.031, -12.379, 3.6146),
    (1.4727, -16.062, -4.5877),
    (-4.2147, -14.54, -9.229),
    (-7.3373, -8.4334, -10.164),
    (-7.9598, 2.0277, -6.8308),
    (-6.6108, 14.353, -0.22643),
    (-3.7787, 23.435, 7.6467),
    (1.8092, 24.457, 15.183),
    (11.421, 13.445, 19.976),
    (22.489, -5.6441, 20.814),
    (9.6971, -9.6882, 11.697),
    (-44.805, -45.249, -12.476),
    (-23.989, -13.294, -18.762),
    (19.333, 10.44, -11.192),
    (0.23082, 2.6392, -0.33403),
    (1.2688, 1.1098, 1.7375),
    (6.7644, 0.10843, 6.584),
])
"""(22, 3) degrees of low and of upper back, and of the turn of the trunk line, for each of
`rounding.features`."""
CONSTANT = np.array([0.4086, -0.1522, -1.6552])
# fmt: on
