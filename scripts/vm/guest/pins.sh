#!/bin/sh
# Test only: a GPIO chip as a Raspberry Pi 4 has it, whose lines can be pulled from outside.
set -e
case ${1:-start} in
  start)
    modprobe gpio-sim
    chip=/sys/kernel/config/gpio-sim/pi
    if [ ! -d $chip ]; then
      mkdir -p $chip/bank0
      echo 54 >$chip/bank0/num_lines
      echo pinctrl-bcm2711 >$chip/bank0/label
    fi
    echo 1 >$chip/live
    ;;
  stop) echo 0 >/sys/kernel/config/gpio-sim/pi/live ;;
  down) echo pull-down >"/sys/devices/platform/gpio-sim.0/gpiochip0/sim_gpio$2/pull" ;;
  up) echo pull-up >"/sys/devices/platform/gpio-sim.0/gpiochip0/sim_gpio$2/pull" ;;
esac
