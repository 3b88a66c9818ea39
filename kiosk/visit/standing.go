package visit

import "slices"

// What central may say of a request beside the way of Statuses.
const (
	StatusDispatched Status = "dispatched" // 已派单: somebody is to do it
	StatusRated      Status = "rated"      // 已评价: done, and somebody has said how
	StatusCancelled  Status = "cancelled"  // 已撤销
	StatusRefused    Status = "refused"    // 不予受理: the note says why
	StatusMerged     Status = "merged"     // 合并办理
)

// Finer lists them.
var Finer = []Status{StatusDispatched, StatusRated, StatusCancelled, StatusRefused, StatusMerged}

// Understand is the status that central means: the finer word where this terminal has
// words for it, else the one that every terminal knows; false when it knows neither.
func Understand(status, finer string) (Status, bool) {
	if slices.Contains(Finer, Status(finer)) {
		return Status(finer), true
	}
	return Status(status), slices.Contains(Statuses, Status(status))
}

// done tells whether a request can be rated.
func (st Status) done() bool { return st == StatusDone || st == StatusRated }

// ended tells whether it ended otherwise than by being done: it has no way any more.
func (st Status) ended() bool {
	return st == StatusCancelled || st == StatusRefused || st == StatusMerged
}

// stop is where on the way of Statuses a status stands, for a way of four stops.
func (st Status) stop() Status {
	switch st {
	case StatusDispatched:
		return StatusAccepted
	case StatusRated:
		return StatusDone
	}
	return st
}
