package fleet

import (
	"context"
	"slices"

	"lintai/sync/central/rollout"
)

// Update is a bundle with what became of it.
type Update struct {
	Bundle
	Here    bool             // its file can be given
	Rollout *rollout.Rollout // nil: it has not begun
	Members []Member         // those that have a place, by stage and number
	Left    int              // terminals without a place that run an older version
}

// Member is a terminal of a rollout as it is.
type Member struct {
	rollout.Member
	Terminal rollout.Terminal
	Known    bool // there is such a terminal
	Stands   Standing
}

// Standing is how far a member is.
type Standing string

const (
	Waits     Standing = "waits"     // for its word
	Told      Standing = "told"      //
	Trial     Standing = "trial"     // it runs the version and has not passed
	Watched   Standing = "watched"   // it runs it and is well, not for long enough
	Proved    Standing = "proved"    //
	Ailing    Standing = "ailing"    // it runs it and something is wrong
	FailedNow Standing = "failed"    // the installation failed
	WentBack  Standing = "went_back" //
	Excepted  Standing = "excused"   // nobody waits for it
)

// Standings lists them all.
var Standings = []Standing{Waits, Told, Trial, Watched, Proved, Ailing, FailedNow, WentBack, Excepted}

// Updates lists all bundles, newest version first.
func (k *Keeper) Updates(ctx context.Context) ([]Update, error) {
	bundles, err := k.Store.Bundles(ctx)
	if err != nil {
		return nil, err
	}
	rollouts, err := k.Store.Rollouts(ctx)
	if err != nil {
		return nil, err
	}
	var all []Update
	for _, b := range bundles {
		u := Update{Bundle: b, Here: k.Shelf.has(ctx, b)}
		if i := slices.IndexFunc(rollouts, func(r rollout.Rollout) bool { return r.Version == b.Version }); i >= 0 {
			u.Rollout = &rollouts[i]
		}
		all = append(all, u)
	}
	return all, nil
}

// Update is one version with its terminals. ErrNotFound.
func (k *Keeper) Update(ctx context.Context, version string) (Update, error) {
	all, err := k.Updates(ctx)
	if err != nil {
		return Update{}, err
	}
	i := slices.IndexFunc(all, func(u Update) bool { return u.Version == version })
	if i < 0 {
		return Update{}, ErrNotFound
	}
	u := all[i]
	if u.Rollout == nil {
		return u, nil
	}
	terminals, err := k.Terminals(ctx)
	if err != nil {
		return u, err
	}
	members, err := k.Store.Members(ctx, version)
	if err != nil {
		return u, err
	}
	of := map[int]rollout.Terminal{}
	for _, t := range terminals {
		of[t.Kiosk] = t
		place := slices.ContainsFunc(members, func(m rollout.Member) bool { return m.Kiosk == t.Kiosk })
		if !place && rollout.Newer(version, t.Image) < 0 {
			u.Left++
		}
	}
	for _, m := range members {
		one := Member{Member: m}
		one.Terminal, one.Known = of[m.Kiosk]
		one.Stands = k.standing(*u.Rollout, one)
		u.Members = append(u.Members, one)
	}
	slices.SortFunc(u.Members, func(a, b Member) int {
		if a.Stage != b.Stage {
			return a.Stage - b.Stage
		}
		return a.Kiosk - b.Kiosk
	})
	return u, nil
}

func (k *Keeper) standing(r rollout.Rollout, m Member) Standing {
	wait := r.Waits[min(m.Stage, rollout.Tenth)-1]
	switch {
	case m.Undone:
		return WentBack
	case m.Failing:
		return FailedNow
	case m.Committed.IsZero() && m.Terminal.Image == r.Version && m.Terminal.Trial:
		return Trial
	case !m.Committed.IsZero() && m.Well.IsZero():
		return Ailing
	case m.Stage == rollout.All && !m.Committed.IsZero() || rollout.Proved(m.Member, m.Terminal, wait, k.now()):
		return Proved
	case !m.Committed.IsZero():
		return Watched
	case m.Excused:
		return Excepted
	case m.Offered.IsZero():
		return Waits
	}
	return Told
}
