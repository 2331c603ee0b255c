# shellcheck shell=bash disable=SC2154
# Shared by install.sh and update.sh: versions of the mirror side by side, and the one in use.
#
#   /opt/hinge-mirror/versions/ID   an environment with the product, and its system files
#   /opt/hinge-mirror/current       a link to the one in use
#
# Functions here only; the caller sets `dry` (yes or empty), `source_of_wheels` and `root`.

prefix=${HINGE_MIRROR_PREFIX:-} # for tests: a folder that stands for /
home=$prefix/opt/hinge-mirror
unit=hinge-mirror.service

# Packages from apt must not come again from PyPI: PyPI's pygame cannot draw without a desktop,
# and picamera2 is built for the system's numpy.
from_apt='^(numpy|pygame|pillow|lgpio|picamera2)=='

say() { printf '%s\n' "$*"; }
die() {
  say "hinge-mirror: $*" >&2
  exit 1
}
# Do it, or say that it would be done.
run() {
  if [ -n "$dry" ]; then
    printf '  would run: %s\n' "$*"
  else
    "$@"
  fi
}
# On a read-only root (overlayroot) all changes are gone at the next start.
must_last() {
  ! grep -qs overlayroot= "$prefix/proc/cmdline" ||
    die "the root is read-only now, and what is changed would not last: take the word that begins" \
      "with overlayroot= out of /boot/firmware/cmdline.txt, and reboot."
}
is_booted() { [ -d "$prefix/run/systemd/system" ]; }

is_installed() {
  [ "$(dpkg-query -Wf '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}
apt_install() {
  run env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"
}

# Packages of the system that the mirror needs.
install_packages() {
  local package missing=() packages=(
    python3-venv python3-pygame python3-numpy
    libgbm1 libegl1 libgles2 libegl-mesa0 libgl1-mesa-dri libgl1 libglib2.0-0t64
    polkitd
  )
  if [ -n "$source_of_wheels" ]; then
    packages+=(python3-libcamera python3-prctl libcamera-ipa)
  else
    packages+=(python3-picamera2 python3-lgpio)
  fi
  for package in "${packages[@]}"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing packages: ${missing[*]}"
  run apt-get update -q
  apt_install "${missing[@]}"
}

# The same product always has the same name, so that installing it twice does nothing.
version_id() {
  local version content
  version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/pyproject.toml")
  content=$(
    cd "$root" || exit
    {
      cat pyproject.toml scripts/constraints.txt scripts/device.sh
      find mirror config systemd -type f ! -path '*/__pycache__/*' -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum
    } | sha256sum
  )
  printf '%s-%s\n' "$version" "${content:0:12}"
}

# Make the environment of a version in its place: an environment cannot be moved.
build_version() {
  local folder=$home/versions/$1 extra=''
  if [ -f "$folder/complete" ]; then
    say "Version $1 is there already."
    return
  fi
  [ -z "$source_of_wheels" ] || extra='[pi]'
  say "Making version $1 (some minutes) ..."
  run rm -rf "$folder"
  run install -d "$folder"
  run python3 -m venv --system-site-packages "$folder"
  local pip=("$folder/bin/python" -m pip --disable-pip-version-check --no-cache-dir install -q)
  if [ -z "$dry" ]; then
    grep -Ev "$from_apt" "$root/scripts/constraints.txt" >"$folder/constraints.txt"
  fi
  run "${pip[@]}" -c "$folder/constraints.txt" hatchling
  # Built from a copy, so that root leaves no files in the checkout of another user.
  run cp -r "$root/pyproject.toml" "$root/README.md" "$root/mirror" "$root/config" "$folder/"
  run "${pip[@]}" -c "$folder/constraints.txt" --no-build-isolation "$folder$extra"
  run rm -r "$folder/mirror" "$folder/config"
  run cp -r "$root/systemd" "$folder/system"
  run "$folder/bin/python" -c 'import mediapipe.tasks.python.vision, msgspec, numpy, pygame'
  run sync # the plug may be pulled: what is called complete must be on the disk
  run touch "$folder/complete"
}

# The pose model of a version, downloaded by the mirror's user to the folder of the service.
obtain_model() {
  run env HINGE_MIRROR_COMMAND="$home/versions/$1/bin/hinge-mirror" \
    sh "$root/systemd/hinge-mirror.sh" model
}

# The recordings of the voice, made by the mirror's user. Without them the mirror gives tones, so
# no error here keeps it from starting.
record_voice() {
  is_installed espeak-ng || apt_install espeak-ng || true
  run env HINGE_MIRROR_COMMAND="$home/versions/$1/bin/hinge-mirror" \
    sh "$root/systemd/hinge-mirror.sh" voice || true
}

# Put a version in use: its system files, then the link, in one step.
activate() {
  local folder=$home/versions/$1
  local system=$folder/system
  run install -Dm 644 "$system/sysusers.conf" "$prefix/etc/sysusers.d/hinge-mirror.conf"
  run install -Dm 644 "$system/tmpfiles.conf" "$prefix/etc/tmpfiles.d/hinge-mirror.conf"
  run install -Dm 644 "$system/udev.rules" "$prefix/etc/udev/rules.d/70-hinge-mirror.rules"
  run install -Dm 644 "$system/polkit.rules" "$prefix/etc/polkit-1/rules.d/70-hinge-mirror.rules"
  run install -Dm 644 "$system/$unit" "$prefix/etc/systemd/system/$unit"
  run install -Dm 755 "$system/hinge-mirror.sh" "$prefix/usr/local/bin/hinge-mirror"
  run systemd-sysusers "$prefix/etc/sysusers.d/hinge-mirror.conf"
  run systemd-tmpfiles --create "$prefix/etc/tmpfiles.d/hinge-mirror.conf"
  run ln -sfn "versions/$1" "$home/next"
  run mv -T "$home/next" "$home/current"
  if is_booted; then
    run udevadm control --reload
    run udevadm trigger --subsystem-match=gpio --subsystem-match=dma_heap
    run systemctl daemon-reload
  fi
}

# The newest two versions stay: the one in use, and the one to go back to.
forget_old_versions() {
  local keep=$1 before=$2 folder
  for folder in "$home"/versions/*/; do
    folder=$(basename "$folder")
    [ "$folder" = "$keep" ] || [ "$folder" = "$before" ] || [ "$folder" = '*' ] ||
      run rm -rf "$home/versions/$folder"
  done
}

in_use() { basename "$(readlink "$home/current" 2>/dev/null)" 2>/dev/null || true; }

# Restart; true if it is READY in time: frames are understood, or trouble is on the glass.
is_ready_within() {
  local seconds=$1 waited=0
  systemctl reset-failed "$unit" 2>/dev/null || true
  systemctl restart --no-block "$unit"
  while [ "$waited" -lt "$seconds" ]; do
    sleep 1
    waited=$((waited + 1))
    [ "$(systemctl is-active "$unit")" != active ] || return 0
  done
  return 1
}
