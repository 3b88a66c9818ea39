package content

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/kiosk/policy"
)

func folder(files map[string]string) fstest.MapFS {
	all := fstest.MapFS{}
	for name, text := range files {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

const services = `{
  "version": 7,
  "services": [
    {
      "code": "water",
      "name": "送水",
      "tile": "我要送水",
      "description": "送一桶水。",
      "steps": [
        {"id": "how_many", "kind": "number", "title": "几桶？", "label": "桶数", "prompt": "要几桶水？", "max_digits": 1},
        {
          "id": "when",
          "kind": "choose", "title": "哪天？", "label": "时间", "prompt": "哪天送？",
          "options": [{"id": "today", "name": "今天"}, {"id": "tomorrow", "name": "明天"}]
        }
      ]
    }
  ]
}
`

func TestCommunitysDocumentsReplaceTheBuiltInOnes(t *testing.T) {
	c, problems := Read(folder(map[string]string{CatalogFile: "\ufeff" + services}))
	if len(problems) != 0 {
		t.Fatal(problems)
	}
	if _, ok := c.Catalog.Service("water"); !ok || c.Catalog.Version != 7 {
		t.Errorf("version %d", c.Catalog.Version)
	}
	if c.Community != community.Default() || c.Policy != policy.Default() {
		t.Error("what is not there is not the built-in one")
	}
}

func TestMistakesNameFileAndLine(t *testing.T) {
	for name, tt := range map[string]struct {
		file, text, want string
	}{
		"a comma too many":   {CatalogFile, strings.Replace(services, `"送水",`, `"送水",,`, 1), "catalog.json:6: "},
		"cut short":          {CatalogFile, services[:len(services)/2], "catalog.json:10: "},
		"text for a number":  {CatalogFile, strings.Replace(services, "7", `"7"`, 1), "catalog.json:2: "},
		"an unknown key":     {CatalogFile, strings.Replace(services, `"tile"`, `"tiles"`, 1), "catalog.json:7: "},
		"a step's mistake":   {CatalogFile, strings.Replace(services, `"label": "时间", `, "", 1), "catalog.json:12: "},
		"a service's":        {CatalogFile, strings.Replace(services, `"我要送水"`, `""`, 1), "catalog.json:5: "},
		"nothing":            {CatalogFile, "", "catalog.json:1: "},
		"of no place":        {CatalogFile, `{"version": 0}`, "catalog.json: "},
		"a place's":          {CommunityFile, "{\"version\": 1,\n\n\"places\": [{\"id\": \"gate\", \"name\": \"\"}]}", "community.json:3: "},
		"an article's":       {PolicyFile, "{\"version\": 1,\n\"topics\": [{\"id\": \"old\", \"name\": \"养老\"}],\n\"articles\": [\n{\"id\": \"pension\", \"topic\": \"old\"}]}", "policy.json:4: "},
		"another kind of it": {PolicyFile, "[]", "policy.json:1: "},
	} {
		t.Run(name, func(t *testing.T) {
			c, problems := Read(folder(map[string]string{tt.file: tt.text}))
			if len(problems) != 1 || !strings.HasPrefix(problems[0].String(), tt.want) || len(problems[0].String()) <= len(tt.want) {
				t.Errorf("%v, want %q", problems, tt.want)
			}
			if c != Default() {
				t.Error("the built-in document is not in its place")
			}
		})
	}
}

func TestOneMistakeLeavesTheOtherDocuments(t *testing.T) {
	c, problems := Read(folder(map[string]string{CatalogFile: services, CommunityFile: "{", PolicyFile: "{"}))
	if len(problems) != 2 || problems[0].File != CommunityFile || problems[1].File != PolicyFile {
		t.Errorf("%v", problems)
	}
	if c.Catalog == catalog.Default() {
		t.Error("the good document is not used")
	}
}

func TestMissingFolderIsAMistake(t *testing.T) {
	if c, problems := Read(fstest.MapFS{}); len(problems) != 0 || c != Default() { // an empty one is none
		t.Errorf("%v", problems)
	}
	if _, problems := Read(nowhere{}); len(problems) != 1 || problems[0].File != "." {
		t.Errorf("%v", problems)
	}
	if _, problems := Read(folder(map[string]string{PolicyFile: strings.Repeat(" ", sizeMost+1)})); len(problems) != 1 {
		t.Errorf("%v", problems)
	}
}

// nowhere is a folder that is not there.
type nowhere struct{}

func (nowhere) Open(string) (fs.File, error) { return nil, fs.ErrNotExist }

func FuzzRead(f *testing.F) {
	f.Add(services)
	f.Add(`{"version": 1, "services": [{"code": "a"}], "x": {}}`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range Files {
			c, problems := Read(folder(map[string]string{name: text}))
			if c.Catalog == nil || c.Community == nil || c.Policy == nil {
				t.Fatal("a document is missing")
			}
			for _, p := range problems {
				if p.Line < 0 || p.Line > strings.Count(text, "\n")+1 || p.Text == "" {
					t.Errorf("%+v", p)
				}
			}
		}
	})
}
