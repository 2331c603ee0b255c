"""The steps of the test in the virtual machine. A step returns its observations, or raises."""

from __future__ import annotations

import subprocess
import time

from machine import MachineError, Said
from mirror_in_vm import NEXT, RUN, SELECT, SETTINGS, UNIT, Mirror
from setting_up import (
    PARTS,
    forced,
    installed,
    leaking,
    mounted,
    ready,
    switched_off,
    uninstalled,
    unit,
    voice,
)

from mirror.coach.exercise import exercises
from mirror.coach.language import load_language


def display(mirror: Mirror) -> str:
    """The display itself against what the product says it drew."""
    mirror.await_any_text()
    texts, reported = mirror.matches("estimated")
    return f"{reported}; it says: {' / '.join(texts)}"


def recorded(mirror: Mirror) -> str:
    """From here on poses recorded on a real processor; sets are done, and counted."""
    mirror.drop_in("recorded", True)
    ready_s = mirror.restart()
    counted_s = mirror.await_status("2 reps", 600.0)
    _, reported = mirror.matches("counting")
    return f"READY after {ready_s:.0f} s, 2 reps after {counted_s:.0f} s more; {reported}"


def pressed(mirror: Mirror) -> str:
    """A GPIO line pulled down changes the variation (or its drill) on the glass."""
    order = [load_language("en").title(choice) for choice in exercises()]
    seen = [_variation(mirror, order, "")]
    for _ in range(2):
        mirror.press(NEXT)
        seen.append(_variation(mirror, order, seen[-1]))
    first = order.index(seen[0])
    assert seen == (2 * order)[first : first + 3], seen
    mirror.matches("pressed")
    return " > ".join(seen)


def _variation(mirror: Mirror, known: list[str], before: str) -> str:
    """The title on the glass, once it is another than before."""
    began = time.monotonic()
    while time.monotonic() - began < 120.0:
        for text in mirror.texts():
            if text in known and text != before:
                return text
    raise MachineError(f"the title stays {before!r}")


def killed(mirror: Mirror) -> str:
    """SIGKILL."""
    return _gone(mirror, "kill -KILL")


def hung(mirror: Mirror) -> str:
    """SIGSTOP: nothing moves, so nobody pats the watchdog (120 s here, 20 s on a Pi)."""
    cursor = mirror.cursor()
    reported = _gone(mirror, "kill -STOP")
    assert (
        "watchdog"
        in mirror.machine.must(
            f"journalctl -u {UNIT} -o cat --no-pager --after-cursor='{cursor}'"
        ).lower()
    )
    return reported


def _gone(mirror: Mirror, how: str) -> str:
    pid = mirror.show("MainPID")
    mirror.machine.must(f"{how} {pid}")
    back_s = mirror.await_ready(after=pid)
    return f"READY again after {back_s:.0f} s"


def stopped(mirror: Mirror) -> str:
    """SIGTERM, as at every switching off."""
    mirror.await_counted(3)
    before = _sets(mirror)
    began = time.monotonic()
    mirror.machine.must(f"systemctl stop {UNIT}", 60.0)
    took = time.monotonic() - began
    result = mirror.show("Result")
    assert result == "success", f"{result}:\n{mirror.journal(30)}"
    new = _sets(mirror) - before
    assert len(new) == 1, f"{len(new)} sets were saved at the end"
    ready_s = mirror.restart()
    return f"gone after {took:.1f} s, the open set saved; READY after {ready_s:.0f} s"


def estimator_hung(mirror: Mirror) -> str:
    """The estimator never returns from a frame: the glass says so, and a new process begins."""
    machine, pid = mirror.machine, mirror.show("MainPID")
    machine.must(f"touch {RUN}/hang")
    said_s = mirror.await_status("the estimator hangs", 300.0)
    back_s = mirror.await_ready(after=pid)
    mirror.await_counted(1)
    return f"said after {said_s:.0f} s; a new process READY {back_s:.0f} s later, and counts"


def asleep(mirror: Mirror) -> str:
    """The person leaves: the display is switched off; a person comes: it is on again."""
    machine = mirror.machine
    short = "s/^grace_s = .*/grace_s = 5/; s/^screen_off_s = .*/screen_off_s = 5/"
    mirror.change_settings(short)
    mirror.restart()
    mirror.await_counted(1)
    machine.must(f"touch {RUN}/nobody")
    off_s = mirror.await_power("Off", 240.0)
    machine.must(f"rm {RUN}/nobody")
    on_s = mirror.await_power("On", 120.0)
    mirror.await_any_text()
    _, reported = mirror.matches("awake")
    mirror.restore_settings()
    mirror.restart()
    return f"off {off_s:.0f} s after the person left, on {on_s:.0f} s after one came; {reported}"


