// Package roster is the technician's list of terminals: a row for each, as she keeps it
// in a spreadsheet, becomes a kiosk.toml for each. A column's heading says which key of
// the file its cells are, in Chinese or English, or is the key itself; a key without a
// column, and an empty cell, keep what the template says.
//
// All rows are checked by the terminal's own rules before any file is made, and each
// mistake is told by the row and the column in which it stands: whoever reads it sees
// the spreadsheet, not the file.
package roster

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"lintai/kiosk/phrase"
	"lintai/kiosk/settings"
)

// Terminal is one row.
type Terminal struct {
	Line   int // in the spreadsheet; 1 is the heading
	Number int
	Place  string
	values map[string]string // TOML text by "section.key"
}

// Problem is one mistake in the list.
type Problem struct {
	Line    int    // 1 is the heading
	Column  string // as its heading says
	Message string
	Allowed string
}

func (p Problem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s", phrase.Text("roster.line", "line", strconv.Itoa(p.Line)))
	if p.Column != "" {
		b.WriteString(phrase.Text("roster.column", "column", p.Column))
	}
	b.WriteString("：" + p.Message)
	if p.Allowed != "" {
		b.WriteString("。" + phrase.Text("roster.allowed", "allowed", p.Allowed))
	}
	return b.String()
}

// Problems is every mistake of a list, in the order of its rows.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

// names are headings by their key, the first as it is told to people.
var names = []struct {
	key   string
	names []string
}{
	{"terminal.number", []string{"编号", "终端编号", "机号", "号码", "number"}},
	{"terminal.place", []string{"地点", "位置", "名称", "place", "name"}},
	{"terminal.phone", []string{"电话", "联系电话", "phone"}},
	{"terminal.grid", []string{"网格", "所在网格", "楼栋", "grid"}},
	{"terminal.languages", []string{"语言", "languages"}},
	{"central.address", []string{"中心网址", "中心地址", "central"}},
	{"network.wifi", []string{"无线网络", "无线", "wifi"}},
	{"network.password", []string{"无线密码", "wifi密码", "wifipassword"}},
	{"network.address", []string{"固定地址", "ip地址", "ip", "address"}},
	{"network.gateway", []string{"网关", "gateway"}},
	{"network.dns", []string{"域名服务器", "dns"}},
	{"panel.px_per_mm", []string{"每毫米像素", "pxpermm"}},
	{"panel.width", []string{"屏幕宽", "width"}},
	{"panel.height", []string{"屏幕高", "height"}},
	{"panel.rotation", []string{"旋转", "屏幕旋转", "rotation"}},
	{"panel.brightness", []string{"亮度", "brightness"}},
	{"card.port", []string{"身份证阅读器", "读卡器", "idcard"}},
	{"printer.port", []string{"打印机", "小票打印机", "printer"}},
	{"printer.width_mm", []string{"纸宽", "paper"}},
	{"scanner.port", []string{"扫码器", "scanner"}},
	{"scanner.mode", []string{"扫码器类型", "scannermode"}},
	{"nfc.port", []string{"社区卡读卡器", "nfc"}},
	{"button.pin", []string{"呼叫按钮", "按钮", "button"}},
	{"button.light", []string{"按钮灯", "light"}},
	{"presence.pin", []string{"人体感应", "presence"}},
	{"sound.output", []string{"声音", "sound"}},
	{"sound.volume", []string{"音量", "volume"}},
	{"microphone.device", []string{"麦克风", "microphone"}},
	{"camera.device", []string{"摄像头", "camera"}},
}

// remarks are headings of columns that are the technician's own.
var remarks = []string{"备注", "说明", "note", "remark"}

// plain is a heading as it is compared: without blanks, case, and width of letters.
func plain(heading string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(heading))
}

var keys, examples = func() (map[string]string, map[string]string) {
	examples := settings.Examples()
	keys := map[string]string{}
	for key := range examples {
		keys[key] = key
	}
	for _, n := range names {
		for _, name := range n.names {
			keys[name] = n.key
		}
	}
	for _, name := range remarks {
		keys[name] = ""
	}
	return keys, examples
}()

// standIn is where no code is yet: it has a code's form.
const standIn = "0000-0000-0000-0000"

