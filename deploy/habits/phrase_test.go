package habits

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"lintai/kiosk/phrase"
)

// phraseCall tells whether an expression is phrase.Text, phrase.ID or
// phrase.Has.
func phraseCall(e ast.Expr) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == "phrase" && (s.Sel.Name == "Text" || s.Sel.Name == "ID" || s.Sel.Name == "Has")
}

func stringLiteral(e ast.Node) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

// templateID finds ids in staff pages: {{phrase "staff.title"}} and the like.
var templateID = regexp.MustCompile("[\"'`]([a-z][a-z0-9_]*\\.[a-z][a-z0-9_.]*)[\"'`]")

// used collects the ids that the program names, and the sections from which it
// builds ids out of a prefix such as "status.".
func usedPhrases(t *testing.T) (ids map[phrase.ID]string, sections map[string]bool) {
	t.Helper()
	ids, sections = map[phrase.ID]string{}, map[string]bool{}
	for _, f := range goFiles(t) {
		if f.isTest || f.folder == "kiosk/phrase" {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			text, ok := stringLiteral(n)
			switch {
			case !ok:
			case strings.HasSuffix(text, ".") && !strings.ContainsAny(text, " \n"):
				sections[strings.TrimSuffix(text, ".")] = true
			case phrase.Has(phrase.ID(text)):
				ids[phrase.ID(text)] = f.name
			}
			return true
		})
	}
	for _, name := range files(t) {
		switch filepath.Ext(name) {
		case ".html", ".tmpl", ".gohtml", ".js":
			for _, m := range templateID.FindAllStringSubmatch(read(t, name), -1) {
				if phrase.Has(phrase.ID(m[1])) {
					ids[phrase.ID(m[1])] = name
				}
			}
		}
	}
	return ids, sections
}

func TestEveryPhraseIsUsed(t *testing.T) {
	ids, sections := usedPhrases(t)
	for _, id := range phrase.IDs() {
		section, _, _ := strings.Cut(string(id), ".")
		if _, ok := ids[id]; !ok && !sections[section] {
			t.Errorf("zh-CN.toml: nothing uses %s", id)
		}
	}
}

func TestEveryPhraseThatIsAskedForExists(t *testing.T) {
	asked := 0
	for _, f := range goFiles(t) {
		if f.folder == "kiosk/phrase" {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !phraseCall(call.Fun) || len(call.Args) == 0 {
				return true
			}
			text, ok := stringLiteral(call.Args[0])
			if !ok {
				return true // built at run time; the section's prefix is checked above
			}
			asked++
			if !phrase.Has(phrase.ID(text)) {
				t.Errorf("%s: no phrase %q in zh-CN.toml", f.fset.Position(call.Pos()), text)
			}
			return true
		})
	}
	if asked == 0 {
		t.Error("no phrase is asked for anywhere: this test looks in the wrong place")
	}
}
