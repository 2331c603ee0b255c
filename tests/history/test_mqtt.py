"""Finished sets and a real broker: every set arrives, whatever happens to the broker."""

import json
import random
import shutil
import socket
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from benches import madeup
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from mirror.cli import check
from mirror.config import HistorySettings, NetworkSettings, Settings
from mirror.errors import HistoryDamaged, NetworkError
from mirror.history import broker, mqtt
from mirror.history.recorder import Recorder
from mirror.history.store import Store

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
pytestmark = pytest.mark.skipif(
    MOSQUITTO is None, reason="Mosquitto is not installed (Debian package mosquitto)"
)


def waited(until, seconds=30.0):
    """Wait for something that other threads and programs are to do."""
    limit = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < limit, "it never happened"
        time.sleep(0.01)


class Broker:
    """Mosquitto on a port of its own, which keeps its sessions over a stop."""

    def __init__(self, folder, lines=("allow_anonymous true",)):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        folder.mkdir()
        folder.chmod(0o777)  # started by root, it goes on as a user of its own
        self._config = folder / "mosquitto.conf"
        own = (
            f"listener {self.port} 127.0.0.1",
            f"persistence_location {folder}/",
            "user root",  # where root starts it
        )
        if not any(line.startswith("persistence") for line in lines):
            own += ("persistence true",)
        self._config.write_text("\n".join([*own, *lines, ""]))
        self._log = folder / "log"
        self._process = None
        self.start()

    def start(self):
        """Take up what was left."""
        with self._log.open("ab") as log:
            command = [MOSQUITTO, "-c", str(self._config)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        waited(self._answers)

    def _answers(self):
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        """As the system stops it."""
        self._process.terminate()
        self._process.wait(10)


class Wire:
    """A connection between a mirror and a broker that breaks once, in the midst of a delivery.

    cut: the first byte of the MQTT packet that is lost. joined: whether connections are let
    through again.
    """

    PUBLISH, PUBACK = 0x32, 0x40
    """First bytes of a message with QoS 1 that is not retained, and of its confirmation."""

    def __init__(self, broker, cut):
        self._broker, self._cut = broker, cut
        self.was_cut, self.joined = threading.Event(), threading.Event()
        self.joined.set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            self.joined.wait()
            far = socket.create_connection(("127.0.0.1", self._broker.port))
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        with suppress(OSError), one, other, one.makefile("rb") as packets:
            while head := packets.read(1):
                size, shift, length = b"", 0, 0
                while not size or size[-1] & 0x80:
                    size += packets.read(1)
                    length |= (size[-1] & 0x7F) << shift
                    shift += 7
                if head[0] == self._cut and not self.was_cut.is_set():
                    self.joined.clear()
                    self.was_cut.set()
                    one.shutdown(socket.SHUT_RDWR)
                    other.shutdown(socket.SHUT_RDWR)
                    return
                other.sendall(head + size + packets.read(length))

    def close(self):
        """Nobody comes through any more."""
        self._door.close()


class Collector:
    """A subscriber to everything that misses nothing while the broker is away."""

    def __init__(self, broker, topic="hinge-mirror/#", **how):
        self.heard = []
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=f"collector of {topic}", protocol=MQTTv5
        )
        self._client.reconnect_delay_set(0.05, 0.2)
        if "ca" in how:
            self._client.tls_set(str(how["ca"]))
        if "user" in how:
            self._client.username_pw_set(*how["user"])
        subscribed = []
        self._client.on_subscribe = lambda *what: subscribed.append(what)
        self._client.on_connect = lambda client, *what: client.subscribe(topic, 2)
        self._client.on_message = lambda client, data, message: self.heard.append(message)
        lasting = Properties(PacketTypes.CONNECT)
        lasting.SessionExpiryInterval = 3600
        self._client.connect("127.0.0.1", broker.port, clean_start=False, properties=lasting)
        self._client.loop_start()
        self.subscribed = subscribed
        waited(lambda: subscribed)

    def on(self, end):
        """What was heard on topics with this end, decoded."""
        found = [m.payload.decode() for m in self.heard if m.topic.endswith(end)]
        return [json.loads(text) if text.startswith("{") else text for text in found]

    def close(self):
        """Hear no more."""
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def quick(monkeypatch):
    """The broker is tried again at once."""
    monkeypatch.setattr(broker, "RETRY_S", (0.05, 0.2))
    monkeypatch.setattr(mqtt, "PAUSE_S", 0.2)


