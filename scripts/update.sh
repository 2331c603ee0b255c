#!/usr/bin/env bash
# Puts the version of this checkout in use; goes back to the one before if the new one is not
# READY within a minute.
#
#   git pull && sudo scripts/update.sh
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
dry='' source_of_wheels=''
# shellcheck source=scripts/device.sh
. "$root/scripts/device.sh"
# Seconds to wait; more for the emulated machine of the tests.
patience_s=${HINGE_MIRROR_READY_S:-60}

[ "$(id -u)" = 0 ] || die "this must be run by root: sudo $0"
is_booted || die "there is no running systemd to update under."
must_last
before=$(in_use)
[ -n "$before" ] || die "nothing is installed yet: sudo scripts/install.sh"
# How it was installed, so it is updated.
[ -z "${PIP_NO_INDEX:-}" ] || source_of_wheels=${PIP_FIND_LINKS:?}

id=$(version_id)
if [ "$id" = "$before" ]; then
  say "Version $id is in use already."
  exit 0
fi
install_packages
build_version "$id"
# Before anything is changed: without its model a version is READY, too, but only to say so.
if ! obtain_model "$id"; then
  run rm -rf "$home/versions/$id"
  die "version $id cannot have its pose model; the update was taken back, $before stays in use."
fi
record_voice "$id"
say "Changing from $before to $id ..."
activate "$id"
if is_ready_within "$patience_s"; then
  forget_old_versions "$id" "$before"
  say "Version $id is in use."
  exit 0
fi
say "Version $id was not ready within $patience_s s; the end of what it said:"
journalctl -u $unit -n 10 --no-pager -o cat || true
activate "$before"
obtain_model "$before" || true # the one that is there is the new version's
record_voice "$before" 2>/dev/null
is_ready_within "$patience_s" || say "Version $before does not come up, either."
run rm -rf "$home/versions/$id"
die "the update was taken back; version $before is in use."
