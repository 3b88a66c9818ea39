package agent

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"lintai/kiosk/slip"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
	"lintai/sync/wire"
)

func TestPaper(t *testing.T) {
	c := newCentral(t)
	b := setup(t, c, serve(t, c))
	defer b.queue.Close()
	good, none, enough, newer, empty, long, many := b.code(), b.code(), b.code(), b.code(), b.code(), b.code(), b.code()
	paper := func(change func(*wire.Paper)) wire.PaperAnswer {
		p := wire.Paper{Kind: "居住证明", Number: 7, Holder: "测**", Home: "3号楼502室", Made: noon, Verification: "7K2QX-9M4TA", Earlier: 1, Approvals: []wire.Approval{{By: "居委会", At: noon}}}
		change(&p)
		return wire.PaperAnswer{Paper: &p}
	}
	c.papers = map[string]wire.PaperAnswer{
		string(good): paper(func(*wire.Paper) {}), string(none): {Reason: wire.PaperNone}, string(enough): {Reason: wire.PaperEnough}, string(newer): {Reason: "asleep"},
		string(empty): paper(func(p *wire.Paper) { p.Verification = "" }), string(long): paper(func(p *wire.Paper) { p.Kind = strings.Repeat("证", 61) }),
		string(many): paper(func(p *wire.Paper) { p.Approvals = make([]wire.Approval, 13) }),
	}
	c.tickets[string(good)] = wire.Ticket{Known: true, Service: "certificate", Status: "done", At: noon, Paper: true, Papers: 2}
	a, err := New(b.options)
	if err != nil {
		t.Fatal(err)
	}
	if p, ok, err := a.Find(t.Context(), good); err != nil || !ok || !p.Paper || p.Papers != 2 {
		t.Errorf("found %+v, %v, %v", p, ok, err)
	}
	const id = "01999999-0000-7000-8000-000000000001"
	got, why, err := a.Paper(t.Context(), id, good, "00112233445566778899aabbccddeeff")
	want := visit.Paper{Kind: "居住证明", Number: 7, Holder: "测**", Home: "3号楼502室", Made: noon, Verification: "7K2QX-9M4TA", Earlier: 1, Approvals: []visit.Approval{{By: "居委会", At: noon}}}
	if err != nil || why != visit.PaperFine || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v, %v", got, why, err)
	}
	for code, want := range map[string]visit.PaperTrouble{string(none): visit.PaperNone, string(enough): visit.PaperEnough, string(newer): visit.PaperNone} {
		if _, why, err := a.Paper(t.Context(), id, ticket.Code(code), ""); err != nil || why != want {
			t.Errorf("%v, %v, want %v", why, err, want)
		}
	}
	// What would cost a roll, or tell nothing, is not printed.
	for _, code := range []string{string(empty), string(long), string(many)} {
		if _, why, err := a.Paper(t.Context(), id, ticket.Code(code), ""); why != visit.PaperUnreached || !errors.Is(err, errAnswer) {
			t.Errorf("%v, %v", why, err)
		}
	}
	if err := a.PaperOutcome(t.Context(), id, good, slip.Printed); err != nil {
		t.Error(err)
	}
	if len(c.told) != 1 || c.told[0] != (wire.PaperOutcome{ID: id, Ticket: good, Outcome: wire.PaperPrinted}) {
		t.Errorf("central heard %+v", c.told)
	}
	// A refusal names no ticket.
	if _, _, err := a.Paper(t.Context(), "no id", good, ""); err == nil || strings.Contains(err.Error(), string(good)) {
		t.Errorf("refused: %v", err)
	}
}
