// Command guest is the only program of a virtual machine whose power is cut by
// deploy/prove/power/machine. It is the machine's init: it loads the drivers that it
// finds, mounts the disk, opens the terminal's queue, says on the serial line what
// is in it, and then saves and settles until the machine dies, saying each time what
// it is about to do and that it was done:
//
//	create                      a queue is made, since there is none
//	created
//	have ID KIND STATE DIGEST   one item that is there; the digest is of its body
//	ready                       that was all
//	save ID DIGEST ID DIGEST …  a request and its attachments
//	saved ID
//	settle ID                   the first that waits is delivered
//	settled ID
//	wrong …                     what must not be
package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sys/unix"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/offline"
)

const (
	disk   = "/dev/vda"
	serial = "/dev/ttyS0"
	folder = "/data"
	number = 12
)

func main() {
	out, err := start()
	if err == nil {
		err = use(out)
	}
	if out == nil {
		out = os.Stdout
	}
	fmt.Fprintln(out, "wrong", err)
	for { // an init that ends is a panic of the kernel; the host ends the machine
		time.Sleep(time.Hour)
	}
}

// start makes a machine of a bare kernel.
func start() (*os.File, error) {
	for _, m := range [][2]string{{"devtmpfs", "/dev"}, {"proc", "/proc"}, {"sysfs", "/sys"}} {
		if err := os.MkdirAll(m[1], 0o755); err != nil {
			return nil, err
		}
		if err := unix.Mount(m[0], m[1], m[0], 0, ""); err != nil {
			return nil, fmt.Errorf("mount %s: %w", m[1], err)
		}
	}
	out, err := os.OpenFile(serial, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	modules, err := filepath.Glob("/modules/*.ko") // numbered in the order they need
	if err != nil {
		return out, err
	}
	slices.Sort(modules)
	for _, name := range modules {
		f, err := os.Open(name)
		if err != nil {
			return out, err
		}
		if err := unix.FinitModule(int(f.Fd()), "", 0); err != nil && !errors.Is(err, unix.EEXIST) {
			return out, fmt.Errorf("load %s: %w", name, err)
		}
		f.Close()
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return out, err
	}
	for tries := 0; ; tries++ {
		err := unix.Mount(disk, folder, "ext4", 0, "")
		if err == nil {
			return out, nil
		}
		if tries == 500 {
			return out, fmt.Errorf("mount %s: %w", disk, err)
		}
		time.Sleep(10 * time.Millisecond) // the driver still looks at the disk
	}
}

func use(out *os.File) error {
	ctx := context.Background()
	say := func(words ...any) {
		fmt.Fprintln(out, words...)
		// Until the last letter has left: what was only meant to be said is no word.
		_ = unix.IoctlSetInt(int(out.Fd()), unix.TCSBRK, 1)
	}
	raw, err := os.ReadFile("/key")
	if err != nil {
		return err
	}
	key, err := seal.ParsePrivateKey(raw)
	if err != nil {
		return err
	}
	path := filepath.Join(folder, offline.FileName)
	q, err := offline.Open(path, key.Public(), time.Now)
	if errors.Is(err, offline.ErrMissing) {
		say("create")
		if err := offline.Create(path, time.Now); err != nil {
			return err
		}
		say("created")
		q, err = offline.Open(path, key.Public(), time.Now)
	}
	if err != nil {
		return err
	}
	if err := tell(ctx, q, path, key, say); err != nil {
		return err
	}
	say("ready")
	for {
		if err := save(ctx, q, say); err != nil {
			return err
		}
		if mathrand.IntN(3) > 0 {
			continue
		}
		waiting, err := q.Next(ctx, 1, 1<<20)
		if err != nil {
			return err
		}
		for _, w := range waiting {
			say("settle", w.ID)
			if err := q.Settle(ctx, []offline.Answer{{ID: w.ID, State: offline.Delivered}}); err != nil {
				return err
			}
			say("settled", w.ID)
		}
	}
}

// tell says what is in the queue, and opens each body as central would.
func tell(ctx context.Context, q *offline.Queue, path string, key seal.PrivateKey, say func(...any)) error {
	if _, err := q.VerifyAudit(ctx); err != nil {
		return err
	}
	look, err := offline.Inspect(ctx, path)
	if err != nil {
		return err
	}
	defer look.Close()
	return look.Entries(ctx, func(e offline.Entry) error {
		if e.State == offline.Delivered {
			say("have", e.ID, e.Kind, e.State, "-")
			return nil
		}
		body, err := q.ReadSealed(ctx, e.ID, 0, 1<<30)
		if err != nil {
			return err
		}
		plain, err := seal.Ring{key}.Open(seal.Envelope{ID: e.ID, Kind: e.Kind, Kiosk: number}, body)
		if err != nil {
			return fmt.Errorf("item %s: %w", e.ID, err)
		}
		say("have", e.ID, e.Kind, e.State, digest(plain))
		return nil
	})
}

func save(ctx context.Context, q *offline.Queue, say func(...any)) error {
	code, err := ticket.New(number, rand.Reader)
	if err != nil {
		return err
	}
	r := request.Request{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: number, Ticket: code, Service: "repair", CatalogVersion: 1,
		Answers: []request.Answer{{Step: "what", Option: "water", Text: "水"}}, MadeAt: time.Now()}
	var attachments []request.Attachment
	var names []string
	for range mathrand.IntN(3) {
		data := make([]byte, 1+mathrand.IntN(100_000))
		rand.Read(data)
		a := request.NewAttachment(uuid.Must(uuid.NewV7()).String(), "audio/ogg", data, 3)
		a.Step = "note"
		attachments = append(attachments, a)
		r.Attachments = append(r.Attachments, a.Reference)
		plain, err := request.Encode(request.AttachmentBody{ID: a.ID, Kiosk: number, Request: r.ID, Type: a.Type, Data: data})
		if err != nil {
			return err
		}
		names = append(names, a.ID, digest(plain))
	}
	plain, err := request.Encode(r)
	if err != nil {
		return err
	}
	say("save", r.ID, digest(plain), strings.Join(names, " "))
	if err := q.SaveRequest(ctx, r, attachments...); err != nil {
		return err
	}
	say("saved", r.ID)
	return nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return fmt.Sprintf("%x", sum[:8])
}
