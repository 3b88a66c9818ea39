package main

import (
	"errors"
	"strings"
	"testing"
)

func TestOperatorKeepsAccounts(t *testing.T) {
	data := t.TempDir()
	if _, err := call(t, "kiosk", "add", "--data", data, "--number", "12", "--name", "大厅"); err != nil {
		t.Fatal(err)
	}
	account := func(args ...string) (string, error) {
		return call(t, append([]string{"account", args[0], "--data", data}, args[1:]...)...)
	}
	out, err := account("add", "--login", "WangFang", "--name", "王芳", "--role", "clerk, worker")
	if err != nil || !strings.Contains(out, "王芳 (login wangfang) sets the password at http://127.0.0.1:8420/invitation#") {
		t.Fatalf("%q %v", out, err)
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"add", "--login", "wangfang", "--name", "李四", "--role", "clerk"}, "taken"},
		{[]string{"add", "--login", "李四", "--name", "李四", "--role", "clerk"}, "small letters"},
		{[]string{"add", "--login", "lisi", "--name", "李四", "--role", "king"}, "clerk, worker, mediator, auditor, administrator"},
		{[]string{"reset", "--login", "lisi"}, "no account"},
		{[]string{"disable", "--login", "lisi"}, "no account"},
	} {
		if _, err := account(c.args...); err == nil || !strings.Contains(err.Error(), c.says) || errors.Is(err, errUsage) {
			t.Errorf("%v: %v", c.args, err)
		}
	}
	for _, args := range [][]string{{"add"}, {"add", "--login", "a", "--name", "b"}, {"reset"}, {"disable"}, {"remove"}, {"list", "more"}} {
		if _, err := account(args...); !errors.Is(err, errUsage) {
			t.Errorf("%v: %v", args, err)
		}
	}
	if again, err := account("reset", "--login", "wangfang"); err != nil || !strings.Contains(again, "/invitation#") || again == out {
		t.Errorf("reset: %q %v", again, err)
	}
	if out, err := account("disable", "--login", "wangfang"); err != nil || !strings.Contains(out, "disabled") {
		t.Errorf("disable: %q %v", out, err)
	}
	list, err := account("list")
	if err != nil || !strings.Contains(list, "wangfang  王芳    clerk worker   disabled") || !strings.Contains(list, "admin") || !strings.Contains(list, "no password yet") {
		t.Errorf("list: %v\n%s", err, list)
	}
	if out, err := account("disable", "--undo", "--login", "wangfang"); err != nil || !strings.Contains(out, "may sign in again") {
		t.Errorf("undo: %q %v", out, err)
	}
	if out, err := call(t, "key", "--data", data); err != nil || !strings.Contains(out, "/invitation#") {
		t.Errorf("key: %q %v", out, err)
	}
}
