"""install.sh and update.sh, run as they are on a folder that stands for /.

Stand-ins on the PATH take the place of what changes a system (apt, systemd, users) and of Python,
whose environments are made in an instant; each says in a log what it was asked for.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
COMMAND_LINE = "console=serial0,115200 console=tty1 root=PARTUUID=1-2 quiet dyndbg='file a.c +p'"
FIRMWARE = "dtparam=audio=on\n\n[cm4]\notg_mode=1\n\n[all]\n"
FORCED = "video=HDMI-A-1:1920x1080@60D"

# An environment's program tells its version, and fails at what the version's file `fails` names.
MADE = """\
case "$*" in
  '-m venv'*) ;;
  *) exit 0 ;;
esac
for folder; do :; done
mkdir -p "$folder/bin"
printf '#!/bin/sh\\nexit 0\\n' >"$folder/bin/python"
cat >"$folder/bin/hinge-mirror" <<END
#!/bin/sh
used=\\$(basename "\\$(readlink "$folder/../../current")")
echo "$(basename "$folder") \\$* (in use: \\$used)" >>"$LOG"
! grep -qs "\\$1" "$folder/system/fails"
END
chmod +x "$folder/bin/python" "$folder/bin/hinge-mirror"
"""
QUIET = (
    "apt-get",
    "systemd-sysusers",
    "systemd-tmpfiles",
    "udevadm",
    "journalctl",
    "sleep",
    "sync",
)
TOOLS = {
    "id": "case $1 in -u) echo 0 ;; -un) echo root ;; *) exit 1 ;; esac",
    "setpriv": 'echo "setpriv $1 $2" >>"$LOG"; while [ "$1" != -- ]; do shift; done; shift; "$@"',
    "dpkg-query": 'for name; do :; done; ! grep -qsx "$name" "$LACKING" && echo installed',
    "python3": MADE,
    "systemctl": 'echo "systemctl $*" >>"$LOG"\n'
    'if [ "$1" = is-active ]; then\n'
    '  grep -qs run "$HINGE_MIRROR_PREFIX/opt/hinge-mirror/current/system/fails"'
    " && echo activating || echo active\n"
    "fi",
    **{name: f'echo "{name} $*" >>"$LOG"' for name in QUIET},
}


class Machine:
    """A computer that is no mirror yet, and a checkout of the product."""

    def __init__(self, folder):
        self.under, self.checkout = folder / "root", folder / "checkout"
        self.home = self.under / "opt/hinge-mirror"
        self.command_line = self.under / "boot/firmware/cmdline.txt"
        self.firmware = self.command_line.with_name("config.txt")
        self.cloud = self.under / "etc/cloud/cloud.cfg.d/99-hinge-mirror.cfg"
        self.lacking, self._log, self._tools = folder / "lacking", folder / "log", folder / "tools"
        for path, text in (
            (self.under / "etc/os-release", "VERSION_CODENAME=trixie\n"),
            (self.command_line, f"{COMMAND_LINE}\n"),
            (self.firmware, FIRMWARE),
            (self.cloud.with_name("05_logging.cfg"), "output: {all: x}\n"),
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        for name in ("run/systemd/system", "var/lib/hinge-mirror"):
            (self.under / name).mkdir(parents=True)
        self._tools.mkdir()
        for name, text in TOOLS.items():
            (self._tools / name).write_text(f"#!/bin/sh\n{text}\n")
            (self._tools / name).chmod(0o755)
        for name in ("scripts", "systemd", "config"):
            shutil.copytree(ROOT / name, self.checkout / name, ignore=shutil.ignore_patterns("vm"))
        (self.checkout / "mirror").mkdir()
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / name, self.checkout)

    def run(self, script, *words):
        """Run a script of the checkout; gives what came of it, and the lines of the log."""
        self._log.write_text("")
        done = subprocess.run(
            [str(self.checkout / "scripts" / script), *words],
            env={
                "PATH": f"{self._tools}:{os.environ['PATH']}",
                "HOME": str(self.under),
                "LOG": str(self._log),
                "LACKING": str(self.lacking),
                "HINGE_MIRROR_PREFIX": str(self.under),
                "HINGE_MIRROR_READY_S": "3",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return done, self._log.read_text().splitlines()

    def release(self, number, fails=""):
        """A newer product. fails: the command that it fails at."""
        project = self.checkout / "pyproject.toml"
        lines = project.read_text().splitlines()
        at = next(k for k, line in enumerate(lines) if line.startswith("version = "))
        lines[at] = f'version = "{number}"'
        project.write_text("\n".join(lines) + "\n")
        (self.checkout / "systemd" / "fails").write_text(f"{fails}\n" if fails else "")

    @property
    def in_use(self):
        """Number of the version in use."""
        return (self.home / "current").readlink().name.partition("-")[0]

    @property
    def versions(self):
        """Numbers of the versions that are there."""
        return sorted(path.name.partition("-")[0] for path in (self.home / "versions").iterdir())


@pytest.fixture
def machine(tmp_path):
    """A computer that is no mirror yet."""
    return Machine(tmp_path)


@pytest.fixture
def installed(machine):
    """A mirror of version 1.0."""
    machine.release("1.0")
    done, _ = machine.run("install.sh")
    assert done.returncode == 0, done.stderr
    return machine


def model_of(log):
    """The lines of a log in which a version was told to obtain the model."""
    return [line for line in log if " model " in line]


def test_an_installation_puts_everything_in_its_place(machine):
    """Packages that lack, a version, its files, the model by the mirror's user; then the start."""
    machine.lacking.write_text("python3-lgpio\npolkitd\n")
    machine.release("1.0")
    done, log = machine.run("install.sh")
    assert done.returncode == 0, done.stderr
    assert [line for line in log if line.startswith("apt-get install")] == [
        "apt-get install -qy --no-install-recommends polkitd python3-lgpio"
    ]
    assert machine.in_use == "1.0"
    for name in (
        "etc/systemd/system/hinge-mirror.service",
        "etc/sysusers.d/hinge-mirror.conf",
        "etc/tmpfiles.d/hinge-mirror.conf",
        "etc/udev/rules.d/70-hinge-mirror.rules",
        "etc/polkit-1/rules.d/70-hinge-mirror.rules",
        "etc/hinge-mirror/mirror.toml",
    ):
        assert (machine.under / name).is_file(), name
    assert os.access(machine.under / "usr/local/bin/hinge-mirror", os.X_OK)
    model = log.index(*model_of(log))
    assert log[model].startswith("1.0-")
    assert log[model - 1] == "setpriv --reuid mirror"
    assert model < log.index("systemctl enable hinge-mirror.service")
    assert log[-1] == "systemctl restart --no-block hinge-mirror.service"


