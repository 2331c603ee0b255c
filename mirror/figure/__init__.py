"""The figure: a person of capsules who does every variation, its faults, and what is no hinge.

Takes seeds, plans and times; gives joint angles with their truth, landmarks and pictures. The
camera `mirror.simulator.camera` films it, the glass shows with it how a variation is done.
"""
