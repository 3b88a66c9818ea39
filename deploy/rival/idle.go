package main

import (
	"context"
	"time"
)

// idle is what terminals that nobody touches cost.
type idle struct {
	Terminals     int
	Before, After int64 // bytes of central's own memory, without and with them
	Watched       time.Duration
	Bytes         int64 // on one terminal's line while it was watched
	Requests      int64
}

func (i *idle) each() float64     { return float64(i.After-i.Before) / float64(max(i.Terminals, 1)) }
func (i *idle) traffic() float64  { return float64(i.Bytes) / max(i.Watched.Seconds(), 1) }
func (i *idle) requests() float64 { return float64(i.Requests) / max(i.Watched.Minutes(), 1) }

func (l *lintai) idle(ctx context.Context, folder string, terminals int, watch time.Duration) (*idle, error) {
	return nil, nil
}
