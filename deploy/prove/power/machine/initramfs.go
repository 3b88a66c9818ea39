package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// writeInitramfs writes what the kernel finds before it has a disk: the guest as
// its init, the key, and the drivers in the order in which they need each other. It
// is an archive of cpio, "newc" (the kernel's buffer-format.rst).
func writeInitramfs(path, guest string, key []byte, modules string, drivers ...string) error {
	var out bytes.Buffer
	inode := 0
	add := func(name string, mode uint32, content []byte) {
		inode++
		fmt.Fprintf(&out, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", inode, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name)+1, 0)
		out.WriteString(name)
		out.WriteByte(0)
		pad(&out)
		out.Write(content)
		pad(&out)
	}
	program, err := os.ReadFile(guest)
	if err != nil {
		return err
	}
	const folder, executable, file = 0o040755, 0o100755, 0o100600
	add("modules", folder, nil)
	add("init", executable, program)
	add("key", file, key)
	files := map[string]string{}
	err = filepath.WalkDir(modules, func(path string, d fs.DirEntry, err error) error {
		if name, ok := strings.CutSuffix(filepath.Base(path), ".ko"); ok {
			files[strings.ReplaceAll(name, "-", "_")] = path
		}
		return err
	})
	if err != nil {
		return err
	}
	loaded := map[string]bool{}
	var load func(name string) error
	load = func(name string) error {
		path, ok := files[name]
		if !ok || loaded[name] {
			return nil // built into the kernel, or there
		}
		loaded[name] = true
		needs, err := dependencies(path)
		if err != nil {
			return err
		}
		for _, n := range needs {
			if err := load(n); err != nil {
				return err
			}
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		add(fmt.Sprintf("modules/%02d-%s.ko", len(loaded)+inode, name), file, content)
		return nil
	}
	for _, d := range drivers {
		if err := load(d); err != nil {
			return err
		}
	}
	add("TRAILER!!!", 0, nil)
	return os.WriteFile(path, out.Bytes(), 0o600)
}

func pad(out *bytes.Buffer) {
	for out.Len()%4 != 0 {
		out.WriteByte(0)
	}
}

// dependencies reads what a driver says that it needs.
func dependencies(path string) ([]string, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer f.Close()
	section := f.Section(".modinfo")
	if section == nil {
		return nil, fmt.Errorf("%s says nothing of itself", path)
	}
	info, err := io.ReadAll(section.Open())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, word := range strings.Split(string(info), "\x00") {
		if names, ok := strings.CutPrefix(word, "depends="); ok && names != "" {
			return strings.Split(names, ","), nil
		}
	}
	return nil, nil
}
