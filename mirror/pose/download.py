"""Downloads one file of a known SHA-256 over HTTP, and goes on where an earlier try was cut off.

What has come stays beside the file as `NAME.part` until it is whole.
"""

from __future__ import annotations

import hashlib
import os
import ssl
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from mirror.errors import ModelError

TRIES = 3
"""Connections made in a row, each from where the one before was cut off."""
PATIENCE_S = 20.0
"""Seconds without a byte after which a connection counts as cut off."""
_HEARTBEAT_S = 10.0
_BLOCK = 1 << 16
_PARTIAL, _BEYOND = 206, 416


def download(url: str, path: Path, sha256: str, say: Callable[[str], object]) -> None:
    """Fetch a file into its place; it is there whole, with this checksum, or not at all.

    say: called with a sentence now and then while it comes.

    Raises:
        ModelError: there is no way to the server, or it gives another file.
        OSError: the file cannot be stored.
    """
    part = path.with_name(f"{path.name}.part")
    for left in range(TRIES - 1, -1, -1):
        try:
            _fetch(url, part, say)
            break
        except HTTPError as error:
            if error.code != _BEYOND:
                raise ModelError(f"{url} cannot be downloaded ({error}).") from error
            break  # all of it has come; its checksum decides
        except (URLError, HTTPException, TimeoutError, ConnectionError, ssl.SSLError) as error:
            if not left:
                raise ModelError(_unreachable(url, part, error)) from error
    digest = hashlib.sha256(part.read_bytes()).hexdigest() if part.exists() else "nothing"
    if digest != sha256:
        part.unlink(missing_ok=True)
        raise ModelError(f"{url} has SHA-256 {digest}, expected {sha256}: it was thrown away.")
    part.chmod(0o644)
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _fetch(url: str, part: Path, say: Callable[[str], object]) -> None:
    """Add to the part what it lacks, over one connection."""
    there = part.stat().st_size if part.exists() else 0
    request = Request(url, headers={"Range": f"bytes={there}-"} if there else {})
    with urlopen(request, timeout=PATIENCE_S) as answer:
        resumes = answer.status == _PARTIAL and there > 0
        if resumes:
            say(f"Going on after {there / 1e6:.1f} MB.")
        length = answer.headers.get("Content-Length")
        came, said_at = 0, time.monotonic()
        with part.open("ab" if resumes else "wb") as file:
            while block := answer.read(_BLOCK):
                file.write(block)
                came += len(block)
                if time.monotonic() - said_at > _HEARTBEAT_S:
                    said_at = time.monotonic()
                    say(f"... still downloading, {file.tell() / 1e6:.1f} MB are there")
            file.flush()
            os.fsync(file.fileno())
    # A line that is cut off between two blocks ends like a whole file.
    if length is not None and came < int(length):
        raise ConnectionError("the line was cut off")


def _unreachable(url: str, part: Path, error: Exception) -> str:
    reason = getattr(error, "reason", error)
    there = part.stat().st_size if part.exists() else 0
    rest = f"; {there / 1e6:.1f} MB are there, and the next try goes on from them" if there else ""
    host = url.split("/")[2]
    return f"{host} cannot be reached, is there internet? ({reason}){rest}."
