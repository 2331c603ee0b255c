"""The family of errors that end a command or are shown on the glass.

Every message is one sentence for the person who reads it: what is wrong, with which
value, and what to do. `exit_code` is 2 for usage and configuration, 1 for the rest.
Each error is also the builtin type that a Python reader would expect.
"""

from typing import ClassVar, Literal

Trouble = Literal["camera", "model", "config", "other"]


class MirrorError(Exception):
    """Base of all errors that carry a sentence for the owner.

    kind: the part with the trouble, for the words on the glass.
    """

    exit_code = 1
    kind: ClassVar[Trouble] = "other"


class UsageError(MirrorError, ValueError):
    """The command line asks for something that does not exist."""

    exit_code = 2


class ConfigError(MirrorError, ValueError):
    """The configuration file cannot be used; names file, key path and reason."""

    exit_code = 2
    kind = "config"


class ModelError(MirrorError, OSError):
    """The pose model is missing, damaged, or cannot be obtained."""

    kind = "model"


class CameraError(MirrorError, OSError):
    """The camera or video cannot be opened or read."""

    kind = "camera"


class CameraStalled(CameraError, TimeoutError):
    """The camera is open but frames stopped coming."""


class ScreenError(MirrorError, OSError):
    """No display can be opened."""


class ButtonsError(MirrorError, OSError):
    """The GPIO buttons cannot be used."""


class VoiceError(MirrorError, OSError):
    """The recordings of the voice cannot be made."""


class OutputError(MirrorError, OSError):
    """A result cannot be written (disk full, folder missing, no permission)."""


class HistoryError(MirrorError, OSError):
    """Finished sets cannot be read or written (disk full, no permission, in use)."""


class HistoryDamaged(HistoryError):
    """The file of finished sets is damaged or is not a database."""


class HistoryRefused(HistoryError):
    """A write breaks a rule of the database."""


class UnfitSet(HistoryError):
    """A finished set could not be read back, now or after another try."""


class NetworkError(MirrorError, OSError):
    """The broker cannot be used as it is configured."""