def camera_absent(mirror: Mirror) -> str:
    """No camera at the start: said on the glass; one that is plugged in later is used."""
    machine = mirror.machine
    mirror.change_settings('s/^source = .*/source = "0"/')
    machine.run("modprobe -r vivid")
    ready_s = mirror.restart()
    mirror.await_texts("I cannot see", 120.0)
    mirror.matches("camera-absent")
    machine.must("modprobe vivid n_devs=1 node_types=0x1")
    back_s = mirror.await_status(" reps", 240.0)
    return f"trouble screen READY after {ready_s:.0f} s; plugged in: sees after {back_s:.0f} s"


def camera_unplugged(mirror: Mirror) -> str:
    """A V4L2 camera vanishes in the middle, and comes back."""
    machine = mirror.machine
    machine.must("echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind")
    said_s = mirror.await_texts("I cannot see", 120.0)
    machine.must("echo vivid.0 >/sys/bus/platform/drivers/vivid/bind")
    back_s = mirror.await_status(" reps", 240.0)
    return f"said on the glass after {said_s:.0f} s; plugged in: sees after {back_s:.0f} s"


def camera_lost(mirror: Mirror) -> str:
    """It stays away: after a minute the mirror tries a new process."""
    machine, pid = mirror.machine, mirror.show("MainPID")
    machine.must("echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind")
    began = time.monotonic()
    mirror.await_ready(400.0, after=pid)
    new_s = time.monotonic() - began
    mirror.await_texts("I cannot see", 120.0)
    machine.must("echo vivid.0 >/sys/bus/platform/drivers/vivid/bind")
    back_s = mirror.await_status(" reps", 240.0)
    mirror.restore_settings()
    mirror.restart()
    return f"new process READY after {new_s:.0f} s; plugged in: sees after {back_s:.0f} s"


def libcamera(mirror: Mirror) -> str:
    """Unmodified picamera2 on libcamera, with the kernel's simulated camera (vimc)."""
    machine = mirror.machine
    mirror.change_settings(
        's/^source = .*/source = "picamera"/; s/^width = .*/width = 640/; '
        "s/^height = .*/height = 480/"
    )
    # The buffers of a Pi's camera have a name of their own.
    machine.must("modprobe vimc; ln -sf system /dev/dma_heap/linux,cma; udevadm settle")
    ready_s = mirror.restart()
    mirror.await_status(" reps", 240.0)
    mirror.restore_settings()
    machine.run(f"systemctl stop {UNIT}; modprobe -r vimc")
    mirror.restart()
    return f"frames flow; READY after {ready_s:.0f} s"


def display_unplugged(mirror: Mirror) -> str:
    """The display is pulled out and put in again."""
    machine = mirror.machine
    status = machine.must("ls -d /sys/class/drm/card*-*/status").split()[0]
    cursor = mirror.cursor()
    machine.must(f"echo off >{status}; sleep 12; echo detect >{status}")
    back_s = mirror.await_journal("The display is there", cursor, 120.0)
    _, reported = mirror.matches("display-back")
    return f"opened again after {back_s:.0f} s; {reported}"


def display_absent(mirror: Mirror) -> str:
    """No display at the start; it comes later."""
    machine = mirror.machine
    status = machine.must("ls -d /sys/class/drm/card*-*/status").split()[0]
    machine.must(f"systemctl stop {UNIT}; echo off >{status}", 60.0)
    cursor = mirror.cursor()
    ready_s = mirror.restart()
    machine.must(f"echo detect >{status}")
    back_s = mirror.await_journal("The display is there", cursor, 120.0)
    _, reported = mirror.matches("display-late")
    return f"READY without one after {ready_s:.0f} s; on it {back_s:.0f} s after; {reported}"


def button_jammed(mirror: Mirror) -> str:
    """The button that switches off is held at boot: it is said, and does nothing."""
    machine = mirror.machine
    machine.must(f"systemctl stop {UNIT}; sh /opt/vm/pins.sh down {SELECT}; touch /run/jam")
    mirror.restart()
    machine.must("rm /run/jam")
    mirror.await_texts("A button does not work: see hinge-mirror check", 180.0)
    mirror.matches("button-jammed")
    pid, cursor = mirror.show("MainPID"), mirror.cursor()
    time.sleep(20.0)
    assert mirror.show("MainPID") == pid, "the mirror has ended"
    machine.must(f"sh /opt/vm/pins.sh up {SELECT}")
    mirror.await_journal("The buttons work again.", cursor, 60.0)
    return "said on the glass, did nothing; let go, it works again"


