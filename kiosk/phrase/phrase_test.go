package phrase

import "testing"

func TestText(t *testing.T) {
	if got := Text("strip.pending", "count", "3"); got != "待送达 3 件" {
		t.Errorf("got %q", got)
	}
	// A value is not searched for names again.
	if got := Text("progress.prompt", "service", "{status}", "status", "x"); got != "您的{status}，x。" {
		t.Errorf("got %q", got)
	}
}

func TestUnknownTextPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an unknown id gives a text")
		}
	}()
	Text("no.such")
}

func TestNoTextIsEmpty(t *testing.T) {
	if len(IDs()) < 50 {
		t.Errorf("only %d texts", len(IDs()))
	}
	for _, id := range IDs() {
		if Text(id) == "" {
			t.Errorf("%s is empty", id)
		}
	}
}
