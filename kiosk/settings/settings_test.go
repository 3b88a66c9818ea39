package settings

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func valid(t *testing.T) string {
	t.Helper()
	return `# 邻台
[terminal]
number = 12
place = "幸福里社区服务站"
data = "/var/lib/lintai"

[central]
address = "https://central.example.cn"
# as it was printed
code = "SECR-ET12-3456-7890"

[printer]
port = "/dev/serial/by-id/printer"
baud = 9600
`
}

func TestParseFillsDefaults(t *testing.T) {
	s, err := Parse([]byte("\ufeff" + strings.ReplaceAll(valid(t), "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	if s.Terminal.Number != 12 || s.Printer.Baud != 9600 || s.Printer.WidthMM != 80 || s.Card.Port != "" || s.Card.Baud != 115200 ||
		s.Scanner.Mode != "line" || s.Presence.Pin != "" || s.Presence.Active != "high" ||
		s.Central.Address != "https://central.example.cn" || s.Central.Code != "SECR-ET12-3456-7890" || !s.Panel.FullScreen || s.Panel.PxPerMM != 4 {
		t.Errorf("got %+v", s)
	}
}

func TestNetworkLanguagesAndPanel(t *testing.T) {
	s, err := Parse([]byte(strings.Replace(valid(t), "number = 12", "number = 12\nlanguages = [\"zh-CN\"]\ngrid = \"3号楼\"", 1) +
		"[network]\nwifi = \"大厅 5G\"\npassword = \"hunter2 & co\"\naddress = \"10.0.3.7/22\"\ngateway = \"10.0.0.1\"\ndns = \"10.0.0.1, 223.5.5.5\"\n[panel]\nrotation = 270\nbrightness = 60\n"))
	if err != nil {
		t.Fatal(err)
	}
	if want := (Network{"大厅 5G", "hunter2 & co", "10.0.3.7/22", "10.0.0.1", "10.0.0.1 223.5.5.5"}); s.Network != want {
		t.Errorf("%+v", s.Network)
	}
	if s.Panel.Rotation != 270 || s.Panel.Brightness != 60 || len(s.Terminal.Languages) != 1 || s.Terminal.Grid != "3号楼" {
		t.Errorf("%+v %+v", s.Panel, s.Terminal)
	}
	s, err = Parse([]byte(valid(t)))
	if err != nil || s.Network != (Network{}) || s.Panel.Rotation != 0 || s.Panel.Brightness != 100 || len(s.Terminal.Languages) != 2 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestKeysAreThoseThatAFileMayHave(t *testing.T) {
	keys := Keys()
	for _, k := range append([]string{"terminal.number", "panel.rotation", "camera.bench"}, Secrets...) {
		if !slices.Contains(keys, k) {
			t.Errorf("%s is not among %v", k, keys)
		}
	}
	for i, k := range keys {
		if slices.Contains(keys[:i], k) {
			t.Errorf("%s twice", k)
		}
	}
}

func TestProblemsNameLineAndWhatIsAllowed(t *testing.T) {
	tests := []struct {
		name     string
		from, to string // replaced in the valid file
		want     []string
	}{
		{"unknown key", "baud = 9600", "bauds = 9600", []string{"第 14 行 printer.bauds", "不认识", "port、baud、width_mm"}},
		{"unknown section", "[printer]", "[printers]", []string{"printers.port", "不认识这一项", "[printer]"}},
		{"key outside a section", "# 邻台", "number = 3", []string{"第 1 行 number", "不认识"}},
		{"baud", "baud = 9600", "baud = 1234", []string{"第 14 行 printer.baud", "9600、19200"}},
		{"text for a number", "number = 12", `number = "12"`, []string{"第 3 行 terminal.number", "1 到 9999"}},
		{"number for a text", `place = "幸福里社区服务站"`, "place = 5", []string{"第 4 行 terminal.place", "引号"}},
		{"too large", "number = 12", "number = 12000", []string{"第 3 行 terminal.number", "1 到 9999"}},
		{"missing", "number = 12\n", "", []string{"缺少 terminal.number", "没有填写", "1 到 9999"}},
		{"plain http", "https://central", "http://central", []string{"第 8 行 central.address", "https://"}},
		{"code that was cut off", `SECR-ET12-3456-7890`, `SECR-ET12-3456`, []string{"第 10 行 central.code", "central kiosk add", "四组"}},
		{"code with a letter that no code has", `SECR-ET12`, `SECU-ET12`, []string{"第 10 行 central.code"}},
		{"code with a line end", `7890"`, `7890\n"`, []string{"第 10 行 central.code"}},
		{"token of before", `code = "`, `token = "`, []string{"第 10 行 central.token", "不认识", "address、code"}},
		{"a section in braces", "# 邻台", `scanner = {port = "/dev/scanner", baud = 1}`, []string{"第 1 行 scanner.baud", "9600、19200"}},
		{"relative path", `"/var/lib/lintai"`, `"lintai"`, []string{"第 5 行 terminal.data", "完整路径"}},
		{"printer in the network without a port", `"/dev/serial/by-id/printer"`, `"tcp://192.0.2.5"`, []string{"第 13 行 printer.port", "tcp://192.0.2.5:9100", "/dev/usb/lp0"}},
		{"two tag readers", "[printer]", "[nfc]\nport = \"/dev/ttyUSB1\"\nspi = \"/dev/spidev0.0\"\n[printer]", []string{"第 14 行 nfc.spi", "不能和 port", "只写 spi"}},
		{"no SPI", "[printer]", "[nfc]\nspi = \"/dev/spidev0\"\n[printer]", []string{"第 13 行 nfc.spi", "/dev/spidev0.0"}},
		{"a reset without SPI", "[printer]", "[nfc]\nport = \"/dev/ttyUSB1\"\nreset = \"GPIO25\"\n[printer]", []string{"第 14 行 nfc.reset", "spi"}},
		{"printer by another protocol", `"/dev/serial/by-id/printer"`, `"ipp://192.0.2.5:631"`, []string{"第 13 行 printer.port", "tcp://"}},
		{"scanner mode", "[printer]", "[scanner]\nmode = \"usb\"\n[printer]", []string{"第 13 行 scanner.mode", `"line"、"gm65"`}},
		{"presence pin", "[printer]", "[presence]\npin = \"22\"\n[printer]", []string{"第 13 行 presence.pin", "GPIO17"}},
		{"presence level", "[printer]", "[presence]\nactive = \"up\"\n[printer]", []string{"第 13 行 presence.active", `"high"、"low"`}},
		{"presence twice", "[printer]", "[presence]\npin = \"GPIO22\"\nbench = \"/run/s\"\n[printer]", []string{"第 14 行 presence.bench", "只写 pin"}},
		{"microphone", "[printer]", "[microphone]\ndevice = \"-D x\"\n[printer]", []string{"第 13 行 microphone.device", "plughw"}},
		{"camera", "[printer]", "[camera]\ndevice = \"video0\"\n[printer]", []string{"第 13 行 camera.device", "完整路径"}},
		{"two cameras", "[printer]", "[camera]\ndevice = \"/dev/video0\"\nbench = \"/run/c\"\n[printer]", []string{"第 14 行 camera.bench", "只写 device"}},
		{"content", `data = "/var/lib/lintai"`, "data = \"/var/lib/lintai\"\ncontent = \"content\"", []string{"第 6 行 terminal.content", "完整路径"}},
		{"languages", "number = 12", "number = 12\nlanguages = [\"en\"]", []string{"第 4 行 terminal.languages", `["zh-CN", "en"]`}},
		{"a language twice", "number = 12", "number = 12\nlanguages = [\"zh-CN\", \"zh-CN\"]", []string{"第 4 行 terminal.languages"}},
		{"a language that is none", "number = 12", "number = 12\nlanguages = [\"zh-CN\", \"tlh\"]", []string{"第 4 行 terminal.languages", "中文必须有"}},
		{"languages as text", "number = 12", "number = 12\nlanguages = \"zh-CN\"", []string{"第 4 行 terminal.languages"}},
		{"rotation", "[printer]", "[panel]\nrotation = 45\n[printer]", []string{"第 13 行 panel.rotation", "0、90、180、270"}},
		{"dark panel", "[printer]", "[panel]\nbrightness = 0\n[printer]", []string{"第 13 行 panel.brightness", "10 到 100"}},
		{"short password", "[printer]", "[network]\nwifi = \"lobby\"\npassword = \"1234567\"\n[printer]", []string{"第 14 行 network.password", "8 到 63"}},
		{"password alone", "[printer]", "[network]\npassword = \"12345678\"\n[printer]", []string{"第 13 行 network.password", "写上 wifi"}},
		{"long name", "[printer]", "[network]\nwifi = \"幸福里社区服务站二号楼大厅\"\n[printer]", []string{"第 13 行 network.wifi", "32 个字节"}},
		{"address without a prefix", "[printer]", "[network]\naddress = \"192.168.1.20\"\n[printer]", []string{"第 13 行 network.address", "192.168.1.20/24"}},
		{"everybody's address", "[printer]", "[network]\naddress = \"192.168.1.255/24\"\n[printer]", []string{"第 13 行 network.address"}},
		{"gateway alone", "[printer]", "[network]\ngateway = \"192.168.1.1\"\n[printer]", []string{"第 13 行 network.gateway", "写上 address"}},
		{"gateway elsewhere", "[printer]", "[network]\naddress = \"192.168.1.20/24\"\ngateway = \"192.168.2.1\"\n[printer]", []string{"第 14 行 network.gateway", "同一个网段"}},
		{"dns", "[printer]", "[network]\ndns = \"dns.example\"\n[printer]", []string{"第 13 行 network.dns", "223.5.5.5"}},
		{"no TOML", "number = 12", "number = = 12", []string{"第 3 行", "TOML"}},
		{"half a file", `place = "幸福里社区服务站"`, `place = "幸福`, []string{"第 4 行", "TOML"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := valid(t)
			changed := strings.Replace(text, tt.from, tt.to, 1)
			if changed == text {
				t.Fatal("the test changes nothing")
			}
			_, err := Parse([]byte(changed))
			var p Problems
			if !errors.As(err, &p) {
				t.Fatalf("error %v", err)
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not say %q", err, w)
				}
			}
			if strings.Contains(err.Error(), "SECR") {
				t.Errorf("%q tells the code", err)
			}
		})
	}
}

func TestTheCodeMayBeTakenOut(t *testing.T) {
	for _, code := range []string{"", `code = ""`} {
		text := strings.Replace(valid(t), `code = "SECR-ET12-3456-7890"`, code, 1)
		if s, err := Parse([]byte(text)); err != nil || s.Central.Code != "" {
			t.Errorf("%q: %v, %v", code, s, err)
		}
	}
}

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	_, err := Parse([]byte("[terminal]\nnumber = 0\n[central]\naddress = \"x\"\ncode = \"x\"\n"))
	var p Problems
	if !errors.As(err, &p) || len(p) < 5 {
		t.Errorf("got %v", err)
	}
}

func TestCentralIsReachedByHTTPS(t *testing.T) {
	for address, want := range map[string]bool{
		"https://127.0.0.1:8421": true, "https://a.example": true, "https://[::1]:1": true, "http://127.0.0.1:8421": false, "http://10.0.0.1": false,
		"ftp://a": false, "": false, "https://a.example/?q=1": false, "https://me@a.example": false,
	} {
		if _, ok := centralAddress(address); ok != want {
			t.Errorf("%s: %v", address, ok)
		}
	}
}

func TestWaysToThePrinter(t *testing.T) {
	for port, want := range map[string]bool{
		"/dev/ttyUSB0": true, "/dev/usb/lp0": true, "tcp://192.0.2.5:9100": true, "tcp://[2001:db8::5]:9100": true, "tcp://printer.local:9100": true,
		"tcp://192.0.2.5": false, "tcp://:9100": false, "tcp://192.0.2.5:0": false, "tcp://192.0.2.5:70000": false, "tcp://192.0.2.5:9100/": false,
		"tcp://user@192.0.2.5:9100": false, "192.0.2.5:9100": false, "ttyUSB0": false, "": false,
	} {
		if _, ok := printerPort(port); ok != want {
			t.Errorf("%q: %v", port, ok)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("[terminal]\nnumber = 1\n"))
	f.Add([]byte("a = [1, {b = 2}]\n[[terminal]]\n"))
	f.Add([]byte("terminal = 3"))
	f.Add([]byte("[terminal]\nnumber.x = 1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse(text)
		if (s == nil) == (err == nil) {
			t.Errorf("settings %v, error %v", s, err)
		}
	})
}
