package agent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/fault"
	"lintai/sync/wire"
)

const (
	// bundlePiece is how much of a bundle is asked for at once, in bytes: what a save in
	// the middle of it costs, and what is read anew after a cut.
	bundlePiece = 1 << 20
	// mostBundle is larger than any image.
	mostBundle = 8 << 30
	// leastRest is the pause between two pieces; otherwise it is as long as the last one
	// took, so that half of the line is everybody else's.
	leastRest = 20 * time.Millisecond
	// saveRest is how long a bundle waits for what was just saved to go out.
	saveRest = 20 * time.Second
	// mostInstalls is how often an installation that broke off is tried.
	mostInstalls = 3
)

const partSuffix = ".part"

// bundle tells whether an offer can be one.
func bundle(o wire.UpdateOffer) bool {
	sum, err := hex.DecodeString(o.SHA256)
	return err == nil && len(sum) == sha256.Size && strings.ToLower(o.SHA256) == o.SHA256 && o.Size > 0 && o.Size <= mostBundle &&
		o.Version != "" && len(o.Version) <= 64
}

// errNoRoom keeps the queue's place free.
var errNoRoom = errors.New("agent: there is no room for the update")

// updateLoop fetches what central offers, has it installed, and the computer started
// anew when nobody is there.
func (a *Agent) updateLoop(ctx context.Context) {
	if a.fleet.computer == nil {
		return
	}
	failures := 0
	for {
		pause := wire.HealthEvery
		o, fetched := a.fleet.wanted(ctx)
		if o != nil {
			var err error
			if !fetched {
				err = a.update(ctx, *o)
			} else { // this program was ended before it could start the computer anew
				err = a.into(ctx, *o)
			}
			if err != nil {
				failures++
				a.complain(ctx, "update not fetched", failures, err)
				pause = a.backoff(failures)
			} else {
				failures = 0
			}
		}
		if !wait(ctx, pause, a.wakeUpdate) {
			return
		}
	}
}

// wanted is the offer that was not looked at yet, or that is installed and waits for
// the next start.
func (f *fleet) wanted(ctx context.Context) (o *wire.UpdateOffer, installed bool) {
	f.mu.Lock()
	o = f.offer
	taken, code := o != nil && o.SHA256 == f.state.Taken, f.state.Fault
	f.mu.Unlock()
	if o == nil || taken && code != fault.None {
		return nil, false
	}
	s := f.computer.System(ctx)
	if s == nil || s.Image == o.Version || s.Trial {
		return nil, false
	}
	if taken {
		// One that was installed and is not any more was tried, and did not pass.
		if s.Update == nil || s.Update.State != "installed" || s.Update.Version != o.Version {
			return nil, false
		}
	}
	return o, taken
}

// take notes that a bundle needs no second look.
func (f *fleet) take(o wire.UpdateOffer, code fault.Code) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state.Taken, f.state.Version, f.state.Fault, f.state.Failing, f.state.Failures = o.SHA256, o.Version, code, "", 0
	return f.keep()
}

// broke counts an installation that broke off, and says whether it is worth another.
func (f *fleet) broke(o wire.UpdateOffer) (again bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.state.Failing != o.SHA256 {
		f.state.Failing, f.state.Failures = o.SHA256, 0
	}
	f.state.Failures++
	return f.state.Failures < mostInstalls, f.keep()
}

func (a *Agent) update(ctx context.Context, o wire.UpdateOffer) error {
	f := a.fleet
	if err := a.fetchBundle(ctx, o); err != nil {
		return err
	}
	a.log.Info("update fetched", "version", o.Version)
	code := f.computer.Install(ctx, o.SHA256, o)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	kick(a.wakeHealth)
	switch code {
	case fault.None:
	case fault.UpdateRefused:
		a.log.Error("update refused", "fault", string(code), "version", o.Version)
		return errors.Join(f.take(o, code), f.sweep(""))
	default:
		a.log.Error("update not installed", "fault", string(code), "version", o.Version)
		again, err := f.broke(o)
		if err == nil && !again {
			err = errors.Join(f.take(o, code), f.sweep(""))
		}
		return errors.Join(err, fmt.Errorf("agent: the update was not installed: %s", code))
	}
	// It is in the other slot now, and the file has no more use.
	if err := errors.Join(f.take(o, fault.None), f.sweep("")); err != nil {
		return err
	}
	return a.into(ctx, o)
}

// into starts the computer anew with the update, when nobody is there.
func (a *Agent) into(ctx context.Context, o wire.UpdateOffer) error {
	f := a.fleet
	if err := f.computer.Quiet(ctx); err != nil {
		return err
	}
	a.log.Info("starting anew with the update", "version", o.Version)
	if code := f.computer.Restart(ctx, restartMachine); code != fault.None {
		return fmt.Errorf("agent: not started anew: %s", code)
	}
	return nil
}

