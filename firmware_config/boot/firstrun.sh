#!/bin/sh
# Bookworm's first start, once, by systemd.run= of cmdline.txt: has the garden's own service run at
# the next start, then takes itself out of cmdline.txt. systemd restarts the Pi after it.
set -eu
boot=$(cd "$(dirname "$0")/.." && pwd)
sh "$boot/jardin/start.sh"
sed -e 's| systemd\.[^ ]*||g' "$boot/cmdline.txt" >"$boot/cmdline.new"
sync
mv "$boot/cmdline.new" "$boot/cmdline.txt"
sync
