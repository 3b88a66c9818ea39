package webhook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The vector of Standard Webhooks' own libraries.
func TestSign(t *testing.T) {
	got, err := Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if err != nil || got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("%s, %v", got, err)
	}
}

func TestSecret(t *testing.T) {
	for _, bad := range []Secret{"", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_???"} {
		if got, err := bad.Sign("msg_1", time.Unix(0, 0), nil); err == nil {
			t.Errorf("%q signs: %s", string(bad), got)
		}
	}
	s, err := NewSecret(strings.NewReader(strings.Repeat("x", 32)))
	if err != nil || len(s) != len("whsec_")+44 {
		t.Fatalf("%d signs, %v", len(s), err)
	}
	if text := fmt.Sprint(s); strings.Contains(text, string(s)[8:]) {
		t.Errorf("a log would show %s", text)
	}
	if _, err := NewSecret(strings.NewReader("x")); err == nil {
		t.Error("no randomness, but a secret")
	}
}

// judges is where deploy/setup puts programs by others.
const judges = "../../../bin/judges"

// verify has the reference library of Standard Webhooks check what a receiver got.
func verify(t *testing.T, secret Secret, headers map[string]string, body string) error {
	t.Helper()
	if _, err := os.Stat(filepath.Join(judges, "node_modules", "standardwebhooks")); err != nil {
		t.Fatalf("the judges are not installed, run deploy/setup: %v", err)
	}
	in, err := json.Marshal(map[string]any{"secret": string(secret), "headers": headers, "body": body})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "-e", `
const { Webhook } = require("standardwebhooks");
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
new Webhook(given.secret).verify(given.body, given.headers);`)
	cmd.Dir, cmd.Stdin = judges, bytes.NewReader(in)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}
