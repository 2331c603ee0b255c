"""Judge a finished rep: its faults, its metrics, the stop depth, the feedback."""
