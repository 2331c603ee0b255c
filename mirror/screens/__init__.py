"""The screens of the glass, each from a Session and a Sheet to shapes."""