def buttons_absent(mirror: Mirror) -> str:
    """The pins are not there at the start, and come later."""
    machine = mirror.machine
    machine.must(f"systemctl stop {UNIT}; sh /opt/vm/pins.sh stop", 60.0)
    cursor = mirror.cursor()
    mirror.restart()
    mirror.await_texts("A button does not work: see hinge-mirror check", 180.0)
    machine.must("sh /opt/vm/pins.sh start")
    back_s = mirror.await_journal("The buttons work again.", cursor, 120.0)
    order = [load_language("en").title(choice) for choice in exercises()]
    before = _variation(mirror, order, "")
    mirror.press(NEXT)
    _variation(mirror, order, before)
    return f"said on the glass; the pins came: they work after {back_s:.0f} s"


def settings_broken(mirror: Mirror) -> str:
    """A broken file: defaults, said on the glass; `check` fails."""
    machine = mirror.machine
    mirror.change_settings("s/^rotate = .*/rotate = 45/")
    machine.must(f"systemctl restart --no-block {UNIT}")
    said_s = mirror.await_texts("A setting is wrong", 120.0)
    mirror.await_ready()
    # The camera of the defaults is missing: the glass says so, and has the settings in the margin.
    mirror.await_texts("I cannot see", 120.0)
    margin = "A setting is wrong: see hinge-mirror check"
    assert margin in mirror.texts()
    journal = mirror.journal(60)
    code = machine.run("hinge-mirror check --boot; hinge-mirror check", 300.0)
    assert code.code == 1, code.out
    assert "rotate = 45" in code.out
    assert "rotate = 45" in journal
    mirror.matches("settings-broken")
    mirror.restore_settings()
    mirror.restart()
    return f"said on the glass after {said_s:.0f} s, then in the margin; check gave 1"


def disk_full(mirror: Mirror) -> str:
    """No byte is left."""
    machine = mirror.machine
    machine.run("fallocate -l 100G /fill 2>/dev/null; dd if=/dev/zero of=/fill bs=1M; sync", 300.0)
    free = machine.must("df --output=avail / | tail -n 1").strip()
    ready_s = mirror.restart()
    mirror.await_status("2 reps", 600.0)
    machine.must("rm /fill")
    return f"{free} kB free: READY after {ready_s:.0f} s, and counts"


def read_only(mirror: Mirror) -> str:
    """The root has become read-only, as after an error of the SD card."""
    machine = mirror.machine
    machine.must(f"systemctl stop {UNIT}", 60.0)
    machine.must("sync; echo u >/proc/sysrq-trigger; sleep 2")
    assert machine.run("touch /x").code != 0
    ready_s = mirror.restart()
    mirror.await_status("2 reps", 600.0)
    machine.run("mount -o remount,rw /")
    return f"READY after {ready_s:.0f} s, and counts"


def clock(mirror: Mirror) -> str:
    """Wall time jumps by years, both ways; the mirror does not care."""
    mirror.await_ready()
    machine, pid = mirror.machine, mirror.show("MainPID")
    for jump in ("2031-01-01", "1999-01-01"):
        machine.must(f"date -s '{jump} 12:00'")
        time.sleep(30.0)
        assert mirror.show("MainPID") == pid, "it was restarted"
        assert mirror.show("ActiveState") == "active"
    machine.must(f"date -s '@{int(time.time())}'")
    count = mirror.show("StatusText")
    time.sleep(60.0)
    assert mirror.show("StatusText") != count, "it counts no more"
    assert mirror.show("MainPID") == pid
    return "to 2031, to 1999 and back: not restarted, counts on"


def _update(mirror: Mirror, version: str, edit: str, patience_s: int) -> Said:
    """Bring a newer checkout, and run its updater."""
    machine, newer = mirror.machine, "/root/newer"
    machine.must(
        f"rm -rf {newer}; mkdir {newer}; cd /mnt/product; cp -r {PARTS} {newer}/; cd {newer}; "
        f"sed -i 's/^version = .*/version = \"{version}\"/' pyproject.toml; {edit}",
        300.0,
    )
    environment = "PIP_NO_INDEX=1 PIP_FIND_LINKS=/mnt/wheels "
    environment += f"HINGE_MIRROR_READY_S={patience_s}"
    return machine.run(f"{environment} {newer}/scripts/update.sh", 3600.0)


def updated(mirror: Mirror) -> str:
    """A newer version is put in use; sets and settings stay."""
    machine = mirror.machine
    before, settings = _sets(mirror), machine.must(f"cat {SETTINGS}")
    said = _update(mirror, f"9.{time.time():.0f}.0", "true", 900)
    assert said.code == 0, said.out
    mirror.await_ready()
    after = machine.must("readlink /opt/hinge-mirror/current").strip()
    assert before <= _sets(mirror), "sets are gone"
    assert machine.must(f"cat {SETTINGS}") == settings
    assert "/9." in after, after
    return f"{after.partition('/')[2]} is in use and READY; all {len(before)} sets are there"


