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
type Page struct{ templates *page.Templates }

// NewPage parses a page of an area. A mistake in it panics, at the program's start.
func NewPage(files fs.FS, names ...string) *Page {
	return &Page{page.Of(template.Must(template.Must(layout.Clone()).ParseFS(files, names...)))}
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
	Menu    menu
	Token   template.HTML // hidden field of every form
	Problem string        // key of the section problem, or ""
	Banner
	Notices []Notice
	Warning Warning
	Content any
}

func (h *Host) show(r *Request, status int, p *Page, content any, problem string) error {
	f := frame{Who: r.Who, Home: "/", Content: content, Problem: problem}
	if r.Who.Name != "" {
		f.Home, f.Menu, f.Token = h.home(r.Who), h.menu(r), tokenField(r.token)
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
	return page.Write(r.Writer, status, p.templates, "layout", f, h.Clock())
}
