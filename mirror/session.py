"""Press, Session, advance: filled in below."""
from enum import Enum


class Press(Enum):
    """What a button asks for."""

    NEXT = "next"
    PREVIOUS = "previous"
    SELECT = "select"
    DRILL = "drill"
    CALIBRATE = "calibrate"
    SHUTDOWN = "shutdown"