// Read reads the rows of a spreadsheet, the heading first. The error, if any, is of
// type Problems.
func Read(rows [][]string) ([]Terminal, error) {
	var problems Problems
	heading, columns, wrong := readHeading(rows)
	if len(wrong) > 0 {
		return nil, wrong
	}
	var all []Terminal
	numbers, addresses := map[int]int{}, map[string]int{}
	for i := 1; i < len(rows); i++ {
		line := i + 1
		t := Terminal{Line: line, values: map[string]string{}}
		column := map[string]string{} // the heading of a key, for its problems
		empty := true
		for j, cell := range rows[i] {
			cell = strings.TrimSpace(cell)
			if cell == "" {
				continue
			}
			empty = false
			if j >= len(columns) || columns[j] == nameless {
				problems = append(problems, Problem{line, "", phrase.Text("roster.no_heading", "cell", strconv.Itoa(j+1)), ""})
				continue
			}
			key := columns[j]
			if key == "" {
				continue
			}
			column[key] = heading[j]
			value, allowed := inTOML(key, cell)
			if allowed != "" {
				problems = append(problems, Problem{line, heading[j], phrase.Text("roster.wrong_cell"), allowed})
				continue
			}
			t.values[key] = value
		}
		if empty {
			continue
		}
		s, found := t.check(column)
		problems = append(problems, found...)
		if s == nil {
			continue
		}
		t.Number, t.Place = s.Terminal.Number, s.Terminal.Place
		if before, twice := numbers[t.Number]; twice {
			problems = append(problems, Problem{line, column["terminal.number"], phrase.Text("roster.twice", "line", strconv.Itoa(before)), ""})
		}
		numbers[t.Number] = line
		if address, _, _ := strings.Cut(s.Network.Address, "/"); address != "" {
			if before, twice := addresses[address]; twice {
				problems = append(problems, Problem{line, column["network.address"], phrase.Text("roster.twice", "line", strconv.Itoa(before)), ""})
			}
			addresses[address] = line
		}
		all = append(all, t)
	}
	if len(problems) == 0 && len(all) == 0 {
		problems = Problems{{1, "", phrase.Text("roster.empty"), ""}}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return all, nil
}

// nameless is the key of a column without a heading.
const nameless = "\x00"

// readHeading finds the key of each column, "" for one that is the technician's own.
func readHeading(rows [][]string) (heading, columns []string, problems Problems) {
	if len(rows) == 0 {
		return nil, nil, Problems{{1, "", phrase.Text("roster.empty"), ""}}
	}
	heading = rows[0]
	seen := map[string]bool{}
	for _, h := range heading {
		key, known := keys[plain(h)]
		switch {
		case plain(h) == "":
			key = nameless
		case !known:
			problems = append(problems, Problem{1, h, phrase.Text("roster.unknown_column"), Columns()})
		case key == "central.code":
			problems = append(problems, Problem{1, h, phrase.Text("roster.code_column"), ""})
		case key != "" && seen[key]:
			problems = append(problems, Problem{1, h, phrase.Text("roster.column_twice"), ""})
		}
		seen[key] = true
		columns = append(columns, key)
	}
	for _, key := range []string{"terminal.number", "terminal.place"} {
		if !seen[key] && len(problems) == 0 {
			problems = append(problems, Problem{1, "", phrase.Text("roster.missing_column", "column", Name(key)), Columns()})
		}
	}
	return heading, columns, problems
}

// check reads the file of a row as the terminal will.
func (t Terminal) check(column map[string]string) (*settings.Settings, Problems) {
	text, err := t.File("", standIn)
	if err != nil {
		return nil, Problems{{t.Line, "", err.Error(), ""}}
	}
	s, err := settings.Parse(text)
	var wrong settings.Problems
	if !errors.As(err, &wrong) {
		return s, nil
	}
	var problems Problems
	for _, p := range wrong {
		name := column[p.Key]
		if name == "" {
			name = Name(p.Key)
		}
		problems = append(problems, Problem{t.Line, name, p.Message, p.Allowed})
	}
	return nil, problems
}

// File is the terminal's kiosk.toml with its code, and with central's address where the
// row has none of its own.
func (t Terminal) File(address, code string) ([]byte, error) {
	values := map[string]string{"central.code": quote(code)}
	if address != "" {
		values["central.address"] = quote(address)
	}
	for key, v := range t.values {
		values[key] = v
	}
	return settings.Fill(settings.Template, values)
}

// HasAddress tells whether the row names central's address itself.
func (t Terminal) HasAddress() bool { return t.values["central.address"] != "" }

// Name is the heading by which a key is told to people.
func Name(key string) string {
	for _, n := range names {
		if n.key == key {
			return n.names[0]
		}
	}
	return key
}

// Columns are the headings that a list may have.
func Columns() string {
	var all []string
	for _, n := range names {
		all = append(all, n.names[0])
	}
	return strings.Join(append(all, remarks[0]), "、") + phrase.Text("roster.or_key")
}

var decimal = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,9})?$`)

// inTOML is a cell as a value of its key; allowed is not empty when it cannot be one.
// Whether the value may stand there is for the terminal's own rules to say.
func inTOML(key, cell string) (value, allowed string) {
	switch example := examples[key]; {
	case strings.HasPrefix(example, `"`):
		if strings.ContainsFunc(cell, unicode.IsControl) {
			return "", phrase.Text("roster.one_line")
		}
		return quote(cell), ""
	case strings.HasPrefix(example, "["):
		return list(cell), ""
	case example == "true" || example == "false":
		switch plain(cell) {
		case "是", "true", "yes", "1", "有":
			return "true", ""
		case "否", "false", "no", "0", "无":
			return "false", ""
		}
		return "", phrase.Text("roster.yes_or_no")
	}
	cell = norm.NFKC.String(cell)
	if !decimal.MatchString(cell) {
		return "", phrase.Text("roster.digits")
	}
	whole, part, _ := strings.Cut(cell, ".")
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if strings.Trim(part, "0") != "" {
		return whole + "." + part, ""
	}
	return whole, "" // spreadsheets write 12.0 for 12
}

// list takes words with anything between them; languages also by their names.
func list(cell string) string {
	var all []string
	for _, word := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune("、,，;；/ \t\r\n", r) }) {
		switch plain(word) {
		case "中文", "汉语", "普通话", "zh", "zh-cn":
			word = string(phrase.Chinese)
		case "英文", "英语", "en":
			word = string(phrase.English)
		}
		all = append(all, quote(word))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// quote writes a text without control characters as TOML.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
