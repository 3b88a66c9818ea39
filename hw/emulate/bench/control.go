package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"lintai/hw/emulate"
)

// requestLimit is the longest request in bytes.
const requestLimit = 1 << 16

func (b *Bench) accept() {
	for {
		conn, err := b.listener.Accept()
		if err != nil {
			return // closed
		}
		b.mu.Lock()
		b.conns[conn] = true
		b.mu.Unlock()
		b.running.Go(func() {
			b.converse(conn)
			conn.Close()
			b.mu.Lock()
			delete(b.conns, conn)
			b.mu.Unlock()
		})
	}
}

// converse answers the requests of one connection.
func (b *Bench) converse(conn net.Conn) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-b.closing:
			cancel()
		case <-ctx.Done():
		}
	}()
	lines := bufio.NewScanner(conn)
	lines.Buffer(nil, requestLimit)
	out := json.NewEncoder(conn)
	for lines.Scan() {
		var r Request
		var reply Reply
		err := json.Unmarshal(lines.Bytes(), &r)
		if err == nil {
			reply, err = b.Do(ctx, r)
		}
		if err != nil {
			reply = Reply{Error: err.Error(), Late: errors.Is(err, context.DeadlineExceeded)}
		}
		if out.Encode(reply) != nil {
			return
		}
	}
}

// defaultWait bounds waits for which no time is given.
const defaultWait = 30 * time.Second

func (r Request) wait(ctx context.Context) (context.Context, context.CancelFunc) {
	d := defaultWait
	if r.Seconds > 0 {
		d = time.Duration(r.Seconds * float64(time.Second))
	}
	return context.WithTimeout(ctx, d)
}

// Do carries out one request.
func (b *Bench) Do(ctx context.Context, r Request) (Reply, error) {
	switch r.Do {
	case "card tap":
		return b.tap(r)
	case "card lift":
		b.reader.Lift()
		b.laid(false)
		return Reply{}, nil
	case "nfc tap":
		return b.tapTag(r)
	case "nfc lift":
		b.tags.Lift()
		return Reply{}, nil
	case "button press":
		return b.press(ctx, r)
	case "button hold":
		b.button.SetContact(true)
		return Reply{}, nil
	case "button release":
		b.button.SetContact(false)
		return Reply{}, nil
	case "presence here", "presence gone":
		b.sensor.SetContact(r.Do == "presence here")
		return Reply{}, nil
	case "speak":
		return Reply{}, b.speak(ctx, r)
	case "scan":
		if r.Code == "" {
			return Reply{}, errors.New("nothing to scan")
		}
		return Reply{}, b.scanner.Scan(r.Code)
	case "printer set":
		return b.setPrinter(r.Set)
	case "printer count":
		return Reply{Slips: len(b.printer.Slips())}, nil
	case "printer slip":
		return b.slip(ctx, r)
	case "light":
		return b.light(ctx, r)
	case "plug", "unplug":
		return b.plug(r)
	case "fault":
		return b.fault(r)
	case "status":
		return Reply{Text: b.status(ctx), Slips: len(b.printer.Slips())}, nil
	}
	return Reply{}, fmt.Errorf("unknown command %q", r.Do)
}

func (b *Bench) laid(on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.carded = on
}

// tap lays a card on the reader, where it stays until it is lifted.
func (b *Bench) tap(r Request) (Reply, error) {
	id := emulate.Synthetic(1)
	if r.Name != "" {
		if n := len([]rune(r.Name)); n > 15 {
			return Reply{}, fmt.Errorf("a name of %d characters; a card holds 15", n)
		}
		id.Name = r.Name
	}
	if r.Address != "" {
		if n := len([]rune(r.Address)); n > 35 {
			return Reply{}, fmt.Errorf("an address of %d characters; a card holds 35", n)
		}
		id.Address = r.Address
	}
	if r.ID != "" {
		if len(r.ID) != 18 || strings.Trim(r.ID[:17], "0123456789") != "" {
			return Reply{}, errors.New("an ID number has 17 digits and a check character")
		}
		id.Number = r.ID
		id.Birth = r.ID[6:14]
		id.Sex = '2'
		if (r.ID[16]-'0')%2 == 1 {
			id.Sex = '1'
		}
	}
	if r.Type != "" {
		if len(r.Type) != 1 || !strings.Contains("JIY", r.Type) {
			return Reply{}, fmt.Errorf("a card of type %q; besides a resident's there are J, I and Y", r.Type)
		}
		id.Type, id.Latin, id.Pass, id.Issues, id.Country = r.Type[0], "SAMPLE, TEST", "H00000001", "01", "XXX"
		if r.Type == "I" {
			id.Number = id.Number[:15]
		}
	}
	if r.To != "" {
		if _, err := time.Parse("20060102", r.To); err != nil {
			return Reply{}, fmt.Errorf("valid to %s: want a day as 20351231", r.To)
		}
		id.To = r.To
	}
	if n := len([]rune(r.Moved)); n > 35 {
		return Reply{}, fmt.Errorf("an address of %d characters; a card holds 35", n)
	}
	id.Moved = r.Moved
	b.reader.Lay(id)
	b.laid(true)
	return Reply{}, nil
}

// pressLength is how long a finger presses.
const pressLength = 200 * time.Millisecond

func (b *Bench) press(ctx context.Context, r Request) (Reply, error) {
	d := pressLength
	if r.Seconds > 0 {
		d = time.Duration(r.Seconds * float64(time.Second))
	}
	b.button.SetContact(true)
	defer b.button.SetContact(false)
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
	return Reply{}, ctx.Err()
}

