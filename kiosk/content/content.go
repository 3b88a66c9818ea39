// Package content brings together the documents that a community can write itself:
// its services (catalog.json), what it says about itself (community.json) and the
// policies that it answers from (policy.json). They lie in one folder; one that is
// not there, or has a mistake, is replaced by the document inside the binary, so
// that a slip of the pen takes no service from anybody.
//
// Mistakes are told with the file and, where it can be found, the line.
package content

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/kiosk/policy"
)

// The files of the folder.
const (
	CatalogFile   = "catalog.json"
	CommunityFile = "community.json"
	PolicyFile    = "policy.json"
)

// Files lists them.
var Files = []string{CatalogFile, CommunityFile, PolicyFile}

// Content is one version of all documents. They must not be changed.
type Content struct {
	Catalog   *catalog.Catalog
	Community *community.Document
	Policy    *policy.Corpus
}

// Default is what is inside the binary.
func Default() Content {
	return Content{Catalog: catalog.Default(), Community: community.Default(), Policy: policy.Default()}
}

// Problem is a document that cannot be used, and its first mistake.
type Problem struct {
	File string // "catalog.json"; "." when it is the folder
	Line int    // 0 when it cannot be told
	Text string
}

func (p Problem) String() string {
	if p.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
	}
	return fmt.Sprintf("%s: %s", p.File, p.Text)
}

// sizeMost bounds a document, in bytes.
const sizeMost = 8 << 20

// Read reads the documents of a folder. For each that is not there or that a
// problem names, Content holds the one inside the binary.
func Read(folder fs.FS) (Content, []Problem) { return Over(Default(), folder) }

// Over reads the documents of a folder, which go before others: for each that is
// not there or that a problem names, Content holds the other one.
func Over(c Content, folder fs.FS) (Content, []Problem) {
	if info, err := fs.Stat(folder, "."); err != nil || !info.IsDir() {
		if err == nil {
			err = errors.New("is no folder")
		}
		return c, []Problem{{File: ".", Text: err.Error()}}
	}
	var problems []Problem
	for _, p := range []*Problem{
		read(folder, CatalogFile, catalog.Parse, &c.Catalog),
		read(folder, CommunityFile, community.Parse, &c.Community),
		read(folder, PolicyFile, policy.Parse, &c.Policy),
	} {
		if p != nil {
			problems = append(problems, *p)
		}
	}
	return c, problems
}

// read reads one document, leaving to as it is when there is none to be used.
func read[T any](folder fs.FS, name string, parse func([]byte) (*T, error), to **T) *Problem {
	f, err := folder.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return &Problem{File: name, Text: err.Error()}
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, sizeMost+1))
	switch {
	case err != nil:
		return &Problem{File: name, Text: err.Error()}
	case len(text) > sizeMost:
		return &Problem{File: name, Text: fmt.Sprintf("more than %d bytes", sizeMost)}
	}
	// A file saved by Windows' Notepad begins with a byte order mark.
	text = []byte(strings.TrimPrefix(string(text), "\ufeff"))
	document, err := parse(text)
	if err != nil {
		return &Problem{File: name, Line: line(text, err), Text: err.Error()}
	}
	*to = document
	return nil
}

// In the messages of the documents' checks, a place is named by what it is and its
// id ("service repair: step what: …", "article pension: …"), by its path
// ("notice.water.title …"), or by a key in quotation marks.
var (
	named   = regexp.MustCompile(`\b(?:service|step|option|place|activity|notice|contact|hours|topic|article)[ .]"?([a-z][a-z0-9_]*)`)
	unknown = regexp.MustCompile(`unknown field "([^"]+)"`)
)

// line finds on which line a mistake stands, 0 when that cannot be told.
func line(text []byte, err error) int {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return lineAt(text, int(syntax.Offset))
	case errors.As(err, &kind):
		return lineAt(text, int(kind.Offset))
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return lineAt(text, len(text))
	}
	message := err.Error()
	if key := unknown.FindStringSubmatch(message); key != nil {
		at := regexp.MustCompile(`"` + regexp.QuoteMeta(key[1]) + `"\s*:`).FindIndex(text)
		if at == nil {
			return 0
		}
		return lineAt(text, at[0])
	}
	at := -1
	for _, place := range named.FindAllStringSubmatch(message, -1) {
		found := regexp.MustCompile(`"(?:code|id)"\s*:\s*"` + place[1] + `"`).FindIndex(text[at+1:])
		if found == nil {
			break
		}
		at += 1 + found[0]
	}
	if at < 0 {
		return 0
	}
	return lineAt(text, at)
}

func lineAt(text []byte, offset int) int {
	return 1 + strings.Count(string(text[:min(max(offset, 0), len(text))]), "\n")
}
