package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// stream is NATS JetStream: one stream in a file store, synced at every message
// before its acknowledgement, over TLS.
type stream struct {
	program string
	pair    certificate
}

func (*stream) name() string { return "NATS JetStream" }

const (
	streamName = "ITEMS"
	subject    = "items"
)

func (s *stream) drain(ctx context.Context, folder string, load *load) (result, error) {
	listen, err := free()
	if err != nil {
		return result{}, err
	}
	monitor, err := free()
	if err != nil {
		return result{}, err
	}
	settings := fmt.Sprintf("listen: %q\nhttp: %q\njetstream { store_dir: %q, sync_interval: always }\ntls { cert_file: %q, key_file: %q }\n",
		listen, monitor, filepath.Join(folder, "store"), s.pair.certificate, s.pair.key)
	file := filepath.Join(folder, "nats.conf")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		return result{}, err
	}
	server, err := start(folder, s.program, "--config", file)
	if err != nil {
		return result{}, err
	}
	defer server.stop()
	var made *publisher
	err = server.ready(ctx, func() (err error) {
		made, err = connect(ctx, listen, s.pair.roots())
		return err
	})
	if err != nil {
		return result{}, err
	}
	defer made.Close()
	if err := syncsAlways(ctx, monitor); err != nil {
		return result{}, err
	}
	// Duplicates are known by Nats-Msg-Id for two minutes, the usual time.
	if _, err := made.ask("$JS.API.STREAM.CREATE."+streamName, "", fmt.Appendf(nil,
		`{"name":%q,"subjects":[%q],"storage":"file","retention":"limits","num_replicas":1}`, streamName, subject)); err != nil {
		return result{}, err
	}
	r, err := race(ctx, server, load.items, func() (client, error) {
		p, err := connect(ctx, listen, s.pair.roots())
		if err != nil {
			return client{}, err
		}
		return client{send: p.publish, close: p.Close}, nil
	})
	if err != nil {
		return r, fmt.Errorf("%w\n%s", err, server.tail())
	}
	info, err := made.ask("$JS.API.STREAM.INFO."+streamName, "", nil)
	r.Kept = info.State.Messages
	return r, err
}

// syncsAlways makes sure that the server took the setting: it would acknowledge
// what is not on the disk, and be beaten by nobody.
func syncsAlways(ctx context.Context, monitor string) error {
	var status struct {
		JetStream struct {
			Config struct {
				SyncAlways bool `json:"sync_always"`
			} `json:"config"`
		} `json:"jetstream"`
	}
	if err := getJSON(ctx, "http://"+monitor+"/varz", &status); err != nil {
		return err
	}
	if !status.JetStream.Config.SyncAlways {
		return errors.New("the NATS server does not sync every message")
	}
	return nil
}

func getJSON(ctx context.Context, address string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %d: %s", address, response.StatusCode, text)
	}
	return json.Unmarshal(text, into)
}

// publisher is one connection in NATS's text protocol
// (docs.nats.io/reference/reference-protocols/nats-protocol), as much of it as
// publishing with acknowledgement takes: one message, one answer.
type publisher struct {
	net.Conn
	in   *bufio.Reader
	line []byte // being written
}

const inbox = "_INBOX.rival"

func connect(ctx context.Context, address string, trust *tls.Config) (*publisher, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	p, err := greet(conn, trust)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("NATS: %w", err)
	}
	return p, nil
}

func greet(conn net.Conn, trust *tls.Config) (*publisher, error) {
	// The server speaks first, in the clear, and then waits for the handshake.
	plain := bufio.NewReader(conn)
	if line, err := plain.ReadString('\n'); err != nil || !strings.HasPrefix(line, "INFO ") {
		return nil, fmt.Errorf("no greeting: %q, %w", line, err)
	}
	secure := tls.Client(conn, trust)
	p := &publisher{Conn: secure, in: bufio.NewReaderSize(secure, 16<<10)}
	// Every connection has an inbox of its own, so it must have a name of its own.
	_, err := fmt.Fprintf(p, "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,\"no_responders\":true,\"lang\":\"go\",\"version\":\"1\"}\r\nSUB %s 1\r\nPING\r\n", p.inbox())
	if err != nil {
		return nil, err
	}
	line, err := p.in.ReadString('\n')
	if err == nil && line != "PONG\r\n" {
		err = fmt.Errorf("no greeting: %q", line)
	}
	return p, err
}