// chatter is how long somebody speaks who is given no words, in seconds.
const chatter = 3

// speak speaks into the microphone until all is said.
func (b *Bench) speak(ctx context.Context, r Request) error {
	samples := emulate.Syllables(chatter)
	if r.File != "" {
		file, err := os.ReadFile(r.File)
		if err != nil {
			return err
		}
		if samples, err = emulate.Speech(file); err != nil {
			return fmt.Errorf("%s: %w", r.File, err)
		}
	}
	return b.mouth.Speak(ctx, samples)
}

// settings of the printer, each with its values.
var settings = map[string]map[string]func(*emulate.Printer){
	"paper": {
		"ok":   func(p *emulate.Printer) { p.SetPaper(emulate.PaperOK) },
		"near": func(p *emulate.Printer) { p.SetPaper(emulate.PaperNear) },
		"out":  func(p *emulate.Printer) { p.SetPaper(emulate.PaperOut) },
	},
	"cover": {
		"open":   func(p *emulate.Printer) { p.OpenCover(true) },
		"closed": func(p *emulate.Printer) { p.OpenCover(false) },
	},
	"cutter": {
		"ok":  func(p *emulate.Printer) { p.JamCutter(false) },
		"jam": func(p *emulate.Printer) { p.JamCutter(true) },
	},
	"head": {
		"ok":  func(p *emulate.Printer) { p.HeatHead(false) },
		"hot": func(p *emulate.Printer) { p.HeatHead(true) },
	},
}

func (b *Bench) setPrinter(set map[string]string) (Reply, error) {
	var todo []func(*emulate.Printer)
	for _, key := range slices.Sorted(maps.Keys(set)) {
		value := set[key]
		if key == "end" {
			dots, err := strconv.Atoi(value)
			if err != nil || dots < 1 {
				return Reply{}, fmt.Errorf("end=%s: want a number of dots, 8 to the millimetre", value)
			}
			todo = append(todo, func(p *emulate.Printer) { p.EndPaperAfter(dots) })
			continue
		}
		values, ok := settings[key]
		if !ok {
			return Reply{}, fmt.Errorf("a printer has no %q; it has %s and end", key, strings.Join(slices.Sorted(maps.Keys(settings)), ", "))
		}
		do, ok := values[value]
		if !ok {
			return Reply{}, fmt.Errorf("%s=%s: want %s", key, value, strings.Join(slices.Sorted(maps.Keys(values)), " or "))
		}
		todo = append(todo, do)
	}
	if len(todo) == 0 {
		return Reply{}, errors.New("nothing to set")
	}
	for _, do := range todo {
		do(b.printer)
	}
	return Reply{Text: b.printer.Describe()}, nil
}

// slip gives a slip by its number, waiting for it, or the last one.
func (b *Bench) slip(ctx context.Context, r Request) (Reply, error) {
	n := r.Slip
	if n == 0 {
		if n = len(b.printer.Slips()); n == 0 {
			return Reply{}, errors.New("the printer has put out no slip yet")
		}
	}
	ctx, cancel := r.wait(ctx)
	defer cancel()
	s, err := b.printer.WaitSlip(ctx, n)
	if err != nil {
		return Reply{}, err
	}
	png, err := s.Page.PNG(b.font)
	if err != nil {
		return Reply{}, err
	}
	return Reply{Slips: len(b.printer.Slips()), Slip: &Slip{Number: s.Number, Text: s.Page.Text(), Raw: s.Raw, PNG: png}}, nil
}

// light tells how the ring shines, or waits until it shines as wanted.
func (b *Bench) light(ctx context.Context, r Request) (Reply, error) {
	switch r.Light {
	case "", "off", "on", "blinking":
	default:
		return Reply{}, fmt.Errorf("a light is off, on or blinking, not %q", r.Light)
	}
	ctx, cancel := r.wait(ctx)
	defer cancel()
	for {
		seen := b.button.Light(ctx)
		if r.Light == "" || seen == r.Light {
			return Reply{Text: seen}, nil
		}
		if err := b.button.WaitChange(ctx); err != nil {
			return Reply{}, fmt.Errorf("the light is %s, not %s: %w", seen, r.Light, err)
		}
	}
}

func (b *Bench) plug(r Request) (Reply, error) {
	p, ok := b.plugs[r.Device]
	if !ok {
		return Reply{}, fmt.Errorf("no device %q; there are %s", r.Device, strings.Join(Devices, ", "))
	}
	if r.Do == "plug" {
		return Reply{}, p.Plug()
	}
	return Reply{}, p.Unplug()
}

// status is one line a device.
func (b *Bench) status(ctx context.Context) string {
	b.mu.Lock()
	card := "none"
	if b.carded {
		card = "laid"
	}
	b.mu.Unlock()
	details := map[string]string{
		Card:     "card=" + card,
		NFC:      b.describeTag(),
		Printer:  b.printer.Describe(),
		Button:   terminalAt(b.button) + " light=" + b.button.Light(ctx),
		Presence: terminalAt(b.sensor),
		Camera:   b.camera.Describe(),
	}
	var text strings.Builder
	for _, name := range Devices {
		state := "unplugged"
		if b.plugs[name].Plugged() {
			state = "plugged"
		}
		fmt.Fprintln(&text, strings.TrimRight(fmt.Sprintf("%-10s %-10s %s", name, state, details[name]), " "))
	}
	return text.String()
}

// terminalAt tells whether a terminal is at the other end of a contact's wire.
func terminalAt(contact *emulate.Button) string {
	if contact.Connected() {
		return "terminal=yes"
	}
	return "terminal=no"
}
