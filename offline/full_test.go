package offline

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sys/unix"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/terminal"
	"lintai/kiosk/ticket"
)

// The partition of this test is a real one, of memory, in a name space of its own:
// that takes no special rights where the kernel lets users have such.
func TestRequestsAreSavedOnAFullPartition(t *testing.T) {
	child := exec.Command("/proc/self/exe")
	child.Env = append(os.Environ(), childEnv+"=full", childPath+"="+t.TempDir())
	child.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := child.CombinedOutput()
	switch {
	case strings.Contains(string(out), noMount):
		t.Skip(string(out))
	case err != nil && len(out) == 0:
		t.Skipf("%s: no name space of its own: %v", noMount, err)
	case err != nil:
		t.Fatalf("%v\n%s", err, out)
	}
	t.Log(string(out))
}

const noMount = "this machine lets no test mount a small partition"

// fillPartition is the child of that test.
func fillPartition(dir string) {
	if err := unix.Mount("small", dir, "tmpfs", 0, "size=96m"); err != nil {
		fmt.Println(noMount+":", err)
		return
	}
	if err := onFullPartition(dir); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func onFullPartition(dir string) error {
	path := filepath.Join(dir, FileName)
	private, err := seal.Generate()
	if err != nil {
		return err
	}
	if err := Create(path, time.Now); err != nil {
		return err
	}
	q, err := Open(path, private.Public(), time.Now)
	if err != nil {
		return err
	}
	defer q.Close()
	ctx := context.Background()
	if !q.Room(ctx) {
		return errors.New("no room for photos from the start")
	}
	filler := filepath.Join(dir, "filler")
	if err := fillUp(filler); err != nil {
		return err
	}
	if q.Room(ctx) {
		return errors.New("room for photos on a full partition")
	}
	// Photos end first, and leave the reserve alone.
	photos := 0
	for ; ; photos++ {
		if err := save(q, make([]byte, 1<<20)); errors.Is(err, ErrFull) {
			break
		} else if err != nil || photos > 100 {
			return fmt.Errorf("photo %d on a full partition: %w", photos, err)
		}
	}
	if !q.reserve.whole() {
		return errors.New("photos took the reserve of the requests")
	}
	// What remained besides is taken by somebody's log.
	if err := fillUp(filler + "-2"); err != nil {
		return err
	}
	const requests = 2000
	for n := range requests {
		if err := save(q, nil); err != nil {
			return fmt.Errorf("request %d on a full partition: %w", n, err)
		}
	}
	if err := q.SaveCall(ctx, request.Call{ID: uuid.NewString(), Kiosk: 12, MadeAt: time.Now()}); err != nil {
		return err
	}
	gaveUp := !q.reserve.whole()
	// Until nothing is left: then it says so, and what was saved is there.
	saved := requests + photos + 1
	for ; saved < 200_000; saved++ {
		if err := save(q, nil); errors.Is(err, ErrFull) {
			break
		} else if err != nil {
			return err
		}
	}
	if err := q.Close(); err != nil {
		return err
	}
	if q, err = Open(path, private.Public(), time.Now); err != nil {
		return fmt.Errorf("open on a full partition: %w", err)
	}
	if n, err := q.Pending(ctx); err != nil || n != saved {
		return fmt.Errorf("%d wait of %d (%w)", n, saved, err)
	}
	// There is room again: so is the reserve, and photos are taken.
	for _, name := range []string{filler, filler + "-2"} {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	items, err := q.Next(ctx, 1, 1<<20)
	if err != nil {
		return err
	}
	if err := q.Settle(ctx, []Answer{{ID: items[0].ID, State: Delivered}}); err != nil {
		return err
	}
	if err := save(q, make([]byte, 1<<20)); err != nil {
		return err
	}
	if !q.reserve.whole() {
		return errors.New("the reserve was not made again")
	}
	fmt.Printf("%d photos and %d requests on a full partition; the reserve was needed: %v\n", photos, saved-photos, gaveUp)
	return nil
}

func save(q *Queue, photo []byte) error {
	for {
		code, err := ticket.New(12, rand.Reader)
		if err != nil {
			return err
		}
		r := request.Request{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, Ticket: code, Service: "repair", MadeAt: time.Now()}
		var all []request.Attachment
		if photo != nil {
			a := request.NewAttachment(uuid.Must(uuid.NewV7()).String(), "image/jpeg", photo, 0)
			all, r.Attachments = append(all, a), append(r.Attachments, a.Reference)
		}
		if err := q.SaveRequest(context.Background(), r, all...); !errors.Is(err, terminal.ErrTicketTaken) {
			return err
		}
	}
}

// fillUp writes until not a byte is left.
func fillUp(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for size := 1 << 20; size > 0; size /= 2 {
		for {
			if _, err := f.Write(make([]byte, size)); errors.Is(err, unix.ENOSPC) {
				break
			} else if err != nil {
				return err
			}
		}
	}
	return nil
}
