package power

// older and unmodelled: this architecture has none of the older calls.
var (
	older      = map[int]int{}
	unmodelled = map[int]string{}
)
