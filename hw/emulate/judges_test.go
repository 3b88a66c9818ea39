package emulate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// judges is where deploy/setup puts programs by others.
const judges = "../../bin/judges"

// judge runs a script in Node.js beside the judges, with in as JSON on its
// standard input, and reads its JSON answer. A missing judge is a failure: a
// judgement that nobody gave must not look like a good one.
func judge(t *testing.T, script string, in, out any) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(judges, "node_modules")); err != nil {
		t.Fatalf("the judges are not installed, run deploy/setup: %v", err)
	}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "-e", script)
	cmd.Dir = judges
	cmd.Stdin = bytes.NewReader(text)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	answer, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, complaints.Bytes())
	}
	if err := json.Unmarshal(answer, out); err != nil {
		t.Fatalf("the judge answers %q: %v", answer, err)
	}
}

// document is a receipt in receiptline's language.
type document struct {
	name     string
	markdown string
	// below is what stands in text below a bar code; receiptline's text leaves it
	// out.
	below string
	// codes is what a reader must find on the paper, in zbar's words.
	codes []string
}

var documents = []document{
	{name: "a queue ticket", markdown: "^^^邻台社区服务\n\n请等候叫号\n^^^0012\n---\n前面还有 | 3 人\n窗口 | 2 号\n"},
	{name: "a bill in columns", markdown: "水费 | 12.50\n电费 | 100.00\n-\n_合计_ | ^112.50\n=\n"},
	{name: "columns of three", markdown: "{width:20 12 16}\n|事项 | 数量 | 金额|\n|维修水管 | 1 | 80.00|\n|换锁 | 2 | 160.00|\n"},
	{name: "ruled lines", markdown: "{border:line; width:20 10}\n---\n|姓名 | 状态|\n---\n|王小明 | 已受理|\n|李 | 处理中|\n---\n{border:none}\n以上\n"},
	{name: "English and Latin", markdown: "Community service\n\nOpen 9:00 - 17:30 | daily\n\"bold\" _underlined_ `inverted`\n"},
	{name: "a long paragraph that wraps", markdown: strings.Repeat("请保管好小票，回来扫一扫就知道办到哪一步。", 4) + "\n"},
	{name: "a QR code", markdown: "扫一扫查进度\n{code:https://central.example/t/001234567891; option:qrcode,5,M}\n谢谢\n", codes: []string{"QR-Code:https://central.example/t/001234567891"}},
	{name: "a bar code", markdown: "{code:NO-001234567891; option:code128,2,72,nohri}\n", codes: []string{"CODE-128:NO-001234567891"}},
	{name: "a bar code of digits with its text", markdown: "{code:001234567891; option:code128,2,72,hri}\n", below: "001234567891", codes: []string{"CODE-128:001234567891"}},
	{name: "both codes", markdown: "邻台\n{code:https://c.example/1; option:qrcode,4,L}\n---\n{code:AB12; option:code128,3,60,nohri}\n完\n", codes: []string{"CODE-128:AB12", "QR-Code:https://c.example/1"}},
}

// languages are receiptline's names for the dialects of ESC/POS.
var languages = []string{"generic", "escpos", "epson", "citizen", "fit"}

func TestStreamsOfReceiptlineReadAsItsText(t *testing.T) {
	const script = `
const { transform } = require('receiptline');
const asked = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const answer = asked.documents.map(markdown => {
  const to = command => transform(markdown, { cpl: 48, encoding: 'gb18030', cutting: true, command });
  const streams = {};
  for (const language of asked.languages) streams[language] = Buffer.from(to(language), 'latin1').toString('base64');
  return { text: to('text'), streams };
});
process.stdout.write(JSON.stringify(answer));`
	asked := struct {
		Documents []string `json:"documents"`
		Languages []string `json:"languages"`
	}{Languages: languages}
	for _, d := range documents {
		asked.Documents = append(asked.Documents, d.markdown)
	}
	var answers []struct {
		Text    string
		Streams map[string][]byte
	}
	judge(t, script, asked, &answers)
	if len(answers) != len(documents) {
		t.Fatalf("%d answers to %d documents", len(answers), len(documents))
	}
	for i, d := range documents {
		for _, language := range languages {
			t.Run(d.name+"/"+language, func(t *testing.T) {
				stream := answers[i].Streams[language]
				var paper tape
				interpret(t, &paper, stream)
				page := paper.pages[0]
				want := trimmed(answers[i].Text)
				if d.below != "" {
					want = strings.TrimLeft(want+"\n"+strings.Repeat(" ", (48-len(d.below))/2)+d.below, "\n")
				}
				if got := layout(page); got != want {
					t.Errorf("the page reads\n%s\nreceiptline's text is\n%s\nthe stream is %q", got, want, stream)
				}
				if got := codesOn(t, page); !slices.Equal(got, d.codes) {
					t.Errorf("zbarimg finds %q on the paper, want %q", got, d.codes)
				}
			})
		}
	}
}

