package docket

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ErrEvent is returned for an event that lacks what its action needs, or says
// what is not its to say.
var ErrEvent = errors.New("docket: the event does not fit its action")

// ErrApproval is returned where a step of a chain of approvals is still open.
var ErrApproval = errors.New("docket: not everybody has approved yet")

// Event is one thing that happened to a case. Number counts up by one per case.
type Event struct {
	Number int64
	Action Action
	Status Status // the status that the case has after it
	At     time.Time
	By     string // who did it, as staff know them; "" is central itself
	Note   string // for the resident; nothing personal
	Stars  int    // 1 to 5 of Rate; else 0
	Detail
}

// Detail is what only some actions have.
type Detail struct {
	// Inner is a note for staff alone.
	Inner string `json:"inner,omitempty"`
	// Assignee is who is to do it: Dispatch, Redispatch and Transfer need one, Start may
	// name one where there is none.
	Assignee Assignee `json:"assignee,omitempty"`
	// Due is when the next thing should have happened; zero leaves what was due.
	Due time.Time `json:"due,omitzero"`
	// Other is the case that this one is merged into, of Merge and FollowOther, and
	// OtherStatus how that one stands now.
	Other       int64  `json:"other,omitempty"`
	OtherStatus Status `json:"other_status,omitempty"`
	// Record is what was done, of Complete.
	Record *Record `json:"record,omitempty"`
	// Chain is who has to approve, in order, of Submit. It stands in the event so that
	// a chain that is changed later changes nothing that is under way.
	Chain []Department `json:"chain,omitempty"`
	// Step is whose approval this is, of Approve and Decline.
	Step Department `json:"step,omitempty"`
	// Verification is the code of the paper that was made, of Complete.
	Verification Verification `json:"verification,omitempty"`
	// Print is what a terminal did with the paper, of Tell: older programs read it as
	// the note that goes with it.
	Print *Print `json:"print,omitempty"`
	// Correction is the classification that staff gave, of Correct.
	Correction *Correction `json:"correction,omitempty"`
}

// Record is what whoever did the work says of it.
type Record struct {
	Text   string   `json:"text,omitempty"`
	Photos []string `json:"photos,omitempty"` // ids of attachments
}

// Told tells whether the event is something for the resident: a note for staff, a
// rating and a correction are not, and leave the time since which the case stands
// as it does.
func (e Event) Told() bool {
	switch e.Action {
	case Rate, Correct:
		return false
	case Tell:
		return e.Note != ""
	}
	return e.Stars == 0
}

// Assignee is who is to do a case: nobody, a member of staff, or a department.
// A case has one at most.
type Assignee string

const (
	workerPrefix     = "worker:"
	departmentPrefix = "department:"
)

// ToWorker assigns to a member of staff, by the account.
func ToWorker(account string) Assignee { return Assignee(workerPrefix + account) }

// ToDepartment assigns to a department.
func ToDepartment(d Department) Assignee { return Assignee(departmentPrefix + string(d)) }

// Worker is the account of the member of staff, if it is one.
func (a Assignee) Worker() (string, bool) {
	account, ok := strings.CutPrefix(string(a), workerPrefix)
	return account, ok && account != ""
}

// Department is the department, if it is one.
func (a Assignee) Department() (Department, bool) {
	d, ok := strings.CutPrefix(string(a), departmentPrefix)
	return Department(d), ok && d != ""
}

func (a Assignee) valid() bool {
	_, worker := a.Worker()
	d, department := a.Department()
	return worker || department && slices.Contains(Departments, d)
}

// Department is one that cases are handed to, outside or inside the house. The
// words are phrases of the section department.
type Department string

const (
	Police     Department = "police"     // 公安
	Urban      Department = "urban"      // 城管
	Sanitation Department = "sanitation" // 卫生
	Property   Department = "property"   // 物业
	Committee  Department = "committee"  // 居委会
	Street     Department = "street"     // 街道
)

// Departments lists every department.
var Departments = []Department{Police, Urban, Sanitation, Property, Committee, Street}

// need is what an event must have.
func need(has bool, what string) error {
	if has {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrEvent, what)
}
