package demodata

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lintai/sync/central/activity"
	"lintai/sync/central/care"
	"lintai/sync/central/docket"
	"lintai/sync/central/mediation"
	"lintai/sync/central/proposal"
	"lintai/sync/central/sensor"
)

// meet makes some of what a community does beside its cases, in the last weeks of the year.
func (y *year) meet(ctx context.Context) error {
	if len(y.residents) == 0 || len(y.clerks) == 0 {
		return nil
	}
	clerk := y.clerks[0].ID
	for _, part := range []func(context.Context, string) error{y.gather, y.volunteer, y.lookAfter, y.suggest, y.mediate, y.measure, y.help, y.boot} {
		y.house.Clock.Set(y.until.AddDate(0, 0, -21))
		if err := part(ctx, clerk); err != nil {
			return err
		}
	}
	return nil
}

// who is a resident, the same one for a number.
func (y *year) who(n int) resident { return y.residents[n*7%len(y.residents)] }

func home(r resident) string { return fmt.Sprintf("%s%d号楼%d室", Estate, r.building, r.room) }

// gather makes activities: one that is over, two that are to come.
func (y *year) gather(ctx context.Context, clerk string) error {
	day := care.Day(y.until)
	for i, a := range []activity.Activity{
		{ID: "demo_clinic", Name: "健康义诊", Place: "活动室", Detail: "量血压、测血糖", Start: day.AddDate(0, 0, -7).Add(9 * time.Hour), Places: 30},
		{ID: "demo_calligraphy", Name: "书法小组", Place: "活动室", Detail: "笔墨由居委会准备", Start: day.AddDate(0, 0, 3).Add(14 * time.Hour), Places: 4},
		{ID: "demo_dumplings", Name: "邻里包饺子", Place: "中心花园", Detail: "自带围裙", Start: day.AddDate(0, 0, 10).Add(10 * time.Hour), Places: 40},
	} {
		a.End = a.Start.Add(2 * time.Hour)
		if err := y.house.Activities.Make(ctx, a, clerk); err != nil {
			return err
		}
		for n := range 6 { // more than the small group takes: there is a waiting list
			r := y.who(10*i + n)
			if _, err := y.house.Activities.Register(ctx, activity.Seat{Activity: a.ID, Name: r.name, Phone: r.phone, People: 1}, clerk); err != nil {
				return err
			}
		}
		y.made.Activities++
	}
	return nil
}

