package power

import "golang.org/x/sys/unix"

// older are calls that newer architectures have only in their …at form: which of
// the newer ones, and that a folder's descriptor is missing before each path.
var older = map[int]int{
	unix.SYS_OPEN: unix.SYS_OPENAT, unix.SYS_RENAME: unix.SYS_RENAMEAT, unix.SYS_LINK: unix.SYS_LINKAT,
	unix.SYS_UNLINK: unix.SYS_UNLINKAT, unix.SYS_MKDIR: unix.SYS_MKDIRAT, unix.SYS_SYMLINK: unix.SYS_SYMLINKAT,
}

// unmodelled calls of this architecture.
var unmodelled = map[int]string{unix.SYS_CREAT: "creat", unix.SYS_RMDIR: "rmdir", unix.SYS_DUP2: "dup2",
	unix.SYS_FORK: "fork", unix.SYS_VFORK: "vfork"}
