// Package image holds the tests of what the card image is built from, as far as they need
// no emulator: the boot loader's script run step by step, the card's partitions, the units as
// systemd reads them, the rules of the closed door, the lock of packages. deploy/image/boot-test
// starts the finished image.
package image
