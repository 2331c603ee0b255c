#!/bin/sh
# Runs in the tools root: two modules that Debian's kernel lacks, from Debian's own source of it.
set -e
cd /root
rm -rf source modules gpio-sim vimc
mkdir source modules
headers=$(echo /lib/modules/*/build)
tar -xf /usr/src/linux-source-*.tar.xz -C source --strip-components=1 --wildcards \
  '*/drivers/gpio/gpio-sim.c' '*/kernel/irq/irq_sim.c' \
  '*/drivers/media/test-drivers/vimc'

mkdir gpio-sim
cp source/drivers/gpio/gpio-sim.c gpio-sim/main.c
cp source/kernel/irq/irq_sim.c gpio-sim/
# A function that the kernel does not export; the exported one does the same and more.
sed -i 's/handle_simple_irq(irq_to_desc(\([^)]*\)))/generic_handle_irq(\1)/' gpio-sim/irq_sim.c
printf 'obj-m := gpio-sim.o\ngpio-sim-y := main.o irq_sim.o\n' >gpio-sim/Makefile
make -C "$headers" M=/root/gpio-sim modules

cp -r source/drivers/media/test-drivers/vimc vimc
# shellcheck disable=SC2016
sed -i 's/obj-$(CONFIG_VIDEO_VIMC)/obj-m/' vimc/Makefile
make -C "$headers" M=/root/vimc modules

cp gpio-sim/gpio-sim.ko vimc/vimc.ko modules/
rm -rf gpio-sim vimc source
