package main

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"lintai/kiosk/phrase"
	"lintai/kiosk/readiness"
	"lintai/kiosk/request"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/wire"
	"lintai/sync/wire/export"
)

// stick is what "outbox export" and "outbox settle" are told.
type stick struct {
	queue    string // path
	identity agent.Identity
}

func openStick(file string) (stick, error) {
	s, err := readSettings(file)
	if err != nil {
		return stick{}, err
	}
	at := stick{queue: filepath.Join(s.Terminal.Data, offline.FileName)}
	at.identity, err = agent.LoadIdentity(s.Terminal.Data)
	if errors.Is(err, fs.ErrNotExist) {
		return at, errors.New(phrase.Text("export.no_identity"))
	}
	return at, err
}

func exportOutbox(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("outbox export", flag.ContinueOnError)
	config := flags.String("config", "", "the terminal's configuration `FILE`")
	folder := flags.String("out", "", "`DIR` of the memory stick")
	if err := parseFlags(flags, args, log); err != nil {
		return err
	}
	if *config == "" || *folder == "" {
		return fmt.Errorf("%w: kioskctl outbox export --config FILE --out DIR", errUsage)
	}
	at, err := openStick(*config)
	if err != nil {
		return err
	}
	o, err := openOutbox(ctx, at.queue)
	if err != nil {
		return err
	}
	defer o.Close()
	name, r, err := at.write(ctx, o, *folder)
	if err != nil {
		return err
	}
	if r.items == 0 {
		fmt.Fprintln(out, phrase.Text("export.nothing"))
	} else {
		fmt.Fprintln(out, phrase.Text("export.written", "file", name, "count", fmt.Sprint(r.items-r.attachments), "attachments", fmt.Sprint(r.attachments)))
		fmt.Fprintln(out, phrase.Text("export.unchanged"))
	}
	if r.unreadable > 0 || o.damaged != nil {
		fmt.Fprintln(log, phrase.Text("export.unreadable", "count", fmt.Sprint(r.unreadable)))
		return exitCode(readiness.Degraded.ExitCode())
	}
	return nil
}

// exported is what went into an export.
type exported struct{ items, attachments, unreadable int }

