"""Connects to the MQTT broker of the settings: user, password, TLS."""

from __future__ import annotations

import secrets
import socket
import ssl
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirror.config import NetworkSettings
from mirror.errors import NetworkError

if TYPE_CHECKING:
    from paho.mqtt.client import Client

RETRY_S = (1, 60)
"""Shortest and longest pause in seconds before the next attempt to connect."""
PROBE_S = 10.0
"""Seconds that the broker may take to answer a probe."""


def mirror_name(settings: NetworkSettings) -> str:
    """Name of this mirror in the topics: the configured one, else the host's.

    Characters of the host's name that a topic cannot hold become hyphens.
    """
    host = "".join(c if c.isascii() and c.isalnum() else "-" for c in socket.gethostname())
    return settings.name or host


def client(settings: NetworkSettings) -> Client:
    """A client for this broker, not yet connected.

    Its random name keeps it apart from other clients of this mirror: a broker closes a connection
    when another client with the same name connects.

    Raises:
        NetworkError: the password or the certificate cannot be read.
    """
    from paho.mqtt.client import Client, MQTTv5
    from paho.mqtt.enums import CallbackAPIVersion

    name = f"hinge-mirror-{mirror_name(settings)}-{secrets.token_hex(4)}"
    made = Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTv5)
    made.reconnect_delay_set(*RETRY_S)
    if settings.tls:
        try:
            made.tls_set(settings.ca_file or None, tls_version=ssl.PROTOCOL_TLS_CLIENT)
        except (OSError, ValueError) as error:
            raise NetworkError(
                f"network.ca_file = {settings.ca_file!r}: cannot be used ({error})."
            ) from error
    if settings.user:
        made.username_pw_set(settings.user, _password(settings.password_file))
    return made


def unreachable(settings: NetworkSettings) -> str:
    """One sentence about the error of connecting. Call it while that error is handled."""
    error = sys.exc_info()[1]
    reason = f" ({getattr(error, 'strerror', None) or error})" if error else ""
    return f"The broker {settings.broker}:{settings.port} cannot be reached{reason}."


def refused(settings: NetworkSettings, reason: Any) -> str:
    """One sentence about a broker that does not accept the mirror."""
    return f"The broker {settings.broker} refuses the mirror ({reason})."


def probe(settings: NetworkSettings) -> str:
    """Connect once and disconnect; returns a sentence for `check`.

    Raises:
        NetworkError: the broker cannot be reached, or does not accept this mirror.
    """
    answers: list[str | None] = []
    answered = threading.Event()

    def answer(trouble: str | None) -> None:
        answers.append(trouble)
        answered.set()

    one = client(settings)
    one.on_connect = lambda client, data, flags, reason, more: answer(
        refused(settings, reason) if reason.is_failure else None
    )
    one.on_connect_fail = lambda client, data: answer(unreachable(settings))
    one.connect_async(settings.broker, settings.port)
    one.loop_start()
    is_answered = answered.wait(PROBE_S)
    one.disconnect()
    one.loop_stop()
    if not is_answered:
        raise NetworkError(f"The broker {settings.broker}:{settings.port} does not answer.")
    if answers[0] is not None:
        raise NetworkError(answers[0])
    secret = "with" if settings.tls else "without"
    return f"{settings.broker}:{settings.port} accepts {mirror_name(settings)}, {secret} TLS"


def _password(path: str) -> str | None:
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise NetworkError(
            f"network.password_file = {path!r}: cannot be read ({reason})."
        ) from error
