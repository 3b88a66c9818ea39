package guest

import (
	"context"
	"errors"
	"image"
	"slices"
	"time"
)

// absolute is how far QEMU's absolute axes go, whatever the panel has.
const absolute = 0x7fff

type input struct {
	Type string         `json:"type"`
	Data map[string]any `json:"data"`
}

func (m *Machine) input(ctx context.Context, events ...input) error {
	return m.Monitor.Do(ctx, "input-send-event", map[string]any{"events": events}, nil)
}

// axes are how far along its two axes the panel has a point of the picture.
func (m *Machine) axes(at image.Point) image.Point {
	size := image.Pt(m.setup.Width, m.setup.Height)
	at = glass(at, size, m.setup.Turn)
	along := func(v, size int) int { return max(0, min(absolute, (v*absolute+size/2)/max(1, size-1))) }
	return image.Pt(along(at.X, size.X), along(at.Y, size.Y))
}

// place is where a finger is, as the two axes tell.
func (m *Machine) place(at image.Point) []input {
	axis := func(name string, v int) input { return input{"abs", map[string]any{"axis": name, "value": v}} }
	at = m.axes(at)
	return []input{axis("x", at.X), axis("y", at.Y)}
}

func pressed(button string, down bool) input {
	return input{"btn", map[string]any{"button": button, "down": down}}
}

// Touch lays a finger on a point of the panel for a while.
func (m *Machine) Touch(ctx context.Context, at image.Point, held time.Duration) error {
	held = max(held, 400*time.Millisecond)
	if m.touchscreen != nil {
		if err := m.touchscreen.finger(m.axes(at), true); err != nil {
			return err
		}
		return errors.Join(Pause(ctx, held), m.touchscreen.finger(m.axes(at), false))
	}
	// The finger is there before it presses: the toolkit takes the place from the
	// movement and reads the touch in the next round of its loop.
	for _, there := range []image.Point{at, at.Add(image.Pt(2, 0))} { // it enters the window, then it is there
		if err := m.input(ctx, m.place(there)...); err != nil {
			return err
		}
		if err := Pause(ctx, 400*time.Millisecond); err != nil {
			return err
		}
	}
	if err := m.input(ctx, pressed("left", true)); err != nil {
		return err
	}
	wait := Pause(ctx, held)
	lifted, done := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer done()
	if err := m.input(lifted, pressed("left", false)); err != nil {
		return err
	}
	return wait
}

// Drag moves a finger over the panel.
func (m *Machine) Drag(ctx context.Context, from, to image.Point) error {
	if err := m.input(ctx, append(m.place(from), pressed("left", true))...); err != nil {
		return err
	}
	const steps = 12
	for i := range steps {
		at := from.Add(to.Sub(from).Mul(i + 1).Div(steps))
		if err := m.input(ctx, m.place(at)...); err != nil {
			return err
		}
		if err := Pause(ctx, 30*time.Millisecond); err != nil {
			return err
		}
	}
	return m.input(ctx, pressed("left", false))
}

// Mouse moves a mouse and presses one of its buttons ("right", "wheel-up").
func (m *Machine) Mouse(ctx context.Context, dx, dy int, button string) error {
	move := []input{{"rel", map[string]any{"axis": "x", "value": dx}}, {"rel", map[string]any{"axis": "y", "value": dy}}}
	if err := m.input(ctx, move...); err != nil {
		return err
	}
	if err := m.input(ctx, pressed(button, true)); err != nil {
		return err
	}
	return m.input(ctx, pressed(button, false))
}

// Press presses keys together, by QEMU's names ("ctrl", "alt", "f2"), and lets go in the
// other order. The events wait for each other, so that no key is lost in a keyboard's
// short queue.
func (m *Machine) Press(ctx context.Context, keys ...string) error {
	var events []input
	for _, k := range keys {
		events = append(events, input{"key", map[string]any{"down": true, "key": map[string]string{"type": "qcode", "data": k}}})
	}
	for _, k := range slices.Backward(keys) {
		events = append(events, input{"key", map[string]any{"down": false, "key": map[string]string{"type": "qcode", "data": k}}})
	}
	for _, e := range events {
		if err := m.input(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// KeyNames asks QEMU for all keys that a keyboard can have.
func (m *Machine) KeyNames(ctx context.Context) ([]string, error) {
	var schema []struct {
		Meta   string   `json:"meta-type"`
		Values []string `json:"values"`
	}
	if err := m.Monitor.Do(ctx, "query-qmp-schema", nil, &schema); err != nil {
		return nil, err
	}
	var keys []string
	for _, s := range schema {
		if s.Meta == "enum" && slices.Contains(s.Values, "sysrq") && slices.Contains(s.Values, "shift_r") {
			keys = s.Values
		}
	}
	// These two are no keys, and the machine's own switches are not the keyboard's.
	return slices.DeleteFunc(keys, func(k string) bool { return k == "unmapped" }), nil
}
