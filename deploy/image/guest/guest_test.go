package guest

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// play is a QEMU that answers each command by a table.
func play(t *testing.T, answers func(command string, arguments json.RawMessage) string) net.Conn {
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	go func() {
		_, _ = io.WriteString(theirs, `{"QMP":{"version":{},"capabilities":[]}}`+"\n")
		commands := json.NewDecoder(theirs)
		for {
			var c struct {
				Execute   string
				Arguments json.RawMessage
				ID        int
			}
			if commands.Decode(&c) != nil {
				return
			}
			id, _ := json.Marshal(c.ID)
			_, _ = io.WriteString(theirs, strings.ReplaceAll(answers(c.Execute, c.Arguments), "ID", string(id))+"\n")
		}
	}()
	return ours
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestMonitorTellsAnswersFromEvents(t *testing.T) {
	conn := play(t, func(command string, arguments json.RawMessage) string {
		switch command {
		case "qmp_capabilities":
			return `{"return":{},"id":ID}`
		case "query-status":
			return `{"event":"WATCHDOG","data":{"action":"pause"}}` + "\n" + `{"event":"WATCHDOG","data":{"action":"reset"}}` + "\n" + `{"return":{"status":"running"},"id":ID}`
		default:
			return `{"error":{"class":"CommandNotFound","desc":"no ` + command + `"},"id":ID}`
		}
	})
	m, err := NewMonitor(soon(t), conn)
	if err != nil {
		t.Fatal(err)
	}
	mark := m.Mark()
	var status struct{ Status string }
	if err := m.Do(soon(t), "query-status", nil, &status); err != nil || status.Status != "running" {
		t.Fatalf("%+v %v", status, err)
	}
	if e, err := m.Await(soon(t), mark, "WATCHDOG", `"reset"`); err != nil || !strings.Contains(string(e.Data), "reset") {
		t.Fatalf("%+v %v", e, err)
	}
	var refused *Refused
	if err := m.Do(soon(t), "device_add", nil, nil); !errors.As(err, &refused) || refused.Reason != "no device_add" {
		t.Fatal(err)
	}
	conn.Close()
	if err := m.Do(soon(t), "query-status", nil, nil); err == nil {
		t.Fatal("a QEMU that is gone answered")
	}
	if _, err := m.Await(soon(t), m.Mark(), "RESET"); err == nil {
		t.Fatal("a QEMU that is gone had an event")
	}
}

func TestMonitorWantsAGreeting(t *testing.T) {
	for _, said := range []string{"", "{}\n", "SSH-2.0\n"} {
		ours, theirs := net.Pipe()
		go func() {
			_, _ = io.WriteString(theirs, said)
			theirs.Close()
		}()
		if _, err := NewMonitor(soon(t), ours); err == nil {
			t.Errorf("took %q for QEMU", said)
		}
	}
}

func TestATouchIsAPlaceAPressAndARelease(t *testing.T) {
	var sent []string
	conn := play(t, func(command string, arguments json.RawMessage) string {
		if command == "input-send-event" {
			sent = append(sent, string(arguments))
		}
		return `{"return":{},"id":ID}`
	})
	monitor, err := NewMonitor(soon(t), conn)
	if err != nil {
		t.Fatal(err)
	}
	m := &Machine{Monitor: monitor, setup: Setup{Width: 1280, Height: 800}}
	if err := m.Touch(soon(t), image.Pt(1277, 799), 0); err != nil {
		t.Fatal(err)
	}
	if len(sent) != 4 || strings.Count(sent[1], "32767") != 2 || !strings.Contains(sent[2], `"down":true`) || !strings.Contains(sent[3], `"down":false`) {
		t.Fatalf("%q", sent)
	}
	sent = nil
	if err := m.Press(soon(t), "ctrl", "alt", "f2"); err != nil {
		t.Fatal(err)
	}
	if len(sent) != 6 || !strings.Contains(sent[2], `"f2"`) || !strings.Contains(sent[3], `"f2"`) || !strings.Contains(sent[5], `"ctrl"`) {
		t.Fatalf("%q", sent)
	}
}

func TestConsoleWaitsForWords(t *testing.T) {
	line, guest := io.Pipe()
	var log bytes.Buffer
	c := listen(line, io.Discard, &log, time.Now())
	go func() {
		_, _ = io.WriteString(guest, "U-Boot\r\nlintai: sl")
		_, _ = io.WriteString(guest, "ot B left\r\nlast")
		guest.Close()
	}()
	found, mark, err := c.Await(soon(t), 0, regexp.MustCompile(`slot ([AB])`))
	if err != nil || found[1] != "B" {
		t.Fatal(found, err)
	}
	if _, _, err := c.Await(soon(t), mark, regexp.MustCompile(`slot ([AB])`)); !errors.Is(err, ErrEnded) {
		t.Fatal("the same words twice, or no end:", err)
	}
	if !strings.Contains(c.Since(mark), "left") {
		t.Fatal(c.Since(mark))
	}
}

// table is what tesseract prints for two lines.
const table = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n" +
	"4\t1\t1\t1\t1\t0\t100\t50\t300\t40\t-1\t\n" +
	"5\t1\t1\t1\t1\t1\t100\t50\t80\t40\t96\t我 要\n" +
	"5\t1\t1\t1\t1\t2\t190\t52\t80\t40\t90\t报修\n" +
	"5\t1\t1\t1\t1\t3\t300\t52\t90\t40\t90\t查进度\n" +
	"5\t1\t2\t1\t1\t1\t100\t200\t80\t40\t90\t结束\n"

func TestWordsAreFoundWhereTheyStand(t *testing.T) {
	words, err := readTSV(table, "6")
	if err != nil || len(words) != 4 {
		t.Fatal(words, err)
	}
	for text, want := range map[string]image.Rectangle{
		"我要报修": image.Rect(100, 50, 270, 92),
		"报修":   image.Rect(190, 52, 270, 92),
		"查进度":  image.Rect(300, 52, 390, 92),
		"我要报销": image.Rect(100, 50, 270, 92), // misread
		"结 束":  image.Rect(100, 200, 180, 240),
	} {
		if at, ok := locate(words, text); !ok || at != want {
			t.Errorf("%s: %v %v, want %v", text, at, ok, want)
		}
	}
	if at, ok := locate(words, "查进度结束"); ok {
		t.Errorf("words of two lines were taken for one, at %v", at)
	}
	if _, err := readTSV(strings.ReplaceAll(table, "190", "x"), "6"); err == nil {
		t.Error("a place that is no number was taken")
	}
}

func TestOnlyWhatIsWrittenOnButtonsIsInk(t *testing.T) {
	p := image.NewGray(image.Rect(0, 0, 400, 300))
	fill := func(r image.Rectangle, tone uint8) {
		draw.Draw(p, r, image.NewUniform(color.Gray{Y: tone}), image.Point{}, draw.Src)
	}
	fill(p.Bounds(), 250)                     // a page
	fill(image.Rect(20, 20, 380, 100), 60)    // a button on it
	fill(image.Rect(100, 40, 220, 48), 255)   // a long stroke on the button
	fill(image.Rect(100, 150, 140, 190), 20)  // a letter on the page
	fill(image.Rect(110, 160, 130, 180), 250) // and the light within it
	// A letter on the button whose parts lie within each other, as those of 回.
	fill(image.Rect(240, 40, 280, 80), 255)
	fill(image.Rect(245, 45, 275, 75), 60)
	fill(image.Rect(255, 55, 265, 65), 255)
	got := onButtons(p)
	for at, ink := range map[image.Point]bool{{242, 60}: true, {250, 60}: false, {260, 60}: true, {160, 44}: true, {160, 60}: false, {120, 170}: false, {105, 155}: false, {300, 250}: false} {
		if (color.GrayModel.Convert(got.At(at.X, at.Y)).(color.Gray).Y == 0) != ink {
			t.Errorf("%v: ink %t", at, !ink)
		}
	}
}

func TestPicturesOfQEMU(t *testing.T) {
	p, err := readPPM([]byte("P6\n2 1\n255\nabcdef"))
	if err != nil || p.Bounds() != image.Rect(0, 0, 2, 1) || !bytes.Equal(p.Pix, []byte("abc\xffdef\xff")) {
		t.Fatal(p, err)
	}
	if Blank(p) {
		t.Error("two colours are not blank")
	}
	for _, bad := range []string{"", "P6\n2 1\n255\nabc", "P5\n2 1\n255\nabcdef", "P6\n-2 -1\n255\nabcdef", "P6\n99999999 99999999\n255\n"} {
		if _, err := readPPM([]byte(bad)); err == nil {
			t.Errorf("took %q", bad)
		}
	}
}

// logOf writes a log as QEMU does: 'w' is a write of two sectors, 'f' a flush, 'd' a
// discard. The n-th write goes to sectors 2n, 2n+1 and is made of the letter 'a'+n.
func logOf(calls string) []byte {
	head := make([]byte, sector)
	binary.LittleEndian.PutUint64(head, logMagic)
	out := head
	n := 0
	for _, c := range calls {
		entry := make([]byte, sector)
		switch c {
		case 'f':
			binary.LittleEndian.PutUint64(entry[16:], flagFlush)
		case 'd':
			binary.LittleEndian.PutUint64(entry[8:], 2)
			binary.LittleEndian.PutUint64(entry[16:], flagDiscard)
		case 'w':
			binary.LittleEndian.PutUint64(entry, uint64(2*n))
			binary.LittleEndian.PutUint64(entry[8:], 2)
		}
		out = append(out, entry...)
		if c == 'w' {
			out = append(out, bytes.Repeat([]byte{byte('a' + n)}, 2*sector)...)
			n++
		}
	}
	return out
}

// disk is written in memory; letters are its sectors.
type disk []byte

func (d disk) WriteAt(b []byte, at int64) (int, error) { return copy(d[at:], b), nil }

func (d disk) letters() string {
	var b strings.Builder
	for i := 0; i < len(d); i += sector {
		b.WriteByte(max(d[i], '.'))
	}
	return b.String()
}

func TestACutKeepsWhatWasFlushed(t *testing.T) {
	seen := map[Loss]map[string]bool{}
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 1))
		loss := AnyLoss(random)
		d := make(disk, 8*sector)
		log := logOf("wwfww")
		r, err := newRecord(bytes.NewReader(log), int64(len(log)))
		if err != nil {
			t.Fatal(err)
		}
		s, err := r.settle(d, loss, random)
		if err != nil {
			t.Fatal(err)
		}
		got := d.letters()
		if !strings.HasPrefix(got, "aabb") || s.Unsure != 2 || s.Flushes != 1 || s.Writes != 4 {
			t.Fatalf("%v: %s %+v", loss, got, s)
		}
		if lost := strings.Count(got, "."); (lost == 0) != (s.Lost == 0) {
			t.Fatalf("%v: %s %+v", loss, got, s)
		}
		if seen[loss] == nil {
			seen[loss] = map[string]bool{}
		}
		seen[loss][got[4:]] = true
	}
	for loss, want := range map[Loss]string{NoLoss: "ccdd", AllLost: "....", SomeLost: "..dd", LastTorn: "ccd."} {
		if !seen[loss][want] {
			t.Errorf("%v never left %q: %v", loss, want, seen[loss])
		}
	}
	if len(seen[NoLoss]) != 1 || len(seen[AllLost]) != 1 || seen[LastTorn]["ccdd"] || len(seen[SomeLost]) != 4 {
		t.Errorf("%v", seen)
	}
}

