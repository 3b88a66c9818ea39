package sdcard

import "golang.org/x/sys/unix"

// memory begins on a page, as the kernel asks for what goes past its own memory.
type memory struct{ bytes []byte }

func room(n int) memory {
	b, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		panic("sdcard: no memory: " + err.Error())
	}
	return memory{b}
}

func (m memory) free() { _ = unix.Munmap(m.bytes) }
