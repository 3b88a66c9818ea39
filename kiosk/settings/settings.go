// Package settings is the one file that a technician edits: kiosk.toml. It turns
// the bytes of the file into checked values, or into a list of problems that
// each name the line, the key and what is allowed there. A key that is not known
// is a problem too: a misspelt "prot" must not leave the printer silent.
package settings

import (
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"lintai/kiosk/phrase"
	"lintai/kiosk/ticket"
)

// Settings is a checked configuration.
type Settings struct {
	Terminal Terminal
	Central  Central
	Network  Network
	Panel    Panel
	Card     Serial
	Printer  Printer
	Scanner  Scanner
	NFC      NFC
	Button   Button
	Presence Presence
	Sound    Sound

	Microphone Microphone
	Camera     Camera

	said map[string]bool // see Says
}

// Terminal is who and where this terminal is.
type Terminal struct {
	Number int    // 1 to ticket.MaxTerminal, unique at central
	Place  string // shown to residents: "幸福里社区服务站"
	Phone  string // told when the network is down; may be empty
	Data   string // directory of kiosk.db
	// Content is the directory of the community's own documents: see package
	// content. Empty means: what is built in.
	Content string
	// Languages are those that residents may choose; the first is Chinese where the
	// file says nothing.
	Languages []phrase.Locale
	// Grid is where on central's map of grids the terminal stands: a grid's name or
	// that of a building, as central has it. Empty: central goes by its own list.
	Grid string
}

// Central is the service that this terminal reports to.
type Central struct {
	// Address is that of central's door for terminals. Empty: it is typed at the
	// terminal with the code, and the identity keeps it.
	Address string
	// Code is the one-time code by which the terminal enrols; all else it learns
	// from central then. It may stay in the file, or be taken out. Empty: none.
	Code string
}

// Panel is the screen.
type Panel struct {
	PxPerMM    float64
	Width      int // pixels, of the window when not full screen
	Height     int
	FullScreen bool
	Rotation   int // degrees clockwise: 0, 90, 180, 270
	Brightness int // percent
}

// Serial is a device on a serial port. An empty Port means: this terminal has
// none.
type Serial struct {
	Port string
	Baud int
}

// Printer is the slip printer. Its Port is a serial line, a USB printer's
// /dev/usb/lp0, or "tcp://192.0.2.5:9100"; only a serial line has a speed.
type Printer struct {
	Serial
	WidthMM int // 58 or 80, of the paper
}

// Scanner is the QR scanner.
type Scanner struct {
	Serial
	Mode string // "line": it types what it sees; "gm65": it can be asked and told
}

// NFC is the reader of community cards and other tags: a PN532 on a serial line, or
// an MFRC522 on SPI. Without either, this terminal has none.
type NFC struct {
	Serial
	SPI   string // /dev/spidevB.C
	Reset string // the pin at the MFRC522's NRSTPD; empty when that is tied high
}

// Presence is the sensor that sees somebody step in front of the terminal, on a GPIO
// pin or on the socket of an emulated bench. An empty Pin and Bench mean: none.
type Presence struct {
	Pin    string
	Active string // "high" or "low": its level when it sees somebody
	Bench  string
}

// Button is the large call button and the light around it, on GPIO pins or on
// the socket of an emulated bench.
type Button struct {
	Pin   string
	Light string
	Bench string
}

// Sound is where the voice goes.
type Sound struct {
	Output string // "alsa" or "none"
	Volume int    // percent
}

// Microphone is what voice notes are recorded with. An empty Device means: none.
type Microphone struct {
	Device string // ALSA's name, "default"
}

// Camera is what pictures are taken with: a device of the kernel, or the socket of
// an emulated bench. An empty Device and Bench mean: none.
type Camera struct {
	Device string // "/dev/video0"
	Bench  string
}

// leastBrightness is what can still be read, so that nobody takes the terminal for dead.
const leastBrightness = 10

var bauds = []int{9600, 19200, 38400, 57600, 115200}

