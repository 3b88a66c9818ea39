// Package settings is the one file that a technician edits: kiosk.toml. It turns
// the bytes of the file into checked values, or into a list of problems that
// each name the line, the key and what is allowed there. A key that is not known
// is a problem too: a misspelt "prot" must not leave the printer silent.
package settings

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
)

// Settings is a checked configuration.
type Settings struct {
	Terminal Terminal
	Central  Central
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
}

// Central is the service that this terminal reports to.
type Central struct {
	Address       string         // base address, https unless on this machine
	PublicAddress string         // base of the address in a slip's QR code
	Token         string         // says to central which terminal this is
	PublicKey     seal.PublicKey // requests are sealed to it
	CardKey       []byte         // see request.CardToken; nil: nobody looks up by card here
}

// Panel is the screen.
type Panel struct {
	PxPerMM    float64
	Width      int // pixels, of the window when not full screen
	Height     int
	FullScreen bool
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

var bauds = []int{9600, 19200, 38400, 57600, 115200}

// Parse reads and checks the text of a configuration file. The error, if any,
// is of type Problems.
func Parse(text []byte) (*Settings, error) {
	f, problems := read(text)
	if len(problems) > 0 {
		return nil, problems
	}
	s := &Settings{}
	s.Terminal.Number = f.integer("terminal", "number", required, between(1, ticket.MaxTerminal))
	s.Terminal.Place = f.text("terminal", "place", required, lengthUpTo(20))
	s.Terminal.Phone = f.text("terminal", "phone", "", lengthUpTo(20))
	s.Terminal.Data = f.text("terminal", "data", required, absolutePath)
	s.Terminal.Content = f.text("terminal", "content", "", absolutePath)

	s.Central.Address = f.text("central", "address", required, centralAddress)
	s.Central.PublicAddress = f.text("central", "public_address", s.Central.Address, webAddress)
	s.Central.Token = f.text("central", "token", required, headerText)
	key := f.text("central", "public_key", required, publicKey)
	s.Central.PublicKey, _ = seal.ParsePublicKey(key)
	s.Central.CardKey, _ = parseCardKey(f.text("central", "card_key", "", cardKey))

	s.Panel.PxPerMM = f.decimal("panel", "px_per_mm", 4.0, 1.5, 20)
	s.Panel.Width = f.integer("panel", "width", "1080", between(600, 7680))
	s.Panel.Height = f.integer("panel", "height", "1920", between(600, 7680))
	s.Panel.FullScreen = f.boolean("panel", "fullscreen", true)

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

	if problems := f.finish(); len(problems) > 0 {
		return nil, problems
	}
	return s, nil
}

// required marks a key without a default.
const required = "\x00"

type textRule func(value string) (allowed string, ok bool)

func lengthUpTo(n int) textRule {
	return func(v string) (string, bool) {
		return fmt.Sprintf("1 到 %d 个字", n), v != "" && len([]rune(v)) <= n
	}
}

// headerText can stand in the header of a request. With anything else in it, such
// as a line end that was copied along, every request would fail like a line that
// is down.
func headerText(v string) (string, bool) {
	ok := v != "" && len(v) <= 200
	for _, r := range v {
		ok = ok && r > ' ' && r < 0x7f
	}
	return "central kiosk add 打印出的 token，不含空格和换行", ok
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

func publicKey(v string) (string, bool) {
	_, err := seal.ParsePublicKey(v)
	return `central kiosk add 打印出的公钥，以 "lintai-public-1:" 开头`, err == nil
}

func cardKey(v string) (string, bool) {
	key, ok := parseCardKey(v)
	return "central kiosk add 打印出的 card_key（44 个字符）；不用身份证查进度时可以不写", ok && key != nil
}

// parseCardKey reads 32 bytes in base64; no text is no key.
func parseCardKey(v string) ([]byte, bool) {
	if v == "" {
		return nil, true
	}
	key, err := base64.StdEncoding.Strict().DecodeString(v)
	if err != nil || len(key) != 32 || len(v) != 44 {
		return nil, false
	}
	return key, true
}

func webAddress(v string) (string, bool) {
	u, err := url.Parse(v)
	ok := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.RawQuery == "" && u.Fragment == ""
	return `网址，例如 "https://central.example.cn"`, ok
}

// centralAddress allows plain http only to this machine: the token and the
// answers must not cross a network in the clear.
func centralAddress(v string) (string, bool) {
	const allowed = `以 https:// 开头的网址（只有本机 127.0.0.1 可以用 http://）`
	if _, ok := webAddress(v); !ok {
		return allowed, false
	}
	u, _ := url.Parse(v)
	if u.Scheme == "https" {
		return "", true
	}
	host := u.Hostname()
	if host == "localhost" {
		return "", true
	}
	a, err := netip.ParseAddr(host)
	return allowed, err == nil && a.IsLoopback()
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
