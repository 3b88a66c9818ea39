package appliance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"

	"lintai/kiosk/fault"
)

// The largest line of either side, in bytes: a page of Wi-Fi networks is a few
// thousand.
const maxLine = 64 << 10

// How long an answer may take. The service bounds its own work below that.
const (
	briefly = 15 * time.Second
	// A scan asks every channel; a stick is spun up and synced to the last byte, and a
	// large queue takes its time on a slow one.
	scanning  = 45 * time.Second
	exporting = 10 * time.Minute
)

// Client asks the service of one terminal. Its methods may be called from any
// goroutine; each question has a connection of its own, so a service that was started
// anew in between is no trouble.
type Client struct{ path string }

// Dial finds the service that listens at path (SocketPath on an appliance). ErrNone
// when nothing is there: this terminal is no appliance.
func Dial(path string) (*Client, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && info.Mode()&fs.ModeSocket == 0:
		return nil, ErrNone
	case err != nil:
		return nil, fmt.Errorf("appliance: %w", err)
	}
	return &Client{path: path}, nil
}

// Refusal is an answer that says why nothing was done.
type Refusal struct {
	Verb   Verb
	Fault  fault.Code
	Detail string // for the technician
}

func (r *Refusal) Error() string {
	if r.Detail == "" {
		return fmt.Sprintf("appliance: %s: %s", r.Verb, r.Fault)
	}
	return fmt.Sprintf("appliance: %s: %s: %s", r.Verb, r.Fault, r.Detail)
}

// FaultOf is the published code for an error of Dial or of a Client's method:
// a refusal's own, ApplianceFailed for a service that does not answer.
func FaultOf(err error) fault.Code {
	var r *Refusal
	switch {
	case err == nil, errors.Is(err, ErrNone):
		return ""
	case errors.As(err, &r) && r.Fault != "":
		return r.Fault
	}
	return fault.ApplianceFailed
}

// Ask puts one question. The error is a *Refusal when the service answered with a
// fault, ErrNone when it listens no longer because there is no socket any more.
func (c *Client) Ask(ctx context.Context, q Question) (Answer, error) {
	ctx, done := context.WithTimeout(ctx, patience(q.Verb))
	defer done()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", c.path)
	if errors.Is(err, syscall.ENOENT) {
		return Answer{}, ErrNone
	}
	if err != nil {
		return Answer{}, fmt.Errorf("appliance: %s: %w", q.Verb, err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })()
	line, err := json.Marshal(q)
	if err != nil {
		return Answer{}, fmt.Errorf("appliance: %s: %w", q.Verb, err)
	}
	if len(line) >= maxLine {
		return Answer{}, fmt.Errorf("appliance: %s: the question is too long", q.Verb)
	}
	if _, err := conn.Write(append(line, '\n')); err != nil {
		return Answer{}, fmt.Errorf("appliance: %s: %w", q.Verb, cause(ctx, err))
	}
	said, err := bufio.NewReaderSize(io.LimitReader(conn, maxLine), 4096).ReadBytes('\n')
	if err != nil {
		return Answer{}, fmt.Errorf("appliance: %s: no answer: %w", q.Verb, cause(ctx, err))
	}
	var a Answer
	if err := json.Unmarshal(said, &a); err != nil {
		return Answer{}, fmt.Errorf("appliance: %s: %w", q.Verb, err)
	}
	if a.Fault != "" {
		return a, &Refusal{Verb: q.Verb, Fault: a.Fault, Detail: a.Detail}
	}
	return a, nil
}

// Status asks how the appliance is.
func (c *Client) Status(ctx context.Context) (Status, error) {
	a, err := c.Ask(ctx, Question{Verb: VerbStatus})
	if err == nil && a.Status == nil {
		err = errors.New("appliance: status: an answer without one")
	}
	if err != nil {
		return Status{}, err
	}
	return *a.Status, nil
}

// Networks are the Wi-Fi networks within reach, the strongest first.
func (c *Client) Networks(ctx context.Context) ([]WiFi, error) {
	a, err := c.Ask(ctx, Question{Verb: VerbNetworks})
	return a.Networks, err
}

// Join uses these settings of the network from now on, also after a restart. It
// answers once they are written and given to the network's services; whether they
// lead anywhere is seen in Status (Online, Faults) some seconds later.
func (c *Client) Join(ctx context.Context, n Network) error {
	_, err := c.Ask(ctx, Question{Verb: VerbJoin, Network: &n})
	return err
}

// Keep writes values into kiosk.toml: "terminal.place" → `"3 号楼"`, TOML text as it
// stands after the equals sign.
func (c *Client) Keep(ctx context.Context, values map[string]string) error {
	_, err := c.Ask(ctx, Question{Verb: VerbKeep, Values: values})
	return err
}

// Erase takes keys out of kiosk.toml; where their values stood is overwritten.
func (c *Client) Erase(ctx context.Context, keys ...string) error {
	_, err := c.Ask(ctx, Question{Verb: VerbErase, Keys: keys})
	return err
}

// Light sets the panel's brightness in percent.
func (c *Client) Light(ctx context.Context, percent int) error {
	_, err := c.Ask(ctx, Question{Verb: VerbLight, Percent: percent})
	return err
}

// Turn turns picture and touch: 0, 90, 180 or 270 degrees clockwise.
func (c *Client) Turn(ctx context.Context, degrees int) error {
	_, err := c.Ask(ctx, Question{Verb: VerbTurn, Degrees: degrees})
	return err
}

// Restart starts "program" or "machine" anew; the answer comes before it happens.
func (c *Client) Restart(ctx context.Context, what string) error {
	_, err := c.Ask(ctx, Question{Verb: VerbRestart, What: what})
	return err
}

// Sticks are the memory sticks that are plugged in.
func (c *Client) Sticks(ctx context.Context) ([]Stick, error) {
	a, err := c.Ask(ctx, Question{Verb: VerbSticks})
	return a.Sticks, err
}

// Export writes "queue" or "logs" to a stick and returns the file's name on it. When
// it returns, the stick may be pulled out.
func (c *Client) Export(ctx context.Context, what, stick string) (file string, err error) {
	a, err := c.Ask(ctx, Question{Verb: VerbExport, What: what, Stick: stick})
	return a.File, err
}

// Update begins to install a bundle: a file's name in UpdateFolder, or with an empty
// name the newest on a stick. It returns once the bundle was looked at and found
// right and newer than what runs; how far the installation is stands in
// Status.Update. Nothing starts anew by itself: that is Restart("machine").
func (c *Client) Update(ctx context.Context, bundle, stick string) error {
	_, err := c.Ask(ctx, Question{Verb: VerbUpdate, Bundle: bundle, Stick: stick})
	return err
}

// Passed says that this boot passed its self-test.
func (c *Client) Passed(ctx context.Context) error {
	_, err := c.Ask(ctx, Question{Verb: VerbPassed})
	return err
}

// Time tells central's time. The service believes it while no time server is reached.
func (c *Client) Time(ctx context.Context, at time.Time) error {
	_, err := c.Ask(ctx, Question{Verb: VerbTime, At: at})
	return err
}

func patience(v Verb) time.Duration {
	switch v {
	case VerbNetworks, VerbJoin, VerbSticks, VerbPassed:
		return scanning
	case VerbExport, VerbUpdate:
		return exporting
	}
	return briefly
}

// cause prefers the reason why a connection was ended to what the connection says.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
