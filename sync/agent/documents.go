package agent

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"lintai/offline"
	"lintai/sync/wire"
)

// Documents is where the terminal keeps what central signed; *offline.Queue is one.
//
// A document is taken only when central signed its head, its version is above
// every one that was ever kept, its body is the one of the head, and the package
// that reads it can. Anything else changes nothing: the last good one stays.
type Documents interface {
	// DocumentKnown is the newest version that was ever kept, 0 for none.
	DocumentKnown(ctx context.Context, kind string) (int64, error)
	// Document is the newest that can be used; offline.ErrNoDocument.
	Document(ctx context.Context, kind string) (version int64, head, body []byte, err error)
	KeepDocument(ctx context.Context, kind string, version int64, head, body []byte) error
}

const (
	// documentsEvery is how long the terminal goes without asking when the stream
	// says nothing, at most; a terminal asks at a random time of the second half.
	documentsEvery = 4 * time.Hour
	// documentPiece is how much of a body is asked for at once: on a poor line some
	// eight seconds.
	documentPiece = 256 << 10
	// A body above spreadAbove bytes is fetched at a random time within spreadOver,
	// so that a thousand terminals do not ask for a prompt pack at once.
	spreadAbove = 4 << 20
	spreadOver  = 2 * time.Minute
)

// What can be wrong with a document that central offers.
var (
	errOlderDocument = errors.New("central offers an older document than the one here: it was put back from a backup, or somebody repeats what it once said")
	errOtherDocument = errors.New("central offers another document under the version that is here: it was put back from a backup")
	errTwice         = errors.New("central offers two documents of one kind")
)

// documents is what the loop knows between its rounds. What is under mu is read by
// others too.
type documents struct {
	store   Documents
	key     ed25519.PublicKey
	kept    func(wire.Document)
	refused func(map[wire.DocumentKind]error)
	partial map[wire.DocumentKind]partial
	// unreadable are heads whose body was fetched and is of no use to this program:
	// it is not fetched again before the program starts anew, which may be another.
	unreadable map[string]error

	mu       sync.Mutex
	problems map[wire.DocumentKind]error
	standing map[wire.DocumentKind]standing
}

// standing is what is here of one kind. It is read once: with the head comes a body
// of many megabytes.
type standing struct {
	known   int64 // the newest version ever kept
	used    int64 // the newest that can be used, 0 for none
	hash    []byte
	damaged error // of the head
}

// partial is a body on its way.
type partial struct {
	head wire.Document
	body []byte
}

func newDocuments(o Options) *documents {
	d := &documents{store: o.Documents, key: o.DocumentKey, kept: o.DocumentKept, refused: o.DocumentsRefused,
		partial: map[wire.DocumentKind]partial{}, unreadable: map[string]error{}, problems: map[wire.DocumentKind]error{}, standing: map[wire.DocumentKind]standing{}}
	if d.kept == nil {
		d.kept = func(wire.Document) {}
	}
	if d.refused == nil {
		d.refused = func(map[wire.DocumentKind]error) {}
	}
	return d
}

func (a *Agent) documentLoop(ctx context.Context) {
	if a.documents.store == nil || len(a.documents.key) != ed25519.PublicKeySize {
		return
	}
	failures := 0
	for {
		pause := documentsEvery/2 + a.jitter(documentsEvery/2)
		if err := a.takeDocuments(ctx); err != nil {
			failures++
			a.complain(ctx, "documents not taken", failures, err)
			pause = a.backoff(failures)
		} else {
			failures = 0
		}
		if !wait(ctx, pause, a.wakeDocuments) {
			return
		}
	}
}

