package postgrestest

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) {
	if os.Getenv("POSTGRESTEST_DIES") != "" {
		die()
	}
	os.Exit(Main(m))
}

// die is a test binary that is killed while its cluster runs: it says where the
// cluster lies and waits.
func die() {
	asked.Store(true)
	c, err := start()
	if err != nil {
		panic(err)
	}
	os.Stdout.WriteString(c.folder + "\n")
	io.Copy(io.Discard, os.Stdin)
}

// Transactions commit as in production, only the disk is not waited for.
func TestClusterIsPrivate(t *testing.T) {
	conn, err := pgx.Connect(t.Context(), Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for setting, want := range map[string]string{
		"fsync": "off", "synchronous_commit": "on", "listen_addresses": "", "server_encoding": "UTF8",
	} {
		var got string
		if err := conn.QueryRow(t.Context(), "SELECT current_setting($1)", setting).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", setting, got, err, want)
		}
	}
}

func TestPatternIsCopied(t *testing.T) {
	filled := 0
	p := Pattern{Fill: func(address string) error {
		filled++
		conn, err := pgx.Connect(t.Context(), address)
		if err != nil {
			return err
		}
		_, err = conn.Exec(t.Context(), "CREATE TABLE it (a BIGINT)")
		return errors.Join(err, conn.Close(t.Context()))
	}}
	for range 2 {
		conn, err := pgx.Connect(t.Context(), p.Database(t))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), "INSERT INTO it VALUES (1)"); err != nil {
			t.Error(err)
		}
		var n int
		if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM it").Scan(&n); err != nil || n != 1 {
			t.Errorf("%d rows, %v", n, err)
		}
		conn.Close(t.Context())
	}
	if filled != 1 {
		t.Errorf("filled %d times", filled)
	}
}

// Nothing is left of a cluster whose test binary was killed.
func TestClusterEndsWithABinaryThatIsKilled(t *testing.T) {
	binary := exec.Command("/proc/self/exe")
	binary.Env = append(os.Environ(), "POSTGRESTEST_DIES=1")
	in, err := binary.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	// The shell keeps this end of the pipe open as long as it lives, as its error
	// output: the end of reading is its end.
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	binary.Stdout, binary.Stderr = write, write
	if err := binary.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	folder := ""
	for b := make([]byte, 1); ; folder += string(b) {
		if _, err := read.Read(b); err != nil {
			t.Fatalf("%v after %q", err, folder)
		}
		if b[0] == '\n' {
			break
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "data")); err != nil {
		t.Fatal(err)
	}
	if err := binary.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	binary.Wait()
	io.Copy(io.Discard, read)
	if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", folder, err)
	}
}
