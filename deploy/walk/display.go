package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Size of the terminal's panel: 21.5 inches, upright.
const (
	panelWidth  = 1080
	panelHeight = 1920
)

// startDisplay starts an X server without a monitor and returns its name, e.g.
// ":3". The server picks a free number itself and tells it through a pipe once
// it is ready, so nothing is guessed and nothing collides.
func startDisplay(logs string) (*process, string, error) {
	log, err := os.Create(filepath.Join(logs, "xvfb.log"))
	if err != nil {
		return nil, "", err
	}
	ready, tell, err := os.Pipe()
	if err != nil {
		log.Close()
		return nil, "", err
	}
	defer ready.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", panelWidth, panelHeight),
		"-nolisten", "tcp", "-noreset", "-s", "0", "-dpms")
	cmd.ExtraFiles = []*os.File{tell}
	cmd.Stdout, cmd.Stderr = log, log
	p, err := launch("xvfb", cmd, log)
	tell.Close()
	if err != nil {
		return nil, "", err
	}
	_ = ready.SetReadDeadline(time.Now().Add(20 * time.Second))
	line, err := bufio.NewReader(ready).ReadString('\n')
	if err != nil {
		p.kill()
		return nil, "", fmt.Errorf("no display number from Xvfb: %w\n%s", err, p.lastLines(8))
	}
	return p, ":" + strings.TrimSpace(line), nil
}
