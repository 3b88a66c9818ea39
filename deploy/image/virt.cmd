# Before boot.cmd in the image for QEMU: what is said goes to the serial line.
setenv lintai_args "console=ttyAMA0,115200 systemd.journald.forward_to_console=1"