// Parse reads and checks the text of a configuration file. The error, if any,
// is of type Problems.
func Parse(text []byte) (*Settings, error) {
	f, problems := read(text)
	if len(problems) > 0 {
		return nil, problems
	}
	s := f.settings()
	if problems := f.finish(); len(problems) > 0 {
		return nil, problems
	}
	return s, nil
}

// settings takes all that there is out of a file.
func (f *file) settings() *Settings {
	s := &Settings{said: map[string]bool{}}
	for key, v := range f.all {
		s.said[key] = v != any("")
	}
	s.Terminal.Number = f.integer("terminal", "number", required, between(1, ticket.MaxTerminal))
	s.Terminal.Place = f.text("terminal", "place", required, lengthUpTo(20))
	s.Terminal.Phone = f.text("terminal", "phone", "", lengthUpTo(20))
	s.Terminal.Data = f.text("terminal", "data", required, absolutePath)
	s.Terminal.Content = f.text("terminal", "content", "", absolutePath)

	s.Terminal.Languages = f.languages()
	s.Terminal.Grid = f.text("terminal", "grid", "", lengthUpTo(20))

	s.Central.Address = f.text("central", "address", "", centralAddress)
	s.Central.Code = f.text("central", "code", "", enrolmentCode)

	s.Network = f.network()

	s.Panel.PxPerMM = f.decimal("panel", "px_per_mm", 4.0, 1.5, 20)
	s.Panel.Width = f.integer("panel", "width", "1080", between(600, 7680))
	s.Panel.Height = f.integer("panel", "height", "1920", between(600, 7680))
	s.Panel.FullScreen = f.boolean("panel", "fullscreen", true)

	s.Panel.Rotation = f.integer("panel", "rotation", "0", oneOf(0, 90, 180, 270))
	s.Panel.Brightness = f.integer("panel", "brightness", "100", between(leastBrightness, 100))

	s.Card = Serial{f.text("card", "port", "", absolutePath), f.integer("card", "baud", "115200", oneOf(bauds...))}
	s.Printer.Serial = Serial{f.text("printer", "port", "", printerPort), f.integer("printer", "baud", "115200", oneOf(bauds...))}
	s.Printer.WidthMM = f.integer("printer", "width_mm", "80", oneOf(58, 80))
	s.Scanner.Serial = Serial{f.text("scanner", "port", "", absolutePath), f.integer("scanner", "baud", "9600", oneOf(bauds...))}
	s.Scanner.Mode = f.text("scanner", "mode", "line", words("line", "gm65"))

	s.NFC.Serial = Serial{f.text("nfc", "port", "", absolutePath), f.integer("nfc", "baud", "115200", oneOf(bauds...))}
	s.NFC.SPI = f.text("nfc", "spi", "", spiPath)
	s.NFC.Reset = f.text("nfc", "reset", "", pinName)
	if s.NFC.SPI != "" && s.NFC.Port != "" {
		f.problem("nfc", "spi", "不能和 port 同时使用", "只写 port，或只写 spi")
	}
	if s.NFC.Reset != "" && s.NFC.SPI == "" {
		f.problem("nfc", "reset", "只能和 spi 一起使用", "写上 spi，或去掉 reset")
	}

	s.Button.Pin = f.text("button", "pin", "", pinName)
	s.Button.Light = f.text("button", "light", "", pinName)
	s.Button.Bench = f.text("button", "bench", "", absolutePath)
	if s.Button.Bench != "" && s.Button.Pin != "" {
		f.problem("button", "bench", "不能和 pin 同时使用", "只写 pin，或只写 bench")
	}

	s.Presence.Pin = f.text("presence", "pin", "", pinName)
	s.Presence.Active = f.text("presence", "active", "high", words("high", "low"))
	s.Presence.Bench = f.text("presence", "bench", "", absolutePath)
	if s.Presence.Bench != "" && s.Presence.Pin != "" {
		f.problem("presence", "bench", "不能和 pin 同时使用", "只写 pin，或只写 bench")
	}

	s.Sound.Output = f.text("sound", "output", "alsa", words("alsa", "none"))
	s.Sound.Volume = f.integer("sound", "volume", "80", between(0, 100))

	s.Microphone.Device = f.text("microphone", "device", "", soundDevice)
	s.Camera.Device = f.text("camera", "device", "", absolutePath)
	s.Camera.Bench = f.text("camera", "bench", "", absolutePath)
	if s.Camera.Bench != "" && s.Camera.Device != "" {
		f.problem("camera", "bench", "不能和 device 同时使用", "只写 device，或只写 bench")
	}
	return s
}

