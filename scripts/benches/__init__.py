"""Measure how right the mirror is, and its cost: each bench prints a table of numbers.

counts, repertoire: counted reps and raised faults. truth -> accuracy, slumping: angles and verdicts
against the figure's own joints. reflection: the line on the glass. gallery: the screens. effort,
history: time, and power cuts.
"""
