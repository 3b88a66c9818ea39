package sdcard

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
)

// Image is a card image that is read once, from its beginning. What packed it is told
// by its first bytes, not by its name.
type Image struct {
	Layout Layout

	stream  io.Reader
	head    *bytes.Reader // what was read to see what it is
	file    *os.File
	sum     hash.Hash // of the file as it lies there, when a .sha256 stands beside it
	want    string
	packed  *bufio.Reader // the file, through sum
	program *exec.Cmd     // unpacks
	said    bytes.Buffer
	name    string
	whole   bool // all was read, and it was whole
}

var packings = []struct{ magic, program string }{
	{"\x28\xb5\x2f\xfd", "zstd"},
	{"\xfd7zXZ\x00", "xz"},
}

// OpenImage opens an image and looks at its partition table. It must be closed.
func OpenImage(ctx context.Context, path string) (*Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, problem("sdcard.no_image", err, "file", path)
	}
	i := &Image{file: f, name: path}
	if err := i.open(ctx); err != nil {
		i.stop()
		return nil, err
	}
	return i, nil
}

func (i *Image) open(ctx context.Context) error {
	var source io.Reader = i.file
	switch text, err := os.ReadFile(i.name + ".sha256"); {
	case err == nil:
		i.want, _, _ = strings.Cut(strings.TrimSpace(string(text)), " ")
		i.sum = sha256.New()
		source = io.TeeReader(i.file, i.sum)
	case !errors.Is(err, fs.ErrNotExist):
		return problem("sdcard.no_image", err, "file", i.name+".sha256")
	}
	i.packed = bufio.NewReaderSize(source, 1<<20)
	magic, err := i.packed.Peek(6)
	if err != nil && !errors.Is(err, io.EOF) {
		return problem("sdcard.no_image", err, "file", i.name)
	}
	i.stream = i.packed
	if bytes.HasPrefix(magic, []byte{0x1f, 0x8b}) {
		if i.stream, err = gzip.NewReader(i.packed); err != nil {
			return i.damaged(err)
		}
	}
	for _, p := range packings {
		if bytes.HasPrefix(magic, []byte(p.magic)) {
			if err := i.unpack(ctx, p.program); err != nil {
				return err
			}
		}
	}
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(i.stream, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return i.damaged(err)
	}
	if err != nil && i.program != nil { // it ended early, and knows why
		if err := i.program.Wait(); err != nil {
			i.program = nil
			return i.damaged(err)
		}
		i.program = nil
	}
	head = head[:n]
	l, ok := readLayout(head)
	if !ok {
		return problem("sdcard.foreign_image", nil, "file", i.name)
	}
	i.Layout, i.head = l, bytes.NewReader(head)
	return nil
}

// unpack has another program unpack: both are in every Debian, and the fastest there are.
func (i *Image) unpack(ctx context.Context, program string) error {
	path, err := exec.LookPath(program)
	if err != nil {
		return problem("sdcard.no_program", nil, "program", program, "package", map[string]string{"zstd": "zstd", "xz": "xz-utils"}[program])
	}
	args := []string{"-dcq"}
	if program == "zstd" {
		args = append(args, "--long=31")
	}
	c := exec.CommandContext(ctx, path, args...)
	c.Stdin, c.Stderr = i.packed, &i.said
	c.Cancel = func() error { return c.Process.Kill() }
	out, err := c.StdoutPipe()
	if err != nil {
		return problem("sdcard.no_image", err, "file", i.name)
	}
	if err := c.Start(); err != nil {
		return problem("sdcard.no_image", err, "file", i.name)
	}
	i.program, i.stream = c, out
	return nil
}

// Read reads the unpacked image. io.EOF comes only when the file proved to be whole.
func (i *Image) Read(b []byte) (int, error) {
	switch {
	case i.head.Len() > 0:
		return i.head.Read(b)
	case i.whole:
		return 0, io.EOF
	}
	n, err := i.stream.Read(b)
	switch {
	case err == nil || n > 0:
		return n, nil
	case !errors.Is(err, io.EOF):
		return 0, i.damaged(err)
	}
	if i.program != nil {
		c := i.program
		i.program = nil
		if err := c.Wait(); err != nil {
			return 0, i.damaged(err)
		}
	}
	if i.sum != nil {
		if _, err := io.Copy(io.Discard, i.packed); err != nil { // what an unpacker left
			return 0, i.damaged(err)
		}
		if got := hex.EncodeToString(i.sum.Sum(nil)); !strings.EqualFold(got, i.want) {
			return 0, problem("sdcard.wrong_sum", nil, "file", i.name)
		}
	}
	i.whole = true
	return 0, io.EOF
}

func (i *Image) damaged(err error) error {
	if said := strings.TrimSpace(i.said.String()); said != "" {
		err = errors.New(said)
	}
	return problem("sdcard.damaged_image", err, "file", i.name)
}

func (i *Image) stop() {
	if i.program != nil {
		_ = i.program.Process.Kill()
		_ = i.program.Wait()
		i.program = nil
	}
	i.file.Close()
}

// Close ends the reading.
func (i *Image) Close() error {
	i.stop()
	return nil
}
