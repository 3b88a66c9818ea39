package jobs

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"lintai/sync/central/store"
)

// A job that is gone when it is said to be done is left out: River reads what it is given.
func TestJobsThatAreGoneAreLeftOut(t *testing.T) {
	s, err := store.Create(t.Context(), filepath.Join(t.TempDir(), "central.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := migrate(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	rows, err := newSole(s.Database()).GetExecutor().JobSetStateIfRunningMany(t.Context(), &riverdriver.JobSetStateIfRunningManyParams{
		ID: []int64{98, 99}, Attempt: []*int{nil, nil}, ErrData: [][]byte{nil, nil}, FinalizedAt: []*time.Time{&now, &now},
		MetadataDoMerge: []bool{false, false}, MetadataUpdates: [][]byte{nil, nil}, ScheduledAt: []*time.Time{nil, nil},
		State: []rivertype.JobState{rivertype.JobStateCompleted, rivertype.JobStateCompleted},
	})
	if err != nil || len(rows) != 0 {
		t.Errorf("%v, %v", rows, err)
	}
}
