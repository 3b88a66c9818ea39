package cases

import (
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

// mediation is the service whose cases are a mediator's.
const mediation = "mediation"

// sees tells whether somebody may see a case: a clerk each, a worker what is hers while
// it is open, a mediator what asks for mediation. What she does not see she does not
// work either.
func sees(who staff.Account, c docket.Case) bool {
	return seesAll(who) || who.Has(staff.Mediator) && c.Service == mediation ||
		who.Has(staff.Worker) && !c.Status.Closed() && c.Assignee == docket.ToWorker(who.ID)
}

// seesAll tells whether nothing is hidden from her.
func seesAll(who staff.Account) bool { return who.Has(staff.Clerk, staff.Administrator) }

// works tells whether a case is somebody's work now, so that she is shown its person as
// she is. Others are shown masks, and everybody is once the case is closed; what is
// behind them is told to who sees the case and asks, and that is noted.
func works(who staff.Account, c docket.Case) bool { return !c.Status.Closed() && sees(who, c) }

// narrow makes of a query for cases of a status, closed ones or open ones, what
// somebody may see. False when that is nothing. Who is worker and mediator in one lists
// mediation here; what else is hers stands on the page of a worker's own work.
func narrow(who staff.Account, q *docket.CaseQuery, closed bool) bool {
	switch {
	case seesAll(who):
		return true
	case who.Has(staff.Mediator):
		q.Services = []string{mediation}
		return true
	case who.Has(staff.Worker) && !closed:
		q.Assignees = []docket.Assignee{docket.ToWorker(who.ID)}
		return true
	}
	return false
}