// codesOn gives what zbarimg reads on the paper.
func codesOn(t *testing.T, p *Page) []string {
	t.Helper()
	file, err := p.PNG(nil)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "slip.png")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", name).Output()
	var ended *exec.ExitError
	if err != nil && !(errors.As(err, &ended) && ended.ExitCode() == 4) { // 4: no code at all
		t.Fatalf("zbarimg: %v", err)
	}
	var codes []string
	for line := range strings.Lines(string(found)) {
		codes = append(codes, strings.TrimSpace(line))
	}
	slices.Sort(codes)
	return codes
}

// layout is the lines of a page as receiptline's text has them: an enlarged
// character is followed by the blanks that it covers, frames are made of - + and |.
func layout(p *Page) string {
	var b strings.Builder
	for _, it := range p.Items {
		if line, ok := it.(TextLine); ok {
			indent := p.offset(line.Place, Area{}, lineWidth(line)) / asciiDots
			b.WriteString(strings.Repeat(" ", indent) + line.Columns() + "\n")
		}
	}
	return trimmed(asText.Replace(b.String()))
}

var asText = func() *strings.Replacer {
	pairs := []string{"─", "-", "│", "|"}
	for _, corner := range "┌┐└┘╭╮╰╯├┤┬┴┼" {
		pairs = append(pairs, string(corner), "+")
	}
	return strings.NewReplacer(pairs...)
}()

// trimmed is a text without blanks at the ends of its lines and of itself.
func trimmed(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// loopback9100 is port 9100, which receiptio insists on, at a loopback address that
// no other process takes.
func loopback9100() string {
	pid := os.Getpid()
	return fmt.Sprintf("127.%d.%d.%d", 1+pid>>14&0x7F, 1+pid>>7&0x7F, 1+pid&0x7F)
}

// TestReceiptioGetsTrueAnswers lets receiptio drive the printer over TCP as it
// drives real ones.
func TestReceiptioGetsTrueAnswers(t *testing.T) {
	const script = `
const { print } = require('receiptio');
const asked = JSON.parse(require('fs').readFileSync(0, 'utf8'));
print(asked.markdown, asked.options).then(result => process.stdout.write(JSON.stringify(result)));`
	printer := NewPrinter(576)
	defer printer.Close()
	host := loopback9100()
	network, err := NewNetwork(host+":9100", printer)
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	const markdown = "^^^邻台社区服务\n---\n事项 | 报修\n"
	ask := func(markdown, options string) (result string) {
		judge(t, script, map[string]string{"markdown": markdown, "options": "-d " + host + " -l zh-CN -t 20 " + options}, &result)
		return result
	}
	slips := 0
	for _, c := range []struct {
		name   string
		do     func()
		asked  string // the answer to a question about the state
		result string // of a slip
	}{
		{"well", func() {}, "online", "success"},
		{"cover open", func() { printer.OpenCover(true) }, "coveropen", "coveropen"},
		{"paper empty", func() { printer.OpenCover(false); printer.SetPaper(PaperOut) }, "paperempty", "paperempty"},
		{"cutter jammed", func() { printer.SetPaper(PaperOK); printer.JamCutter(true) }, "error", "error"},
		{"paper ends on the way", func() { printer.JamCutter(false); printer.EndPaperAfter(60) }, "online", "paperempty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.do()
			if got := ask("", "-q"); got != c.asked {
				t.Errorf("asked for its state it is %q, want %q", got, c.asked)
			}
			for _, dialect := range []string{"", "-p generic", "-p escpos"} {
				if got := ask(markdown, dialect); got != c.result {
					t.Errorf("%q: %q, want %q", dialect, got, c.result)
				}
				if c.result != "success" {
					break // a broken-off slip lies in the printer now
				}
				slips++
				s, err := printer.WaitSlip(t.Context(), slips)
				if err != nil {
					t.Fatal(err)
				}
				if got, want := trimmed(s.Page.Text()), "邻台社区服务"; !strings.Contains(got, want) || !strings.Contains(got, "报修") {
					t.Errorf("%q: the slip reads\n%s", dialect, got)
				}
			}
		})
	}
	if n := len(printer.Slips()); n != slips {
		t.Errorf("%d slips came out, %d successes were told", n, slips)
	}
}
