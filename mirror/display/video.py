"""Write pictures to a video file (MPEG-4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mirror.errors import OutputError


class Recording:
    """A video being written. Close it, or the file cannot be played.

    name: what to call it in errors, where `path` is only a scratch file. added: frames so far.

    Raises:
        OutputError: the file cannot be made.
    """

    def __init__(
        self, path: Path, size: tuple[int, int], fps: float, name: str | None = None
    ) -> None:
        import cv2

        self._cv2: Any = cv2
        self._name = name or str(path)
        self.added = 0

        # The codec halves the colour resolution, so both sides must be even.
        self._size = (size[0] // 2 * 2, size[1] // 2 * 2)
        self._path = path
        self._writer: Any = cv2.VideoWriter(
            str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, self._size
        )
        if not self._writer.isOpened():
            raise OutputError(f"{self._name}: the video cannot be written.")

    def add(self, rgb: npt.NDArray[np.uint8]) -> None:
        """Add a picture, (height, width, 3) uint8, red first."""
        width, height = self._size
        self.added += 1
        # OpenCV writes blue first.
        self._writer.write(np.ascontiguousarray(rgb[:height, :width, ::-1]))

    def close(self) -> None:
        """Finish the file. May be called twice.

        Raises:
            OutputError: not everything is in it; OpenCV does not report a full disk.
        """
        if self._writer is None:
            return
        self._writer.release()
        self._writer = None
        check = self._cv2.VideoCapture(str(self._path))
        count = int(check.get(self._cv2.CAP_PROP_FRAME_COUNT)) if check.isOpened() else -1
        check.release()
        if self.added and count < self.added:
            raise OutputError(f"{self._name}: the video could not be written whole.")
