"""Places the line of the back on the person's reflection.

state (the steps on the glass) -> fitting -> calibration (the stored file) -> projection -> line.
The simulator tries all of it in a room with people: `room`, `people`, `volunteer`.
"""
