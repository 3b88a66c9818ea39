package classify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// LineError is what is wrong with a line of a document.
type LineError struct {
	Line int // from 1
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

func (e *LineError) Unwrap() error { return e.Err }

// fault is what is wrong with a member of a document, or with one of its rules.
type fault struct {
	member string
	rule   int // from 0, of the member rules; -1: of the member itself
	error
}

func (f fault) Unwrap() error { return f.error }

func wrong(member, format string, args ...any) error {
	return fault{member, -1, fmt.Errorf(format, args...)}
}

// located says on which line of a document an error is, when that can be found out.
func located(document []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	offset := -1
	var f fault
	switch {
	case errors.As(err, &syntax):
		offset = int(syntax.Offset) - 1
	case errors.As(err, &kind):
		offset = int(kind.Offset) - 1
	default:
		errors.As(err, &f)
		offset, err = search(document, f, err)
	}
	if offset < 0 {
		return err
	}
	return &LineError{1 + bytes.Count(document[:min(offset, len(document))], []byte("\n")), err}
}

var members = []string{"version", "duplicate_days", "duplicate_score", "repeats", "shared", "rules"}

// search finds where a fault stands in a document that can be read; with none it looks
// for a member that is unknown, which the decoder does not place. -1: nowhere.
func search(document []byte, f fault, err error) (int, error) {
	d := json.NewDecoder(bytes.NewReader(document))
	d.Token() // {
	for d.More() {
		token, failed := d.Token()
		name, ok := token.(string)
		if failed != nil || !ok {
			break
		}
		at := int(d.InputOffset()) - 1
		switch {
		case f.error == nil && !slices.Contains(members, name), f.error != nil && f.member == name && f.rule < 0:
			return at, err
		case name != "rules":
			var value json.RawMessage
			if d.Decode(&value) != nil {
				return -1, err
			}
			continue
		}
		d.Token() // [
		for n := 0; d.More(); n++ {
			var value json.RawMessage
			if d.Decode(&value) != nil {
				return -1, err
			}
			at := int(d.InputOffset()) - len(value)
			if f.error != nil {
				if n == f.rule {
					return at, err
				}
				continue
			}
			var one Rule
			strict := json.NewDecoder(bytes.NewReader(value))
			strict.DisallowUnknownFields()
			if failed := strict.Decode(&one); failed != nil {
				return at, failed
			}
		}
		d.Token() // ]
	}
	return -1, err
}
