package phrase

import "time"

// Zone is the time that residents and staff read: China's one zone. It does not
// depend on how a machine was set up; a terminal and a clerk's page that disagree
// by eight hours would both be doubted.
var Zone = time.FixedZone("CST", 8*60*60)
