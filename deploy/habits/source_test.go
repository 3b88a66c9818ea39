package habits

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// module is the Go module's name, as in go.mod.
const module = "lintai"

// root is the checkout's top folder, seen from this package.
const root = "../.."

// tracked lists the repository's files by their slash paths: what git tracks,
// and what it would take with the next "git add".
var tracked = sync.OnceValues(func() ([]string, error) {
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var files []string
	for _, name := range strings.Split(string(out), "\x00") {
		if name == "" {
			continue
		}
		// A file deleted in the work tree is still listed until it is staged.
		if info, err := os.Lstat(filepath.Join(root, name)); err == nil && info.Mode().IsRegular() {
			files = append(files, name)
		}
	}
	return files, nil
})

func files(t *testing.T) []string {
	t.Helper()
	all, err := tracked()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d files found: the tests would hold for nothing", len(all))
	}
	return all
}

// goFile is one parsed source file.
type goFile struct {
	name    string // slash path from the top, e.g. "kiosk/visit/view.go"
	folder  string // "kiosk/visit"
	isTest  bool
	fset    *token.FileSet
	syntax  *ast.File
	imports []string
}

var parsed = sync.OnceValues(func() ([]goFile, error) {
	all, err := tracked()
	if err != nil {
		return nil, err
	}
	var out []goFile
	for _, name := range all {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, filepath.Join(root, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		g := goFile{name: name, folder: path.Dir(name), isTest: strings.HasSuffix(name, "_test.go"), fset: fset, syntax: f}
		for _, i := range f.Imports {
			g.imports = append(g.imports, strings.Trim(i.Path.Value, `"`))
		}
		out = append(out, g)
	}
	return out, nil
})

func goFiles(t *testing.T) []goFile {
	t.Helper()
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no Go file found: the tests would hold for nothing")
	}
	return all
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