func (p *publisher) inbox() string {
	_, port, _ := net.SplitHostPort(p.LocalAddr().String())
	return inbox + "." + port
}

// answer is what JetStream says to a publication and to a question.
type answer struct {
	Stream    string `json:"stream"`
	Sequence  uint64 `json:"seq"`
	Duplicate bool   `json:"duplicate"`
	Error     *struct {
		Description string `json:"description"`
	} `json:"error"`
	State struct {
		Messages int `json:"messages"`
	} `json:"state"`
}

func (p *publisher) publish(i item) error {
	a, err := p.ask(subject, i.ID, i.Sealed)
	if err == nil && (a.Stream != streamName || a.Sequence == 0 || a.Duplicate) {
		err = fmt.Errorf("NATS: %+v acknowledges nothing new", a)
	}
	return err
}

// ask publishes and waits for the answer. id is the message's, or "".
func (p *publisher) ask(subject, id string, body []byte) (answer, error) {
	head := "NATS/1.0\r\n\r\n"
	if id != "" {
		head = "NATS/1.0\r\nNats-Msg-Id: " + id + "\r\n\r\n"
	}
	p.line = fmt.Appendf(p.line[:0], "HPUB %s %s %d %d\r\n%s", subject, p.inbox(), len(head), len(head)+len(body), head)
	p.line = append(append(p.line, body...), "\r\n"...)
	if _, err := p.Write(p.line); err != nil {
		return answer{}, fmt.Errorf("NATS: %w", err)
	}
	for {
		line, err := p.in.ReadString('\n')
		if err != nil {
			return answer{}, fmt.Errorf("NATS: %w", err)
		}
		if line == "PING\r\n" {
			if _, err := io.WriteString(p, "PONG\r\n"); err != nil {
				return answer{}, fmt.Errorf("NATS: %w", err)
			}
			continue
		}
		if strings.HasPrefix(line, "INFO ") || line == "PONG\r\n" {
			continue
		}
		text, err := message(line, p.in)
		if err != nil {
			return answer{}, fmt.Errorf("NATS: %w", err)
		}
		var a answer
		if err := json.Unmarshal(text, &a); err != nil {
			return answer{}, fmt.Errorf("NATS: %q: %w", text, err)
		}
		if a.Error != nil {
			return answer{}, fmt.Errorf("NATS: %s", a.Error.Description)
		}
		return a, nil
	}
}

// maxMessage bounds what is read of one message; NATS itself allows no more.
const maxMessage = 1 << 20

// message reads the body of the message that line announces: "MSG subject sid
// [reply] bytes", or HMSG with the length of its header before that.
func message(line string, in io.Reader) ([]byte, error) {
	f := strings.Fields(line)
	header, least := 0, 4
	if len(f) > 0 && f[0] == "HMSG" {
		least = 5
	} else if len(f) == 0 || f[0] != "MSG" {
		return nil, fmt.Errorf("%q is no message", line)
	}
	if len(f) < least {
		return nil, fmt.Errorf("%q is cut short", line)
	}
	length, err := strconv.Atoi(f[len(f)-1])
	if err == nil && least == 5 {
		header, err = strconv.Atoi(f[len(f)-2])
	}
	if err != nil || header < 0 || length < header || length > maxMessage {
		return nil, fmt.Errorf("%q has no length", line)
	}
	text := make([]byte, length+2)
	if _, err := io.ReadFull(in, text); err != nil {
		return nil, err
	}
	if !bytes.HasSuffix(text, []byte("\r\n")) {
		return nil, fmt.Errorf("%q is longer than it says", line)
	}
	if header > 0 && length == header {
		return nil, fmt.Errorf("nobody answers: %q", text[:header])
	}
	return text[header:length], nil
}
