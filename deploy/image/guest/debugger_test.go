package guest

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// standsStill plays the end of QEMU: two processors whose program counters are, at each
// time they are stopped, those of one row. It tells what was asked.
func standsStill(t *testing.T, conn net.Conn, rows [][2]uint64) <-chan []string {
	asked := make(chan []string, 1)
	go func() {
		defer conn.Close()
		var all []string
		defer func() { asked <- all }()
		from, row, processor := bufio.NewReader(conn), 0, 0
		say := func(text string) { fmt.Fprintf(conn, "+$%s#%02x", text, packetSum(text)) }
		for {
			c, err := from.ReadByte()
			if err != nil {
				return
			}
			switch c {
			case '+':
				continue
			case 3:
				row++
				fmt.Fprintf(conn, "$T02thread:01;#%02x", packetSum("T02thread:01;"))
				continue
			}
			text, err := from.ReadString('#')
			if err != nil {
				return
			}
			text = strings.TrimSuffix(text, "#")
			if _, err := from.Discard(2); err != nil {
				return
			}
			all = append(all, text)
			switch {
			case text == "?":
				say("T05thread:01;")
				fmt.Fprintf(conn, "$T05thread:01;#%02x", packetSum("T05thread:01;")) // as QEMU 7.2 does
			case text == "qfThreadInfo":
				say("m01")
			case text == "qsThreadInfo" && !slices.Contains(all[:len(all)-1], text):
				say("m02")
			case text == "qsThreadInfo":
				say("l")
			case strings.HasPrefix(text, "Hg"):
				processor = int(text[len(text)-1] - '1')
				say("OK")
			case text == "g":
				registers := binary.LittleEndian.AppendUint64(make([]byte, counterAt), rows[row][processor])
				say(hex.EncodeToString(append(registers, 1, 2, 3, 4)))
			case text == "c":
				_, _ = conn.Write([]byte("+"))
			default:
				say("OK")
			}
		}
	}()
	return asked
}

func TestAMachineHangsWhereAllItsProcessorsAreIdle(t *testing.T) {
	const idle = 0xffff800008f5a1c4
	here, there := sockets(t)
	// One of them at work; then both in a program; then idle.
	asked := standsStill(t, there, [][2]uint64{{idle, 0xffff800008012345}, {0x5555, 0x5555}, {idle, idle}})
	if err := hang(t.Context(), &debugger{here, bufio.NewReader(here)}); err != nil {
		t.Fatal(err)
	}
	here.Close()
	all := <-asked
	if n := len(slices.DeleteFunc(slices.Clone(all), func(a string) bool { return a != "c" })); n != 2 {
		t.Errorf("it went on %d times: %q", n, all)
	}
	if want := []string{"Mffff800008f5a1c4,4:00000014", "D"}; !slices.Equal(all[len(all)-2:], want) {
		t.Errorf("in the end %q", all)
	}
}

func TestPacketsOfTheDebugger(t *testing.T) {
	for _, c := range []struct {
		said, text string
		well       bool
	}{{"+$OK#9a", "OK", true}, {"$#00", "", true}, {"+$OK#9b", "OK", false}, {"OK", "", false}, {"$OK#zz", "OK", false}, {"$OK", "", false}} {
		here, there := sockets(t)
		if _, err := there.Write([]byte(c.said)); err != nil {
			t.Fatal(err)
		}
		if err := there.(*net.UnixConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		text, err := (&debugger{here, bufio.NewReader(here)}).receive()
		if text != c.text || (err == nil) != c.well {
			t.Errorf("%q: %q %v", c.said, text, err)
		}
	}
}

// sockets are the two ends of a connection that holds what nobody has read yet.
func sockets(t *testing.T) (here, there net.Conn) {
	door, err := net.Listen("unix", filepath.Join(t.TempDir(), "door"))
	if err != nil {
		t.Fatal(err)
	}
	defer door.Close()
	if here, err = net.Dial("unix", door.Addr().String()); err == nil {
		there, err = door.Accept()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { here.Close(); there.Close() })
	return here, there
}
