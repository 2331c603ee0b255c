"""Stand in for the world: the figure as a camera, a room, a volunteer."""
