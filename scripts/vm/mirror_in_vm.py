"""The installed mirror in a virtual machine, as its tester handles it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
from machine import Machine, MachineError
from PIL import Image

UNIT = "hinge-mirror.service"
DROP_INS = f"/etc/systemd/system/{UNIT}.d"
SETTINGS = "/etc/hinge-mirror/mirror.toml"
RUN = "/run/hinge-mirror"
NEXT, SELECT = 17, 22
PATIENCE_S = 900.0
"""Seconds: three times the longest wait that was ever needed."""


class Mirror:
    """The mirror from outside: state, status line, journal, display, buttons."""

    def __init__(self, machine: Machine, out: Path) -> None:
        self.machine, self.out = machine, out

    def show(self, key: str) -> str:
        """A property of the unit."""
        return self.machine.must(f"systemctl show -P {key} {UNIT}").strip()

    def await_ready(self, patience_s: float = PATIENCE_S, after: str = "") -> float:
        """Wait until systemd has heard READY (from another process than `after`); seconds."""
        began = time.monotonic()
        while time.monotonic() - began < patience_s:
            said = self.machine.must(f"systemctl show -p ActiveState -p MainPID {UNIT}")
            found = dict(line.split("=") for line in said.split())
            if found["ActiveState"] == "active" and found["MainPID"] not in ("0", after):
                return time.monotonic() - began
            time.sleep(0.5)
        raise MachineError(f"not READY within {patience_s:.0f} s:\n{self.journal(30)}")

    def restart(self) -> float:
        """Restart it and wait for READY; seconds."""
        before = self.show("MainPID")
        self.machine.must(f"systemctl reset-failed {UNIT}; systemctl restart --no-block {UNIT}")
        return self.await_ready(after=before)

    def await_status(self, wanted: str, patience_s: float = PATIENCE_S) -> float:
        """Wait until its status line has these words; seconds."""
        return self._await(lambda: wanted in self.show("StatusText"), patience_s, wanted)

    def await_counted(self, more: int, patience_s: float = 600.0) -> float:
        """Wait until so many reps more were counted; seconds."""
        before = self._counted()
        return self._await(lambda: self._counted() >= before + more, patience_s, "more reps")

    def _counted(self) -> int:
        words = self.show("StatusText").split()
        return int(words[0]) if len(words) == 2 and words[0].isdigit() else 0

    def await_texts(self, wanted: str, patience_s: float = PATIENCE_S) -> float:
        """Wait until it draws this text; seconds."""
        return self._await(lambda: wanted in self.texts(), patience_s, wanted)

    def await_any_text(self) -> float:
        """Wait until it draws some text, so that there is something to compare; seconds."""
        return self._await(lambda: bool(self.texts()), PATIENCE_S, "text")

    def await_power(self, wanted: str, patience_s: float) -> float:
        """Wait until the kernel says of the display's power that it is On or Off; seconds."""
        power = "cat /sys/class/drm/card*-*/dpms"
        return self._await(lambda: wanted in self.machine.must(power), patience_s, wanted)

    def await_journal(self, wanted: str, since: str, patience_s: float = PATIENCE_S) -> float:
        """Wait until the journal since that cursor has these words; seconds."""
        return self._await(lambda: wanted in self.journal(cursor=since), patience_s, wanted)

    def texts(self) -> list[str]:
        """The texts that it draws now."""
        self._freeze()
        reported = json.loads(self.machine.must(f"cat {RUN}/glass.json"))
        self._thaw()
        return list(reported["texts"])

    def matches(self, name: str, words: str = "", first: str = "true") -> tuple[list[str], str]:
        """The display has to show what the product says it presented, at one moment.

        words: a text of that moment; else it is now. first: a command that leads to it.

        Returns:
            The texts, and how much is lit and differs, in words.
        """
        off, lit, texts, driver = self._compared(name, words, first)
        assert driver == "kmsdrm", driver
        assert 0.001 < lit < 0.5, f"{lit:.2%} of the display are lit"
        assert off < 0.0005, f"{off:.2%} of the display are not what the product drew"
        return texts, f"{lit:.1%} lit, {off:.3%} differ"

    def _compared(self, name: str, words: str, first: str) -> tuple[float, float, list[str], str]:
        """The share of pixels that differ, the share that is lit, the texts, and the driver."""
        self._freeze(words, first)
        time.sleep(2.0)
        seen = self.machine.display(self.out / f"{name}-display.png")
        self.machine.fetch(f"{RUN}/glass.png", self.out / f"{name}-product.png")
        reported = json.loads(self.machine.must(f"cat {RUN}/glass.json"))
        self._thaw()
        with Image.open(self.out / f"{name}-product.png") as picture:
            product = np.asarray(picture.convert("RGB"))
        if product.shape != seen.shape:
            raise MachineError(f"display {seen.shape}, product {product.shape}")
        off = np.abs(seen.astype(int) - product.astype(int)).max(axis=2) > 8
        return (
            float(off.mean()),
            lit_share(seen),
            reported["texts"],
            reported["driver"],
        )

    def press(self, pin: int, seconds: float = 0.4) -> None:
        """Push a button, as its wire does."""
        self.machine.must(
            f"sh /opt/vm/pins.sh down {pin}; sleep {seconds}; sh /opt/vm/pins.sh up {pin}",
            timeout=seconds + 60.0,
        )

    def journal(self, lines: int = 400, cursor: str = "") -> str:
        """Its journal since a cursor."""
        since = f"--after-cursor='{cursor}'" if cursor else ""
        return self.machine.must(f"journalctl -u {UNIT} -o cat --no-pager -n {lines} {since}")

    def cursor(self) -> str:
        """Where the journal is now."""
        reported = self.machine.must("journalctl -n 1 --show-cursor -o cat --no-pager")
        return reported.rpartition("-- cursor: ")[2].strip()

    def drop_in(self, name: str, on: bool) -> None:
        """Use one of the test's drop-ins, or not."""
        change = f"cp /opt/vm/{name}.conf {DROP_INS}/" if on else f"rm -f {DROP_INS}/{name}.conf"
        self.machine.must(f"mkdir -p {DROP_INS}; {change}; systemctl daemon-reload")

    def change_settings(self, edit: str) -> None:
        """Edit the settings by sed."""
        self.machine.must(f"cp -n {SETTINGS} /root/mirror.toml; sed -i '{edit}' {SETTINGS}")

    def restore_settings(self) -> None:
        """Take all edits back."""
        self.machine.must(f"cp /root/mirror.toml {SETTINGS}")

    def _freeze(self, words: str = "", first: str = "true") -> None:
        """Stop it where it has presented a text (any picture), once a command was given."""
        show = f"printf %s '{words}' >{RUN}/show.new; mv {RUN}/show.new {RUN}/show"
        self.machine.must(f"rm -f {RUN}/glass.json; {show}; {first}")
        # Asked for again and again: a mirror that starts again has a new folder.
        ask = f"test -e {RUN}/glass.json || {{ {show}; false; }}"
        try:
            self._await(lambda: self.machine.run(ask).code == 0, 120.0, "a screenshot")
        except MachineError:
            self._thaw()
            raise

    def _thaw(self) -> None:
        self.machine.must(f"rm -f {RUN}/show")

    def _await(self, is_so, patience_s: float, what: str) -> float:
        began = time.monotonic()
        while time.monotonic() - began < patience_s:
            if is_so():
                return time.monotonic() - began
            time.sleep(0.5)
        raise MachineError(f"no {what!r} within {patience_s:.0f} s:\n{self.journal(20)}")


def lit_share(picture: np.ndarray) -> float:
    """The share of the pixels of a (height, width, 3) picture that are not black."""
    return float((picture.max(axis=2) > 8).mean())
