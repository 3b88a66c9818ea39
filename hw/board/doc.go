// Package board watches the computer inside the terminal: how hot it is, whether
// its power holds, whether its storage is failing, full or has become read-only,
// and whether its clock was ever set.
//
// All of it is read from the kernel's files, below a root that tests replace by a
// tree of their own, and from vcgencmd where the maker installed it. A figure that
// this machine does not have is nil and no trouble: a PC is simply well. Read
// looks once, for the technician's command; Watch is the same look as a device
// under hw/supervise.
//
// The board has one health, not one for each concern, because it is one thing to
// the person who is sent to it: its code is that of the gravest trouble, and its
// detail names every trouble there is.
package board
