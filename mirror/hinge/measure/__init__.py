"""Measure one frame: angles, view, limbs, the line of the back, and the baseline."""