// fetchBundle brings a whole bundle into the folder, under its hash, from where an earlier try
// ended.
func (a *Agent) fetchBundle(ctx context.Context, o wire.UpdateOffer) error {
	f := a.fleet
	if err := os.MkdirAll(f.folder, 0o700); err != nil {
		return fmt.Errorf("agent: update: %w", err)
	}
	if err := f.sweep(o.SHA256); err != nil {
		return err
	}
	whole := filepath.Join(f.folder, o.SHA256)
	if _, err := os.Stat(whole); err == nil {
		return nil // hashed before it got its name; the computer looks at its signature
	}
	part, err := os.OpenFile(whole+partSuffix, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("agent: update: %w", err)
	}
	defer part.Close()
	f.fetching(o, 0, true)
	defer f.fetching(o, 0, false)
	saved, cancel := a.queue.Subscribe()
	defer cancel()
	for {
		info, err := part.Stat()
		if err != nil {
			return fmt.Errorf("agent: update: %w", err)
		}
		at := info.Size()
		if at > o.Size {
			at = 0
			if err := part.Truncate(0); err != nil {
				return fmt.Errorf("agent: update: %w", err)
			}
		}
		if at == o.Size {
			break
		}
		f.fetching(o, int(at*100/o.Size), true)
		if room, err := f.computer.Room(); err != nil || room < o.Size-at {
			return errors.Join(err, errNoRoom)
		}
		began := a.now()
		interrupted, err := a.nextPiece(ctx, o, part, at, saved)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !interrupted {
			a.outcome(err)
		}
		if err != nil && !interrupted {
			return err
		}
		rest := max(leastRest, min(a.now().Sub(began), 10*time.Second))
		if interrupted {
			a.waitSaved(ctx)
		} else if !wait(ctx, rest, nil) {
			return ctx.Err()
		}
		if !f.still(o) {
			return errors.New("agent: central offers this update no more")
		}
	}
	if _, err := part.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("agent: update: %w", err)
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, part); err != nil {
		return fmt.Errorf("agent: update: %w", err)
	}
	if hex.EncodeToString(hash.Sum(nil)) != o.SHA256 {
		return errors.Join(unusable("an update with another hash than it was offered with"), remove(f.folder, o.SHA256+partSuffix))
	}
	if err := part.Sync(); err != nil {
		return fmt.Errorf("agent: update: %w", err)
	}
	if err := os.Rename(part.Name(), whole); err != nil {
		return fmt.Errorf("agent: update: %w", err)
	}
	return syncFolder(f.folder)
}

// nextPiece appends the next piece to the part. A save ends it: what a resident confirmed
// and who calls for help go first. What came of it stays.
func (a *Agent) nextPiece(ctx context.Context, o wire.UpdateOffer, part *os.File, at int64, saved <-chan struct{}) (interrupted bool, err error) {
	select {
	case <-saved: // it was waited for, or went out meanwhile
	default:
	}
	last := min(at+bundlePiece, o.Size) - 1
	ctx, cancel := context.WithTimeout(ctx, requestTimeout+wire.PushTime(bundlePiece))
	defer cancel()
	over := make(chan struct{})
	defer close(over)
	stopped := make(chan struct{})
	go func() {
		select {
		case <-saved:
			close(stopped)
			cancel()
		case <-over:
		}
	}()
	defer func() {
		select {
		case <-stopped:
			interrupted = true
		default:
		}
	}()
	response, err := a.send(ctx, http.MethodGet, wire.PathUpdates+o.SHA256, nil, "Range", fmt.Sprintf("bytes=%d-%d", at, last))
	if err != nil {
		return false, fmt.Errorf("%w: %w", errUnreachable, err)
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusPartialContent && begins(response.Header.Get("Content-Range"), at):
	case response.StatusCode == http.StatusOK && at == 0 && response.ContentLength == o.Size && o.Size <= bundlePiece:
	case response.StatusCode == http.StatusPartialContent, response.StatusCode == http.StatusOK:
		return false, stranger{response.StatusCode}
	default:
		text, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10))
		return false, refused(response.StatusCode, text)
	}
	_, err = io.Copy(io.NewOffsetWriter(part, at), io.LimitReader(response.Body, last+1-at))
	if err != nil {
		var disk *fs.PathError
		if errors.As(err, &disk) {
			return false, fmt.Errorf("agent: update: %w", err)
		}
		return false, fmt.Errorf("%w: %w", errBroken, err)
	}
	return false, nil
}

// begins tells whether a Content-Range (RFC 9110, 14.4) begins at a byte.
func begins(header string, at int64) bool {
	span, found := strings.CutPrefix(header, "bytes ")
	first, _, dash := strings.Cut(span, "-")
	n, err := strconv.ParseInt(first, 10, 64)
	return found && dash && err == nil && n == at
}

// waitSaved waits for what was saved to go out, or for some seconds where there is no
// line for it.
func (a *Agent) waitSaved(ctx context.Context) {
	for tries := 0; tries < int(saveRest/time.Second); tries++ {
		if n, err := a.queue.Pending(ctx); err != nil || n == 0 || !wait(ctx, time.Second, nil) {
			return
		}
	}
}

func (f *fleet) fetching(o wire.UpdateOffer, percent int, runs bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fetches, f.percent = runs, percent
}

// still tells whether central offers this.
func (f *fleet) still(o wire.UpdateOffer) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.offer != nil && f.offer.SHA256 == o.SHA256
}

// sweep removes all bundles but the one with this hash.
func (f *fleet) sweep(but string) error {
	entries, err := os.ReadDir(f.folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("agent: update: %w", err)
	}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), partSuffix)
		if sum, err := hex.DecodeString(name); err != nil || len(sum) != sha256.Size || name == but {
			continue
		}
		if err := os.Remove(filepath.Join(f.folder, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("agent: update: %w", err)
		}
	}
	return nil
}
