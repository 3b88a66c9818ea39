package offline

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lintai/kiosk/fault"
	"lintai/kiosk/seal"
)

func TestOpenRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, b *bench)
		want  error
		code  fault.Code
	}{
		{"no file", func(t *testing.T, b *bench) { must(t, os.Remove(b.path)) }, ErrMissing, fault.QueueMissing},
		{"no folder", func(t *testing.T, b *bench) { b.path = filepath.Join(t.TempDir(), "sdcard", FileName) }, ErrMissing, fault.QueueMissing},
		{"a folder", func(t *testing.T, b *bench) { must(t, os.Remove(b.path)); must(t, os.Mkdir(b.path, 0o700)) }, ErrDamaged, fault.QueueDamaged},
		{"empty file", func(t *testing.T, b *bench) { must(t, os.Truncate(b.path, 0)) }, ErrDamaged, fault.QueueDamaged},
		{"text file", func(t *testing.T, b *bench) {
			must(t, os.WriteFile(b.path, []byte(strings.Repeat("请求", 3000)), 0o600))
		}, ErrDamaged, fault.QueueDamaged},
		{"cut file", func(t *testing.T, b *bench) { must(t, os.Truncate(b.path, 3*4096)) }, ErrDamaged, fault.QueueDamaged},
		{"zeroed pages", func(t *testing.T, b *bench) { overwrite(t, b.path, 4096, make([]byte, 5*4096)) }, ErrDamaged, fault.QueueDamaged},
		{"noise in a page", func(t *testing.T, b *bench) {
			overwrite(t, b.path, 6*4096, []byte(strings.Repeat("\xa5\x5a", 2048)))
		}, ErrDamaged, fault.QueueDamaged},
		{"another program's database", func(t *testing.T, b *bench) { pragma(t, b.path, "application_id = 1") }, ErrDamaged, fault.QueueDamaged},
		{"no schema", func(t *testing.T, b *bench) { pragma(t, b.path, "user_version = 0") }, ErrDamaged, fault.QueueDamaged},
		{"a newer schema", func(t *testing.T, b *bench) { pragma(t, b.path, fmt.Sprintf("user_version = %d", len(migrations)+1)) }, ErrNewer, fault.QueueDamaged},
		{"already open", func(t *testing.T, b *bench) { b.open(t) }, ErrBusy, fault.QueueBusy},
		{"no key", func(t *testing.T, b *bench) { b.private = seal.PrivateKey{} }, ErrNoKey, fault.ConfigInvalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := setup(t)
			for range 40 {
				b.saveRequest(t)
			}
			must(t, b.Close())
			public := b.private.Public()
			c.spoil(t, b)
			if c.want == ErrNoKey {
				public = seal.PublicKey{}
			}
			before, _ := os.ReadFile(b.path)
			q, err := Open(b.path, public, b.now)
			if err == nil {
				q.Close()
				t.Fatal("it opened")
			}
			if !errors.Is(err, c.want) || FaultOf(err) != c.code {
				t.Errorf("error %q with fault %q, want %q with %q", err, FaultOf(err), c.want, c.code)
			}
			if after, _ := os.ReadFile(b.path); string(after) != string(before) {
				t.Error("a refused file was changed")
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func overwrite(t *testing.T, path string, at int64, with []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	must(t, err)
	defer f.Close()
	_, err = f.WriteAt(with, at)
	must(t, err)
}

func pragma(t *testing.T, path, statement string) {
	t.Helper()
	db, err := connect(path, readWrite)
	must(t, err)
	defer db.Close()
	_, err = db.Exec("PRAGMA " + statement)
	must(t, err)
}

func TestCreateRefusesWhenAnythingIsThere(t *testing.T) {
	for _, there := range []string{FileName, FileName + "-wal", FileName + "-shm", FileName + "-journal"} {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, there), []byte("old"), 0o600))
		err := Create(filepath.Join(dir, FileName), (&bench{}).now)
		if !errors.Is(err, ErrExists) {
			t.Errorf("with %s there: %v", there, err)
		}
		if text, _ := os.ReadFile(filepath.Join(dir, there)); string(text) != "old" {
			t.Errorf("%s was touched", there)
		}
	}
	if err := Create(filepath.Join(t.TempDir(), "not-mounted", FileName), (&bench{}).now); !errors.Is(err, ErrMissing) {
		t.Errorf("in a folder that is not there: %v", err)
	}
}

