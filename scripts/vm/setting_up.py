"""Steps of the test in the virtual machine: installing, starting, and taking away again."""

from __future__ import annotations

import time

import numpy as np
from machine import QUIET_WORDS, SIZE, Machine, MachineError
from mirror_in_vm import PATIENCE_S, RUN, SETTINGS, UNIT, Mirror, lit_share
from PIL import Image

from mirror.buttons.waking import WAKING_PIN
from mirror.coach.language import load_language

PRODUCT = "/root/product"
PARTS = "pyproject.toml README.md mirror config systemd scripts"
INSTALL = f"{PRODUCT}/scripts/install.sh --plain-debian /mnt/wheels"
WORDS = "/boot/firmware/cmdline.txt"
OWN_WORDS = "console=serial0,115200 console=tty1 root=/dev/x rootwait quiet"
"""The kernel's command line before the installation, as Raspberry Pi OS has it."""
FORCED = "video=HDMI-A-1:1920x1080@60D"
FIRMWARE = "/boot/firmware/config.txt"
CLOUD = "/etc/cloud/cloud.cfg.d"
VOICE = "/var/cache/hinge-mirror/voice/en"
MEMORY_MAX = "/sys/fs/cgroup/system.slice/hinge-mirror.service/memory.max"


def mounted(mirror: Mirror) -> str:
    """The checkout and the wheels, as a USB stick would bring them."""
    mirror.machine.must(
        "modprobe 9pnet_virtio; for tag in product wheels; do mkdir -p /mnt/$tag; "
        "mountpoint -q /mnt/$tag || "
        "mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=262144 $tag /mnt/$tag; done; "
        "cp -r /mnt/product/scripts/vm/guest/. /opt/vm/"
    )
    return "checkout and wheels are there"


def installed(mirror: Mirror) -> str:
    """The real installer; a second run does nothing; settings stay."""
    machine = mirror.machine
    machine.must(f"mkdir -p {PRODUCT}; cd /mnt/product; cp -r {PARTS} {PRODUCT}/", 300.0)
    dry = machine.must(f"{INSTALL} --dry-run", 120.0)
    assert "nothing was changed" in dry
    assert machine.run("test -e /opt/hinge-mirror").code != 0, "a dry run changed something"
    # The owner's settings, there before: a size and a rate that the emulated machine can bear.
    machine.must(
        f"mkdir -p /etc/hinge-mirror; sed -e 's/^source = .*/source = \"figure\"/' "
        "-e 's/^width = .*/width = 330/; s/^height = .*/height = 440/' "
        "-e 's/^grace_s = .*/grace_s = 120/' "
        "-e 's/^fps = 30.0.*/fps = 5.0/; s/^fps = 30 .*/fps = 5/' "
        f"{PRODUCT}/config/mirror.toml >{SETTINGS}"
    )
    # As on a Raspberry Pi, whose firmware and cloud-init this machine does not have.
    machine.must(
        f"mkdir -p /boot/firmware {CLOUD}; echo '{OWN_WORDS}' >{WORDS}; "
        f"printf '[all]\\n' >{FIRMWARE}"
    )
    settings = machine.must(f"cat {SETTINGS}")
    mirror.drop_in("vm", True)
    began = time.monotonic()
    machine.must(INSTALL, 2400.0)
    took = time.monotonic() - began
    _boot_is_changed(machine)
    began = time.monotonic()
    again = machine.must(INSTALL, 600.0)
    took_again = time.monotonic() - began
    assert "is there already" in again
    assert machine.must(f"cat {SETTINGS}") == settings, "settings were changed"
    _boot_is_changed(machine)
    # For a TV; an installation without the option leaves the word.
    for option in (" --force-display", ""):
        machine.must(f"{INSTALL}{option}", 600.0)
        _boot_is_changed(machine, FORCED)
    machine.must("sync")
    return f"installed in {took:.0f} s; a second time in {took_again:.0f} s; settings stay"


def _boot_is_changed(machine: Machine, *more: str) -> None:
    own = OWN_WORDS.replace("console=tty1", "console=tty3").split()
    added = [word for word in QUIET_WORDS.split() if word not in own]
    words = machine.must(f"cat {WORDS}").split()
    assert words == [*own, *added, *more], words
    assert machine.must(f"cat {FIRMWARE}").count("\ndisable_splash=1\n") == 1
    machine.must(f"test -s {CLOUD}/99-hinge-mirror.cfg")


def voice(mirror: Mirror) -> str:
    """The installation has recorded the voice; without espeak-ng one sentence says so."""
    machine = mirror.machine
    said = machine.must("hinge-mirror voice", 300.0)
    assert "; 0 were made now." in said, said
    machine.must(f"ls {VOICE}/*.wav | head -n 1 | xargs rm; mv /usr/bin/espeak-ng /root/")
    lacking = machine.run("hinge-mirror voice", 300.0)
    machine.must("mv /root/espeak-ng /usr/bin/")
    assert lacking.code != 0, lacking.out
    assert lacking.out.count("\n") == 1, lacking.out
    assert "There is no espeak-ng" in lacking.out, lacking.out
    again = machine.must("hinge-mirror voice", 300.0)
    assert "; 1 were made now." in again, again
    return f"{said.partition(' has ')[2].partition(';')[0]}; without espeak-ng one sentence"


