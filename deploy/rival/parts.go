package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// parts is processor time, user and system together, by who used it.
type parts struct {
	Central, Postgres, Generator time.Duration
	Machine                      time.Duration // everybody, also those who are no part of it
}

func (p parts) since(before parts) parts {
	return parts{p.Central - before.Central, p.Postgres - before.Postgres, p.Generator - before.Generator, p.Machine - before.Machine}
}

// all is what the parts used together.
func (p parts) all() time.Duration { return p.Central + p.Postgres + p.Generator }

// spent is what was used so far.
func (t *town) spent(servers []*process) (p parts, err error) {
	for _, s := range servers {
		one, err := had(s.pid())
		if err != nil {
			return p, err
		}
		p.Central += one
	}
	if p.Postgres, err = family(t.cluster.server.pid()); err != nil {
		return p, err
	}
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return p, err
	}
	p.Generator = time.Duration(used.Utime.Nano() + used.Stime.Nano())
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return p, err
	}
	p.Machine, err = machineTime(text)
	return p, err
}

// family is what a process, its children that live and those that ended have used.
func family(parent int) (sum time.Duration, err error) {
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	for _, path := range all {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it ended meanwhile
		}
		end := bytes.LastIndexByte(stat, ')')
		fields := bytes.Fields(stat[end+1:])
		if end < 0 || len(fields) < 15 {
			return 0, fmt.Errorf("%q is no /proc/PID/stat", stat)
		}
		own := filepath.Base(filepath.Dir(path)) == strconv.Itoa(parent)
		if !own && string(fields[1]) != strconv.Itoa(parent) {
			continue
		}
		used := fields[11:13]
		if own {
			used = fields[11:15] // with cutime and cstime
		}
		n, err := ticks(used)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// machineTime reads the first line of /proc/stat (proc_stat(5)): what all processors did but
// for idling and waiting.
func machineTime(stat []byte) (time.Duration, error) {
	line, _, _ := bytes.Cut(stat, []byte("\n"))
	f := bytes.Fields(line)
	if len(f) < 8 || string(f[0]) != "cpu" {
		return 0, fmt.Errorf("%q is no /proc/stat", line)
	}
	return ticks([][]byte{f[1], f[2], f[3], f[6], f[7]}) // user, nice, system, irq, softirq
}
