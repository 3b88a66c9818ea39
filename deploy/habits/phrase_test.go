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

// usedPhrases collects the ids that the program names whole, and those that it
// builds from a prefix and a key: "status." and "working", each of them a
// literal somewhere.
func usedPhrases(t *testing.T) map[phrase.ID]bool {
	t.Helper()
	ids, sections, keys := map[phrase.ID]bool{}, map[string]bool{}, map[string]bool{}
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
				ids[phrase.ID(text)] = true
			default:
				keys[text] = true
			}
			return true
		})
	}
	for _, name := range files(t) {
		switch filepath.Ext(name) {
		case ".html", ".tmpl", ".gohtml", ".js":
			for _, m := range templateID.FindAllStringSubmatch(read(t, name), -1) {
				if phrase.Has(phrase.ID(m[1])) {
					ids[phrase.ID(m[1])] = true
				}
			}
		}
	}
	for _, id := range phrase.IDs() {
		if section, key, _ := strings.Cut(string(id), "."); sections[section] && keys[key] {
			ids[id] = true
		}
	}
	return ids
}

func TestEveryPhraseIsUsed(t *testing.T) {
	ids := usedPhrases(t)
	for _, id := range phrase.IDs() {
		if !ids[id] {
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
				return true // built at run time, from a prefix and a key
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
