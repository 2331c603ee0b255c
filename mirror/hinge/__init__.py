"""The core: from the landmarks of one person to reps and what to say about them.

Pure functions and frozen values on numpy alone. Nothing here reads a clock, a file, a camera
or a setting, so it may be used on any tracks that have the 33 landmarks of `pose.Mark`.
"""
