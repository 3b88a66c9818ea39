package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/chromedp/chromedp"
)

// served is central in a process of its own.
type served struct {
	program, data, log string
	address            string
	cmd                *exec.Cmd
	exited             chan struct{}
}

// fill makes the demo data, unless it is there.
func (c *served) fill(ctx context.Context, cases int) error {
	if _, err := os.Stat(filepath.Join(c.data, "central.db")); err == nil {
		fmt.Println("the data in", c.data, "is taken as it is")
		return nil
	}
	began := time.Now()
	if _, err := c.ask(ctx, "demo-data", "--data", c.data, "--cases", strconv.Itoa(cases), "--password", password); err != nil {
		return err
	}
	fmt.Printf("%d cases were made in %s\n", cases, time.Since(began).Round(time.Second))
	return nil
}

// freePorts are addresses of 127.0.0.1 that nobody listens on.
func freePorts() (one, other string, err error) {
	var found []string
	for range 2 {
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", "", err
		}
		defer free.Close() // both at the end, so that they are two
		found = append(found, free.Addr().String())
	}
	return found[0], found[1], nil
}

// start serves, and waits until it answers.
func (c *served) start(ctx context.Context) error {
	public, kiosks, err := freePorts()
	if err != nil {
		return err
	}
	log, err := os.Create(c.log)
	if err != nil {
		return err
	}
	defer log.Close()
	c.address = "http://" + public
	c.cmd = exec.Command(c.program, "serve", "--data", c.data, "--listen", public, "--kiosk-listen", kiosks)
	c.cmd.Stdout, c.cmd.Stderr = log, log
	if err := c.cmd.Start(); err != nil {
		return err
	}
	c.exited = make(chan struct{})
	go func() {
		_ = c.cmd.Wait() // how it ends stands in its log
		close(c.exited)
	}()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		r, err := http.NewRequestWithContext(ctx, "GET", c.address+"/readyz", nil)
		if err != nil {
			return err
		}
		if answer, err := http.DefaultClient.Do(r); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-again.C:
		case <-c.exited:
			return fmt.Errorf("central ended by itself: see %s", c.log)
		case <-ctx.Done():
			c.stop()
			return ctx.Err()
		}
	}
}

func (c *served) stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // fails only for one that is gone
	<-c.exited
}

// signIn signs somebody in. Who is all roles is made first.
func (c *served) signIn(ctx context.Context, b *browser, login string) error {
	if login == everything {
		out, err := c.ask(ctx, "account", "add", "--data", c.data, "--login", login, "--name", "万能甲", "--role", "administrator,clerk,worker,mediator,auditor")
		if err == nil {
			for word := range strings.FieldsSeq(out) {
				if strings.HasPrefix(word, "http") {
					return b.do("invitation", chromedp.Navigate(word),
						chromedp.SendKeys(chromedp.CSS("#invitation input[name=password]"), password),
						chromedp.SendKeys(chromedp.CSS("#invitation input[name=again]"), password),
						chromedp.Click(chromedp.CSS("#invitation button")), chromedp.WaitVisible(chromedp.CSS("nav.menu")))
				}
			}
			return fmt.Errorf("central account add printed no address")
		} // she is there from an earlier run
	}
	return b.do("sign in", chromedp.Navigate(c.address+"/sign-in"),
		chromedp.SendKeys(chromedp.CSS("#sign-in input[name=login]"), login),
		chromedp.SendKeys(chromedp.CSS("#sign-in input[name=password]"), password),
		chromedp.Click(chromedp.CSS("#sign-in button")), chromedp.WaitVisible(chromedp.CSS("nav.menu")))
}
