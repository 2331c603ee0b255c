#!/bin/sh
# The command of the installed mirror, with the user and folders that its service has.
#   sudo hinge-mirror check
export XDG_CACHE_HOME=/var/cache XDG_STATE_HOME=/var/lib
export HOME=/var/lib/hinge-mirror MPLCONFIGDIR=/var/cache/hinge-mirror
command=/opt/hinge-mirror/current/bin/hinge-mirror
if [ "$(id -u)" = 0 ]; then
  cd /var/lib/hinge-mirror || exit 1
  exec setpriv --reuid mirror --regid mirror --init-groups -- "$command" "$@"
fi
exec "$command" "$@"
