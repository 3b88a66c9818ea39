package main

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

func numbered(n int) (all []item) {
	for i := range n {
		all = append(all, item{ID: fmt.Sprint(i), Kiosk: 12, Sequence: int64(i + 1), Sealed: []byte{byte(i)}})
	}
	return all
}

func TestRaceSendsEveryItemOnce(t *testing.T) {
	var mu sync.Mutex
	sent, open := map[string]int{}, 0
	err := relay(t.Context(), numbered(500), func() (client, error) {
		mu.Lock()
		defer mu.Unlock()
		open++
		return client{
			send:  func(i item) error { mu.Lock(); defer mu.Unlock(); sent[i.ID]++; return nil },
			close: func() error { mu.Lock(); defer mu.Unlock(); open--; return nil },
		}, nil
	})
	if err != nil {
		t.Error(err)
	}
	for _, i := range numbered(500) {
		if sent[i.ID] != 1 {
			t.Errorf("item %s was sent %d times", i.ID, sent[i.ID])
		}
	}
	if open != 0 {
		t.Errorf("%d clients are still there", open)
	}
}

func TestRaceEndsAtTheFirstFailure(t *testing.T) {
	refused := errors.New("refused")
	err := relay(t.Context(), numbered(500), func() (client, error) {
		return client{
			send: func(i item) error {
				if i.ID == "77" {
					return refused
				}
				return nil
			},
			close: func() error { return nil },
		}, nil
	})
	if !errors.Is(err, refused) {
		t.Errorf("a refused item is told as %v", err)
	}
	err = relay(t.Context(), numbered(5), func() (client, error) { return client{}, refused })
	if !errors.Is(err, refused) || !strings.Contains(err.Error(), "connect") {
		t.Errorf("a server that is not there is told as %v", err)
	}
}
