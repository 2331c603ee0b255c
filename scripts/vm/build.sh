#!/usr/bin/env bash
# Builds the parts of the virtual machine, once, into a cache folder:
#
#   root/     Debian trixie with a kernel and the packages of Raspberry Pi OS that Debian has, too
#   wheels/   all Python packages, for a machine without a network
#   modules/  the kernel's simulated GPIO chip and camera, which Debian does not build
#   poses.npz poses of the shipped figure, recorded on this machine
#   base.ext4 the root as a disk, with the agent that runs the commands of the test
#
# Packages come from Debian and PyPI only. Needs root, and some 8 GB of disk.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
checkout=$(dirname "$(dirname "$here")")
cache=${1:?the cache folder is missing}
python=$checkout/.venv/bin/python
[ -x "$python" ] || python=python3

packages=(
  systemd-sysv udev dbus kmod procps e2fsprogs linux-image-amd64 zstd initramfs-tools
  overlayroot cryptsetup-bin busybox # the first wants the others in its initramfs
  python3 python3-venv python3-pygame python3-numpy
  python3-libcamera python3-prctl libcamera-ipa
  libgbm1 libegl1 libgles2 libegl-mesa0 libgl1-mesa-dri libgl1 libglib2.0-0t64 polkitd
  espeak-ng
)
build_packages=(
  linux-headers-amd64 linux-source gcc make kmod xz-utils
  swig python3-dev python3-pip python3-setuptools python3-wheel
)
# Dependencies of picamera2 that the mirror does not share: exact versions.
camera_wheels=(
  picamera2==0.3.38 piexif==1.1.3 simplejpeg==1.9.0 videodev2==0.0.4 av==19.0.2
  libarchive-c==5.3 jsonschema==4.26.0 OpenEXR==3.5.3
  attrs referencing rpds-py jsonschema-specifications
)
# No wheels for Python 3.13 on PyPI: made here.
sources=(lgpio==0.2.2.0 PiDNG)

say() { printf '%s\n' "vm: $*"; }
# A step is done once, and again when its inputs have changed.
step() {
  local name=$1 made_from
  made_from=$(declare -f "$name" | cat - <(printf '%s\n' "${@:2}") | sha256sum)
  [ "$(cat "$cache/$name.done" 2>/dev/null)" != "$made_from" ] || return 0
  say "$name ..."
  rm -f "$cache/base.done" "$cache/$name.done"
  # In the background, since bash forgets `set -e` in a command that it waits for with ||.
  "$name" >"$cache/$name.log" 2>&1 &
  wait $! || {
    tail -n 15 "$cache/$name.log"
    say "$name failed; all it said is in $cache/$name.log"
    exit 1
  }
  printf '%s\n' "$made_from" >"$cache/$name.done"
}

