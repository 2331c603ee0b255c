#!/bin/sh
# The command of the installed mirror, with the folders that its service has.
#   sudo hinge-mirror check
#
# Commands on files of the caller run as the caller, in the caller's folder; all others as
# the mirror's user in the mirror's folder, since lgpio keeps a pipe where it is started.
prefix=${HINGE_MIRROR_PREFIX:-} # for tests: a folder that stands for /
command=${HINGE_MIRROR_COMMAND:-$prefix/opt/hinge-mirror/current/bin/hinge-mirror}
export XDG_CACHE_HOME="$prefix/var/cache" XDG_STATE_HOME="$prefix/var/lib"

as_caller() {
  export MPLCONFIGDIR="${MPLCONFIGDIR:-${HOME:-}/.cache/matplotlib}"
  exec "$command" "$@"
}

for word; do
  case $word in
    -h | --help | --version) as_caller "$@" ;;
  esac
done
case ${1:-} in
  analyze) as_caller "$@" ;; # nothing of the mirror is touched
esac

if [ "$(id -un)" = mirror ]; then
  set -- "$command" "$@"
elif [ "$(id -u)" = 0 ]; then
  case ${1:-} in
    import)
      umask 022 # the mirror must be able to read its settings
      as_caller "$@"
      ;;
    export | history) as_caller "$@" ;;
  esac
  set -- setpriv --reuid mirror --regid mirror --init-groups -- "$command" "$@"
else
  echo "hinge-mirror: only root may do this; run it with sudo: sudo hinge-mirror $*" >&2
  exit 2
fi
export HOME="$XDG_STATE_HOME/hinge-mirror" MPLCONFIGDIR="$XDG_CACHE_HOME/hinge-mirror"
cd "$HOME" 2>/dev/null || cd /
exec "$@"