// volunteer makes volunteers and what they did, which brings them points.
func (y *year) volunteer(ctx context.Context, clerk string) error {
	var all []int64
	fields := []string{"teach", "patrol", "events"}
	for n := range 6 {
		r := y.who(n)
		number, err := y.house.Activities.Enlist(ctx, activity.Volunteer{Token: r.token, Name: r.name, Phone: r.phone, Fields: []string{fields[n%len(fields)]}, Times: []string{"weekend"}}, clerk)
		if err != nil {
			return err
		}
		all = append(all, number)
	}
	day := care.Day(y.until)
	for i, title := range []string{"楼道清洁", "重阳节帮忙", "晚间巡逻"} {
		start := day.AddDate(0, 0, 7*i-14).Add(9 * time.Hour)
		task, err := y.house.Activities.AddTask(ctx, activity.Task{Title: title, Place: "中心花园", Start: start, End: start.Add(2 * time.Hour), Wanted: 3}, clerk)
		if err != nil {
			return err
		}
		for n := range 3 {
			who := all[(i+n)%len(all)]
			if err := y.house.Activities.Do(ctx, task, who, activity.Assigned, 0, clerk); err != nil {
				return err
			}
			if i == 2 {
				continue // it is today's
			}
			if err := y.house.Activities.Do(ctx, task, who, activity.Confirmed, 90+15*n, clerk); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookAfter makes the list of those who are looked after, and visits at their doors.
func (y *year) lookAfter(ctx context.Context, clerk string) error {
	heard := []string{"精神不错，想多晒太阳。", "药快吃完了，下次带去社区医院。", "孩子住校，家里就一个人。"}
	for n, reason := range []care.Reason{care.Alone, care.Aged, care.Ill, care.Disabled, care.Poor, care.Alone} {
		r := y.who(20 + n)
		number, err := y.house.Care.Add(ctx, care.Entry{Name: r.name, Phone: r.phone, Address: home(r), Reason: reason, Every: 7 + 7*(n%3)}, clerk)
		if err != nil {
			return err
		}
		if n%2 > 0 {
			continue // nobody has been there yet: it is due
		}
		v := care.Visit{Once: fmt.Sprint("demo", n), Entry: number, At: y.house.Clock.Now().Add(-time.Hour), Manner: care.Met, Heard: heard[n/2]}
		if _, err := y.house.Care.Record(ctx, v, nil, y.workers[n%len(y.workers)].ID); err != nil {
			return err
		}
	}
	return nil
}

// suggest makes proposals of residents.
func (y *year) suggest(ctx context.Context, clerk string) error {
	for i, p := range []proposal.Proposal{
		{Title: "中心花园加装长椅", Detail: "老人散步没有地方坐，想在花园东侧加四张长椅。"},
		{Title: "活动室周末晚上开放", Detail: "上班的居民只有周末晚上有空。"},
	} {
		number, err := y.house.Proposals.Collect(ctx, p, 0, clerk)
		if err != nil {
			return err
		}
		if i > 0 {
			continue
		}
		if err := y.house.Proposals.Act(ctx, number, proposal.Discuss, "", clerk); err != nil {
			return err
		}
		if err := y.house.Proposals.Act(ctx, number, proposal.Note, "居民代表开会，都赞成，要先量地方。", clerk); err != nil {
			return err
		}
	}
	return nil
}

// mediate has the mediator take on what waits for her, and plan the first meetings.
func (y *year) mediate(ctx context.Context, _ string) error {
	y.house.Clock.Set(y.until)
	waiting, err := y.house.Store.Cases(ctx, docket.CaseQuery{Services: []string{mediation.Service}, Open: true, Order: docket.Oldest, Limit: 3})
	if err != nil {
		return err
	}
	her := mediation.Actor{Account: y.mediator.ID, Name: y.mediator.Name}
	for i, c := range waiting {
		err := y.house.Mediation.Take(ctx, c.Number, her)
		if errors.Is(err, mediation.ErrExists) {
			continue
		}
		if err != nil {
			return err
		}
		at := care.Day(y.until).AddDate(0, 0, 2+i).Add(15 * time.Hour)
		if err := y.house.Mediation.Plan(ctx, mediation.Session{Case: c.Number, At: at, Place: "调解室"}, her); err != nil {
			return err
		}
	}
	return nil
}

// measure adds devices, and has each say something once.
func (y *year) measure(ctx context.Context, _ string) error {
	y.house.Clock.Set(y.until)
	for _, d := range []struct {
		sensor.Device
		says string
	}{
		{sensor.Device{ID: "demo-bin-1", Kind: sensor.Bin, Name: "1号楼垃圾桶", Place: "1号楼"}, `"fill":42`},
		{sensor.Device{ID: "demo-air-1", Kind: sensor.Air, Name: "花园空气站", Place: "中心花园"}, `"pm25":38`},
		{sensor.Device{ID: "demo-parking-1", Kind: sensor.Parking, Name: "小区停车场", Place: "小区大门", Spaces: 120}, `"free":17`},
		{sensor.Device{ID: "demo-lamp-1", Kind: sensor.Lamp, Name: "花园路灯", Place: "中心花园"}, ""},
	} {
		key, err := y.house.Sensors.Add(ctx, d.Device)
		if err != nil {
			return err
		}
		if d.says == "" {
			continue // it was only just put up
		}
		if _, err := y.house.Sensors.Receive(ctx, d.ID, key.Hash(), []byte(`{"boot":"demo","seq":1,`+d.says+`}`)); err != nil {
			return fmt.Errorf("device %s: %w", d.ID, err)
		}
	}
	return nil
}
