package main

import (
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"lintai/sync/central"
	"lintai/sync/central/proposal"
)

// errVote is a vote that a recount found something wrong with.
var errVote = errors.New("the ballots are not what was signed and announced")

// recount counts a vote anew: from the database, or from a list of ballots, for which
// nothing else is needed.
func recount(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("proposal recount", flag.ContinueOnError)
	number := flags.Int64("number", 0, "`number` of the proposal")
	round := flags.Int("round", 0, "`round` of the vote (0: the newest)")
	file := flags.String("file", "", "list of ballots in a `file`, as \"proposal export\" and the result's page give it")
	key := flags.String("key", "", "public `key` that must have signed the list, as it stands on the notice board (none: the list's own)")
	data, database := dataFlags(flags)
	if err := parse(flags, args, log); err != nil {
		return err
	}
	if *file != "" {
		return recountFile(*file, *key, out)
	}
	c, err := openExisting(ctx, flags.Name(), *data, *database)
	if err != nil {
		return err
	}
	defer c.Close()
	urn, r, err := c.Recount(ctx, *number, *round)
	if err != nil {
		return err
	}
	// Until it is counted nobody is told how it stands, here neither.
	return printRecount(out, urn.Poll, r, urn.Result != nil)
}

func recountFile(name, key string, out io.Writer) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	e, err := proposal.ReadExport(f)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if key != "" {
		if e.Key, err = base64.StdEncoding.DecodeString(key); err != nil {
			return fmt.Errorf("--key: %w", err)
		}
	}
	fmt.Fprintf(out, "key      %s\n", base64.StdEncoding.EncodeToString(e.Key))
	return printRecount(out, e.Poll, e.Recount(e.All, e.Key), true)
}

func printRecount(out io.Writer, p proposal.Poll, r proposal.Recount, counted bool) error {
	fmt.Fprintf(out, "head     %s\nproposal %d, round %d: %s\nballots  %d\n", r.Head, p.Proposal, p.Round, p.Question, r.Ballots)
	if counted {
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, t := range r.Tallies {
			o, _ := p.Option(t.Option)
			fmt.Fprintf(table, "  %s\t%d\n", o.Name, t.Ballots)
		}
		if err := table.Flush(); err != nil {
			return err
		}
		winner, _ := p.Option(r.Winner)
		fmt.Fprintf(out, "outcome  %s\n", strings.TrimSpace(string(r.Outcome)+" "+winner.Name))
	} else {
		fmt.Fprintln(out, "what was voted for is told when the vote was counted")
	}
	if len(r.Faults) == 0 {
		_, err := fmt.Fprintln(out, "sound")
		return err
	}
	for _, f := range r.Faults {
		fmt.Fprintf(out, "WRONG    %s: %s\n", f, faultWords[f])
	}
	return errVote
}

var faultWords = map[proposal.Fault]string{
	proposal.NumberFault:    "there are more or fewer ballots than were signed",
	proposal.ChainFault:     "the ballots, the question or the options are not those that were signed",
	proposal.SignatureFault: "number and head were not signed with this key",
	proposal.OptionFault:    "a ballot is for what was never an option, or has no receipt",
	proposal.ReceiptFault:   "two ballots have the same receipt",
	proposal.ResultFault:    "the announced result is another",
	proposal.RollFault:      "other than as many have voted as there are ballots",
}

// exportBallots writes the list of ballots of a vote that was counted.
func exportBallots(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("proposal export", flag.ContinueOnError)
	number := flags.Int64("number", 0, "`number` of the proposal")
	round := flags.Int("round", 0, "`round` of the vote (0: the newest)")
	return onFolder(ctx, flags, args, log, func(c *central.Central) error {
		e, err := c.Ballots(ctx, *number, *round)
		if err != nil {
			return err
		}
		return e.Write(out)
	})
}