def unit(mirror: Mirror) -> str:
    """The verdict of systemd on the unit; its memory, its environment."""
    machine = mirror.machine
    path = f"/etc/systemd/system/{UNIT}"
    said = machine.must(f"systemd-analyze verify {path} 2>&1", 120.0).strip()
    score = machine.must(f"systemd-analyze security --no-pager {UNIT} | tail -n 1", 120.0)
    value = float(score.split(":")[1].split()[0])
    assert value <= 2.5, score
    assert not said, said
    mirror.await_ready()
    limit = machine.must(f"cat {MEMORY_MAX}").strip()
    assert limit.isdigit(), f"memory is not limited: {limit}"
    words = machine.must(f"tr '\\0' '\\n' </proc/{mirror.show('MainPID')}/environ").split("\n")
    assert "SDL_RENDER_VSYNC=1" in words, words
    return f"verify is clean; security score {value}; memory is limited to {int(limit) >> 20} MB"


def leaking(mirror: Mirror) -> str:
    """It needs more memory than it may have: the kernel ends it, and it comes back."""
    machine = mirror.machine
    limit, cursor = machine.must(f"cat {MEMORY_MAX}"), mirror.cursor()
    pid = mirror.show("MainPID")
    machine.must(f"systemctl set-property --runtime {UNIT} MemoryMax=64M")
    ended_s = mirror.await_journal("oom-kill", cursor, 240.0)
    machine.must(f"rm -r /run/systemd/system.control/{UNIT}.d; systemctl daemon-reload")
    ready_s = mirror.await_ready(after=pid)
    assert machine.must(f"cat {MEMORY_MAX}") == limit
    return f"ended after {ended_s:.0f} s; READY {ready_s:.0f} s after it had its memory again"


def ready(mirror: Mirror) -> str:
    """From the reset button to READY, with real pose inference; black until the mirror draws."""
    machine = mirror.machine
    lit: list[float] = []
    mirror.drop_in("recorded", False)
    machine.must("sync")
    machine.reset()
    time.sleep(1.0)
    # Before the driver of the display is there, qemu writes on it.
    own = machine.display()

    def look() -> None:
        """Note the lit share of the display."""
        seen = machine.display()
        if np.array_equal(seen, own) or seen.shape[:2] != SIZE[::-1]:
            return
        lit.append(lit_share(seen))
        if lit[-1] and not any(lit[:-1]):
            Image.fromarray(seen).save(mirror.out / "start-display.png")

    machine.await_agent(meanwhile=look)
    agent_s = time.monotonic() - machine.started
    while time.monotonic() - machine.started < PATIENCE_S:
        look()
        if machine.run(f"test -e {RUN}/drawn").code == 0:
            break
    drawn_s = time.monotonic() - machine.started
    mirror.await_ready()
    ready_s = time.monotonic() - machine.started
    # READY is said of trouble that is shown, too: here it has to see.
    mirror.await_status(" reps")
    seen_s = time.monotonic() - machine.started
    mounted(mirror)
    *black, _ = lit  # while the last one was taken, it began to draw
    assert black, "there is no screenshot from before it draws"
    assert max(black) == 0.0, f"{max(black):.2%} of the display were lit at the start"
    return (
        f"black in {len(black)} screenshots until it draws; commands after {agent_s:.0f} s, "
        f"drawn after {drawn_s:.0f} s, READY after {ready_s:.0f} s, "
        f"poses are estimated after {seen_s:.0f} s"
    )


def forced(mirror: Mirror) -> str:
    """The kernel's word of --force-display: its size, whatever the display says of itself."""
    machine = mirror.machine
    machine.must("sync")
    machine.cut()
    machine.start(FORCED.replace("HDMI-A-1", "Virtual-1"))
    machine.await_agent()
    mirror.await_ready()
    mirror.await_any_text()
    _, reported = mirror.matches("forced")
    with Image.open(mirror.out / "forced-display.png") as picture:
        assert picture.size == (1920, 1080), picture.size
    mounted(mirror)
    return f"1920x1080 on a display of {SIZE[0]}x{SIZE[1]}; {reported}"


def switched_off(mirror: Mirror) -> str:
    """Select held, on the pin that wakes a Pi 4: the last words say so; off without being root."""
    machine = mirror.machine
    mirror.change_settings(f"s/^select = .*/select = {WAKING_PIN}/")
    mirror.restart()
    words = load_language("en").say("state.on-again-select")
    mirror.matches("last-words", words, f"sh /opt/vm/pins.sh down {WAKING_PIN}")
    began = time.monotonic()
    if not machine.is_off(120.0):
        raise MachineError(f"still on; {mirror.journal(10)}")
    off_s = time.monotonic() - began
    machine.start()
    machine.await_agent()
    mounted(mirror)
    mirror.restore_settings()
    return f"{words}; off {off_s:.0f} s after these words"


def uninstalled(mirror: Mirror) -> str:
    """All is gone but settings and sets; the console has its login again."""
    machine = mirror.machine
    for _ in range(2):  # what is gone already is no trouble
        machine.must(f"{PRODUCT}/scripts/install.sh --uninstall", 120.0)
    assert machine.run("ls /opt/hinge-mirror /etc/systemd/system/hinge-mirror.service").code != 0
    machine.must(f"test -s {SETTINGS}; test -d /var/lib/hinge-mirror")
    assert machine.must("systemctl is-enabled getty@tty1.service").strip() == "enabled"
    assert machine.must(f"cat {WORDS}").split() == OWN_WORDS.split()
    assert machine.must(f"cat {FIRMWARE}").split() == ["[all]"]
    assert machine.must("ls /boot/firmware").split() == ["cmdline.txt", "config.txt"]
    assert not machine.must(f"ls {CLOUD}").strip()
    return "settings and sets stay; the words and lines of the boot are the owner's again"
