#!/bin/sh
# as_the_card.sh NAME FILES PROGRAM…: PROGRAM with the files of a card (FILES, a folder with etc/) in
# their places and a world of its own below /run; nothing of this computer changes. It is run in
# namespaces of its own (unshare --mount --uts --pid --fork), which end with it.
set -eu
name=$1
files=$2
shift 2
hostname "$name"
mount -t tmpfs tmpfs /run
mkdir -p /run/dbus
echo nameserver 10.42.0.1 >/run/resolv.conf
mount --bind /run/resolv.conf "$(readlink -f /etc/resolv.conf)"
for folder in avahi/services chrony/conf.d; do
    [ ! -d "$files/etc/$folder" ] || mount --bind "$files/etc/$folder" "/etc/$folder"
done
if [ -d /var/lib/chrony ]; then
    mount -t tmpfs tmpfs /var/lib/chrony
    chown _chrony: /var/lib/chrony
fi
if [ -d /etc/NetworkManager ] && [ -d "$files/etc/NetworkManager" ]; then
    # It believes no file that others may write, nor /sys where it may write itself (a container's).
    mount -t tmpfs tmpfs /var/lib/NetworkManager
    cp /etc/NetworkManager/NetworkManager.conf /run/
    mount -t tmpfs tmpfs /etc/NetworkManager
    cp -r /run/NetworkManager.conf "$files"/etc/NetworkManager/* /etc/NetworkManager/
    chmod -R go= /etc/NetworkManager
    mount -o remount,ro /sys
fi
case $1 in
    avahi-daemon | NetworkManager)
        dbus-daemon --system --nofork --nopidfile &
        until [ -S /run/dbus/system_bus_socket ]; do sleep 0.05; done
        ;;
esac
exec "$@"
