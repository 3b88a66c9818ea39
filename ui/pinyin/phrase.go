package pinyin

import (
	"cmp"
	"slices"
	"strings"
)

// hypothesis is one of the best phrases up to a letter: its last word, and the
// phrase before that.
type hypothesis struct {
	cost float32
	word uint32
	from int    // letter where the last word begins
	rank int    // which of the phrases up to there
	hash uint64 // of the text: the same one cut into other words is no other phrase
}

// phrases returns the cheapest rows of words for the longest stretch of letters
// that can be read at all, best first, and the letter it ends before.
func (l *lattice) phrases() (best []option, end int) {
	n := len(l.letters)
	upTo := make([][]hypothesis, n+1)
	upTo[0] = []hypothesis{{hash: 14695981039346656037}}
	for i := range n {
		for _, s := range l.spans[i] {
			for rank, h := range upTo[i] {
				if known := upTo[s.to]; len(known) == hypotheses && h.cost+s.cost >= known[hypotheses-1].cost {
					break
				}
				upTo[s.to] = insert(upTo[s.to], hypothesis{h.cost + s.cost, s.word, i, rank, extend(h.hash, l.d.word(s.word))})
			}
		}
	}
	for end = n; end > 0 && len(upTo[end]) == 0; end-- {
	}
	if end == 0 {
		return nil, 0
	}
	for _, h := range upTo[end] {
		best = append(best, option{text: l.spell(upTo, h), to: end, cost: h.cost})
	}
	return best, end
}

// extend continues an FNV-1a hash.
func extend(hash uint64, text string) uint64 {
	for i := range len(text) {
		hash = (hash ^ uint64(text[i])) * 1099511628211
	}
	return hash
}

// insert keeps the best few in their order; of two that cost the same, the one
// that was there before.
func insert(best []hypothesis, h hypothesis) []hypothesis {
	if i := slices.IndexFunc(best, func(b hypothesis) bool { return b.hash == h.hash }); i >= 0 {
		if best[i].cost <= h.cost {
			return best
		}
		best = slices.Delete(best, i, i+1)
	}
	at := len(best)
	for at > 0 && best[at-1].cost > h.cost {
		at--
	}
	if len(best) == hypotheses {
		best = best[:hypotheses-1]
	}
	return slices.Insert(best, min(at, len(best)), h)
}

// spell puts the words of a phrase together.
func (l *lattice) spell(upTo [][]hypothesis, h hypothesis) string {
	var words []string
	for {
		words = append(words, l.d.word(h.word))
		if h.from == 0 {
			break
		}
		h = upTo[h.from][h.rank]
	}
	slices.Reverse(words)
	return strings.Join(words, "")
}

// option is a candidate before it is chosen among the others.
type option struct {
	text  string
	to    int // letter it ends before
	cost  float32
	exact bool // spelled as it should be
	word  uint32
}

func byCost(a, b option) int {
	if c := cmp.Compare(a.cost, b.cost); c != 0 {
		return c
	}
	return cmp.Compare(a.word, b.word)
}
