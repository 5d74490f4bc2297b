#!/bin/sh
# What a phone does with the address that it was given (udhcpc's script).
if [ "$1" = bound ] || [ "$1" = renew ]; then
    ip address flush dev "$interface"
    ip address add "$ip/$mask" dev "$interface"
    ip route replace default via "$router" dev "$interface"
    echo "$ip from $serverid names ${dns:-none} time ${ntpsrv:-none}"
fi