// takeDocuments asks for the list and takes what is new. An error is one of the
// line or of the queue; what is wrong with a document is no error but a problem.
func (a *Agent) takeDocuments(ctx context.Context) error {
	var list wire.Documents
	err := exchange(ctx, a, requestTimeout, http.MethodGet, wire.PathDocuments, nil, &list)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	a.outcome(err)
	if err != nil {
		return err
	}
	problems := map[wire.DocumentKind]error{}
	seen := map[wire.DocumentKind]bool{}
	var first error
	for _, d := range list.Documents {
		if !slices.Contains(wire.DocumentKinds, d.Kind) {
			continue // a newer central
		}
		if seen[d.Kind] {
			problems[d.Kind] = errTwice
			continue
		}
		seen[d.Kind] = true
		problem, err := a.takeDocument(ctx, d)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && first == nil {
			first = fmt.Errorf("document %s: %w", d.Kind, err)
		}
		if problem != nil {
			problems[d.Kind] = problem
		}
	}
	a.tellProblems(problems)
	return first
}

// takeDocument fetches and keeps one document, unless it is the one that is here.
func (a *Agent) takeDocument(ctx context.Context, d wire.Document) (problem, err error) {
	kind := string(d.Kind)
	if err := d.CheckHead(); err != nil {
		return err, nil
	}
	if err := d.VerifyHead(a.documents.key); err != nil {
		return err, nil
	}
	here, err := a.documents.standingOf(ctx, d.Kind)
	if err != nil {
		a.queueFailed(ctx, err)
		return nil, err
	}
	switch {
	case d.Version < here.known:
		return fmt.Errorf("%w (%d, here is %d)", errOlderDocument, d.Version, here.known), nil
	case d.Version == here.known && here.used != here.known:
		return nil, nil // it was rejected; there is nothing to compare with
	case d.Version == here.known && here.damaged != nil:
		return here.damaged, nil
	case d.Version == here.known && !bytes.Equal(here.hash, d.SHA256):
		return errOtherDocument, nil
	case d.Version == here.known:
		return nil, nil
	}
	mark := hex.EncodeToString(d.Signature)
	if problem, ok := a.documents.unreadable[mark]; ok {
		return problem, nil
	}
	body, err := a.fetch(ctx, d)
	if err != nil {
		return nil, err
	}
	delete(a.documents.partial, d.Kind)
	if err := d.Verify(a.documents.key, body); err != nil {
		return err, nil
	}
	if err := d.Kind.Check(body); err != nil {
		a.documents.unreadable[mark] = err
		return err, nil
	}
	head, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("agent: encode head: %w", err)
	}
	err = a.documents.store.KeepDocument(ctx, kind, d.Version, head, body)
	if errors.Is(err, offline.ErrOlder) {
		return err, nil
	}
	if err != nil {
		a.queueFailed(ctx, err)
		return nil, err
	}
	a.documents.mu.Lock()
	a.documents.standing[d.Kind] = standing{known: d.Version, used: d.Version, hash: d.SHA256}
	a.documents.mu.Unlock()
	a.link.queueFault("")
	a.log.Info("document kept", "kind", kind, "version", d.Version, "bytes", len(body))
	a.documents.kept(d)
	kick(a.wakeHealth) // central learns the version
	return nil, nil
}

// standingOf is what is here of a kind.
func (d *documents) standingOf(ctx context.Context, kind wire.DocumentKind) (standing, error) {
	d.mu.Lock()
	s, ok := d.standing[kind]
	d.mu.Unlock()
	if ok {
		return s, nil
	}
	known, err := d.store.DocumentKnown(ctx, string(kind))
	if err != nil {
		return s, err
	}
	s.known = known
	if known > 0 {
		used, head, _, err := d.store.Document(ctx, string(kind))
		if err != nil && !errors.Is(err, offline.ErrNoDocument) {
			return s, err
		}
		if err == nil {
			var here wire.Document
			if err := json.Unmarshal(head, &here); err != nil {
				s.damaged = fmt.Errorf("agent: head of document %s: %w", kind, err)
			}
			s.used, s.hash = used, here.SHA256
		}
	}
	d.mu.Lock()
	d.standing[kind] = s
	d.mu.Unlock()
	return s, nil
}