@pytest.fixture
def made(tmp_path, quick):
    """Makes brokers, collectors and mirrors, and stops them all at the end."""
    things = []

    class Maker:
        path = tmp_path / "history.db"
        lines = ()

        def broker(self, *lines):
            things.append(Broker(tmp_path / "broker", *([lines] if lines else [])))
            return things[-1]

        def wire(self, broker, cut):
            things.append(Wire(broker, cut))
            return things[-1]

        def collector(self, broker, **how):
            things.append(Collector(broker, **how))
            return things[-1]

        def mirror(self, broker, **network):
            self.lines = []
            plain = {"broker": "127.0.0.1", "port": broker.port, "tls": False, "name": "one"}
            settings = Settings(
                history=HistorySettings(least_reps=1), network=NetworkSettings(**plain | network)
            )
            things.append(Recorder(settings, self.lines.append, self.path))
            return things[-1]

        def waiting(self):
            store = Store(self.path)
            count = store._db.execute("SELECT count(*) FROM outbox").fetchone()[0]
            store.close()
            return count

        def logged(self, words):
            return [line for line in self.lines if words in line]

    yield Maker()
    for thing in reversed(things):
        thing.close() if hasattr(thing, "close") else thing.stop()


def give(mirror, count, first=1):
    """Hand some made-up sets to a mirror, and wait until they are saved."""
    chance = random.Random(first)
    for k in range(first, first + count):
        mirror.keep(replace(madeup.made_up("basic", 0.5, chance), ended_s=float(k)))
    end = float(first + count - 1)
    waited(lambda: mirror.past.saved is not None and mirror.past.saved.ended_s == end)


def unique(collector):
    """The sets that a subscriber keeps which drops duplicates by `uid`, in their order."""
    return list({one["uid"]: one for one in collector.on("/set")}.values())


def test_every_set_arrives_once_and_in_order(made):
    """With its numbers and the name of the mirror; the newest one is kept for later subscribers."""
    broker = made.broker()
    collector = made.collector(broker)
    give(made.mirror(broker), 10)
    waited(lambda: len(collector.on("/last")) == 10)
    sets = collector.on("/set")
    assert [one["number"] for one in sets] == list(range(1, 11))
    assert len({one["uid"] for one in sets}) == 10
    assert sets[0]["mirror"] == "one"
    assert sets[0]["variation"] == "basic"
    late = Collector(broker, topic="hinge-mirror/one/last")
    waited(lambda: late.heard)
    late.close()
    assert late.on("/last") == [sets[-1]]
    assert made.waiting() == 0


def test_a_broker_that_comes_and_goes_gets_every_set(made):
    """Stopped and started in the midst of publishing: no set is lost, few arrive twice."""
    broker = made.broker()
    collector = made.collector(broker)
    mirror = made.mirror(broker)
    chance = random.Random(3)
    for k in range(6):
        give(mirror, 20, first=1 + 20 * k)
        waited(lambda least=20 * k: len(unique(collector)) > least)
        time.sleep(chance.uniform(0.0, 0.03))
        broker.stop()
        if k == 2:
            give(mirror, 20, first=1001)
        broker.start()
    waited(lambda: made.waiting() == 0)
    waited(lambda: len(unique(collector)) >= 140)
    time.sleep(0.5)  # for one more that should not come
    numbers = [one["number"] for one in unique(collector)]
    assert numbers == list(range(1, 141))
    # At most the one under way at each stop, on the way to the broker and from it.
    assert len(collector.on("/set")) <= 140 + 2 * 6
    assert len(made.logged("is lost")) <= 6


@pytest.mark.parametrize("forgets", [False, True])
@pytest.mark.parametrize(("cut", "most"), [(Wire.PUBLISH, 1), (Wire.PUBACK, 2)])
def test_a_delivery_that_is_cut_off_loses_no_set(made, cut, forgets, most):
    """Before the broker has the set, and before the mirror knows so; also with a new session."""
    there = made.broker("allow_anonymous true", f"persistence {str(not forgets).lower()}")
    collector = made.collector(there)
    wire = made.wire(there, cut)
    mirror = made.mirror(wire)
    give(mirror, 1)
    assert wire.was_cut.wait(20)
    if forgets:
        there.stop()
        collector.subscribed.clear()
        there.start()
        waited(lambda: collector.subscribed)
    wire.joined.set()
    give(mirror, 1, first=2)
    waited(lambda: made.waiting() == 0)
    waited(lambda: [one["number"] for one in collector.on("/set")][-1:] == [2])
    time.sleep(0.3)
    assert [one["number"] for one in unique(collector)] == [1, 2]
    assert len(collector.on("/set")) <= 1 + most


def test_sets_wait_on_the_disk_for_a_broker_that_is_away(made):
    """Over a restart of the mirror, too."""
    broker = made.broker()
    collector = made.collector(broker)
    broker.stop()
    mirror = made.mirror(broker)
    give(mirror, 5)
    waited(lambda: made.logged("cannot be reached"))
    time.sleep(0.5)
    assert len(made.logged("cannot be reached")) == 1
    mirror.close()
    assert made.waiting() == 5
    broker.start()
    made.mirror(broker)
    waited(lambda: len(collector.on("/set")) == 5)
    waited(lambda: made.waiting() == 0)
    time.sleep(0.3)
    assert [one["number"] for one in collector.on("/set")] == [1, 2, 3, 4, 5]


