"""Finished sets and the state of the mirror, told to an MQTT broker; off unless one is set.

    TOPIC/NAME/set        every finished set, once, as JSON (QoS 2, not retained)
    TOPIC/NAME/last       the newest set (retained), for who looks later
    TOPIC/NAME/status     {"trouble": sentence or null, "version": ...} (retained)
    TOPIC/NAME/available  online or offline (retained; the broker says offline when we are gone)
    homeassistant/device/.../config   what Home Assistant needs to show all this

Sets wait in the outbox of history.db, in their order, until the broker has confirmed them. While
the broker is away the handshake under way is kept and goes on where it was. If the mirror loses
power between the confirmation and its note, the set is told once more after the start: with the
same `uid`, by which a receiver knows it. Sources: MQTT 5.0 (OASIS), 4.3.3; MQTT discovery of
Home Assistant (device discovery, since 2024.11).
"""

from __future__ import annotations

import hashlib
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mirror import __version__
from mirror.config import NetworkSettings
from mirror.errors import HistoryDamaged, HistoryError, NetworkError
from mirror.history.record import Entry, told
from mirror.history.store import Store

if TYPE_CHECKING:
    from paho.mqtt.client import Client

RETRY_S = (1, 60)
"""Shortest and longest pause before the broker is tried again."""
SESSION_S = 7 * 24 * 3600
"""So long the broker remembers a handshake that was cut off."""
PAUSE_S = 30.0
"""How long before a history that cannot be read is tried again."""
CLOSE_S = 1.0


