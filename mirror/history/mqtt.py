"""Publishes finished sets and the state of the mirror to an MQTT broker; off unless one is set.

    TOPIC/NAME/set        every finished set as JSON (QoS 1, not retained)
    TOPIC/NAME/last       the newest set (retained), for later subscribers
    TOPIC/NAME/status     {"trouble": sentence or null, "version": ...} (retained)
    TOPIC/NAME/available  online or offline (retained; the broker publishes offline when the
                          connection is lost)
    homeassistant/device/.../config   the description of these topics for Home Assistant

Sets wait in the outbox of history.db, in their order, until the broker has confirmed them. No set
is lost. A set may arrive twice when a connection or the power fails before the confirmation; both
copies carry the same `uid`, by which a subscriber can drop one. Sources: MQTT 5.0 (OASIS), 4.3.2;
MQTT discovery of Home Assistant (device discovery, since 2024.11).
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
from mirror.errors import HistoryError, NetworkError
from mirror.history import broker
from mirror.history.record import Entry, format_entry
from mirror.history.store import Store

PAUSE_S = 30.0
"""Seconds before the next attempt after the history or the broker refused the last one."""
CLOSE_S = 1.0
"""Seconds that `close` waits for the broker."""


class Publisher:
    """Publishes to one broker, on threads of its own.

    Args:
        settings: the broker, and how to reach it.
        path: the history with its outbox.
        log: takes one sentence for the journal.
    """

    def __init__(self, settings: NetworkSettings, path: Path, log: Callable[[str], None]) -> None:
        self._settings, self._path, self._log = settings, path, log
        self.name = broker.mirror_name(settings)
        self._base = f"{settings.topic}/{self.name}"
        self._changed = threading.Condition()
        self._is_connected = self._is_closing = self._is_new = self._is_replaced = False
        self._answers: dict[int, bool] = {}
        """Message number -> whether the broker accepted the message."""
        self._trouble: str | None = None
        self._has_warned = False
        try:
            self._client = broker.client(settings)
        except NetworkError as error:
            log(f"{error} The network stays off.")
            return
        self._client.will_set(f"{self._base}/available", "offline", 1, retain=True)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish
        self._client.connect_async(settings.broker, settings.port)
        self._client.loop_start()
        threading.Thread(target=self._work, name="outbox", daemon=True).start()

    def wake(self) -> None:
        """Look into the outbox now."""
        with self._changed:
            self._is_new = True
            self._changed.notify_all()

    def reopen(self) -> None:
        """Open the history again: another file has taken its place."""
        with self._changed:
            self._is_replaced = True
            self._changed.notify_all()

    def report(self, trouble: str | None) -> None:
        """Publish what is wrong with the mirror; None: nothing is."""
        if trouble == self._trouble:
            return
        self._trouble = trouble
        if self._is_connected:
            self._publish_status()

    def close(self) -> None:
        """Publish "offline" and disconnect; the outbox keeps its sets."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        if self._is_connected:
            good_bye = self._client.publish(f"{self._base}/available", "offline", 1, retain=True)
            with suppress(RuntimeError, ValueError):  # the connection is lost
                good_bye.wait_for_publish(CLOSE_S)
            self._client.disconnect()
            self._client.loop_stop()

    def _on_connect(self, client: Any, userdata: Any, flags: Any, reason: Any, more: Any) -> None:
        if reason.is_failure:
            self._warn(broker.refused(self._settings, reason))
            return
        self._log(f"Finished sets are sent to the broker {self._settings.broker}.")
        self._has_warned = False
        self._publish(f"{self._base}/available", "online", retain=True)
        if self._settings.discovery:
            topic = f"{self._settings.discovery}/device/hinge-mirror-{self.name}/config"
            self._publish(topic, discovery(self.name, self._base), retain=True)
        self._publish_status()
        with self._changed:
            self._is_connected = True
            self._changed.notify_all()

    def _on_connect_fail(self, client: Any, userdata: Any) -> None:
        self._warn(f"{broker.unreachable(self._settings)} Sets wait on the disk.")

    def _on_disconnect(self, client: Any, *details: Any) -> None:
        with self._changed:
            was, self._is_connected = self._is_connected, False
        if was and not self._is_closing:
            self._warn(
                f"The connection to the broker {self._settings.broker} is lost; "
                "sets wait on the disk."
            )

    def _on_publish(self, client: Any, userdata: Any, mid: int, reason: Any, more: Any) -> None:
        if reason.is_failure:
            self._warn(
                f"The broker does not let the mirror write to {self._base} ({reason}). "
                "Sets wait on the disk."
            )
        with self._changed:
            self._answers[mid] = not reason.is_failure
            self._changed.notify_all()

    def _warn(self, sentence: str) -> None:
        """Log a trouble, once until the next connection."""
        if not self._has_warned:
            self._log(sentence)
        self._has_warned = True

    def _publish_status(self) -> None:
        status = {"trouble": self._trouble, "version": __version__}
        self._publish(f"{self._base}/status", status, retain=True)

    def _publish(self, topic: str, what: str | dict[str, Any], *, retain: bool) -> int:
        """Publish with QoS 1: paho sends it again until the broker has answered."""
        text = what if isinstance(what, str) else msgspec.json.encode(what)
        mid: int = self._client.publish(topic, text, 1, retain=retain).mid
        return mid

    def _work(self) -> None:
        """Empty the outbox set by set; after a trouble with the history, open it again."""
        while not self._is_closing:
            self._is_replaced = False
            try:
                store = Store(self._path)
            except HistoryError:  # the recorder has logged it
                self._wait(PAUSE_S)
                continue
            try:
                self._empty(store)
            except HistoryError:  # the recorder sets a damaged file aside
                self._wait(PAUSE_S)
            finally:
                store.close()

    def _is_over(self) -> bool:
        return self._is_closing or self._is_replaced

    def _wait(self, seconds: float | None, until: Callable[[], bool] = lambda: False) -> None:
        """Wait until something holds, the history is replaced, or the mirror closes."""
        with self._changed:
            self._changed.wait_for(lambda: until() or self._is_over(), seconds)

    def _empty(self, store: Store) -> None:
        while True:
            self._wait(None, lambda: self._is_connected)
            if self._is_over():
                return
            self._is_new = False
            entry = store.waiting()
            if entry is None:
                self._wait(PAUSE_S, lambda: self._is_new)
            elif self._deliver(entry):
                store.sent(entry.number)
            else:
                self._wait(PAUSE_S)

    def _deliver(self, entry: Entry) -> bool:
        """Send one set and wait for the answer, however long that takes; whether it was accepted.

        A lost connection changes nothing: paho sends the same message again on the next one.
        """
        payload = {"mirror": self.name, **format_entry(entry)}
        with self._changed:
            self._answers.clear()
        mid = self._publish(f"{self._base}/set", payload, retain=False)
        with self._changed:
            self._changed.wait_for(lambda: mid in self._answers or self._is_closing)
            is_accepted = self._answers.get(mid, False)
        if is_accepted:
            self._publish(f"{self._base}/last", payload, retain=True)
        return is_accepted


def discovery(name: str, base: str) -> dict[str, Any]:
    """The description of one device for Home Assistant; its entities read the newest set."""
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