def test_a_mirror_that_is_restarted_in_the_midst_loses_no_set(made):
    """The outbox forgets what was confirmed, and only that."""
    broker = made.broker()
    collector = made.collector(broker)
    for k in range(4):
        mirror = made.mirror(broker)
        give(mirror, 15, first=1 + 15 * k)
        mirror.close()
    made.mirror(broker)
    waited(lambda: made.waiting() == 0)
    time.sleep(0.3)
    uids = [one["uid"] for one in collector.on("/set")]
    # At most the one under way at each end is sent again: with the same uid.
    assert len(set(uids)) == 60
    assert len(uids) <= 64


def test_sets_of_a_new_file_are_sent_without_a_restart(made, monkeypatch):
    """The damaged file is set aside while the mirror runs; its confirmed sets are not repeated."""
    real, calls = Store.add, []

    def torn_once(self, *what):
        calls.append(what)
        if len(calls) == 3:
            raise HistoryDamaged("history.db: is damaged (torn).")
        return real(self, *what)

    monkeypatch.setattr(Store, "add", torn_once)
    broker = made.broker()
    collector = made.collector(broker)
    mirror = made.mirror(broker)
    give(mirror, 2)
    waited(lambda: made.waiting() == 0)
    give(mirror, 3, first=3)
    assert made.logged("is kept as history.damaged-1.db")
    waited(lambda: len(collector.on("/set")) == 5)
    waited(lambda: made.waiting() == 0)
    time.sleep(0.3)
    assert [one["number"] for one in collector.on("/set")] == [1, 2, 3, 4, 5]
    mirror.close()
    for name, numbers in (("history.damaged-1.db", [1, 2]), ("history.db", [3, 4, 5])):
        store = Store(made.path.with_name(name))
        assert [entry.number for entry in store.sets()[0]] == numbers
        store.close()


def test_the_queue_on_the_disk_is_bounded(made):
    """The oldest sets are let go of in the queue, and stay in the history."""
    broker = made.broker()
    collector = made.collector(broker)
    broker.stop()
    mirror = made.mirror(broker, queue=4)
    give(mirror, 9)
    broker.start()
    waited(lambda: len(collector.on("/set")) >= 4)
    time.sleep(0.3)
    assert [one["number"] for one in unique(collector)] == [6, 7, 8, 9]
    store = Store(made.path)
    assert len(store.sets()[0]) == 9
    store.close()


def test_a_mirror_publishes_its_presence_and_its_trouble(made):
    """online, the trouble, and offline at the end; all retained."""
    broker = made.broker()
    collector = made.collector(broker)
    mirror = made.mirror(broker)
    waited(lambda: collector.on("/status"))
    mirror.report("The camera is gone.")
    mirror.report("The camera is gone.")
    waited(lambda: len(collector.on("/status")) == 2)
    mirror.report(None)
    waited(lambda: len(collector.on("/status")) == 3)
    mirror.close()
    waited(lambda: "offline" in collector.on("/available"))
    assert collector.on("/available") == ["online", "offline"]
    troubles = [one["trouble"] for one in collector.on("/status")]
    assert troubles == [None, "The camera is gone.", None]


def test_home_assistant_finds_the_mirror(made):
    """One retained message: a device, and entities with ids of their own that read these topics."""
    broker = made.broker()
    collector = made.collector(broker, topic="homeassistant/#")
    made.mirror(broker)
    waited(lambda: collector.heard)
    (message,) = collector.heard
    assert message.topic == "homeassistant/device/hinge-mirror-one/config"
    config = json.loads(message.payload)
    assert config["device"]["identifiers"] == ["hinge-mirror-one"]
    assert config["state_topic"] == "hinge-mirror/one/last"
    assert config["availability_topic"] == "hinge-mirror/one/available"
    ids = [part["unique_id"] for part in config["components"].values()]
    assert len(set(ids)) == len(ids) == 8
    assert {part["platform"] for part in config["components"].values()} == {
        "sensor", "binary_sensor",
    }  # fmt: skip


def test_without_discovery_home_assistant_gets_nothing(made):
    """An empty prefix."""
    broker = made.broker()
    collector = made.collector(broker, topic="#")
    made.mirror(broker, discovery="")
    waited(lambda: collector.on("/status"))
    assert {message.topic.split("/")[0] for message in collector.heard} == {"hinge-mirror"}


