// Package nfc notices community cards and other NFC tags: which tag was laid on
// the reader, and that it was taken away. It reads nothing that is stored on a tag.
//
// What tells tags apart is their UID. It identifies whoever carries the tag as well
// as a name does, so it leaves this package only as a Token: a value that can be
// compared, and turned into a keyed digest, and that shows nothing when it is
// printed, logged or marshalled by mistake.
//
// Two kinds of chip are known. The PN532 hangs on a serial line and finds tags of
// types A and B (frame.go is its codec, target.go reads what it lists, pn532.go
// talks). The MFRC522 hangs on SPI and finds type A only; mfrc522.go uses
// periph.io/x/devices/v3/mfrc522 for it. Both are a Chip, and one Reader turns what
// a chip sees into the events Present and Lifted (reader.go). hw/supervise keeps it
// running.
//
// Sources: NXP UM0701-02 (PN532 user manual), NXP MFRC522 data sheet, ISO/IEC
// 14443-3.
package nfc
