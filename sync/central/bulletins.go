package central

import (
	"encoding/json"

	"lintai/kiosk/policy"
	"lintai/sync/central/console"
	"lintai/sync/central/console/bulletin"
	"lintai/sync/wire"
)

// bulletin is the area of what residents read at terminals.
func (c *Central) bulletin() console.Area {
	return &bulletin.Area{Publisher: c.publisher(), Published: c.refresh, Clock: c.config.Clock, Usual: func(kind wire.DocumentKind) ([]byte, error) {
		if kind == wire.DocumentPolicy {
			return json.Marshal(policy.Default())
		}
		return c.usualCommunity(), nil
	}}
}
