package main

// list is one kind of list page: who asks for it, and where it stands. {grid} and {worker}
// become one of the house's own; of a list that goes on, page says which page is meant.
type list struct {
	who, path string
	page      int // 0 and 1: the first
}

// deep is a page that nobody turns to by hand, so that a list whose pages are skipped over
// shows it.
const deep = 20

// lists are those of staff, by role, and those that everybody may ask for.
var lists = []list{
	{"clerk", "/console", 1}, {"clerk", "/console", 2}, {"clerk", "/console", deep},
	{"clerk", "/console?status=delivered", 1}, {"clerk", "/console?status=accepted", 1},
	{"clerk", "/console?status=dispatched", 1}, {"clerk", "/console?status=working", 1},
	{"clerk", "/console?status=done", 1}, {"clerk", "/console?status=done", deep},
	{"clerk", "/console?status=rated", 1}, {"clerk", "/console?status=rated", deep}, {"clerk", "/console?status=rated&after=0.200", 1},
	{"clerk", "/console?status=cancelled", 1}, {"clerk", "/console?status=refused", 1}, {"clerk", "/console?status=merged", 1},
	{"clerk", "/console?grid={grid}", 1}, {"clerk", "/console?grid={grid}&status=rated", 1}, {"clerk", "/console?grid={grid}&status=rated", 2},
	{"clerk", "/console?assignee={worker}", 1}, {"clerk", "/console?assignee={worker}&status=rated", 1}, {"clerk", "/console?assignee={worker}&status=done", 1},
	{"clerk", "/console?assignee=department:sanitation", 1}, {"clerk", "/console?assignee=department:sanitation&status=rated", 1},
	{"clerk", "/console?grid={grid}&assignee={worker}", 1}, {"clerk", "/console?grid={grid}&assignee={worker}&status=rated", 1},
	{"clerk", "/console/overdue", 1}, {"clerk", "/console/overdue", 2}, {"clerk", "/console/overdue?of=", 1}, {"clerk", "/console/overdue?of={worker}", 1},
	{"clerk", "/console/calls", 1}, {"clerk", "/console/calls", deep}, {"clerk", "/console/calls?which=unrecorded", 1}, {"clerk", "/console/calls?which=unanswered", 1},
	{"clerk", "/console/care", 1}, {"clerk", "/console/care?which=all", 1}, {"clerk", "/console/care?which=ended", 1}, {"clerk", "/console/care?q=陈", 1},
	{"clerk", "/console/visits", 1}, {"clerk", "/console/visits", 2}, {"clerk", "/console/visits?of={account}", 1},
	{"clerk", "/console/resources", 1}, {"clerk", "/console/grids", 1}, {"clerk", "/console/terminals", 1},
	{"clerk", "/console/points", 1}, {"clerk", "/console/points", deep}, {"clerk", "/console/volunteers", 1}, {"clerk", "/console/activities", 1},
	{"clerk", "/console/proposals", 1}, {"clerk", "/console/proposals/wishes", 1}, {"clerk", "/console/proposals/wishes", 2},
	{"clerk", "/console/sensors", 1}, {"clerk", "/console/bulletin", 1}, {"clerk", "/console/bulletin/articles", 1}, {"clerk", "/console/privacy", 1},
	{"worker", "/console", 1}, {"worker", "/console?status=working", 1}, {"worker", "/console/mine", 1}, {"worker", "/console/overdue", 1}, {"worker", "/console/care", 1}, {"worker", "/console/visits", 1},
	{"mediator", "/console", 1}, {"mediator", "/console?status=rated", 1}, {"mediator", "/console?status=done", 1},
	{"mediator", "/console/mediation", 1}, {"mediator", "/console/mediation?list=current", 1}, {"mediator", "/console/mediation?list=past", 1}, {"mediator", "/console/mediation?list=past", 2},
	{"auditor", "/console/accounts/log", 1},
	{"auditor", "/console/privacy", 1}, {"auditor", "/console/privacy/log", 1}, {"auditor", "/console/privacy/log?account={account}", 1}, {"auditor", "/console/privacy/log?case=77", 1},
	{"auditor", "/console/privacy/holds", 1}, {"auditor", "/console/privacy/data", 1}, {"auditor", "/console/points/ledger", 1}, {"auditor", "/console/mediation/figures", 1},
	{"auditor", "/console/insight", 1}, {"auditor", "/console/insight?grid={grid}", 1}, {"auditor", "/console/insight?category=living&months=6", 1},
	{"auditor", "/console/insight/forecast", 1}, {"auditor", "/console/insight/residents", 1}, {"auditor", "/console/report/{quarter}", 1},
	{"administrator", "/console", 1}, {"administrator", "/console?status=rated", 1}, {"administrator", "/console/accounts", 1}, {"administrator", "/console/accounts/log", 1},
	{"administrator", "/console/terminals", 1}, {"administrator", "/console/updates", 1}, {"administrator", "/console/channels", 1}, {"administrator", "/console/classification", 1},
	{public, "/open311/v2/services.json", 0}, {public, "/open311/v2/requests.json", 0},
	{public, "/open311/v2/requests.json?page=1", 0}, {public, "/open311/v2/requests.json?page=20", 0}, {public, "/open311/v2/requests.xml?page=1", 0},
	{public, "/open311/v2/requests.json?page=1&status=open", 0}, {public, "/open311/v2/requests.json?page=1&status=closed", 0},
	{public, "/open311/v2/requests.json?page=1&service_code=repair", 0}, {public, "/open311/v2/requests.json?page=1&service_code=repair&status=open", 0},
	{public, "/open311/v2/requests.json?page=1&extensions=true", 0}, {public, "/open311/v2/requests.json?start_date={yesterday}&page=1", 0},
	{public, "/open311/v2/servicerequestupdates.json?page=1", 0}, {public, "/votes", 0},
}

// public is everybody, without signing in.
const public = "public"