def rolled_back(mirror: Mirror) -> str:
    """An update whose mirror ends at its start is taken back."""
    machine = mirror.machine
    before = machine.must("readlink /opt/hinge-mirror/current").strip()
    said = _update(mirror, "10.0.0", "sed -i '1i raise SystemExit(3)' mirror/app/loop.py", 180)
    assert said.code == 1, said.out
    assert "was not ready within" in said.out, said.out
    assert "the update was taken back" in said.out, said.out
    assert machine.must("readlink /opt/hinge-mirror/current").strip() == before
    mirror.await_ready()
    return f"taken back to {before.partition('/')[2]}, which is READY"


def power_cuts(mirror: Mirror) -> str:
    """The plug is pulled while sets are stored, then the reset button; no finished set is lost."""
    machine, times, lost = mirror.machine, [], 0
    for n, wait_s in enumerate((0.3, 5.0, 1.0)):
        mirror.await_counted(3)
        before = _sets(mirror)
        mirror.press(SELECT)  # ends the set, which is stored now
        time.sleep(wait_s)
        known = _sets(mirror) if wait_s >= 5.0 else before
        if n % 2:
            machine.reset()
        else:
            machine.cut()
            machine.start()
        machine.await_agent()
        mirror.await_ready()
        times.append(time.monotonic() - machine.started)
        lost += len(known - _sets(mirror))
    mounted(mirror)
    assert lost == 0, f"{lost} stored sets are gone"
    reported = ", ".join(f"{each:.0f}" for each in times)
    kept = len(_sets(mirror))
    assert kept >= 2, f"only {kept} sets are there"
    return f"{len(times)} cuts; READY {reported} s after power came back; {kept} sets, none lost"


def _sets(mirror: Mirror) -> set[str]:
    """The sets that the mirror keeps, each as the line that its own command prints."""
    said = mirror.machine.must("hinge-mirror history --all --json -", 300.0)
    return {line for line in said.splitlines() if line.startswith("{")}


def overlay(mirror: Mirror) -> str:
    """Raspberry Pi OS' read-only root (overlayroot), finished sets on a partition of their own."""
    machine = mirror.machine
    state = machine.work / "state.img"
    subprocess.run(["truncate", "-s", "64M", str(state)], check=True)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-L", "mirror-state", str(state)], check=True)
    line = "LABEL=mirror-state /var/lib/hinge-mirror ext4 nofail,x-systemd.device-timeout=15s 0 2"
    machine.must(f"sed -i /mirror-state/d /etc/fstab; echo '{line}' >>/etc/fstab; sync")
    drive = ("-drive", f"file={state},format=raw,if=virtio,cache=writeback")

    def started(words: str, *extra: str) -> tuple[float, str]:
        machine.cut()
        machine.start(words, extra)
        machine.await_agent()
        mirror.await_ready()
        took = time.monotonic() - machine.started
        return took, machine.must("hinge-mirror check --boot", 120.0)

    first_s, reported = started("overlayroot=tmpfs:recurse=0", *drive)
    assert machine.must("findmnt -no FSTYPE /").strip() == "overlay"
    assert machine.must("findmnt -no LABEL /var/lib/hinge-mirror").strip() == "mirror-state"
    assert "MB are free for /var/lib/hinge-mirror" in reported, reported
    machine.must("touch /etc/forgotten")
    assert not _sets(mirror), "sets on a partition that is new"
    mirror.await_counted(3)
    mirror.press(SELECT)  # ends the set, which is stored now
    time.sleep(5.0)
    kept = _sets(mirror)
    assert len(kept) == 1, kept
    again_s, _ = started("overlayroot=tmpfs:recurse=0", *drive)
    assert machine.run("test -e /etc/forgotten").code != 0, "the root was written to"
    assert kept <= _sets(mirror), "the set is gone"
    # The partition under the overlay, too; no partition at all.
    for words, extra in (("overlayroot=tmpfs", drive), ("overlayroot=tmpfs:recurse=0", ())):
        _, reported = started(words, *extra)
        assert "/var/lib/hinge-mirror is in memory" in reported, reported
    # The partition is missing.
    started("")
    machine.must("sed -i /mirror-state/d /etc/fstab; sync")
    mounted(mirror)
    return (
        f"READY after {first_s:.0f} s, and {again_s:.0f} s after a power cut; the root forgot, the "
        "set was kept; without the partition, or with it under the overlay, it starts and says so"
    )


STEPS = [
    (step.__name__, step)
    for step in (
        mounted, installed, voice, unit, ready, display, recorded, pressed, killed, hung,
        leaking, estimator_hung, stopped, asleep,
        camera_absent, camera_unplugged, camera_lost, libcamera, display_unplugged, display_absent,
        button_jammed, buttons_absent, settings_broken, disk_full, read_only, clock,
        updated, rolled_back, power_cuts, forced, overlay, switched_off, uninstalled,
    )
]  # fmt: skip
