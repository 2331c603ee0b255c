"""The files that make a computer a mirror: they agree with one another, and with systemd."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
UNIT = ROOT / "systemd" / "hinge-mirror.service"


def value(key):
    """All values of a key of the unit."""
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_the_unit_is_hardened():
    """Exposure of at most 2.5 of 10, as systemd counts it."""
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=25", "--no-pager"]
    done = subprocess.run([*command, str(UNIT)], capture_output=True, text=True, check=False)
    if "offline" in done.stderr:
        pytest.skip("this systemd cannot look at a file")
    assert done.returncode == 0, done.stdout


def test_the_mirror_is_started_again_for_ever_and_waits_for_no_network():
    """What makes it unattended."""
    assert value("Restart") == ["always"]
    assert value("StartLimitIntervalSec") == ["0"]
    assert value("Type") == ["notify"]
    assert int(value("WatchdogSec")[0]) <= 30
    assert not any(
        "network" in each for key in ("After", "Wants", "Requires") for each in value(key)
    )
    folder, check = value("ExecStartPre")
    assert folder.startswith("-")
    assert check.startswith("-"), "one that fails or hangs must not keep the mirror from starting"
    assert check.endswith("check --boot")


def test_the_mirror_starts_without_the_partition_of_its_sets():
    """What a StateDirectory= lies on would be required; the folder is made all the same."""
    assert not value("StateDirectory")
    assert value("ReadWritePaths") == ["-/var/lib/hinge-mirror"]
    assert value("WantsMountsFor") == ["/var/lib/hinge-mirror"]
    assert value("ExecStartPre")[0].endswith("-o mirror -g mirror -m 0750 /var/lib/hinge-mirror")


def test_user_and_groups_are_made_as_the_unit_wants_them():
    """sysusers, tmpfiles, polkit and the command all speak of the same user."""
    users = (ROOT / "systemd/sysusers.conf").read_text(encoding="utf-8")
    (user,) = value("User")
    assert re.search(rf"^u {user} ", users, re.MULTILINE)
    members = set(re.findall(rf"^m {user} (\w+)$", users, re.MULTILINE))
    assert members == set(value("SupplementaryGroups")[0].split())
    assert f'subject.user === "{user}"' in (ROOT / "systemd/polkit.rules").read_text("utf-8")
    folders = (ROOT / "systemd/tmpfiles.conf").read_text(encoding="utf-8")
    assert f"d /var/lib/hinge-mirror 0750 {user} {user}" in folders
    assert f"--reuid {user} --regid {user}" in (ROOT / "systemd/hinge-mirror.sh").read_text("utf-8")


def test_the_unit_starts_what_the_installer_installs():
    """The program, and the folders it is told of."""
    home = re.search(
        r"^home=\$prefix(.*)$", (ROOT / "scripts/device.sh").read_text("utf-8"), re.MULTILINE
    )
    program = f"{home[1]}/current/bin/hinge-mirror"
    assert value("ExecStart") == [f"{program} run --kiosk"]
    assert f"$prefix{program}}}\n" in (ROOT / "systemd/hinge-mirror.sh").read_text("utf-8")


def test_memory_is_limited_where_the_kernel_can():
    """The firmware of a Pi switches the memory cgroup off; the installer switches it on."""
    assert value("MemoryMax")
    assert "cgroup_enable=memory" in (ROOT / "scripts/boot.sh").read_text("utf-8")


def test_frames_do_not_tear():
    """SDL makes the renderer of a window without vsync."""
    assert "SDL_RENDER_VSYNC=1" in value("Environment")


@pytest.mark.parametrize("options", [[], ["--uninstall"]])
def test_a_dry_run_says_each_step_and_does_none(options, tmp_path):
    """On any machine, by any user, also where a mirror is installed."""
    done = subprocess.run(
        [str(ROOT / "scripts/install.sh"), "--dry-run", *options],
        env={**os.environ, "HINGE_MIRROR_PREFIX": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "would run: systemctl" in done.stdout
    assert f"{tmp_path}/etc/systemd/system/hinge-mirror.service" in done.stdout
    assert not list(tmp_path.iterdir())


def test_an_unknown_option_is_a_usage_error():
    """Nothing is begun."""
    done = subprocess.run(
        [str(ROOT / "scripts/install.sh"), "--remove"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--remove" in done.stderr


@pytest.mark.parametrize("script", sorted(ROOT.glob("scripts/**/*.sh")), ids=lambda path: path.name)
def test_scripts_are_valid(script):
    """As bash reads them."""
    subprocess.run(["bash", "-n", str(script)], check=True)