debian() {
  local folder=$1
  shift
  rm -rf "${cache:?}/$folder"
  # Where the host's own packages come from, Debian's next release does, too.
  local mirror
  mirror=$(grep -rhoE 'https?://[^ ]*/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d \
    2>/dev/null | head -n 1 | tr -d ' ') || true
  mmdebstrap --variant=minbase --include="$(printf '%s,' "$@" | sed 's/,$//')" \
    --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    trixie "$cache/$folder" "${mirror:-http://deb.debian.org/debian}"
}
root() { debian root "${packages[@]}"; }
tools() { debian tools "${build_packages[@]}"; }

modules() {
  rm -rf "$cache/modules"
  mkdir "$cache/modules"
  cp "$here/modules.sh" "$cache/tools/root/"
  chroot "$cache/tools" sh /root/modules.sh
  cp "$cache"/tools/root/modules/*.ko "$cache/modules/"
}

wheels() {
  local pip=(env -u PIP_FIND_LINKS -u PIP_CONFIG_FILE "$python" -m pip download -q --no-input --dest "$cache/wheels")
  local fit=(--only-binary=:all: --python-version 313 --implementation cp)
  local abi tag
  for abi in cp313 abi3 none; do fit+=(--abi "$abi"); done
  for tag in manylinux_2_28 manylinux_2_27 manylinux_2_26 manylinux_2_24 manylinux_2_17 \
    manylinux2014 manylinux_2_12 manylinux2010 manylinux_2_5 manylinux1; do
    fit+=(--platform "${tag}_x86_64")
  done
  rm -rf "$cache/wheels"
  mkdir "$cache/wheels"
  "$python" - "$checkout/pyproject.toml" >"$cache/requirements.txt" <<'PYTHON'
import sys, tomllib
project = tomllib.load(open(sys.argv[1], "rb"))
print(*project["build-system"]["requires"], *project["project"]["dependencies"], sep="\n")
PYTHON
  "${pip[@]}" "${fit[@]}" -c "$checkout/scripts/constraints.txt" -r "$cache/requirements.txt"
  "${pip[@]}" "${fit[@]}" --no-deps "${camera_wheels[@]}"
  # The old wheel that the pose model is taken from.
  "${pip[@]}" --only-binary=:all: --no-deps --python-version 311 --implementation cp --abi cp311 \
    --platform manylinux_2_28_x86_64 --platform manylinux2014_x86_64 mediapipe==0.10.21
  rm -rf "$cache/tools/root/sources" "$cache/tools/root/wheels"
  "${pip[@]}" --no-deps --no-binary :all: --dest "$cache/tools/root/sources" "${sources[@]}"
  # PYPI: lgpio then compiles what it is bound to, instead of looking for it in the system.
  # shellcheck disable=SC2016
  chroot "$cache/tools" env -i PATH=/usr/bin PYPI=1 sh -c \
    'pip wheel -q --no-index --no-deps --no-build-isolation -w /root/wheels /root/sources/*'
  cp "$cache"/tools/root/wheels/*.whl "$cache/wheels/"
}

poses() {
  (cd "$checkout" && PYTHONPATH=$checkout "$python" "$here/record.py" "$cache/poses.npz")
}

base() {
  rm -rf "$cache/base"
  cp -a "$cache/root" "$cache/base"
  local kernel
  kernel=$(basename "$cache"/base/lib/modules/*)
  install -Dm 644 -t "$cache/base/lib/modules/$kernel/extra" "$cache"/modules/*.ko
  chroot "$cache/base" depmod "$kernel"
  cp "$cache"/base/boot/vmlinuz-* "$cache/vmlinuz"
  cp "$cache"/base/boot/initrd.img-* "$cache/initrd.img"
  cp -r "$here/guest" "$cache/base/opt/vm"
  cp "$cache/poses.npz" "$cache/base/opt/vm/"
  sed 's/^$/Revision\t: c03114\n/' /proc/cpuinfo >"$cache/base/opt/vm/cpuinfo"
  local name
  for name in agent pins; do
    cp "$here/guest/$name.service" "$cache/base/etc/systemd/system/vm-$name.service"
    chroot "$cache/base" systemctl enable "vm-$name.service"
  done
  printf 'mirror-vm\n' >"$cache/base/etc/hostname"
  printf '/dev/vda / ext4 defaults 0 1\n' >"$cache/base/etc/fstab"
  mkdir "$cache/base/mnt/host"
  rm -f "$cache/base/etc/resolv.conf" "$cache/base.ext4"
  truncate -s 6G "$cache/base.ext4"
  mkfs.ext4 -q -F -d "$cache/base" "$cache/base.ext4"
  rm -rf "$cache/base"
}

mkdir -p "$cache"
step root "${packages[@]}"
step tools "${build_packages[@]}"
step modules "$(cat "$here/modules.sh")"
step wheels "${camera_wheels[@]}" "${sources[@]}" "$(cat "$checkout/pyproject.toml" "$checkout/scripts/constraints.txt")"
step poses "$(cat "$here/record.py" "$checkout"/mirror/figure/*.py)"
step base "$(cat "$here"/guest/*.* "$here"/guest/shims/* "$cache"/{root,modules,poses}.done)"
