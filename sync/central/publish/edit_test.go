package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"lintai/sync/wire"
)

// Many edit at once, and nothing of what any of them wrote is lost.
func TestEditsAtOnceAreAllThere(t *testing.T) {
	d := setup(t)
	const people = 8
	var all sync.WaitGroup
	for n := range people {
		all.Go(func() {
			_, signed, err := d.Edit(t.Context(), wire.DocumentCommunity, []byte(community(1)), false, func(body []byte) ([]byte, error) {
				var c map[string]any
				if err := json.Unmarshal(body, &c); err != nil {
					return nil, err
				}
				contacts, _ := c["contacts"].([]any)
				c["contacts"] = append(contacts, map[string]any{"id": fmt.Sprint("c", n), "name": "物业", "number": "110"})
				return json.Marshal(c)
			})
			if err != nil || !signed {
				t.Errorf("signed %t, %v", signed, err)
			}
		})
	}
	all.Wait()
	version, body := d.given(wire.DocumentCommunity, 12)
	if version != people || strings.Count(body, "物业") != people {
		t.Errorf("version %d has %d of %d contacts", version, strings.Count(body, "物业"), people)
	}
}

// What is central's own stays in whatever is published, and what is taken back is what
// people wrote, not what central put in.
func TestTakingBackKeepsWhatIsCentrals(t *testing.T) {
	d := setup(t)
	own := "one"
	d.Own = func(_ context.Context, _ wire.DocumentKind, body []byte) ([]byte, error) {
		return bytes.Replace(body, []byte(`"hours":[]`), []byte(`"hours":[{"id":"o","name":"`+own+`","text":"9"}]`), 1), nil
	}
	written := func(n int) string { return fmt.Sprintf(`{"version": %d, "hours":[]}`, n) }
	d.publish(wire.DocumentCommunity, 0, written(7))
	d.publish(wire.DocumentCommunity, 0, written(8))
	d.expect("with central's part", wire.DocumentCommunity, 12, 2, `"one"`)
	_, _, err := d.Edit(t.Context(), wire.DocumentCommunity, nil, true, func(body []byte) ([]byte, error) { return bytes.Replace(body, []byte("one"), []byte("two"), 1), nil })
	if err != nil {
		t.Fatal(err)
	}
	d.expect("central's part changed", wire.DocumentCommunity, 12, 3, `"two"`)
	if _, err := d.WithdrawSeen(t.Context(), wire.DocumentCommunity, 2); !errors.Is(err, ErrSeen) {
		t.Errorf("an older version taken back: %v", err)
	}
	if _, err := d.WithdrawSeen(t.Context(), wire.DocumentCommunity, 3); err != nil {
		t.Fatal(err)
	}
	d.expect("what was written before", wire.DocumentCommunity, 12, 4, `"version": 7`)
	_, signed, err := d.Edit(t.Context(), wire.DocumentCommunity, nil, false, func([]byte) ([]byte, error) { return nil, nil })
	if err != nil || signed {
		t.Errorf("nothing to do, and signed %t, %v", signed, err)
	}
	if _, _, err := d.Edit(t.Context(), wire.DocumentCommunity, nil, false, func([]byte) ([]byte, error) { return []byte(`{"version": 0}`), nil }); err == nil {
		t.Error("what a terminal refuses was signed")
	}
}
