package guest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Console is what U-Boot, the kernel and systemd say on the serial line.
type Console struct {
	to    io.Writer // towards the guest
	began time.Time

	mutex   sync.Mutex
	text    []byte
	changed chan struct{} // closed and made anew with each piece
	ended   bool
}

// ErrEnded: the machine runs no more.
var ErrEnded = errors.New("the machine has ended")

// listen reads a line until it ends, and keeps it in log with the seconds since the
// start of the machine before each line. typed takes what is sent to the guest.
func listen(line io.Reader, typed, log io.Writer, began time.Time) *Console {
	c := &Console{to: typed, began: began, changed: make(chan struct{})}
	go func() {
		piece := make([]byte, 4096)
		var unfinished strings.Builder
		for {
			n, err := line.Read(piece)
			for _, b := range piece[:n] {
				if b != '\n' {
					unfinished.WriteByte(b)
					continue
				}
				fmt.Fprintf(log, "%8.2f %s\n", time.Since(began).Seconds(), strings.TrimRight(unfinished.String(), "\r"))
				unfinished.Reset()
			}
			c.mutex.Lock()
			c.text = append(c.text, piece[:n]...)
			c.ended = err != nil
			close(c.changed)
			c.changed = make(chan struct{})
			c.mutex.Unlock()
			if err != nil {
				fmt.Fprintf(log, "%8.2f %s\n", time.Since(began).Seconds(), unfinished.String())
				return
			}
		}
	}()
	return c
}

// Mark is how much was said until now.
func (c *Console) Mark() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return len(c.text)
}

// Since is what was said after a mark.
func (c *Console) Since(mark int) string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return string(c.text[mark:])
}

// Await waits until something was said after a mark, and returns the match with its
// groups and the mark behind it.
func (c *Console) Await(ctx context.Context, mark int, words *regexp.Regexp) ([]string, int, error) {
	for {
		c.mutex.Lock()
		text, changed, ended := c.text[mark:], c.changed, c.ended
		at := words.FindSubmatchIndex(text)
		var found []string
		if at != nil {
			for _, group := range words.FindSubmatch(text) {
				found = append(found, string(group))
			}
		}
		c.mutex.Unlock()
		if at != nil {
			return found, mark + at[1], nil
		}
		if ended {
			return nil, 0, fmt.Errorf("serial line: no %s: %w", words, ErrEnded)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, 0, fmt.Errorf("serial line: no %s: %w; at last: %s", words, context.Cause(ctx), c.tail(400))
		}
	}
}

func (c *Console) tail(n int) string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return string(c.text[max(0, len(c.text)-n):])
}

// Type sends bytes to the guest, as somebody does who has a cable at its serial port.
func (c *Console) Type(text string) error {
	_, err := io.WriteString(c.to, text)
	return err
}
