package camera

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"lintai/hw"
	"lintai/kiosk/fault"
)

// What a camera behind a socket understands, one line each, and answers: its name
// in a line; and then, when it is to stream, frames until it is hung up, each with
// its length in four bytes, the most significant first.
const (
	askWho    = "who\n"
	askStream = "stream\n"
	nameMost  = 80
)

// socketLimit bounds a question to a camera that is not to stream.
const socketLimit = 3 * time.Second

// dialSocket connects, says one line and reads the name. The context's end hangs
// up; the function returned does in any case.
func dialSocket(ctx context.Context, path, say string) (*bufio.Reader, string, func(), error) {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err != nil {
		return nil, "", func() {}, socketFailed(ctx, err)
	}
	unhook := context.AfterFunc(ctx, func() { conn.Close() })
	hangUp := func() {
		unhook()
		conn.Close()
	}
	if _, err := io.WriteString(conn, say); err != nil {
		return nil, "", hangUp, socketFailed(ctx, err)
	}
	in := bufio.NewReaderSize(conn, nameMost)
	name, err := in.ReadSlice('\n')
	if err != nil {
		return nil, "", hangUp, socketFailed(ctx, err)
	}
	return in, strings.ToValidUTF8(strings.TrimSpace(string(name)), ""), hangUp, nil
}

func askSocket(ctx context.Context, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, socketLimit)
	defer cancel()
	_, name, hangUp, err := dialSocket(ctx, path, askWho)
	defer hangUp()
	return name, err
}

// shootSocket streams until there is a good frame, as still does.
func shootSocket(ctx context.Context, path string) (*Picture, error) {
	ctx, cancel := context.WithTimeout(ctx, stillLimit)
	defer cancel()
	in, _, hangUp, err := dialSocket(ctx, path, askStream)
	defer hangUp()
	if err != nil {
		return nil, err
	}
	for seen := 1; ; seen++ {
		frame, err := readFrame(in)
		if err != nil {
			return nil, socketFailed(ctx, err)
		}
		if seen <= settle {
			continue
		}
		if picture, err := develop(pixFormat{pixelFormat: formatMJPEG}, frame); err == nil {
			return picture, nil
		}
	}
}

// readFrame reads one frame of a stream.
func readFrame(in io.Reader) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(in, length[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(length[:])
	if n > frameMost {
		return nil, &hw.Error{Code: fault.DeviceFailed, Text: fmt.Sprintf("camera: a frame of %d bytes", n)}
	}
	// Grown as it arrives: a length alone must not take the memory.
	frame, err := io.ReadAll(io.LimitReader(in, int64(n)))
	if err == nil && len(frame) < int(n) {
		err = io.ErrUnexpectedEOF
	}
	return frame, err
}

// socketFailed finds the published fault of an error.
func socketFailed(ctx context.Context, err error) error {
	var known *hw.Error
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case ctx.Err() != nil:
		return &hw.Error{Code: fault.NoAnswer, Text: "camera: it delivers nothing"}
	case errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNRESET):
		return &hw.Error{Code: fault.Unplugged, Text: "camera: nobody is at the socket"}
	}
	return &hw.Error{Code: fault.DeviceFailed, Text: fmt.Sprintf("camera: %v", err)}
}
