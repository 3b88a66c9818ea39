// Package judge holds what the Open311 API answers against its specification, in
// the tests: JSON schemas that were written from GeoReport v2 and from FixMyStreet's
// extension, read by ajv, and XML schemas, read by xmllint. Neither knows our
// program, and both say more than a test of ours would think of.
package judge

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

//go:embed schema
var schemas embed.FS

// Answer is one that the API gave.
type Answer struct {
	Method, Path string // of the request; the path ends in .json or .xml, a query may follow
	Status       int
	ContentType  string
	Body         string
}

// Court collects answers and judges them together when the test ends: a program by
// others takes longer to start than to read them all.
type Court struct {
	t       *testing.T
	judges  string // folder
	mu      sync.Mutex
	answers []Answer
}

// New opens a court. judges is the folder in which deploy/setup installs programs by
// others.
func New(t *testing.T, judges string) *Court {
	t.Helper()
	c := &Court{t: t, judges: judges}
	t.Cleanup(func() {
		for i, words := range Judge(t, judges, c.answers) {
			a := c.answers[i]
			t.Errorf("%s %s (%d): %s\n%s", a.Method, a.Path, a.Status, words, a.Body)
		}
	})
	return c
}

// Hear takes an answer.
func (c *Court) Hear(a Answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers = append(c.answers, a)
}

// Judge returns what is wrong with answers, by their places.
func Judge(t *testing.T, judges string, answers []Answer) map[int]string {
	t.Helper()
	wrong := map[int]string{}
	var asJSON, asXML []int
	for i, a := range answers {
		media, parameters, err := mime.ParseMediaType(a.ContentType)
		path, _, _ := strings.Cut(a.Path, "?")
		switch {
		case err != nil || parameters["charset"] != "utf-8":
			wrong[i] = fmt.Sprintf("Content-Type %q", a.ContentType)
		case media == "application/json" && !strings.HasSuffix(path, ".xml"):
			asJSON = append(asJSON, i)
		case media == "text/xml" && strings.HasSuffix(path, ".xml"):
			asXML = append(asXML, i)
		default:
			wrong[i] = "Content-Type " + a.ContentType
		}
	}
	judgeJSON(t, judges, answers, asJSON, wrong)
	judgeXML(t, answers, asXML, wrong)
	return wrong
}

// schema names the one that an answer must follow.
func (a Answer) schema() string {
	path, _, _ := strings.Cut(a.Path, "?")
	name := path[strings.LastIndex(path, "/")+1:]
	name, _, _ = strings.Cut(name, ".")
	posted := a.Method == http.MethodPost
	switch {
	case a.Status >= 400:
		return "errors"
	case strings.Contains(path, "/services/"):
		return "definition"
	case strings.Contains(path, "/tokens/"):
		return "token"
	case name == "requests" && posted:
		return "filed"
	case name == "servicerequestupdates" && posted:
		return "noted"
	case name == "servicerequestupdates":
		return "updates"
	case name == "discovery", name == "services":
		return name
	}
	return "requests"
}

func judgeJSON(t *testing.T, judges string, answers []Answer, which []int, wrong map[int]string) {
	t.Helper()
	if len(which) == 0 {
		return
	}
	if _, err := os.Stat(filepath.Join(judges, "node_modules", "ajv")); err != nil {
		t.Fatalf("the judges are not installed, run deploy/setup: %v", err)
	}
	type one struct{ Schema, Body string }
	in := struct {
		Schemas map[string]json.RawMessage
		Answers []one
	}{Schemas: map[string]json.RawMessage{}}
	for _, i := range which {
		name := answers[i].schema()
		text, err := schemas.ReadFile("schema/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		in.Schemas[name] = text
		in.Answers = append(in.Answers, one{name, answers[i].Body})
	}
	input, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "-e", `
const Ajv = require("ajv/dist/2020"), formats = require("ajv-formats");
const { Schemas, Answers } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });
formats(ajv);
const checks = {};
for (const name in Schemas) checks[name] = ajv.compile(Schemas[name]);
process.stdout.write(JSON.stringify(Answers.map(a => {
  let value;
  try { value = JSON.parse(a.Body); } catch (e) { return "no JSON: " + e.message; }
  return checks[a.Schema](value) ? "" : a.Schema + ": " + ajv.errorsText(checks[a.Schema].errors);
})));`)
	cmd.Dir, cmd.Stdin = judges, bytes.NewReader(input)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ajv: %v: %s", err, complaint.String())
	}
	var said []string
	if err := json.Unmarshal(out, &said); err != nil || len(said) != len(which) {
		t.Fatalf("ajv said %d words on %d answers, %v", len(said), len(which), err)
	}
	for i, words := range said {
		if words != "" {
			wrong[which[i]] = words
		}
	}
}

// judgeXML runs xmllint once for each schema that is needed.
func judgeXML(t *testing.T, answers []Answer, which []int, wrong map[int]string) {
	t.Helper()
	if len(which) == 0 {
		return
	}
	dir, err := os.MkdirTemp("", "judge")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	files := map[string][]string{}
	for _, i := range which {
		name := answers[i].schema()
		file := fmt.Sprintf("%d.xml", i)
		files[name] = append(files[name], file)
		if err := os.WriteFile(filepath.Join(dir, file), []byte(answers[i].Body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	bad := map[string]string{} // file to words
	for name, all := range files {
		text, err := schemas.ReadFile("schema/" + name + ".xsd")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".xsd"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("xmllint", append([]string{"--noout", "--nonet", "--schema", name + ".xsd"}, all...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if _, ran := err.(*exec.ExitError); err != nil && !ran {
			t.Fatalf("xmllint, which deploy/setup installs: %v", err)
		}
		good := map[string]bool{}
		for line := range strings.SplitSeq(string(out), "\n") {
			if file, ok := strings.CutSuffix(line, " validates"); ok {
				good[file] = true
			}
		}
		for _, file := range all {
			if !good[file] {
				bad[file] = name + ": " + string(out)
			}
		}
	}
	for _, i := range which {
		words, isBad := bad[fmt.Sprintf("%d.xml", i)]
		switch {
		case isBad:
			wrong[i] = words
		case !strings.HasPrefix(answers[i].Body, `<?xml version="1.0" encoding="UTF-8"?>`):
			wrong[i] = "the declaration of XML and its encoding is missing"
		}
	}
}
