"""How right the mirror is, and what it costs: each bench prints a table of numbers.

counts, repertoire: what is counted and raised. truth -> accuracy, slumping: angles and verdicts
against the figure's own joints. reflection: the line on the glass. gallery: the screens. effort,
history: time, and power cuts.
"""
