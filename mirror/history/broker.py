"""How the broker of the settings is reached: user, password, TLS, and the session with it."""

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
"""Shortest and longest pause before the broker is tried again."""
SESSION_S = 24 * 3600
"""So long the broker remembers a handshake that was cut off."""
PROBE_S = 10.0
"""How long a broker may take to answer."""


def mirror_name(settings: NetworkSettings) -> str:
    """Of this mirror in the topics: as set, else the host's, without what no topic can hold."""
    host = "".join(c if c.isascii() and c.isalnum() else "-" for c in socket.gethostname())
    return settings.name or host


def client(settings: NetworkSettings) -> Client:
    """A client for this broker, not yet connected.

    It has a name of its own, and so a session of its own: message numbers begin anew with it, and a
    broker that still held a handshake of another one might take a new set for an old one.

    Raises:
        NetworkError: the password or the certificate cannot be read.
    """
    from paho.mqtt.client import Client, MQTTv5
    from paho.mqtt.enums import CallbackAPIVersion

    name = f"hinge-mirror-{mirror_name(settings)}-{secrets.token_hex(4)}"
    made = Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTv5)
    made.reconnect_delay_set(*RETRY_S)
    made.max_inflight_messages_set(1)
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


def session() -> dict[str, Any]:
    """How to connect: taking up the session, so that a handshake that was cut off goes on.

    Not with `clean_start` at first: Mosquitto 2 keeps no session over a stop that began so.
    """
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho's
    properties.SessionExpiryInterval = SESSION_S
    return {"keepalive": 60, "clean_start": False, "properties": properties}


def unreachable(settings: NetworkSettings) -> str:
    """One sentence; to be called while the error of connecting is handled."""
    error = sys.exc_info()[1]
    reason = f" ({getattr(error, 'strerror', None) or error})" if error else ""
    return f"The broker {settings.broker}:{settings.port} cannot be reached{reason}."


def refused(settings: NetworkSettings, reason: Any) -> str:
    """One sentence."""
    return f"The broker {settings.broker} refuses the mirror ({reason})."


def probe(settings: NetworkSettings) -> str:
    """Connect once and go again; gives a sentence.

    Raises:
        NetworkError: the broker cannot be reached, or does not let this mirror in.
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
    return f"{settings.broker}:{settings.port} lets {mirror_name(settings)} in, {secret} TLS"


def _password(path: str) -> str | None:
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise NetworkError(
            f"network.password_file = {path!r}: cannot be read ({reason})."
        ) from error
