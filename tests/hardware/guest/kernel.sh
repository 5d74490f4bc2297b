#!/bin/sh
# Runs inside the guest's root: makes /boot/vmlinuz and /boot/initramfs there.
#   kernel.sh FOLDER    the folder with Kbuild and init
# The simulator's source comes from Debian's linux-source-6.1 and stays in the root.
set -eu
ours=$1
version=$(basename /usr/src/linux-headers-*-amd64)
version=${version#linux-headers-}
built=/usr/src/guest
rm -rf "$built"
mkdir -p "$built/module" "$built/ramfs/bin" "$built/ramfs/modules" "$built/ramfs/debian"
cd "$built"

# Unpacked beside the system: its /lib would take the place of the root's link to usr/lib.
apt-get -qq -o APT::Sandbox::User=root download "linux-image-$version"
dpkg -x linux-image-*.deb kernel
rm linux-image-*.deb
depmod -b kernel "$version"

tar -C module --strip-components=3 -xf /usr/src/linux-source-6.1.tar.xz \
    linux-source-6.1/drivers/gpio/gpio-sim.c linux-source-6.1/drivers/gpio/gpiolib.h \
    linux-source-6.1/kernel/irq/irq_sim.c
# A module may not call irq_to_desc; this is what it may call for the same answer.
sed -i 's/irq_to_desc(\([a-z]*\))/irq_data_to_desc(irq_get_irq_data(\1))/' module/irq_sim.c
cp "$ours/Kbuild" module/
make -s -C "/lib/modules/$version/build" M="$built/module" modules

for wanted in 9p 9pnet_virtio virtio_pci configfs; do
    modprobe -d "$built/kernel" -S "$version" --show-depends "$wanted" | sed -n 's/^insmod //p'
done | awk '!seen[$1]++ { print $1 }' | while read -r module; do
    cp "$module" ramfs/modules/
    basename "$module"
done >ramfs/modules/order
cp module/jardin-gpio-sim.ko ramfs/modules/
echo jardin-gpio-sim.ko >>ramfs/modules/order
cp /bin/busybox ramfs/bin/
cp "$ours/init" ramfs/init
chmod 755 ramfs/init
(cd ramfs && find . | cpio --quiet -o -H newc) | gzip -1 >/boot/initramfs
cp "kernel/boot/vmlinuz-$version" /boot/vmlinuz
rm -rf kernel
