"""Test only: picamera2 wants this library for a preview that nobody opens; Debian has none."""


class _Names(type):
    def __getattr__(cls, name: str) -> str:
        return name


class PixelFormat(metaclass=_Names):
    """Any name of a format is itself."""