func TestCreateAfterAnInterruptedOne(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, FileName+".unfinished"), []byte("half"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, FileName+".unfinished-wal"), []byte("half"), 0o600))
	must(t, Create(filepath.Join(dir, FileName), (&bench{}).now))
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if e.Name() != FileName && e.Name() != "kiosk.lock" {
			t.Errorf("%s was left", e.Name())
		}
	}
	info, err := os.Stat(filepath.Join(dir, FileName))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the queue has mode %v", info.Mode())
	}
}

// Root may write anywhere, so the read-only folder is opened by a process of
// another user when the test runs as root.
func TestReadOnlyFolder(t *testing.T) {
	dir, err := os.MkdirTemp("", "lintai-readonly-")
	must(t, err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, FileName)
	must(t, Create(path, (&bench{}).now))
	must(t, os.Chmod(path, 0o444))
	must(t, os.Chmod(filepath.Join(dir, "kiosk.lock"), 0o444))
	must(t, os.Chmod(dir, 0o555))
	child := exec.Command("/proc/self/exe")
	child.Dir = "/"
	child.Env = append(os.Environ(), childEnv+"=open", childPath+"="+path)
	if os.Getuid() == 0 {
		child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := child.CombinedOutput()
	must(t, err)
	if got, want := strings.TrimSpace(string(out)), string(fault.FSReadOnly); !strings.HasPrefix(got, want+" ") {
		t.Errorf("opened in a read-only folder: %q, want %q", got, want)
	}
}

func TestPartitionTurnsReadOnlyInUse(t *testing.T) {
	b := setup(t)
	if _, err := b.db.Exec(`PRAGMA query_only = 1`); err != nil {
		t.Fatal(err)
	}
	if err := b.SaveRequest(t.Context(), b.request(t)); !errors.Is(err, ErrReadOnly) || FaultOf(err) != fault.FSReadOnly {
		t.Errorf("saved to a read-only queue: %v", err)
	}
}

func TestFullDisk(t *testing.T) {
	b := setup(t)
	r := b.saveRequest(t)
	// SQLite answers as on a full disk once the file may not grow any more.
	if _, err := b.db.Exec(`PRAGMA max_page_count = 1`); err != nil { // it takes the present count instead
		t.Fatal(err)
	}
	saved := 1
	var err error
	for range 1000 {
		if err = b.SaveRequest(t.Context(), b.request(t)); err != nil {
			break
		}
		saved++
	}
	if !errors.Is(err, ErrFull) || FaultOf(err) != fault.QueueFull {
		t.Fatalf("saving without end gave %v", err)
	}
	if n := b.pending(t); n != saved {
		t.Errorf("%d items wait, %d were saved", n, saved)
	}
	// What is there can still be delivered, and makes room.
	for _, item := range b.next(t) {
		b.settle(t, item.ID, Delivered)
	}
	if p, ok, err := b.Progress(t.Context(), r.Ticket); err != nil || !ok || p.Status != "delivered" {
		t.Errorf("progress in a full queue: %+v %v %v", p, ok, err)
	}
	must(t, b.SaveRequest(t.Context(), b.request(t)))
}

func TestFaultOfSystemErrors(t *testing.T) {
	for _, c := range []struct {
		err  error
		want fault.Code
	}{
		{nil, fault.None},
		{syscall.ENOSPC, fault.QueueFull},
		{syscall.EDQUOT, fault.QueueFull},
		{syscall.EROFS, fault.FSReadOnly},
		{syscall.EACCES, fault.FSReadOnly},
		{syscall.EIO, fault.QueueDamaged},
		{os.ErrNotExist, fault.QueueMissing},
		{errors.New("something else"), fault.QueueDamaged},
	} {
		if got := FaultOf(classify(c.err)); got != c.want {
			t.Errorf("%v is fault %q, want %q", c.err, got, c.want)
		}
	}
}