def test_a_user_with_a_password_from_a_file(made, tmp_path):
    """The right one is let in; a wrong one is said once, and the sets wait."""
    (tmp_path / "users").write_text("")
    command = [shutil.which("mosquitto_passwd"), "-b", str(tmp_path / "users"), "me", "secret"]
    subprocess.run(command, check=True)
    (tmp_path / "users").chmod(0o644)
    lines = ("allow_anonymous false", f"password_file {tmp_path / 'users'}")
    broker = made.broker(*lines)
    (tmp_path / "wrong").write_text("guess\n")
    mirror = made.mirror(broker, user="me", password_file=str(tmp_path / "wrong"))
    give(mirror, 2)
    waited(lambda: made.logged("refuses the mirror"))
    time.sleep(0.5)
    assert len(made.logged("refuses the mirror")) == 1
    mirror.close()
    (tmp_path / "right").write_text("secret\n")
    collector = made.collector(broker, user=("me", "secret"))
    made.mirror(broker, user="me", password_file=str(tmp_path / "right"))
    waited(lambda: len(collector.on("/set")) == 2)


def test_check_reports_whether_the_broker_accepts_the_mirror(made, tmp_path):
    """One sentence either way; a running mirror stays connected."""
    there = made.broker()
    mirror = made.mirror(there)
    waited(lambda: made.logged("are sent to"))
    settings = NetworkSettings(broker="127.0.0.1", port=there.port, tls=False, name="one")
    (finding,) = [
        each for each in check.findings(Settings(network=settings)) if each.part == "network"
    ]
    assert finding.is_ok
    assert "accepts one, without TLS" in finding.report
    give(mirror, 1)
    waited(lambda: made.waiting() == 0)
    assert made.logged("is lost") == []
    there.stop()
    with pytest.raises(NetworkError, match=r"cannot be reached \(Connection refused\)"):
        broker.probe(settings)


def test_a_broker_without_write_permission_keeps_the_sets_here(made, tmp_path):
    """The journal says so once, and no set leaves the outbox."""
    (tmp_path / "acl").write_text("topic read #\n")
    (tmp_path / "acl").chmod(0o644)
    broker = made.broker("allow_anonymous true", f"acl_file {tmp_path / 'acl'}")
    mirror = made.mirror(broker)
    give(mirror, 2)
    waited(lambda: made.logged("does not let the mirror write"))
    time.sleep(0.3)
    assert made.waiting() == 2


def test_a_password_file_that_is_not_there_is_said_and_the_sets_are_saved(made, tmp_path):
    """The network stays off; saving goes on."""
    broker = made.broker()
    missing = str(tmp_path / "none")
    mirror = made.mirror(broker, user="me", password_file=missing)
    give(mirror, 2)
    assert len(made.logged("network.password_file")) == 1
    mirror.report("The camera is gone.")
    mirror.close()
    assert made.waiting() == 2


@pytest.fixture
def authority(tmp_path):
    """A certificate authority, and a certificate of 127.0.0.1 by it; gives their folder."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path / "tls"
    folder.mkdir()

    def run(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)

    for name in ("ca", "other"):
        run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.crt")  # fmt: skip
    run("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=broker", "-keyout", "broker.key",
        "-out", "broker.csr")  # fmt: skip
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    run("x509", "-req", "-in", "broker.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-days", "2",
        "-CAcreateserial", "-extfile", "names", "-out", "broker.crt")  # fmt: skip
    for file in folder.iterdir():
        file.chmod(0o644)
    return folder


def test_tls_is_checked(made, authority):
    """A broker with the certificate of another authority hears nothing; the right one does."""
    broker = made.broker(
        f"cafile {authority / 'ca.crt'}",
        f"certfile {authority / 'broker.crt'}",
        f"keyfile {authority / 'broker.key'}",
        "allow_anonymous true",
    )
    mirror = made.mirror(broker, tls=True, ca_file=str(authority / "other.crt"))
    give(mirror, 2)
    waited(lambda: made.logged("certificate"))
    time.sleep(0.3)
    assert len(made.logged("cannot be reached")) == 1
    mirror.close()
    assert made.waiting() == 2
    collector = made.collector(broker, ca=authority / "ca.crt")
    made.mirror(broker, tls=True, ca_file=str(authority / "ca.crt"))
    waited(lambda: len(collector.on("/set")) == 2)


def test_a_certificate_file_that_is_none_is_said(made, tmp_path):
    """The network stays off."""
    (tmp_path / "ca.crt").write_text("no certificate")
    mirror = made.mirror(made.broker(), tls=True, ca_file=str(tmp_path / "ca.crt"))
    give(mirror, 1)
    assert len(made.logged("network.ca_file")) == 1


def test_without_a_broker_there_is_no_network(tmp_path):
    """As shipped: nothing is queued, nothing is opened."""
    mirror = Recorder(Settings(), lambda sentence: None, tmp_path / "history.db")
    give(mirror, 1)
    assert mirror._publisher is None
    mirror.close()
    store = Store(tmp_path / "history.db")
    assert store.waiting() is None
    store.close()