class Publisher:
    """Tells one broker, on threads of its own.

    Args:
        settings: the broker, and how to reach it.
        path: the history with its outbox.
        say: takes one sentence for the journal.
    """

    def __init__(self, settings: NetworkSettings, path: Path, say: Callable[[str], None]) -> None:
        self._settings, self._path, self._say = settings, path, say
        self.name = settings.name or _host_name()
        self._base = f"{settings.topic}/{self.name}"
        self._changed = threading.Condition()
        self._is_connected = self._is_closing = self._is_new = False
        self._confirmed: set[int] = set()
        self._hello = 0
        self._trouble: str | None = None
        self._told_off = ""
        try:
            self._client = self._made()
        except NetworkError as error:
            say(f"{error} The network stays off.")
            return
        self._client.connect_async(settings.broker, settings.port, **_first_clean())
        self._client.loop_start()
        threading.Thread(target=self._work, name="outbox", daemon=True).start()

    def wake(self) -> None:
        """There is something new in the outbox."""
        with self._changed:
            self._is_new = True
            self._changed.notify_all()

    def report(self, trouble: str | None) -> None:
        """What is wrong with the mirror; None: nothing."""
        if trouble == self._trouble:
            return
        self._trouble = trouble
        if self._is_connected:
            self._tell_status()

    def close(self) -> None:
        """Say good-bye; what is in the outbox stays there."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        if self._is_connected:
            good_bye = self._client.publish(f"{self._base}/available", "offline", 1, retain=True)
            with suppress(RuntimeError, ValueError):  # the broker is gone
                good_bye.wait_for_publish(CLOSE_S)
            self._client.disconnect()
            self._client.loop_stop()

    def _made(self) -> Client:
        from paho.mqtt.client import Client, MQTTv5
        from paho.mqtt.enums import CallbackAPIVersion

        client = Client(CallbackAPIVersion.VERSION2, client_id=self._client_id(), protocol=MQTTv5)
        client.reconnect_delay_set(*RETRY_S)
        client.max_inflight_messages_set(1)
        settings = self._settings
        if settings.tls:
            try:
                client.tls_set(settings.ca_file or None, tls_version=ssl.PROTOCOL_TLS_CLIENT)
            except (OSError, ValueError) as error:
                raise NetworkError(
                    f"network.ca_file = {settings.ca_file!r}: cannot be used ({error})."
                ) from error
        if settings.user:
            client.username_pw_set(settings.user, _password(settings.password_file))
        client.will_set(f"{self._base}/available", "offline", 1, retain=True)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        return client

    def _client_id(self) -> str:
        """The same for this machine at every start, and another one for each."""
        try:
            machine = Path("/etc/machine-id").read_bytes()
        except OSError:
            machine = b""
        # The machine's own id is not to be told to anybody.
        told = hashlib.sha256(b"hinge-mirror" + machine + socket.gethostname().encode())
        return f"hinge-mirror-{self.name}-{told.hexdigest()[:8]}"

    def _on_connect(
        self, client: Client, userdata: Any, flags: Any, reason: Any, more: Any
    ) -> None:
        if reason.is_failure:
            self._tell_off(f"The broker {self._settings.broker} refuses the mirror ({reason}).")
            return
        # Refusing a set is not told to us, refusing this is: sets are told once it was taken.
        self._hello = self._publish(f"{self._base}/available", "online", retain=True)

    def _welcomed(self) -> None:
        """The broker lets us write."""
        self._say(f"Finished sets are told to the broker {self._settings.broker}.")
        self._told_off = ""
        if self._settings.discovery:
            topic = f"{self._settings.discovery}/device/hinge-mirror-{self.name}/config"
            self._publish(topic, discovery(self.name, self._base), retain=True)
        self._tell_status()
        with self._changed:
            self._is_connected = True
            self._changed.notify_all()

    def _on_connect_fail(self, client: Client, userdata: Any) -> None:
        where = f"{self._settings.broker}:{self._settings.port}"
        error = sys.exc_info()[1]  # we are called while it is handled
        reason = f" ({getattr(error, 'strerror', None) or error})" if error else ""
        self._tell_off(f"The broker {where} cannot be reached{reason}; sets wait on the disk.")

    def _on_disconnect(self, client: Client, *what: Any) -> None:
        with self._changed:
            was, self._is_connected = self._is_connected, False
        if was and not self._is_closing:
            self._tell_off(f"The broker {self._settings.broker} is gone; sets wait on the disk.")

    def _on_publish(self, client: Client, userdata: Any, mid: int, reason: Any, more: Any) -> None:
        if mid == self._hello:
            self._hello = 0
            if reason.is_failure:
                self._tell_off(f"The broker lets nothing be written to {self._base} ({reason}).")
            else:
                self._welcomed()
        with self._changed:
            self._confirmed.add(mid)
            self._changed.notify_all()

    def _tell_off(self, sentence: str) -> None:
        """Say it once until the broker is back."""
        if not self._told_off:
            self._say(sentence)
        self._told_off = sentence

    def _tell_status(self) -> None:
        status = {"trouble": self._trouble, "version": __version__}
        self._publish(f"{self._base}/status", status, retain=True)

    def _publish(
        self, topic: str, what: str | dict[str, Any], qos: int = 1, *, retain: bool
    ) -> int:
        text = what if isinstance(what, str) else msgspec.json.encode(what)
        return self._client.publish(topic, text, qos, retain=retain).mid

    def _work(self) -> None:
        """Empty the outbox, set by set; begin anew where the history gives trouble."""
        while not self._is_closing:
            try:
                store = Store(self._path)
            except HistoryError:  # the keeper has said it
                self._wait(PAUSE_S)
                continue
            try:
                self._empty(store)
            except HistoryDamaged:  # the keeper will set it aside
                self._wait(PAUSE_S)
            except HistoryError:
                self._wait(PAUSE_S)
            finally:
                store.close()

    def _wait(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_closing, seconds)

    def _empty(self, store: Store) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_connected or self._is_closing)
                self._is_new = False
            if self._is_closing:
                return
            entry = store.waiting()
            if entry is None:
                with self._changed:
                    self._changed.wait_for(lambda: self._is_new or self._is_closing, PAUSE_S)
            elif self._deliver(entry):
                store.sent(entry.number)

    def _deliver(self, entry: Entry) -> bool:
        """Hand over one set, and wait until the broker has it, however long that takes."""
        payload = {"mirror": self.name, **told(entry)}
        with self._changed:
            self._confirmed.clear()
        mid = self._publish(f"{self._base}/set", payload, 2, retain=False)
        with self._changed:
            # A connection that is lost meanwhile changes nothing: the client takes the handshake
            # up again, and publishing anew would tell the set twice.
            self._changed.wait_for(lambda: mid in self._confirmed or self._is_closing)
            if mid not in self._confirmed:
                return False
        self._publish(f"{self._base}/last", payload, retain=True)
        return True


def discovery(name: str, base: str) -> dict[str, Any]:
    """What Home Assistant makes a device of; all entities read the newest set."""
    mirror = f"hinge-mirror-{name}"

    def sensor(key: str, title: str, template: str, **more: str) -> dict[str, Any]:
        return {
            "platform": "sensor",
            "unique_id": f"{mirror}-{key}",
            "name": title,
            "value_template": template,
            **more,
        }

    degrees = {"unit_of_measurement": "°", "state_class": "measurement"}
    return {
        "device": {
            "identifiers": [mirror],
            "name": f"Hinge Mirror {name}",
            "model": "Hinge Mirror",
            "sw_version": __version__,
        },
        "origin": {"name": "hinge-mirror", "sw_version": __version__},
        "availability_topic": f"{base}/available",
        "state_topic": f"{base}/last",
        "qos": 1,
        "components": {
            "number": sensor("number", "Set", "{{ value_json.number }}"),
            "variation": sensor(
                "variation", "Variation", "{{ value_json.drill or value_json.variation }}"
            ),
            "reps": sensor("reps", "Reps", "{{ value_json.reps }}", state_class="measurement"),
            "depth": sensor("depth", "Depth", "{{ value_json.depth_deg }}", **degrees),
            "rounding": sensor("rounding", "Rounding", "{{ value_json.rounding_deg }}", **degrees),
            "stop-depth": sensor(
                "stop-depth", "Stop depth", "{{ value_json.stop_deg }}", **degrees
            ),
            "at": sensor("at", "Last set", "{{ value_json.at }}", device_class="timestamp"),
            "trouble": {
                "platform": "binary_sensor",
                "unique_id": f"{mirror}-trouble",
                "name": "Trouble",
                "device_class": "problem",
                "entity_category": "diagnostic",
                "state_topic": f"{base}/status",
                "value_template": "{{ 'ON' if value_json.trouble else 'OFF' }}",
                "json_attributes_topic": f"{base}/status",
            },
        },
    }


def _host_name() -> str:
    """The host's name with nothing in it that a topic could not hold."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in socket.gethostname())


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


def _first_clean() -> dict[str, Any]:
    """A new session at the start of the program, taken up again after each lost connection.

    Message numbers begin anew with the program: a broker that still held a handshake of the last
    run under the same number might take a new set for an old one.
    """
    from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho's
    properties.SessionExpiryInterval = SESSION_S
    return {"keepalive": 60, "clean_start": MQTT_CLEAN_START_FIRST_ONLY, "properties": properties}
