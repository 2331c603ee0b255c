"""The figure: a kinematic person that does every variation, its faults, and other movements.

Takes seeds, plans and times; returns joint angles, the truth about them, and landmarks. The camera
`mirror.simulator.camera` films it; the glass shows with it how to do a variation.
"""
