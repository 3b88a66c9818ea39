package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/terminal"
	"lintai/kiosk/ticket"
	"lintai/offline"
)

// item is what every contender takes: the same bytes for all of them.
type item struct {
	ID       string
	Kiosk    int
	Sequence int64
	Sealed   []byte
}

// load is what is drained: a terminal with a full queue, central which knows that
// terminal, and the queue's items by themselves for the rivals. All lies in
// template; every round drains a copy. senders have as many requests of the same making,
// which central knows as well.
type load struct {
	template string
	items    []item
	senders  []sender
}

// Bytes of all sealed bodies.
func (l *load) bytes() (n int) {
	for _, i := range l.items {
		n += len(i.Sealed)
	}
	return n
}

// fill saves requests as a terminal does, one by one, and reads them back as
// they lie in the queue.
func fill(ctx context.Context, path string, key seal.PublicKey, kiosk, n int) ([]item, error) {
	if err := offline.Create(path, time.Now); err != nil {
		return nil, err
	}
	queue, err := offline.Open(path, key, time.Now)
	if err != nil {
		return nil, err
	}
	for i := 0; i < n && err == nil; i++ {
		r := anyRequest(kiosk, i)
		// Of ten thousand codes some come twice.
		for err = terminal.ErrTicketTaken; errors.Is(err, terminal.ErrTicketTaken); {
			if r.Ticket, err = ticket.New(kiosk, rand.Reader); err == nil {
				err = queue.SaveRequest(ctx, r)
			}
		}
	}
	if err != nil {
		return nil, errors.Join(err, queue.Close())
	}
	waiting, err := queue.Next(ctx, n, math.MaxInt)
	if err = errors.Join(err, queue.Close()); err != nil {
		return nil, err
	}
	if len(waiting) != n {
		return nil, fmt.Errorf("the queue holds %d of %d requests", len(waiting), n)
	}
	items := make([]item, n)
	for i, w := range waiting {
		items[i] = item{ID: w.ID, Kiosk: w.Kiosk, Sequence: w.Sequence, Sealed: w.Sealed}
	}
	return items, nil
}

// anyRequest is a request as residents make them: a few choices, up to a hundred
// characters in their own words, what the card says. Sealed it has one to two
// kilobytes.
func anyRequest(kiosk, i int) request.Request {
	words := []string{"厨房下水管漏水，已经流到楼下", "楼道的灯坏了三天，老人夜里不敢出门", "电梯在四楼停住，按键没有反应", "单元门关不上，晚上有外人进来"}
	urgency := []string{"urgent", "soon", "normal"}
	return request.Request{
		ID: uuid.Must(uuid.NewV7()).String(), Kiosk: kiosk, Service: "repair", CatalogVersion: 1,
		Answers: []request.Answer{
			{Step: "what", Option: "water", Text: "水"},
			{Step: "where", Option: "home", Text: "自己家里"},
			{Step: "since", Option: "days", Text: "已经好几天了"},
			{Step: "words", Text: strings.Repeat(words[i%len(words)]+"，请尽快来人看一看。", 3+i%5)},
			{Step: "when", Option: "morning", Text: "上午九点以后家里有人"},
		},
		Urgency: urgency[i%len(urgency)], Address: fmt.Sprintf("幸福里社区%d号楼%d单元%d室", 1+i%20, 1+i%4, 101+i%600),
		Person:     &request.Person{Name: "测试甲", Phone: "13800001234", Address: "某某市某某区某某街道幸福里社区1号楼2单元502室", Token: strings.Repeat("0123456789abcdef", 2)},
		RatingCode: fmt.Sprintf("%04d", i%10000), MadeAt: time.Now(),
	}
}
