"""Which displays are plugged in, as the kernel's display drivers say."""

from __future__ import annotations

from pathlib import Path

DRM = Path("/sys/class/drm")


def plugged(drm: Path = DRM) -> frozenset[str]:
    """Names of the connectors with a display, such as `card1-HDMI-A-1`; empty where unknown."""
    found = set()
    for status in drm.glob("card*-*/status"):
        try:
            if status.read_text(encoding="ascii").strip() == "connected":
                found.add(status.parent.name)
        except OSError:
            continue  # gone in between
    return frozenset(found)
