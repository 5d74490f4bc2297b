#!/bin/sh
# Has jardin-first-boot.service run at every start until it is done. `--now`: also in this one.
# Bookworm's firstrun.sh and trixie's cloud-init both come here; $JARDIN_ROOT is for the tests.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
units=${JARDIN_ROOT:-}/etc/systemd/system
mkdir -p "$units/multi-user.target.wants"
cp "$here/jardin-first-boot.service" "$units/jardin-first-boot.service"
ln -sf ../jardin-first-boot.service "$units/multi-user.target.wants/jardin-first-boot.service"
# A card that was made again begins again.
rm -f "${JARDIN_ROOT:-}/var/lib/jardin-first-boot/done"
# Nobody sits before a screen to answer the questions of Raspberry Pi OS.
ln -sf /dev/null "$units/userconfig.service"
sync
if [ "${1:-}" = --now ]; then
    systemctl daemon-reload
    systemctl start --no-block jardin-first-boot.service
fi
