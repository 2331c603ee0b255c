"""Finished sets and the state of the mirror, told to an MQTT broker; off unless one is set.

    TOPIC/NAME/set        every finished set, once, as JSON (QoS 2, not retained)
    TOPIC/NAME/last       the newest set (retained), for who looks later
    TOPIC/NAME/status     {"trouble": sentence or null, "version": ...} (retained)
    TOPIC/NAME/available  online or offline (retained; the broker says offline when we are gone)
    homeassistant/device/.../config   what Home Assistant needs to show all this

Sets wait in the outbox of history.db, in their order, until the broker has confirmed them. While
the broker is away the handshake under way is kept and goes on where it was, so that every set
arrives once. A set may be told again, with the same `uid`, by which a receiver knows it: if the
mirror loses power between the confirmation and its note, or if the broker has forgotten the
handshake and it is not known how far it went. Sources: MQTT 5.0 (OASIS), 4.1 and 4.3.3; MQTT
discovery of Home Assistant (device discovery, since 2024.11).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from mirror import __version__
from mirror.config import NetworkSettings
from mirror.errors import HistoryDamaged, HistoryError, NetworkError
from mirror.history import broker
from mirror.history.record import Entry, told
from mirror.history.store import Store

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
        self.name = broker.mirror_name(settings)
        self._base = f"{settings.topic}/{self.name}"
        self._changed = threading.Condition()
        self._is_connected = self._is_closing = self._is_new = self._is_other = False
        # A set is being handed over; and the broker has forgotten about it.
        self._is_under_way = self._is_forgotten = self._was_connected = False
        self._confirmed: set[int] = set()
        self._hello = 0
        self._trouble: str | None = None
        self._told_off = ""
        try:
            self._open()
        except NetworkError as error:
            say(f"{error} The network stays off.")
            return
        threading.Thread(target=self._work, name="outbox", daemon=True).start()

    def wake(self) -> None:
        """There is something new in the outbox."""
        with self._changed:
            self._is_new = True
            self._changed.notify_all()

    def reopen(self) -> None:
        """There is another file in the place of the history."""
        with self._changed:
            self._is_other = True
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

    def _open(self) -> None:
        """Begin with a new client: a new session, and nothing of an old one."""
        client = self._client = broker.client(self._settings)
        self._is_forgotten = self._was_connected = False
        client.will_set(f"{self._base}/available", "offline", 1, retain=True)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.connect_async(self._settings.broker, self._settings.port, **broker.session())
        client.loop_start()

    def _on_connect(self, client: Any, userdata: Any, flags: Any, reason: Any, more: Any) -> None:
        if reason.is_failure:
            self._tell_off(broker.refused(self._settings, reason))
            return
        with self._changed:
            if self._was_connected and self._is_under_way and not flags.session_present:
                # What the client would go on with means nothing to this broker any more.
                self._is_forgotten = True
                self._changed.notify_all()
            self._was_connected = True
        if self._is_forgotten:
            client.disconnect()
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

    def _on_connect_fail(self, client: Any, userdata: Any) -> None:
        self._tell_off(f"{broker.unreachable(self._settings)} Sets wait on the disk.")

    def _on_disconnect(self, client: Any, *what: Any) -> None:
        with self._changed:
            was, self._is_connected = self._is_connected, False
        if was and not self._is_closing:
            self._tell_off(f"The broker {self._settings.broker} is gone; sets wait on the disk.")

    def _on_publish(self, client: Any, userdata: Any, mid: int, reason: Any, more: Any) -> None:
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
        mid: int = self._client.publish(topic, text, qos, retain=retain).mid
        return mid

    def _work(self) -> None:
        """Empty the outbox, set by set; begin anew where the history gives trouble."""
        while not self._is_closing:
            self._is_other = False
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
            self._changed.wait_for(lambda: self._is_closing or self._is_other, seconds)

    def _empty(self, store: Store) -> None:
        def is_over() -> bool:
            return self._is_closing or self._is_other

        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._is_connected or self._is_forgotten or is_over()
                )
                self._is_new = False
            if is_over():
                return
            if self._is_forgotten:
                self._client.loop_stop()
                self._open()
                continue
            entry = store.waiting()
            if entry is None:
                with self._changed:
                    self._changed.wait_for(lambda: self._is_new or is_over(), PAUSE_S)
            elif self._deliver(entry):
                store.sent(entry.number)

    def _deliver(self, entry: Entry) -> bool:
        """Hand over one set, and wait until the broker has it, however long that takes."""
        payload = {"mirror": self.name, **told(entry)}
        with self._changed:
            self._confirmed.clear()
            self._is_under_way = True
        mid = self._publish(f"{self._base}/set", payload, 2, retain=False)
        with self._changed:
            # A connection that is lost meanwhile changes nothing: the client takes the handshake
            # up again, and publishing anew would tell the set twice.
            self._changed.wait_for(
                lambda: mid in self._confirmed or self._is_forgotten or self._is_closing
            )
            self._is_under_way = False
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
