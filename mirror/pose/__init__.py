"""Estimate poses: the model bundle, MediaPipe, the chosen person, the two threads."""
