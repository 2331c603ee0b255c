#!/usr/bin/env bash
# Makes a Raspberry Pi with Raspberry Pi OS Lite (trixie, 64 bit) a Hinge Mirror.
#
#   sudo scripts/install.sh               install, or bring up to date; may be run again
#   scripts/install.sh --dry-run          only say what would be done
#   sudo scripts/install.sh --uninstall   take it away again; settings and finished sets stay
#   sudo scripts/install.sh --force-display   for a TV, or a display that is off at the start:
#                                         HDMI 0 always gives 1920x1080, 60 frames a second
#
# For tests only: --plain-debian WHEELS installs on Debian without the packages of Raspberry Pi OS;
# their contents come, like all else, from a folder of wheels.
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
dry='' uninstall='' forced='' source_of_wheels=''
# shellcheck source=scripts/device.sh
. "$root/scripts/device.sh"
# shellcheck source=scripts/boot.sh
. "$root/scripts/boot.sh"

while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry=yes ;;
    --uninstall) uninstall=yes ;;
    --force-display) forced=yes ;;
    --plain-debian)
      [ $# -gt 1 ] || die "--plain-debian needs a folder of wheels."
      source_of_wheels=$(readlink -f "$2")
      shift
      ;;
    -h | --help)
      sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *)
      say "hinge-mirror: there is no option $1; see --help." >&2
      exit 2
      ;;
  esac
  shift
done

# A dry run only prints the obstacles.
fits() {
  local name='' stop=die
  [ -z "$dry" ] || stop=say
  # shellcheck source=/dev/null
  name=$(. "$prefix/etc/os-release" && printf '%s' "${VERSION_CODENAME:-}") || true
  # Bookworm cannot: its pygame and numpy are older than the mirror needs, and PyPI's pygame
  # cannot draw without a desktop.
  [ "$name" = trixie ] ||
    $stop "this system is ${name:-unknown}; the mirror needs Raspberry Pi OS (or Debian) trixie."
  case $(uname -m) in
    aarch64 | x86_64) ;;
    *) $stop "this system is $(uname -m); MediaPipe is there for 64 bit (aarch64) only." ;;
  esac
}

install_settings() {
  local settings=$prefix/etc/hinge-mirror/mirror.toml
  if [ -e "$settings" ]; then
    say "$settings stays as it is."
  else
    run install -Dm 644 "$root/config/mirror.toml" "$settings"
  fi
}

uninstall() {
  local etc=$prefix/etc
  if [ -e "$etc/systemd/system/$unit" ]; then
    run systemctl disable $unit
    ! is_booted || run systemctl stop $unit
  fi
  local drop_ins=$etc/systemd/system/$unit.d
  run rm -f "$etc/systemd/system/$unit" "$etc/sysusers.d/hinge-mirror.conf" \
    "$etc/tmpfiles.d/hinge-mirror.conf" "$etc/udev/rules.d/70-hinge-mirror.rules" \
    "$etc/polkit-1/rules.d/70-hinge-mirror.rules" "$prefix/usr/local/bin/hinge-mirror"
  run rm -f "$drop_ins/network.conf"
  [ ! -d "$drop_ins" ] || run rmdir --ignore-fail-on-non-empty "$drop_ins"
  run rm -rf "$home" "$prefix/var/cache/hinge-mirror"
  change_boot
  ! is_booted || run systemctl daemon-reload
  run systemctl enable getty@tty1.service
  ! is_booted || run systemctl start --no-block getty@tty1.service
  say "The mirror is gone. Settings (/etc/hinge-mirror), finished sets (/var/lib/hinge-mirror)"
  say "and the user mirror stay; to be rid of them, too:"
  say "  sudo rm -r /etc/hinge-mirror /var/lib/hinge-mirror && sudo userdel mirror"
}

[ -n "$dry" ] || [ "$(id -u)" = 0 ] || die "this must be run by root: sudo $0"
[ -n "$dry" ] || must_last
if [ -n "$uninstall" ]; then
  uninstall
  exit 0
fi

fits
if [ -n "$source_of_wheels" ]; then
  export PIP_NO_INDEX=1 PIP_FIND_LINKS=$source_of_wheels
fi
install_packages
id=$(version_id)
before=$(in_use)
build_version "$id"
activate "$id"
install_settings
obtain_model "$id"
record_voice "$id"
run systemctl disable getty@tty1.service
run systemctl enable $unit
change_boot
forget_old_versions "$id" "$before"
if is_booted; then
  run systemctl restart --no-block $unit
fi
say "Done${dry:+ (nothing was changed)}. The mirror comes up now, and at every start."
say "What it says: journalctl -u hinge-mirror; what works: sudo systemctl stop hinge-mirror;"
say "sudo hinge-mirror check."
[ -n "$forced" ] || say "Is the display a TV, or off at the start? See --force-display."
[ -z "$must_reboot" ] || say "The start is black, and memory limited, from the next one on: sudo reboot"
