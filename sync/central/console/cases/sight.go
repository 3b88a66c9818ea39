package cases

import (
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

// mediation is the service whose cases are a mediator's.
const mediation = "mediation"

// sees tells whether somebody may see a case: a clerk each, a worker what is open, a
// mediator what asks for mediation.
func sees(who staff.Account, c docket.Case) bool {
	return seesAll(who) || who.Has(staff.Worker) && !c.Status.Closed() || who.Has(staff.Mediator) && c.Service == mediation
}

// seesAll tells whether nothing is hidden from her.
func seesAll(who staff.Account) bool { return who.Has(staff.Clerk, staff.Administrator) }

// narrow makes of a query for cases of a status, closed ones or open ones, what
// somebody may see. False when that is nothing.
func narrow(who staff.Account, q *docket.CaseQuery, closed bool) bool {
	switch {
	case seesAll(who), who.Has(staff.Worker) && !closed:
		return true
	case who.Has(staff.Mediator):
		q.Services = []string{mediation}
		return true
	}
	return false
}
