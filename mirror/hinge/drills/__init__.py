"""Read the stick drill and the string drill."""
