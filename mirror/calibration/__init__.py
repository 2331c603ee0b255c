"""The line of the back on the own reflection: where it belongs, and the calibration that it takes.

calibrating (what the glass asks for) -> fitting -> calibration (kept) -> projection -> line; all of
it is tried in a simulated room: room, people, volunteer.
"""
