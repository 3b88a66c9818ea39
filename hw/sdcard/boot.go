package sdcard

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// ConfigName is the technician's file on the first partition.
const ConfigName = "kiosk.toml"

// mtools write FAT without mounting it: small programs that every distribution has and
// that have been looked after for thirty years. The libraries in Go that write FAT are
// larger than this whole command.
func mtools(ctx context.Context, to Target, l Layout, name string, args ...string) ([]byte, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, problem("sdcard.no_program", nil, "program", "mtools", "package", "mtools")
	}
	c := exec.CommandContext(ctx, path, append([]string{"-i", fmt.Sprintf("%s@@%d", to.Path(), l.Boot.Start)}, args...)...)
	c.Env = append(os.Environ(), "MTOOLSRC=/dev/null", "MTOOLS_SKIP_CHECK=1", "LC_ALL=C")
	var out, said bytes.Buffer
	c.Stdout, c.Stderr = &out, &said
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("%s: %s", name, strings.TrimSpace(said.String()))
	}
	return out.Bytes(), nil
}

func mtoolsThere() error {
	if _, err := exec.LookPath("mcopy"); err != nil {
		return problem("sdcard.no_program", nil, "program", "mtools", "package", "mtools")
	}
	return nil
}

// putConfig writes kiosk.toml into the first partition and reads it back from there.
func putConfig(ctx context.Context, to Target, l Layout, config []byte) error {
	folder, err := os.MkdirTemp("", "lintai-card-") // 0700: the file holds a code
	if err != nil {
		return problem("sdcard.no_config", err)
	}
	defer os.RemoveAll(folder)
	name := filepath.Join(folder, ConfigName)
	if err := os.WriteFile(name, config, 0o600); err != nil {
		return problem("sdcard.no_config", err)
	}
	if _, err := mtools(ctx, to, l, "mcopy", "-o", name, "::"+ConfigName); err != nil {
		return configFailed(ctx, err)
	}
	if err := to.Sync(); err != nil {
		return problem("sdcard.no_config", err)
	}
	if err := to.Forget(); err != nil {
		return problem("sdcard.no_config", err)
	}
	back, err := readConfig(ctx, to, l)
	if err != nil {
		return configFailed(ctx, err)
	}
	if !bytes.Equal(back, config) {
		return problem("sdcard.no_config", errors.New("it reads back different"))
	}
	return nil
}

func configFailed(ctx context.Context, err error) error {
	var p *Problem
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &p):
		return err
	}
	return problem("sdcard.no_config", err)
}

func readConfig(ctx context.Context, to Target, l Layout) ([]byte, error) {
	return mtools(ctx, to, l, "mtype", "::"+ConfigName)
}

// Card is what is on a card of ours.
type Card struct {
	Layout Layout
	Config []byte    // kiosk.toml; nil when there is none, or nothing to read it with
	Lived  time.Time // when a terminal last used its data partition; zero: never
}

// ext4's superblock: 1024 bytes into the partition.
const (
	superblock = 1024
	mountedAt  = 0x2c // s_mtime
	magicAt    = 0x38
	ext4Magic  = 0xef53
)

// Look reads what is on a card; false when it is none of ours.
func Look(ctx context.Context, from Target) (Card, bool) {
	l, ok := LayoutOf(from)
	if !ok {
		return Card{}, false
	}
	c := Card{Layout: l}
	b := room(headSize)
	defer b.free()
	if n, err := from.ReadAt(b.bytes, l.Data.Start); (err == nil || errors.Is(err, io.EOF)) && n >= superblock+magicAt+2 {
		s := b.bytes[superblock:]
		if binary.LittleEndian.Uint16(s[magicAt:]) == ext4Magic {
			if at := binary.LittleEndian.Uint32(s[mountedAt:]); at != 0 {
				c.Lived = time.Unix(int64(at), 0)
			}
		}
	}
	if text, err := readConfig(ctx, from, l); err == nil {
		c.Config = text
	}
	return c, true
}
