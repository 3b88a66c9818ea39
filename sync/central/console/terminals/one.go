package terminals

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/staffcode"
	"lintai/sync/central/console"
	"lintai/sync/central/docket"
	"lintai/sync/central/fleet"
)

// How many orders and notes stand on a terminal's page.
const (
	pageOrders = 20
	pageNotes  = 40
)

// oneView is the page of a terminal.
type oneView struct {
	View
	Manages bool // may ask something of it
	Ends    bool // may end an alarm
	Numbers bool // may be shown a number
	Kinds   []kind
	Orders  []order
	Notes   []note
}

// kind is something that can be asked of the terminal.
type kind struct{ Kind, Words, Hint string }

// order is what was asked of it.
type order struct {
	fleet.Order
	Words, State, Who, Why string
}

// note is what somebody did, or was shown.
type note struct {
	fleet.Note
	Words, Who string
}

// find reads the terminal of the path.
func (a *Area) find(r *console.Request) (View, error) {
	n, err := r.Number("number")
	if err != nil {
		return View{}, err
	}
	all, err := a.Views(r.Context())
	if err != nil {
		return View{}, err
	}
	i := slices.IndexFunc(all, func(v View) bool { return int64(v.Number) == n })
	if i < 0 {
		return View{}, docket.ErrNotFound
	}
	return all[i], nil
}

// terminal is the page of one terminal.
func (a *Area) terminal(r *console.Request) error {
	one, err := a.find(r)
	if err != nil {
		return err
	}
	v := oneView{View: one, Manages: r.Who.Has(administrator...) && one.Computer != nil, Ends: r.Who.Has(administrator...), Numbers: r.Who.Has(keepers...)}
	for _, k := range fleet.Kinds {
		v.Kinds = append(v.Kinds, kind{k, phrase.Text(phrase.ID("fleet_order." + k)), phrase.Text(phrase.ID("fleet_means." + k))})
	}
	names, err := a.names(r.Context())
	if err != nil {
		return err
	}
	orders, err := a.Fleet.Store.Orders(r.Context(), one.Number, pageOrders)
	if err != nil {
		return err
	}
	for _, o := range orders {
		v.Orders = append(v.Orders, a.order(o, names))
	}
	notes, err := a.Fleet.Store.FleetNotes(r.Context(), one.Number, 0, pageNotes)
	if err != nil {
		return err
	}
	for _, n := range notes {
		words := phrase.Text(phrase.ID("fleet_action." + string(n.Action)))
		if n.Action == fleet.Asked {
			words += inWords("fleet_order.", n.Detail)
		}
		v.Notes = append(v.Notes, note{n, words, names[n.By]})
	}
	return r.Show(terminalPage, v)
}

// names are those of accounts, by id.
func (a *Area) names(ctx context.Context) (map[string]string, error) {
	all, err := a.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{fleet.Operator: phrase.Text("account.operator")}
	for _, one := range all {
		names[one.ID] = one.Name
	}
	return names, nil
}

func (a *Area) order(o fleet.Order, names map[string]string) order {
	v := order{Order: o, Words: inWords("fleet_order.", o.Kind), Who: names[o.By]}
	switch {
	case o.Fault != fault.None:
		v.State = "refused"
		v.Why, _ = faultWords(o.Fault)
	case !o.Done.IsZero():
		v.State = "done"
	case o.Lapsed(a.Clock()):
		v.State = "lapsed"
	case !o.Told.IsZero():
		v.State = "told"
	default:
		v.State = "waiting"
	}
	v.State = phrase.Text(phrase.ID("fleet_state." + v.State))
	return v
}

var errSure = errors.New("terminals: nobody is sure")