func TestATornLogIsReadToItsLastWholeEntry(t *testing.T) {
	log := logOf("wfwd")
	for size := range int64(len(log)) {
		d := make(disk, 8*sector)
		r, err := newRecord(bytes.NewReader(log[:size]), size)
		if err != nil {
			t.Fatalf("cut at byte %d: %v", size, err)
		}
		if _, err := r.settle(d, NoLoss, nil); err != nil {
			t.Fatalf("cut at byte %d: %v", size, err)
		}
		got := d.letters()
		if strings.Trim(got, "abc.") != "" || size < int64(4*sector) && got != "........" {
			t.Fatalf("cut at byte %d: %s", size, got)
		}
	}
	if _, err := readLog(strings.NewReader(strings.Repeat("x", 2*sector)), 2*sector); err == nil {
		t.Error("anything was taken for a log")
	}
}

func TestPartitionsAndWhatIsReadableInThem(t *testing.T) {
	card := make([]byte, 40*sector)
	card[510], card[511] = 0x55, 0xaa
	binary.LittleEndian.PutUint32(card[446+3*16+8:], 8)
	binary.LittleEndian.PutUint32(card[446+3*16+12:], 16)
	const name = "欧阳小静"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(name)
	if err != nil {
		t.Fatal(err)
	}
	copy(card[10*sector+7:], gb)
	copy(card[30*sector:], name) // behind the partition
	dir := t.TempDir()
	file, part := filepath.Join(dir, "card"), filepath.Join(dir, "part")
	if err := os.WriteFile(file, card, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Extract(file, 4, part); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(part)
	if err != nil || !bytes.Equal(b, card[8*sector:24*sector]) {
		t.Fatal("not the partition", err)
	}
	found, err := Readable(bytes.NewReader(b), map[string]string{"name": name, "number": "932682198501010017"})
	if err != nil || len(found) != 1 || !strings.Contains(found[0], "GB 18030") || !strings.Contains(found[0], "byte 1031") {
		t.Fatal(found, err)
	}
	if err := Extract(file, 1, part); err == nil {
		t.Error("a partition that is not there was copied")
	}
	if _, err := Readable(bytes.NewReader(b), map[string]string{"initial": "X"}); err == nil {
		t.Error("one letter was looked for")
	}
}

// What lies across two pieces of the search is found as well.
func TestReadableLooksAcrossPieces(t *testing.T) {
	const number = "932682198501010017"
	for _, at := range []int{1<<20 - 9, 1<<20 - 18, 1 << 20, 2<<20 - 40, 0} {
		for how, spelled := range Spellings(number) {
			b := make([]byte, 3<<20)
			copy(b[at:], spelled)
			found, err := Readable(bytes.NewReader(b), map[string]string{"number": number})
			if err != nil || len(found) == 0 {
				t.Errorf("%s at %d: %v %v", how, at, found, err)
			}
		}
	}
}

// What a machine is made of says that it writes no image and reaches nothing but central.
func TestSetupKeepsTheImageAndTheNetworkClosed(t *testing.T) {
	s := Setup{Name: "g", Dir: "/d", Card: "/c/card.img", Width: 1280, Height: 800, MemoryMiB: 2048,
		Outward: map[string]string{"10.0.2.100:8443": "relay a,b"}, Cables: map[string]Cable{"card": {"/p", 9600}}}
	all := strings.Join(s.arguments(), " ")
	for _, want := range []string{"node-name=card,read-only=on", "driver=blklogwrites", "restrict=on", "cmd:relay a,,b", "serial=card", "watchdog=reset"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %s in %s", want, all)
		}
	}
}
