package docket

import "slices"

// Status is where a case stands: the fold of its events.
type Status string

const (
	Delivered  Status = "delivered"  // 已送达: filed, nobody has taken it on yet
	Accepted   Status = "accepted"   // 已受理
	Dispatched Status = "dispatched" // 已派单: a worker or a department is to do it
	Working    Status = "working"    // 处理中
	Done       Status = "done"       // 已完成
	Rated      Status = "rated"      // 已评价: done, and the resident has said how
	Cancelled  Status = "cancelled"  // 已撤销: nobody needs it any more
	Refused    Status = "refused"    // 不予受理, with a reason for the resident
	Merged     Status = "merged"     // 合并办理: another case stands for it
)

// Statuses lists every status: first the way of a case, then how it may end
// otherwise.
var Statuses = []Status{Delivered, Accepted, Dispatched, Working, Done, Rated, Cancelled, Refused, Merged}

// Action is what was done to a case. The words stand in databases and never
// change their meaning.
type Action string

const (
	File        Action = "filed"
	Accept      Action = "accepted"     // 受理
	Dispatch    Action = "dispatched"   // 派单
	Return      Action = "returned"     // 退回: whoever had it gives it back
	Redispatch  Action = "redispatched" // 改派: to somebody else
	Transfer    Action = "transferred"  // 转办: to a department
	Submit      Action = "submitted"    // to a chain of approvals, all of it at once: 一窗受理
	Approve     Action = "approved"     // a step of the chain
	Decline     Action = "declined"     // a step of the chain; ends it
	Start       Action = "started"
	Complete    Action = "completed" // with a Record
	Rate        Action = "rated"     // by the resident
	Reopen      Action = "reopened"  // 重新打开, also of what was merged, refused or cancelled
	Cancel      Action = "cancelled" // 撤销
	Refuse      Action = "refused"   // 不予受理
	Merge       Action = "merged"    // 合并: into another case
	FollowOther Action = "followed"  // the case that it was merged into went on
	Tell        Action = "noted"     // a note, for staff or for the resident
	Correct     Action = "corrected" // the classification, by staff
)

// Actions lists every action.
var Actions = []Action{File, Accept, Dispatch, Return, Redispatch, Transfer, Submit, Approve, Decline, Start, Complete,
	Rate, Reopen, Cancel, Refuse, Merge, FollowOther, Tell, Correct}

// table says which status follows when an action is done to a case: the whole of
// it, but for Tell and Correct, which leave every case where it stands. The empty
// status is a case before its first event.
var table = map[Status]map[Action]Status{
	"":         {File: Delivered},
	Delivered:  {Accept: Accepted, Cancel: Cancelled, Refuse: Refused, Merge: Merged},
	Accepted:   {Dispatch: Dispatched, Transfer: Dispatched, Submit: Working, Start: Working, Cancel: Cancelled, Refuse: Refused, Merge: Merged},
	Dispatched: {Start: Working, Return: Accepted, Redispatch: Dispatched, Transfer: Dispatched, Cancel: Cancelled, Merge: Merged},
	Working: {Complete: Done, Return: Accepted, Redispatch: Dispatched, Transfer: Dispatched, Approve: Working, Decline: Refused,
		Cancel: Cancelled, Merge: Merged},
	Done:      {Rate: Rated, Reopen: Accepted},
	Rated:     {Rate: Rated, Reopen: Accepted},
	Cancelled: {Reopen: Accepted},
	Refused:   {Reopen: Accepted},
	// Merge again: the case that it was merged into was merged into a third.
	Merged: {Merge: Merged, FollowOther: Merged, Rate: Merged, Reopen: Accepted},
}

// After is the status that a case in s has after an action; false when the action
// cannot be done to it.
func (s Status) After(a Action) (Status, bool) {
	if s != "" && (a == Tell || a == Correct) && s.Known() {
		return s, true
	}
	to, ok := table[s][a]
	return to, ok
}

// Actions lists what can be done to a case in s, in the order of Actions.
func (s Status) Actions() []Action {
	var all []Action
	for _, a := range Actions {
		if _, ok := s.After(a); ok {
			all = append(all, a)
		}
	}
	return all
}

// Closed tells whether nothing is left to be done.
func (s Status) Closed() bool {
	switch s {
	case Done, Rated, Cancelled, Refused, Merged:
		return true
	}
	return false
}

// Known tells whether s is a status of a case.
func (s Status) Known() bool { return slices.Contains(Statuses, s) }

// short is the way of a small thing that whoever reads it does herself.
var short = map[Status]Action{Delivered: Accept, Accepted: Start, Dispatched: Start, Working: Complete}

// Next lists where one press, without a word more, brings a case on its shortest
// way to its end; nothing at the end.
func (s Status) Next() []Status {
	a, ok := short[s]
	if !ok {
		return nil
	}
	return []Status{table[s][a]}
}

// Towards is the action of that press.
func (s Status) Towards(to Status) (Action, bool) {
	a, ok := short[s]
	return a, ok && table[s][a] == to
}

// Words are what the wire calls a status: a word that every terminal knows, also
// one that was built before the other word was, and that is true of the case; and
// the status itself, where it says more. A case that ended otherwise than by being
// done was delivered, and its note tells the rest.
func (s Status) Words() (known, finer string) {
	switch s {
	case Dispatched:
		return string(Accepted), string(s)
	case Rated:
		return string(Done), string(s)
	case Cancelled, Refused, Merged:
		return string(Delivered), string(s)
	}
	return string(s), ""
}