// ask asks something of the terminal: one of a list, without an argument.
func (a *Area) ask(r *console.Request) error {
	n, err := r.Number("number")
	if err != nil {
		return err
	}
	if r.PostFormValue("sure") != "yes" {
		return console.Refuse(http.StatusBadRequest, "fleet_sure", errSure)
	}
	_, err = a.Fleet.Ask(r.Context(), int(n), r.PostFormValue("kind"), r.Who.ID)
	if err != nil {
		return refused(err)
	}
	return r.Redirect("/console/terminals/" + strconv.FormatInt(n, 10))
}

// refused puts what the fleet refuses into words.
func refused(err error) error {
	switch {
	case errors.Is(err, fleet.ErrNotFound):
		return docket.ErrNotFound
	case errors.Is(err, fleet.ErrOrder):
		return console.ErrForm
	case errors.Is(err, fleet.ErrWaiting):
		return console.Refuse(http.StatusConflict, "fleet_waiting", err)
	case errors.Is(err, fleet.ErrComputer):
		return console.Refuse(http.StatusConflict, "fleet_computer", err)
	}
	return err
}

// mostShown is how much of a log stands on a page: its end.
const mostShown = 64 << 10

// logView is the page of a log.
type logView struct {
	Number int64
	Order  int64
	At     time.Time
	Text   string
	Cut    bool
}

// log shows a log, or gives it as a file. Each time is noted.
func (a *Area) log(r *console.Request) error {
	n, err := r.Number("number")
	if err != nil {
		return err
	}
	id, err := r.Number("order")
	if err != nil {
		return err
	}
	text, at, err := a.Fleet.ReadLog(r.Context(), int(n), id, r.Who.ID)
	if err != nil {
		return refused(err)
	}
	if r.PostFormValue("as") == "file" {
		h := r.Writer.Header()
		h.Set("Content-Type", "text/plain; charset=utf-8")
		h.Set("Content-Disposition", `attachment; filename="terminal-`+strconv.FormatInt(n, 10)+"-"+at.In(phrase.Zone).Format("20060102-1504")+`.log"`)
		h.Set("Cache-Control", "no-store")
		r.Writer.Write(text) // a browser that is gone asks again
		return nil
	}
	v := logView{Number: n, Order: id, At: at, Cut: len(text) > mostShown}
	if v.Cut {
		text = text[len(text)-mostShown:]
		if _, rest, found := strings.Cut(string(text), "\n"); found {
			text = []byte(rest)
		}
	}
	v.Text = strings.ToValidUTF8(strings.ReplaceAll(string(text), "\x00", "\uFFFD"), "\uFFFD")
	return r.Show(logPage, v)
}

// numberView is the page of a number for the staff menu.
type numberView struct {
	docket.Terminal
	First, Last string // halves of the number
	Until       time.Time
	Path        string // the QR code as an SVG path, in modules
	Box         int    // its side with a quiet zone
}

// number shows the number that opens the terminal's staff menu. Who was shown it is noted.
func (a *Area) number(r *console.Request) error {
	one, err := a.find(r)
	if err != nil {
		return err
	}
	number, until, err := a.Fleet.Number(r.Context(), one.Number, r.Who.ID)
	if errors.Is(err, fleet.ErrNotFound) {
		return console.Refuse(http.StatusConflict, "fleet_enrolled", err)
	}
	if err != nil {
		return err
	}
	v := numberView{Terminal: one.Terminal, First: number[:staffcode.Digits/2], Last: number[staffcode.Digits/2:], Until: until}
	side := 0
	if v.Path, side, err = drawn(staffcode.Scan(number)); err != nil {
		return err
	}
	v.Box = side + 8
	return r.Show(numberPage, v)
}

// drawn is a QR code as the path of its dark modules.
func drawn(text string) (path string, side int, err error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", 0, err
	}
	var b strings.Builder
	side = code.Bounds().Dx()
	for y := range side {
		for x := range side {
			if shade, _, _, _ := code.At(x, y).RGBA(); shade == 0 {
				b.WriteString("M" + strconv.Itoa(x) + " " + strconv.Itoa(y) + "h1v1h-1z")
			}
		}
	}
	return b.String(), side, nil
}
