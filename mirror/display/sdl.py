"""pygame, which brings SDL: the window, the type and the sound."""

from __future__ import annotations

import os
from typing import Any

from mirror.errors import ScreenError


def load_pygame() -> Any:
    """pygame, imported when first needed.

    Raises:
        ScreenError: it is not installed.
    """
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    try:
        import pygame
    except ImportError as error:
        raise ScreenError(f"The screen needs pygame, which cannot be loaded ({error}).") from error
    return pygame
