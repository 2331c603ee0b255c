"""List the variations of the hinge."""
