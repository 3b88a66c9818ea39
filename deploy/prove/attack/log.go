package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// secrets are what the attacks say of a resident, wherever a byte can be put. No log
// may hold them.
var secrets = []string{"测试甲", "虚构市测试路", "机密", "110101199003078515", "13800138000"}

// secret is put into names, keys, addresses and heads.
const secret = "110101199003078515"

// logbook captures a log, as the program writes it.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// logger has the level that central has in its work.
func (l *logbook) logger() *slog.Logger { return slog.New(slog.NewJSONHandler(l, nil)) }

// since returns the lines from a mark on.
func (l *logbook) since(mark int) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSpace(string(l.text.Bytes()[mark:])), "\n")
}

func (l *logbook) mark() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Len()
}

// wait returns when a line since the mark holds all of the words: what ends a
// connection is written when it has ended.
func (l *logbook) wait(ctx context.Context, mark int, words ...string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !names(l.since(mark), words...) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			lines := l.since(mark)
			return fmt.Errorf("no line of central's log names it: want %q in\n%s", words, strings.Join(lines[:min(len(lines), 12)], "\n"))
		}
	}
	return nil
}

// names tells whether one line holds all of the words.
func names(lines []string, words ...string) bool {
	return slices.ContainsFunc(lines, func(line string) bool {
		return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(line, word) })
	})
}

// personal finds the first line with something personal, in whatever spelling.
func personal(lines []string) error {
	for _, line := range lines {
		var decoded map[string]any
		readable := line
		if json.Unmarshal([]byte(line), &decoded) == nil {
			readable += fmt.Sprint(decoded)
		}
		for _, s := range secrets {
			if strings.Contains(readable, s) || strings.Contains(line, fmt.Sprintf("%x", s)) {
				return fmt.Errorf("the log holds something personal (%s): %s", s, line)
			}
		}
	}
	return nil
}
