package console

import (
	"embed"
	"html/template"
	"io/fs"
	"net/http"

	"lintai/sync/central/page"
	"lintai/sync/central/staff"
)

//go:embed templates assets
var files embed.FS

// layout is what stands around every page.
var layout = template.Must(template.New("layout").Funcs(page.Functions).ParseFS(files, "templates/layout.html", "templates/attachments.html", "templates/terminal.html"))

// Page is a template with the frame around it. It defines "title" and "content"; both
// are given the frame, in which .Content is what the area shows. Each form that
// posts begins with {{$.Token}}.
type Page struct{ template *template.Template }

// NewPage parses a page of an area. A mistake in it panics, at the program's start.
func NewPage(files fs.FS, names ...string) *Page {
	return &Page{template.Must(template.Must(layout.Clone()).ParseFS(files, names...))}
}

var (
	signInPage     = NewPage(files, "templates/signin.html")
	invitationPage = NewPage(files, "templates/invitation.html")
	problemPage    = NewPage(files, "templates/problem.html")
)

// frame is what every page needs around its own content.
type frame struct {
	Who     staff.Account
	Home    string
	Still   string // of the answer to a form: where its banner is read from instead
	Menu    []menuLine
	Long    bool          // the menu is folded on a telephone
	Token   template.HTML // hidden field of every form
	Problem string        // key of the section problem, or ""
	Banner
	Notices []Notice
	Warning Warning
	Content any
}

// menuLine is an entry as one sees it.
type menuLine struct {
	Entry
	Current bool
}

func (h *Host) show(r *Request, status int, p *Page, content any, problem string) error {
	f := frame{Who: r.Who, Home: "/", Content: content, Problem: problem}
	if r.Who.Name != "" {
		f.Home, f.Menu, f.Token = h.home(r.Who), h.menu(r), tokenField(r.token)
		f.Long = len(f.Menu) > manyLines
		if r.Method != http.MethodGet {
			f.Still = f.Home
		}
		if h.Calls != nil && r.Who.Has(CallRoles...) {
			var err error
			if f.Banner, err = h.Calls(r.Context(), r.Who); err != nil {
				return err
			}
		}
		if h.Warning != nil {
			var err error
			if f.Warning, err = h.Warning(r.Context(), r.Who); err != nil {
				return err
			}
		}
		if h.Notices != nil {
			var err error
			if f.Notices, err = h.Notices(r.Context(), r.Who); err != nil {
				return err
			}
		}
	}
	return page.Write(r.Writer, status, p.template, "layout", f)
}

// manyLines is how many entries have room on two lines of a telephone.
const manyLines = 7

// menu is the menu of who asks. The entry whose address is the longest beginning of
// the path is the current one.
func (h *Host) menu(r *Request) []menuLine {
	var all []menuLine
	best, length := -1, 0
	for _, area := range h.Areas {
		for _, e := range area.Menu() {
			if !r.Who.Has(e.Roles...) {
				continue
			}
			if e.covers(r.URL.Path) && len(e.Address) > length {
				best, length = len(all), len(e.Address)
			}
			all = append(all, menuLine{Entry: e})
		}
	}
	if best >= 0 {
		all[best].Current = true
	}
	return all
}

// covers tells whether a page belongs to the entry.
func (e Entry) covers(path string) bool {
	if e.Below != "" {
		return path == e.Address || below(path, e.Below)
	}
	return below(path, e.Address)
}

// below tells whether a path is an address or stands below it.
func below(path, address string) bool {
	return path == address || len(path) > len(address) && path[:len(address)] == address && path[len(address)] == '/'
}

// home is where somebody begins: her first entry of the menu.
func (h *Host) home(who staff.Account) string {
	for _, area := range h.Areas {
		for _, e := range area.Menu() {
			if who.Has(e.Roles...) {
				return e.Address
			}
		}
	}
	return "/console/me"
}
