"""Weights of the reading of the back. Written by `scripts/bench back --fit FOLDER`.

Fitted by ridge regression on 111 rendered people in side view, each another body, and on
16 sets of the figure of half the weight.
"""

from __future__ import annotations

import numpy as np

# fmt: off
# ruff: noqa: E501
USUAL = np.array([0.2546, 0.2493, 0.2432, 0.2365, 0.2303, 0.2260, 0.2243, 0.2258, 0.2294, 0.2339, 0.2374, 0.2383, 0.2360, 0.2307, 0.2232, 1.3540, -0.1245, 1.3082, -0.2616])
"""(19,) mean standing shape of people, see `rounding.shape_of`."""
GAINS = np.array([
    (-42.933, -6.5439),
    (-2.4567, 8.0153),
    (21.911, 12.221),
    (26.202, 5.864),
    (19.398, -3.9775),
    (9.1595, -12.632),
    (0.48471, -17.011),
    (-4.6111, -15.713),
    (-6.9594, -9.4484),
    (-7.1772, 1.4913),
    (-5.9759, 14.569),
    (-3.9597, 24.398),
    (0.77115, 25.697),
    (10.734, 13.974),
    (23.227, -6.4259),
    (4.0638, -13.464),
    (-48.697, -44.802),
    (-19.821, -10.501),
    (20.909, 8.8322),
    (-0.0046509, 2.3485),
    (1.4788, 1.4515),
    (6.7561, -0.11382),
])
"""(22, 2) degrees of low and of upper back for each of `rounding.features`."""
CONSTANT = np.array([0.4758, -0.1025])
# fmt: on