def test_installing_twice_changes_nothing(installed):
    """The same version, the owner's settings, the same words for the kernel."""
    settings = installed.under / "etc/hinge-mirror/mirror.toml"
    settings.write_text("# the owner's\n")
    before = installed.command_line.read_text(), installed.firmware.read_text()
    done, _ = installed.run("install.sh")
    assert done.returncode == 0, done.stderr
    assert "is there already" in done.stdout
    assert settings.read_text() == "# the owner's\n"
    assert (installed.command_line.read_text(), installed.firmware.read_text()) == before
    assert "reboot" not in done.stdout
    assert installed.versions == ["1.0"]


def test_the_start_is_black_and_all_of_it_is_taken_back(installed):
    """What stood there stays as it was, and goes with no uninstallation."""
    words = installed.command_line.read_text()
    assert words.endswith("\n")
    assert words.split() == [
        *COMMAND_LINE.replace("tty1", "tty3").split(),
        "loglevel=3",
        "logo.nologo",
        "vt.global_cursor_default=0",
        "consoleblank=0",
        "systemd.show_status=false",
        "cgroup_enable=memory",
    ]
    settings = installed.firmware.read_text()
    assert settings.startswith(FIRMWARE.rstrip())
    assert "\n[all]\ndisable_splash=1\n" in settings
    assert "/var/log/cloud-init-output.log" in installed.cloud.read_text()
    done, _ = installed.run("install.sh", "--uninstall")
    assert done.returncode == 0, done.stderr
    assert installed.command_line.read_text() == f"{COMMAND_LINE}\n"
    assert installed.firmware.read_text() == FIRMWARE
    assert [path.name for path in installed.cloud.parent.iterdir()] == ["05_logging.cfg"]
    assert not list(installed.command_line.parent.glob("*.before-hinge-mirror"))


