package load

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/fault"
	"lintai/kiosk/request"
	"lintai/kiosk/terminal"
	"lintai/kiosk/ticket"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/central"
	"lintai/sync/wire"
)

// lobby is a terminal without its window and devices: its queue and its agent.
type lobby struct {
	number   int
	folder   string
	identity agent.Identity
	queue    *offline.Queue
	settled  chan struct{}
	promised []string
}

// watched tells when central's word was written down.
type watched struct {
	*offline.Queue
	settled chan struct{}
}

func (w watched) Settle(ctx context.Context, answers []offline.Answer) error {
	err := w.Queue.Settle(ctx, answers)
	select {
	case w.settled <- struct{}{}:
	default:
	}
	return err
}

func newLobby(t *testing.T, c *central.Central, number int) *lobby {
	t.Helper()
	l := &lobby{number: number, folder: filepath.Join(t.TempDir(), fmt.Sprint(number)), settled: make(chan struct{}, 1)}
	var err error
	l.identity, err = agent.Introduce(number, func(request []byte) (wire.EnrolAnswer, error) {
		return c.Admit(t.Context(), number, request)
	})
	if err = errors.Join(err, os.Mkdir(l.folder, 0o700)); err == nil {
		err = offline.Create(filepath.Join(l.folder, offline.FileName), time.Now)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// start opens the queue and lets the agent work until the test is over.
func (l *lobby) start(t *testing.T, door *balance) {
	t.Helper()
	var err error
	if l.queue, err = offline.Open(filepath.Join(l.folder, offline.FileName), l.identity.Seal(), time.Now); err != nil {
		t.Fatal(err)
	}
	a, err := agent.New(agent.Options{Address: "https://" + door.to[0], Dial: door.dial, Identity: l.identity, Keep: func(agent.Identity) error { return nil },
		Queue: watched{l.queue, l.settled}, Now: time.Now,
		// The waiting of minutes is not what is proved; but a thousand that came again each
		// second would leave a small machine nothing but handshakes that nobody waits for.
		Jitter: func(limit time.Duration) time.Duration {
			return mathrand.N(min(limit, time.Second+time.Duration(*terminals)*20*time.Millisecond) + 1)
		},
		Log: slog.New(slog.DiscardHandler), Fault: func(fault.Code) {}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() { defer close(over); a.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-over; l.queue.Close() })
}

// promise saves a request, as after 确认提交.
func (l *lobby) promise(ctx context.Context) error {
	r := request.Request{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: l.number, Service: "repair", CatalogVersion: 2,
		Answers: []request.Answer{{Step: "what", Option: "lift", Text: "电梯坏了"}}, Address: "虚构市测试路1号3号楼502室",
		Person: &request.Person{Name: "测试甲"}, MadeAt: time.Now()}
	for {
		var err error
		if r.Ticket, err = ticket.New(l.number, rand.Reader); err != nil {
			return err
		}
		if err = l.queue.SaveRequest(ctx, r); !errors.Is(err, terminal.ErrTicketTaken) {
			l.promised = append(l.promised, r.ID)
			return err
		}
	}
}

// drained returns when nothing waits any more.
func (l *lobby) drained(ctx context.Context) error {
	for {
		next, err := l.queue.Next(ctx, 1, 0)
		if err != nil || len(next) == 0 {
			return err
		}
		select {
		case <-l.settled:
		case <-ctx.Done():
			return fmt.Errorf("terminal %d did not drain: %w", l.number, ctx.Err())
		}
	}
}