// write writes the export under a name of its own when all of it is on the medium
// and was read back from there. Without anything to export there is no file.
func (at stick) write(ctx context.Context, o *opened, folder string) (name string, r exported, err error) {
	key, err := at.key()
	if err != nil {
		return "", r, err
	}
	draft, err := os.CreateTemp(folder, ".export-*")
	if err != nil {
		return "", r, err
	}
	defer os.Remove(draft.Name()) // fails after the rename, as it should
	defer draft.Close()
	now := time.Now()
	head := export.Head{Kiosk: at.identity.Kiosk, MadeAt: now.UTC(), Certificate: at.identity.Certificate}
	sum, err := export.Write(draft, head, key, func(yield func(wire.Item, error) bool) {
		var err error
		r.unreadable, err = o.Unsettled(ctx, func(row offline.Row) error {
			// The hash is the one of when it was saved: central says of a body that
			// has another one that it is damaged.
			i := wire.Item{ID: row.ID, Kind: row.Kind, Sequence: row.Sequence, MadeAt: row.MadeAt, Hash: row.SHA256, Sealed: row.Sealed}
			r.items++
			if row.Kind == request.KindAttachment {
				r.attachments++
			}
			if !yield(i, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(wire.Item{}, err)
		}
	})
	if err != nil || r.items == 0 {
		return "", r, err
	}
	if err := settleOnMedium(draft); err != nil {
		return "", r, err
	}
	back, err := readBack(draft, key.Public())
	if err == nil && back != sum {
		err = errors.New(phrase.Text("export.not_read_back"))
	}
	if err != nil {
		return "", r, err
	}
	name, err = rename(draft.Name(), filepath.Join(folder, fmt.Sprintf("lintai-%04d-%s", at.identity.Kiosk, now.In(phrase.Zone).Format("20060102-150405"))))
	return name, r, err
}

var errStopped = errors.New("kioskctl: the writing stopped")

// key is the terminal's private key.
func (at stick) key() (crypto.Signer, error) {
	key, err := x509.ParsePKCS8PrivateKey(at.identity.Key)
	if err != nil {
		return nil, agent.ErrIdentity // without words that may quote the key
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, agent.ErrIdentity
	}
	return signer, nil
}

// settleOnMedium has the file written out, and forgotten by the kernel, so that
// it is read from the medium afterwards.
func settleOnMedium(f *os.File) error {
	if err := f.Sync(); err != nil {
		return err
	}
	// Advice only: a file system that takes none is read from memory.
	_ = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
	_, err := f.Seek(0, io.SeekStart)
	return err
}

func readBack(f *os.File, key crypto.PublicKey) (export.Sum, error) {
	_, sum, err := export.Read(f, func(export.Head) (crypto.PublicKey, error) { return key, nil }, nil)
	return sum, err
}

// rename gives the file its name, or one beside it when that is taken: a terminal
// whose clock stands has the same time twice. Sticks know no links, so nothing
// better than looking first keeps an earlier export.
func rename(draft, name string) (string, error) {
	for n := 1; ; n++ {
		to := name + ".export"
		if n > 1 {
			to = fmt.Sprintf("%s-%d.export", name, n)
		}
		if _, err := os.Lstat(to); err == nil {
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if err := os.Rename(draft, to); err != nil {
			return "", err
		}
		folder, err := os.Open(filepath.Dir(to))
		if err != nil {
			return "", err
		}
		defer folder.Close()
		if err := folder.Sync(); err != nil && !errors.Is(err, unix.EINVAL) { // not every file system of sticks can
			return "", err
		}
		return to, nil
	}
}

func settleOutbox(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("outbox settle", flag.ContinueOnError)
	config := flags.String("config", "", "the terminal's configuration `FILE`")
	file := flags.String("receipt", "", "`FILE` that central import wrote beside the export")
	if err := parseFlags(flags, args, log); err != nil {
		return err
	}
	if *config == "" || *file == "" {
		return fmt.Errorf("%w: kioskctl outbox settle --config FILE --receipt FILE", errUsage)
	}
	at, err := openStick(*config)
	if err != nil {
		return err
	}
	receipt, err := at.readReceipt(*file)
	if err != nil {
		return fmt.Errorf("%s: %w", *file, err)
	}
	queue, err := offline.Open(at.queue, at.identity.Seal(), time.Now)
	if errors.Is(err, offline.ErrBusy) {
		return errors.New(phrase.Text("export.running"))
	}
	if err != nil {
		return queueError{err}
	}
	defer queue.Close()
	before, err := queue.Standing(ctx)
	if err != nil {
		return queueError{err}
	}
	if err := queue.Settle(ctx, settledBy(receipt)); err != nil {
		return queueError{err}
	}
	after, err := queue.Standing(ctx)
	if err != nil {
		return queueError{err}
	}
	left := after.Waiting + after.Attachments
	fmt.Fprintln(out, phrase.Text("export.settled", "count", fmt.Sprint(before.Waiting+before.Attachments-left), "left", fmt.Sprint(left)))
	return nil
}

func (at stick) readReceipt(name string) (export.Receipt, error) {
	f, err := os.Open(name)
	if err != nil {
		return export.Receipt{}, err
	}
	defer f.Close()
	r, err := export.ReadReceipt(f, ed25519.PublicKey(at.identity.DocumentKey))
	if err == nil && r.Kiosk != at.identity.Kiosk {
		err = errors.New(phrase.Text("export.other_terminal", "number", fmt.Sprint(r.Kiosk)))
	}
	return r, err
}

// settledBy is what the agent would write down for the same answers.
func settledBy(r export.Receipt) []offline.Answer {
	var all []offline.Answer
	for _, a := range r.Answers {
		state := offline.Delivered
		switch a.Outcome {
		case wire.Conflict:
			state = offline.Conflict
		case wire.Rejected:
			state = offline.Rejected
		}
		all = append(all, offline.Answer{ID: a.ID, State: state, Reason: a.Reason})
	}
	return all
}

// parseFlags parses the flags of a command that takes nothing else.
func parseFlags(flags *flag.FlagSet, args []string, log io.Writer) error {
	flags.SetOutput(log)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return fmt.Errorf("%w: kioskctl %s: %w", errUsage, flags.Name(), err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%w: kioskctl %s: unexpected %q", errUsage, flags.Name(), flags.Arg(0))
	}
	return nil
}