def test_the_owners_own_settings_of_the_start_are_neither_doubled_nor_taken(machine):
    """A console elsewhere, a splash that is off; no cloud-init, which is on newer cards only."""
    line = "console=serial0,115200 root=PARTUUID=1-2 systemd.show_status=false"
    machine.command_line.write_text(f"{line}\n")
    machine.firmware.write_text("disable_splash=1\n")
    shutil.rmtree(machine.cloud.parent)
    done, _ = machine.run("install.sh")
    assert done.returncode == 0, done.stderr
    assert machine.command_line.read_text().startswith(f"{line} quiet loglevel=3 ")
    assert machine.command_line.read_text().count("show_status") == 1
    assert machine.firmware.read_text() == "disable_splash=1\n"
    assert not machine.cloud.parent.exists()
    machine.run("install.sh", "--uninstall")
    assert machine.command_line.read_text() == f"{line}\n"
    assert machine.firmware.read_text() == "disable_splash=1\n"


def test_a_display_is_taken_for_granted_only_where_that_is_asked(installed):
    """For a TV that is off at the start; a later run leaves it, and an uninstallation takes it."""
    assert FORCED not in installed.command_line.read_text()
    done, _ = installed.run("install.sh", "--force-display")
    assert done.returncode == 0, done.stderr
    installed.run("install.sh")
    assert installed.command_line.read_text().split().count(FORCED) == 1
    installed.run("install.sh", "--uninstall")
    assert installed.command_line.read_text() == f"{COMMAND_LINE}\n"


def test_a_new_start_is_asked_for_where_the_settings_of_the_start_changed(machine):
    """The kernel reads its words only then."""
    done, _ = machine.run("install.sh")
    assert "sudo reboot" in done.stdout


def test_words_that_came_after_an_uninstallation_are_the_owners(installed):
    """Another installation and another uninstallation leave them."""
    installed.run("install.sh", "--uninstall")
    installed.command_line.write_text(f"{COMMAND_LINE} consoleblank=0\n")
    for words in ((), ("--uninstall",)):
        done, _ = installed.run("install.sh", *words)
        assert done.returncode == 0, done.stderr
    assert installed.command_line.read_text() == f"{COMMAND_LINE} consoleblank=0\n"


@pytest.mark.parametrize("script", ["install.sh", "update.sh"])
def test_on_a_read_only_root_nothing_is_changed(installed, script):
    """It would be gone at the next start, after minutes of work."""
    words = installed.under / "proc/cmdline"
    words.parent.mkdir()
    words.write_text("quiet overlayroot=tmpfs:recurse=0\n")
    installed.release("2.0")
    done, log = installed.run(script)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "take the word that begins with overlayroot= out of" in done.stderr
    assert installed.versions == ["1.0"]
    assert log == []
    done, _ = installed.run("install.sh", "--dry-run")
    assert done.returncode == 0


def test_an_uninstallation_leaves_what_is_the_owners(installed):
    """Settings and sets stay; all else is gone, the leave to use the network, too."""
    drop_ins = installed.under / "etc/systemd/system/hinge-mirror.service.d"
    drop_ins.mkdir()
    shutil.copy(installed.home / "current/system/network.conf", drop_ins)
    done, log = installed.run("install.sh", "--uninstall")
    assert done.returncode == 0, done.stderr
    left = {str(path.relative_to(installed.under)) for path in installed.under.rglob("*.*")}
    assert {name for name in left if "hinge-mirror" in name} == {
        "etc/hinge-mirror/mirror.toml",
    }
    assert not installed.home.exists()
    assert not drop_ins.exists()
    assert (installed.under / "var/lib/hinge-mirror").is_dir()
    assert log[-2:] == [
        "systemctl enable getty@tty1.service",
        "systemctl start --no-block getty@tty1.service",
    ]