// Keys lists every key that a file may have, as "section.key", in the order of the
// sections.
func Keys() []string {
	f := &file{values: map[string]any{}, lines: map[string]int{}}
	f.settings()
	return f.known
}

// required marks a key without a default.
const required = "\x00"

type textRule func(value string) (allowed string, ok bool)

func lengthUpTo(n int) textRule {
	return func(v string) (string, bool) {
		return fmt.Sprintf("1 到 %d 个字", n), v != "" && len([]rune(v)) <= n
	}
}

func words(allowed ...string) textRule {
	return func(v string) (string, bool) {
		for _, w := range allowed {
			if v == w {
				return "", true
			}
		}
		return `"` + strings.Join(allowed, `"、"`) + `"`, false
	}
}

func absolutePath(v string) (string, bool) {
	return "以 / 开头的完整路径", filepath.IsAbs(v)
}

func printerPort(v string) (string, bool) {
	_, ok := absolutePath(v)
	if u, err := url.Parse(v); err == nil && u.Scheme == "tcp" {
		port, err := strconv.ParseUint(u.Port(), 10, 16)
		ok = err == nil && port > 0 && u.Hostname() != "" && v == "tcp://"+u.Host
	}
	return `串口或 USB 打印机的完整路径，例如 "/dev/ttyUSB0"、"/dev/usb/lp0"，或网络打印机 "tcp://192.0.2.5:9100"`, ok
}

// soundDevice keeps an ALSA name from being taken for an option of arecord.
func soundDevice(v string) (string, bool) {
	ok := v != "" && len(v) <= 80 && v[0] != '-'
	for _, r := range v {
		ok = ok && r > ' ' && r < 0x7f
	}
	return `ALSA 设备名，例如 "default"、"plughw:CARD=USB"`, ok
}

func spiPath(v string) (string, bool) {
	return `SPI 设备，例如 "/dev/spidev0.0"`, spidev.MatchString(v)
}

var spidev = regexp.MustCompile(`^/dev/spidev[0-9]+\.[0-9]+$`)

func pinName(v string) (string, bool) {
	ok := strings.HasPrefix(v, "GPIO") && len(v) > 4
	for _, r := range strings.TrimPrefix(v, "GPIO") {
		ok = ok && r >= '0' && r <= '9'
	}
	return `引脚名，例如 "GPIO17"`, ok
}

// enrolmentCode looks at the form only, so that a code that was cut off or read
// wrongly is named with its line; central knows whether it is one.
func enrolmentCode(v string) (string, bool) {
	n := 0
	ok := true
	for _, r := range v {
		switch {
		case r == '-' || r == ' ':
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z' && r != 'u', r >= 'A' && r <= 'Z' && r != 'U':
			n++
		default:
			ok = false
		}
	}
	return "central kiosk add 打印出的登记码，四组，每组四个字母或数字", ok && n == 16
}

// CentralAddress tells whether a text has the form of central's address.
func CentralAddress(v string) bool {
	u, err := url.Parse(v)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

func centralAddress(v string) (string, bool) {
	ok := CentralAddress(v)
	return `以 https:// 开头的网址，例如 "https://central.example.cn:8421"`, ok
}

func between(low, high int) func(int) (string, bool) {
	return func(v int) (string, bool) {
		return fmt.Sprintf("%d 到 %d 的整数", low, high), v >= low && v <= high
	}
}

func oneOf(allowed ...int) func(int) (string, bool) {
	return func(v int) (string, bool) {
		list := make([]string, len(allowed))
		for i, a := range allowed {
			if v == a {
				return "", true
			}
			list[i] = fmt.Sprint(a)
		}
		return strings.Join(list, "、"), false
	}
}
