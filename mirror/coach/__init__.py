"""Carry one person's training in a Session, and change it by a frame or a Command."""
