# Chooses which of the two systems starts (made into boot.scr by deploy/image/build).
#
# The state is one sector at 1 MiB, written by this script and, in the system, by RAUC
# through fw_setenv: BOOT_ORDER says which is tried first, BOOT_x_LEFT how often yet. A
# system that was committed is given many tries again at each good start, so nobody loses it
# by pulling the plug; one on trial has two. When none has any left, the last that was
# tried first gets its many again: a terminal that starts badly is better than none.
# The numbers are hexadecimal, as RAUC writes them.
#
# Never name a state file uboot.env in the FAT: U-Boot takes it for its whole environment.
if test "${devtype}" = "virtio"; then setenv statead 0x50000000; else setenv statead 0x10000000; fi
if test -z "${kernel_addr_r}"; then setenv kernel_addr_r 0x42000000; fi
setenv BOOT_ORDER "A B"
setenv BOOT_A_LEFT 14
setenv BOOT_B_LEFT 14
${devtype} dev ${devnum}
if ${devtype} read ${statead} 0x800 0x1; then
  env import -c ${statead} 0x200 BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT || echo "lintai: no boot state, taking the defaults"
fi
setenv slot
setenv part
for s in ${BOOT_ORDER}; do
  if test -n "${slot}"; then true;
  elif test "${s}" = "A" -a 0x${BOOT_A_LEFT} -gt 0; then
    setexpr BOOT_A_LEFT ${BOOT_A_LEFT} - 1; setenv slot A; setenv part 2
  elif test "${s}" = "B" -a 0x${BOOT_B_LEFT} -gt 0; then
    setexpr BOOT_B_LEFT ${BOOT_B_LEFT} - 1; setenv slot B; setenv part 3
  fi
done
if test -z "${slot}"; then
  echo "lintai: no try is left, beginning anew"
  setenv BOOT_A_LEFT 14
  setenv BOOT_B_LEFT 14
  for s in ${BOOT_ORDER}; do
    if test -n "${slot}"; then true;
    elif test "${s}" = "B"; then setenv slot B; setenv part 3;
    else setenv slot A; setenv part 2;
    fi
  done
fi
if test -z "${slot}"; then setenv slot A; setenv part 2; fi
env export -c -s 0x200 ${statead} BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT
${devtype} write ${statead} 0x800 0x1
echo "lintai: slot ${slot} left A=${BOOT_A_LEFT} B=${BOOT_B_LEFT}"

if test -z "${lintai_args}"; then setenv lintai_args "console=tty3"; fi
setenv bootargs "lintai.root=${part} lintai.bus=${devtype} rauc.slot=${slot} ro quiet loglevel=3 panic=10 consoleblank=0 vt.global_cursor_default=0 fsck.repair=yes systemd.gpt_auto=0 systemd.firstboot=off ${lintai_args}"
if test -z "${fdt_addr}"; then setenv fdt_addr ${fdtcontroladdr}; fi
load ${devtype} ${devnum}:${part} ${kernel_addr_r} /boot/vmlinuz && load ${devtype} ${devnum}:${part} ${ramdisk_addr_r} /boot/initrd.img && booti ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${fdt_addr}
echo "lintai: system ${slot} did not start"
reset
