"""The screens of the glass, each from a Session and a Sheet to shapes.

states tells which screen is due, layout divides the glass, drawing, panels and demonstration are
the pieces that screens are made of.
"""
