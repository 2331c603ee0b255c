"""A virtual machine in pure software (qemu, no KVM): start, command, look, reset, cut off."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

QUIET_WORDS = (
    "quiet loglevel=3 logo.nologo vt.global_cursor_default=0 consoleblank=0 "
    "systemd.show_status=false cgroup_enable=memory"
)
"""Words that the installer adds for the kernel of a Pi."""
KERNEL_WORDS = f"root=/dev/vda rw console=tty3 console=ttyS0 {QUIET_WORDS} mitigations=off"
SIZE = (1280, 720)
"""Pixels of the display."""


class MachineError(Exception):
    """The virtual machine does not answer as a machine does."""


@dataclass(frozen=True)
class Said:
    """The result of a command in the machine."""

    code: int
    out: str


class Machine:
    """One virtual machine and its disk; what is written stays over resets and power cuts.

    cache: folder of what `build.sh` built. work: scratch folder of this machine. shares: folders
    that it may read, by the tag they are mounted with.
    """

    def __init__(self, cache: Path, work: Path, shares: dict[str, Path]) -> None:
        self._cache, self.work, self._shares = cache, work, shares
        self._qemu: subprocess.Popen[bytes] | None = None
        self._agent: socket.socket | None = None
        # Addresses of sockets may be 107 bytes long at most; folders of tests are longer.
        self._sockets = Path(tempfile.mkdtemp(prefix="vm-"))
        self._rest = b""
        self.disk = work / "disk.qcow2"
        self.started = 0.0

    def new_disk(self, base: Path | None = None) -> None:
        """Begin from the built image (or another disk): only what differs is kept."""
        base = base or self._cache / "base.ext4"
        kind = "qcow2" if base.suffix == ".qcow2" else "raw"
        self.disk.unlink(missing_ok=True)
        command = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", kind, "-b", str(base)]
        subprocess.run([*command, str(self.disk)], check=True)

    def start(self, words: str = "", extra: tuple[str, ...] = ()) -> None:
        """Switch on. words: more for the kernel. extra: more for qemu."""
        shared = []
        for tag, folder in self._shares.items():
            what = f"local,path={folder},mount_tag={tag},security_model=none,readonly=on"
            shared += ["-virtfs", what]
        for name in ("monitor", "agent"):
            (self._sockets / name).unlink(missing_ok=True)
        log = (self.work / "console.log").open("ab")
        self._qemu = subprocess.Popen(
            [
                "qemu-system-x86_64", "-M", "q35", "-accel", "tcg,thread=multi,tb-size=1024",
                # MediaPipe needs AVX, which qemu emulates rightly since version 8 (7.2 does not).
                "-cpu", "SandyBridge", "-smp", "2", "-m", "3072", "-nodefaults",
                "-kernel", str(self._cache / "vmlinuz"), "-initrd", str(self._cache / "initrd.img"),
                "-append", f"{KERNEL_WORDS} {words}",
                "-drive", f"file={self.disk},format=qcow2,if=virtio,cache=writeback",
                "-vga", "none", "-device", f"virtio-gpu-pci,xres={SIZE[0]},yres={SIZE[1]}",
                "-display", "none", "-device", "virtio-rng-pci",
                "-device", "virtio-serial", "-device", "virtserialport,chardev=agent,name=agent",
                "-chardev", f"socket,id=agent,path={self._sockets}/agent,server=on,wait=off",
                "-monitor", f"unix:{self._sockets}/monitor,server=on,wait=off",
                "-serial", f"file:{self.work}/serial.log",
                *shared, *extra,
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        log.close()
        self.started = time.monotonic()

    def await_agent(
        self, timeout: float = 240.0, meanwhile: Callable[[], None] | None = None
    ) -> None:
        """Wait until the machine takes commands. meanwhile: called again and again until then."""
        deadline = time.monotonic() + timeout
        self._hang_up()
        while time.monotonic() < deadline:
            try:
                line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                line.connect(str(self._sockets / "agent"))
                self._agent = line
                break
            except OSError:
                line.close()
                time.sleep(0.2)
        while time.monotonic() < deadline:
            self._running()
            if meanwhile is not None:
                meanwhile()
            patience = deadline if meanwhile is None else time.monotonic() + 1.0
            if (said := self._line(patience)) is not None and "up" in said:
                return
        raise MachineError(f"nothing in the machine answered within {timeout:.0f} s")

    def run(self, command: str, timeout: float = 60.0) -> Said:
        """Run a shell command in it, as root; both outputs together."""
        if self._agent is None:
            raise MachineError("the machine takes no commands yet")
        asked = json.dumps({"command": command, "timeout": timeout}).encode() + b"\n"
        try:
            self._agent.sendall(asked)
        except OSError as error:
            raise MachineError(f"the machine is gone ({error})") from error
        said = self._line(time.monotonic() + timeout + 30.0)
        if said is None:
            raise MachineError(f"no answer to: {command}")
        return Said(said["code"], said["out"])

    def must(self, command: str, timeout: float = 60.0) -> str:
        """Run a command that has to succeed."""
        said = self.run(command, timeout)
        if said.code != 0:
            raise MachineError(f"{command!r} gave {said.code}: {said.out[-3000:]}")
        return said.out

    def monitor(self, command: str) -> None:
        """One command of qemu's monitor."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(20.0)
            line.connect(str(self._sockets / "monitor"))
            heard = b""
            while not heard.endswith(b"(qemu) "):
                heard += line.recv(4096)
            line.sendall(command.encode() + b"\n")
            heard = b""
            while not heard.endswith(b"(qemu) "):
                heard += line.recv(4096)

    def display(self, path: Path | None = None) -> np.ndarray:
        """The image on the display: (height, width, 3) uint8, also kept as a PNG."""
        dump = self.work / "display.ppm"
        dump.unlink(missing_ok=True)
        self.monitor(f"screendump {dump}")
        with Image.open(dump) as picture:
            picture.load()
        if path is not None:
            picture.save(path)
        return np.asarray(picture.convert("RGB"))

    def fetch(self, path: str, to: Path) -> None:
        """Copy a file out of the machine."""
        import base64

        to.write_bytes(base64.b64decode(self.must(f"base64 -w0 {path}", 60.0)))

    def reset(self) -> None:
        """The reset button: the machine starts again at once."""
        self._hang_up()
        self.monitor("system_reset")
        self.started = time.monotonic()

    def cut(self) -> None:
        """Pull the plug: what the machine had not yet written is gone."""
        self._hang_up()
        if self._qemu is not None:
            self._qemu.kill()
            self._qemu.wait()
            self._qemu = None

    def is_off(self, timeout: float) -> bool:
        """Whether the machine has switched itself off in that time."""
        assert self._qemu is not None
        try:
            self._qemu.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        self._hang_up()
        return True

    def close(self) -> None:
        """Switch off, for good."""
        self.cut()
        shutil.rmtree(self._sockets, ignore_errors=True)

    @property
    def is_on(self) -> bool:
        """Whether it has power."""
        return self._qemu is not None and self._qemu.poll() is None

    def _running(self) -> None:
        if not self.is_on:
            raise MachineError("qemu has ended; see console.log")

    def _line(self, deadline: float) -> dict | None:
        assert self._agent is not None
        while b"\n" not in self._rest:
            self._agent.settimeout(max(0.1, deadline - time.monotonic()))
            try:
                more = self._agent.recv(65536)
            except TimeoutError:
                return None
            if not more:
                self._running()
                raise MachineError("the machine hung up")
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        return json.loads(line)

    def _hang_up(self) -> None:
        if self._agent is not None:
            self._agent.close()
        self._agent, self._rest = None, b""
