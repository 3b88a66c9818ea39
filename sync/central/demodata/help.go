package demodata

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"lintai/sync/central/callout"
	"lintai/sync/central/care"
	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
)

// helped are calls for help, with what came of each.
var helped = []struct {
	day, minute int // before the end of the year, and of its day
	wait        time.Duration
	came        bool
	about       string
}{
	{19, 9*60 + 12, 14 * time.Second, true, "老人不会用读卡，当面教了一遍。"},
	{15, 15*60 + 40, 31 * time.Second, true, "小票卡纸，取出后恢复。"},
	{11, 19*60 + 5, 52 * time.Second, false, "问活动室几点开门，已告知。"},
	{6, 8*60 + 55, 22 * time.Second, true, "头晕，扶到服务台休息，联系了家属。"},
	{2, 17*60 + 31, 18 * time.Second, false, "小孩误按，已核实无事。"},
}

// help plays calls for help, which somebody answers and notes.
func (y *year) help(ctx context.Context, _ string) error {
	if len(y.workers) == 0 || len(y.terminals) == 0 {
		return nil
	}
	answering := &desk.Desk{Store: y.house.Store, Hub: y.house.Hub, Clock: y.house.Clock.Now, Log: y.house.Log}
	random := rand.New(rand.NewPCG(y.options.Seed, 0x68656C70))
	for i, one := range helped {
		at := care.Day(y.until).AddDate(0, 0, -one.day).Add(time.Duration(one.minute) * time.Minute)
		her := y.workers[i%len(y.workers)]
		call := docket.Call{ID: identity(at, random), Kiosk: y.terminals[i%len(y.terminals)], Screen: "home", RaisedAt: at.UTC(), ReceivedAt: at.UTC()}
		y.house.Clock.Set(at)
		if err := y.house.Store.Write(ctx, func(tx docket.Tx) error { return tx.FileCall(call) }); err != nil {
			return fmt.Errorf("call: %w", err)
		}
		y.house.Clock.Set(at.Add(one.wait))
		if err := answering.Answer(ctx, call.ID, desk.Prepared[0], her.Name, her.ID); err != nil {
			return err
		}
		y.house.Clock.Set(at.Add(20 * time.Minute))
		record := callout.Record{Call: call.ID, About: one.about, By: her.ID}
		if one.came {
			record.Came = her.ID
		}
		if err := y.house.Calls.Record(ctx, record); err != nil {
			return err
		}
		y.made.Calls++
	}
	return nil
}
