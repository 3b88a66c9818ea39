package proposal

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Fault is what a recount finds wrong.
type Fault string

const (
	NumberFault    Fault = "number"    // of ballots is not what was signed: some came or went
	ChainFault     Fault = "chain"     // the ballots are not those that were signed
	SignatureFault Fault = "signature" // the number and the head are not what central signed
	OptionFault    Fault = "option"    // ballots for what was never an option, or receipts that are none
	ReceiptFault   Fault = "receipt"   // one receipt on several ballots
	ResultFault    Fault = "result"    // the announced result is another
	RollFault      Fault = "roll"      // as many voted as are not in the urn
)

// Recount is what the ballots come to, and what is wrong with them.
type Recount struct {
	Result
	Head   Hash
	Faults []Fault
}

// Recount counts the ballots of a vote anew, and holds them against what was signed with
// the key and what was announced.
func (p Poll) Recount(ballots []Ballot, key ed25519.PublicKey) Recount {
	ballots = slices.SortedFunc(slices.Values(ballots), byReceipt)
	r := Recount{Result: p.Tallied(ballots), Head: p.Chain(ballots)}
	add := func(f Fault, wrong bool) {
		if wrong && !slices.Contains(r.Faults, f) {
			r.Faults = append(r.Faults, f)
		}
	}
	add(NumberFault, len(ballots) != p.Ballots)
	add(ChainFault, r.Head != p.Head)
	add(SignatureFault, len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, p.signed(), p.Signature))
	for i, b := range ballots {
		_, known := p.Option(b.Option)
		add(OptionFault, !known || !receiptForm.MatchString(string(b.Receipt)))
		add(ReceiptFault, i > 0 && ballots[i-1].Receipt == b.Receipt)
	}
	add(ResultFault, p.Result != nil && !reflect.DeepEqual(*p.Result, r.Result))
	return r
}

// Export is the list that is announced with the result, for anybody to count anew. It is
// CSV; the first column says what a row is.
type Export struct {
	Poll
	Key ed25519.PublicKey
	All []Ballot
}

// ErrExport is a file that is no such list.
var ErrExport = errors.New("proposal: this is no list of ballots")

// Write writes the list.
func (e Export) Write(w io.Writer) error {
	rows := [][]string{{"lintai", "vote", "1"}, {"proposal", strconv.FormatInt(e.Proposal, 10)}, {"round", strconv.Itoa(e.Round)}, {"question", e.Question}}
	for _, o := range e.Options {
		rows = append(rows, []string{"option", o.ID, o.Name})
	}
	rows = append(rows, []string{"quorum", strconv.Itoa(e.Quorum)}, []string{"majority", strconv.FormatBool(e.Majority)},
		[]string{"ballots", strconv.Itoa(e.Ballots)}, []string{"head", e.Head.String()},
		[]string{"signature", hex.EncodeToString(e.Signature)}, []string{"key", base64.StdEncoding.EncodeToString(e.Key)})
	if e.Result != nil {
		for _, t := range e.Result.Tallies {
			rows = append(rows, []string{"result", t.Option, strconv.Itoa(t.Ballots)})
		}
		rows = append(rows, []string{"outcome", string(e.Result.Outcome), e.Result.Winner})
	}
	for _, b := range slices.SortedFunc(slices.Values(e.All), byReceipt) {
		rows = append(rows, []string{"ballot", string(b.Receipt), b.Option})
	}
	if _, err := io.WriteString(w, "\ufeff"); err != nil { // so that a spreadsheet reads UTF-8
		return err
	}
	c := csv.NewWriter(w)
	return c.WriteAll(rows)
}

// FileName is what the list is saved as.
func (e Export) FileName() string { return fmt.Sprintf("vote-%d-%d.csv", e.Proposal, e.Round) }

// mostExport is more than the list of MostVoters.
const mostExport = 4 << 20

// ReadExport reads a list.
func ReadExport(r io.Reader) (Export, error) {
	var e Export
	text, err := io.ReadAll(io.LimitReader(r, mostExport+1))
	if err != nil {
		return e, err
	}
	if len(text) > mostExport {
		return e, ErrExport
	}
	c := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	c.FieldsPerRecord = -1
	rows, err := c.ReadAll()
	if err != nil || len(rows) == 0 || !slices.Equal(trimmed(rows[0]), []string{"lintai", "vote", "1"}) {
		return e, ErrExport
	}
	e.Result = &Result{}
	var outcome []string
	for i, row := range rows[1:] {
		row = trimmed(row)
		if err := e.read(row, &outcome); err != nil {
			return e, fmt.Errorf("%w: row %d", ErrExport, i+2)
		}
	}
	if outcome == nil {
		e.Result = nil
		return e, nil
	}
	var all []Ballot
	for _, t := range e.Result.Tallies {
		for range min(max(t.Ballots, 0), MostVoters) {
			all = append(all, Ballot{Option: t.Option})
		}
	}
	announced := e.Tallied(all) // with what does not stand in the file
	announced.Tallies, announced.Outcome, announced.Winner = e.Result.Tallies, Outcome(outcome[0]), outcome[1]
	e.Result = &announced
	return e, nil
}

func trimmed(row []string) []string {
	for len(row) > 0 && row[len(row)-1] == "" { // a spreadsheet fills rows up
		row = row[:len(row)-1]
	}
	return row
}

func (e *Export) read(row []string, outcome *[]string) (err error) {
	cell := func(i int) string {
		if i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	switch cell(0) {
	case "":
	case "proposal":
		e.Proposal, err = strconv.ParseInt(cell(1), 10, 64)
	case "round":
		e.Round, err = strconv.Atoi(cell(1))
	case "question":
		e.Question = cell(1)
	case "option":
		e.Options = append(e.Options, Option{cell(1), cell(2)})
	case "quorum":
		e.Quorum, err = strconv.Atoi(cell(1))
	case "majority":
		e.Majority, err = strconv.ParseBool(strings.ToLower(cell(1)))
	case "ballots":
		e.Ballots, err = strconv.Atoi(cell(1))
	case "head":
		var head []byte
		if head, err = hex.DecodeString(cell(1)); err == nil && len(head) != len(e.Head) {
			err = ErrExport
		}
		copy(e.Head[:], head)
	case "signature":
		e.Signature, err = hex.DecodeString(cell(1))
	case "key":
		e.Key, err = base64.StdEncoding.DecodeString(cell(1))
	case "result":
		var n int
		n, err = strconv.Atoi(cell(2))
		e.Result.Tallies = append(e.Result.Tallies, Tally{cell(1), n})
	case "outcome":
		*outcome = []string{cell(1), cell(2)}
	case "ballot":
		e.All = append(e.All, Ballot{Receipt(cell(1)), cell(2)})
	default:
		err = ErrExport
	}
	return err
}
