package central

import (
	"strings"

	"lintai/sync/central/console"
	"lintai/sync/central/console/accounts"
	"lintai/sync/central/console/approvals"
	"lintai/sync/central/console/assign"
	"lintai/sync/central/console/calls"
	"lintai/sync/central/console/cases"
	"lintai/sync/central/console/classification"
	"lintai/sync/central/console/grids"
	"lintai/sync/central/console/mine"
	"lintai/sync/central/console/overdue"
	"lintai/sync/central/console/quarantine"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/console/sensors"
	"lintai/sync/central/console/terminals"
	"lintai/sync/central/console/updates"
	"lintai/sync/central/desk"
	"lintai/sync/central/resource"
)

// console puts the areas of staff's pages together. Their order is the menu's.
func (c *Central) console(public string) *console.Host {
	work := &desk.Desk{Store: c.store, Hub: c.hub, Clock: c.config.Clock, Log: c.config.Log}
	reader := readable.Reader{Store: c.store, Catalog: c.library.catalog.Load}
	lobby := &terminals.Area{Store: c.store, Desk: work, Presence: c.presence, Fleet: c.fleet, Accounts: c.store.Accounts, Clock: c.config.Clock}
	help := &calls.Area{Reader: reader, Desk: work, Store: c.store, Keeper: c.callouts, Accounts: c.store.Accounts, Caller: c.caller, Clock: c.config.Clock}
	limits := &overdue.Area{Store: c.store, Reader: reader, Accounts: c.store.Accounts, Clock: c.config.Clock, Changed: c.countLimitsAnew}
	gives := &assign.Area{Office: c.dispatch, Resources: &resource.Keeper{Store: c.store, Clock: c.config.Clock, Log: c.config.Log, Moved: c.tellCases}}
	backups := c.restoredArea()
	return &console.Host{
		Areas: []console.Area{
			&mine.Area{Reader: reader, Desk: work, Grids: c.store, Clock: c.config.Clock},
			&cases.Area{Grids: c.store.Grids, Reader: reader, Desk: work, Terminals: lobby, Limits: limits, Assign: gives.Panel, Accounts: c.store.Accounts, Caller: c.caller, Erased: c.store.ErasedAt},
			gives,
			&grids.Area{Store: c.drawing(), Accounts: c.store.Accounts, Office: c.dispatch, Resources: gives.Resources, Clock: c.config.Clock},
			limits,
			help,
			&quarantine.Area{Reader: reader, Desk: work, Receiver: c.receiver},
			lobby,
			&updates.Area{Fleet: c.fleet, Accounts: c.store.Accounts, Clock: c.config.Clock},
			backups,
			c.together(),
			c.privacyDesk(reader),
			c.insights(),
			&sensors.Area{Keeper: c.sensors, Clock: c.config.Clock},
			c.doors(),
			c.switchboard(),
			&approvals.Area{Desk: work, Catalog: c.library.catalog.Load},
			&classification.Area{Desk: work, Catalog: c.library.catalog.Load, Counts: c.store.RuleCounts},
			&accounts.Area{Office: c.office, Clock: c.config.Clock, Invitation: func(code string) string { return Invitation(public, code) }},
		},
		Office: c.office, Hub: c.hub, Calls: help.Banner, Notices: limits.Notices, Warning: backups.Warning, Reads: c.reads().Note, Clock: c.config.Clock, Log: c.config.Log,
		Secure: strings.HasPrefix(public, "https://"), Heartbeat: c.config.Heartbeat,
	}
}

// Routes is the table of staff's pages: who may come where.
func (c *Central) Routes() []console.Route { return c.console("").Routes() }
