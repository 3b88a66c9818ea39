package limit

import "net/http"

// Take lets who do one thing more if that is not too much, and counts it: for a
// limit on all that somebody asks, and not on wrong guesses alone.
func (g *Guesses) Take(who string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.allowed(who) {
		return false
	}
	g.count(who)
	return true
}

// Address is what Allowed and Wrong count a remote address by.
func Address(r *http.Request) string { return address(r).String() }