def test_what_the_owner_let_the_service_do_besides_stays(installed):
    """A file of his own beside that of the network."""
    drop_ins = installed.under / "etc/systemd/system/hinge-mirror.service.d"
    drop_ins.mkdir()
    (drop_ins / "mine.conf").write_text("[Service]\n")
    (drop_ins / "network.conf").write_text("[Service]\n")
    done, _ = installed.run("install.sh", "--uninstall")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in drop_ins.iterdir()] == ["mine.conf"]


def test_an_update_has_its_packages_and_model_before_it_is_in_use(installed):
    """By the mirror's user, while the version before still runs."""
    installed.release("2.0")
    installed.lacking.write_text("libgbm1\n")
    done, log = installed.run("update.sh")
    assert done.returncode == 0, done.stderr
    assert "apt-get install -qy --no-install-recommends libgbm1" in log
    (model,) = model_of(log)
    assert model.startswith("2.0-")
    assert "(in use: 1.0-" in model
    assert log[log.index(model) - 1] == "setpriv --reuid mirror"
    assert log.index(model) < log.index("systemctl restart --no-block hinge-mirror.service")
    assert installed.in_use == "2.0"
    assert installed.versions == ["1.0", "2.0"]


def test_the_voice_is_recorded_by_the_mirrors_user(installed):
    """At an installation and an update, before the new version is in use."""
    installed.lacking.write_text("espeak-ng\n")
    installed.release("2.0")
    done, log = installed.run("update.sh")
    assert done.returncode == 0, done.stderr
    assert "apt-get install -qy --no-install-recommends espeak-ng" in log
    (voice,) = [line for line in log if " voice " in line]
    assert voice.startswith("2.0-")
    assert "(in use: 1.0-" in voice
    assert log[log.index(voice) - 1] == "setpriv --reuid mirror"


@pytest.mark.parametrize("script", ["install.sh", "update.sh"])
def test_without_a_voice_the_mirror_comes_up(installed, script):
    """It gives tones."""
    installed.release("2.0", fails="voice")
    done, _ = installed.run(script)
    assert done.returncode == 0, done.stderr
    assert installed.in_use == "2.0"


def test_an_update_without_its_model_changes_nothing(installed):
    """It would come up only to say that it sees nothing."""
    installed.release("2.0", fails="model")
    done, log = installed.run("update.sh")
    assert done.returncode == 1
    assert "pose model" in done.stderr
    assert installed.in_use == "1.0"
    assert installed.versions == ["1.0"]
    assert not [line for line in log if line.startswith("systemctl")]


def test_an_update_that_is_not_ready_is_taken_back(installed):
    """The version before is in use again, with the model that it wants."""
    installed.release("2.0", fails="run")
    done, log = installed.run("update.sh")
    assert done.returncode == 1
    assert "was not ready within 3 s" in done.stdout
    assert "the update was taken back; version 1.0-" in done.stderr
    assert installed.in_use == "1.0"
    assert installed.versions == ["1.0"]
    new, old = model_of(log)
    assert new.startswith("2.0-")
    assert old.startswith("1.0-")
    restarts = [k for k, line in enumerate(log) if line.startswith("systemctl restart")]
    assert log.index(new) < restarts[0] < log.index(old) < restarts[1]


def test_only_the_newest_two_versions_stay(installed):
    """The one in use, and the one to go back to."""
    for number in ("2.0", "3.0"):
        installed.release(number)
        done, _ = installed.run("update.sh")
        assert done.returncode == 0, done.stderr
    assert installed.in_use == "3.0"
    assert installed.versions == ["2.0", "3.0"]


def test_the_same_version_is_not_updated(installed):
    """Nothing is made, nothing is started anew; any change of the product is a new version."""
    done, log = installed.run("update.sh")
    assert done.returncode == 0, done.stderr
    assert "is in use already" in done.stdout
    assert log == []
    (installed.checkout / "mirror" / "new.py").write_text("")
    done, _ = installed.run("update.sh")
    assert "Changing from 1.0-" in done.stdout
    assert len(installed.versions) == 2


def test_an_update_of_nothing_is_one_sentence(machine):
    """There must be a mirror first."""
    done, log = machine.run("update.sh")
    assert done.returncode == 1
    assert "nothing is installed yet" in done.stderr
    assert log == []