// fetch brings a body piece by piece. What came before the line broke is kept for
// the next round.
func (a *Agent) fetch(ctx context.Context, d wire.Document) ([]byte, error) {
	p, ok := a.documents.partial[d.Kind]
	if !ok || !bytes.Equal(p.head.Signature, d.Signature) {
		if d.Size > spreadAbove && !wait(ctx, a.jitter(spreadOver), nil) {
			return nil, ctx.Err()
		}
		p = partial{head: d, body: make([]byte, 0, d.Size)}
	}
	for int64(len(p.body)) < d.Size {
		piece, err := a.piece(ctx, d, int64(len(p.body)))
		p.body = append(p.body, piece...)
		a.documents.partial[d.Kind] = p
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		a.outcome(err)
		if err != nil {
			return nil, err
		}
	}
	return p.body, nil
}

// piece brings the bytes from an offset on; with an error, those that came.
func (a *Agent) piece(ctx context.Context, d wire.Document, from int64) ([]byte, error) {
	to := min(from+documentPiece, d.Size) - 1
	want := to - from + 1
	ctx, cancel := context.WithTimeout(ctx, requestTimeout+wire.PushTime(int(want)))
	defer cancel()
	path := fmt.Sprintf("%s/%s/%d", wire.PathDocuments, d.Kind, d.Version)
	response, err := a.send(ctx, http.MethodGet, path, nil, "Range", fmt.Sprintf("bytes=%d-%d", from, to))
	if err != nil {
		a.transport.CloseIdleConnections() // they may be as dead as this one
		return nil, fmt.Errorf("%w: %w", errUnreachable, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusPartialContent {
		text, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errBroken, err)
		}
		return nil, refused(response.StatusCode, text)
	}
	if response.Header.Get("ETag") != strconv.Quote(hex.EncodeToString(d.SHA256)) ||
		response.Header.Get("Content-Range") != fmt.Sprintf("bytes %d-%d/%d", from, to, d.Size) {
		return nil, unusable("another piece of document %s than was asked for", d.Kind)
	}
	piece, err := io.ReadAll(io.LimitReader(response.Body, want))
	if err == nil && int64(len(piece)) < want {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return piece, fmt.Errorf("%w: %w", errBroken, err)
	}
	return piece, nil
}

// tellProblems tells log and terminal what is wrong, when that changes.
func (a *Agent) tellProblems(now map[wire.DocumentKind]error) {
	a.documents.mu.Lock()
	before := a.documents.problems
	a.documents.problems = now
	a.documents.mu.Unlock()
	if maps.EqualFunc(before, now, func(x, y error) bool { return x.Error() == y.Error() }) {
		return
	}
	for kind, err := range now {
		if old := before[kind]; old == nil || old.Error() != err.Error() {
			a.log.Warn("document refused", "kind", string(kind), "error", err)
		}
	}
	for kind := range before {
		if now[kind] == nil {
			a.log.Info("documents are well again", "kind", string(kind))
		}
	}
	a.documents.refused(now)
	kick(a.wakeHealth)
}

// withDocuments adds the documents that are here to the versions that central is
// told: the one in use by kind, and by kind with wire.KnownSuffix the newest ever
// kept where that is another.
func (a *Agent) withDocuments(ctx context.Context, others map[string]string) map[string]string {
	if a.documents.store == nil {
		return others
	}
	versions := maps.Clone(others)
	if versions == nil {
		versions = map[string]string{}
	}
	for _, kind := range wire.DocumentKinds {
		s, err := a.documents.standingOf(ctx, kind)
		if err != nil || s.known == 0 {
			continue // the queue's fault is told by those who need it more
		}
		if s.used > 0 {
			versions[string(kind)] = strconv.FormatInt(s.used, 10)
		}
		if s.used != s.known {
			versions[string(kind)+wire.KnownSuffix] = strconv.FormatInt(s.known, 10)
		}
	}
	return versions
}
