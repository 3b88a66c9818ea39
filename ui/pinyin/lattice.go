package pinyin

const (
	// mostLetters bounds the work for one key; more than that waits its turn.
	mostLetters = 48
	// mostSteps bounds it for letters that can be read in very many ways.
	mostSteps = 4000
	// hypotheses is how many phrases are kept for each place between two letters.
	hypotheses = 6
)

// lattice holds the ways to read letters as words.
type lattice struct {
	d       *dictionary
	letters string
	raw     []int  // where each letter stands in the spelling, and where it ends
	wall    []bool // a separator stands before the letter
	edges   [][]edge
	spans   [][]span // words of a phrase, by the place where they begin
	heads   []head   // all words from the first letter on
	steps   int
}

// edge is a syllable, or several that begin alike, up to a letter.
type edge struct {
	to        int
	low, high int // numbers of the syllables, without high
	price     float32
}

// span is a word of a phrase.
type span struct {
	to   int
	word uint32
	cost float32
}

// head is a row of syllables from the first letter on.
type head struct {
	node  uint32
	to    int
	price float32
}

// newLattice reads a spelling up to the first thing in it that is neither letter
// nor separator.
func newLattice(d *dictionary, spelling string) *lattice {
	l := &lattice{d: d}
	var letters []byte
	wall := false
	for i := 0; i < len(spelling) && len(letters) < mostLetters; i++ {
		c := spelling[i]
		if c == '\'' {
			wall = true
			continue
		}
		if c < 'a' || c > 'z' {
			break
		}
		letters, l.raw, l.wall = append(letters, c), append(l.raw, i), append(l.wall, wall)
		wall = false
	}
	if n := len(letters); n > 0 {
		end := l.raw[n-1] + 1
		if end < len(spelling) && spelling[end] == '\'' {
			end++
		}
		l.raw = append(l.raw, end)
	}
	l.letters = string(letters)
	return l
}

// read finds syllables and words.
func (l *lattice) read() {
	n := len(l.letters)
	l.edges = make([][]edge, n)
	for i := range n {
		l.edges[i] = l.syllablesAt(i)
	}
	l.spans = make([][]span, n)
	for i := range n {
		l.steps = 0
		l.walk(i, 0, i, 0)
	}
}

// syllablesAt lists the syllables that can begin at a letter.
func (l *lattice) syllablesAt(at int) []edge {
	var out []edge
	n := len(l.letters)
	for to := at + 1; to <= min(n, at+longestSyllable); to++ {
		if to-1 > at && l.wall[to-1] {
			break
		}
		letters := l.letters[at:to]
		for _, k := range l.d.syllables.full(letters) {
			out = append(out, edge{to, int(k.syllable), int(k.syllable) + 1, k.price})
		}
		ends := to == n || l.wall[to]
		if !ends && !isInitial(letters) {
			continue
		}
		if low, high := l.d.syllables.begunWith(letters); low < high {
			price := float32(priceInitial)
			if to == n {
				price = priceUnfinished
			}
			out = append(out, edge{to, low, high, price})
		}
	}
	return out
}

// walk follows the words that begin at a letter, a syllable at a time.
func (l *lattice) walk(start int, at uint32, letter int, price float32) {
	if letter == len(l.letters) {
		return
	}
	for _, e := range l.edges[letter] {
		from, to := l.d.below(at, e.low, e.high)
		for child := from; child < to; child++ {
			// A single syllable is always found, so that no letters are left over.
			if l.steps++; l.steps > mostSteps && at != root {
				return
			}
			l.found(start, child, e.to, price+e.price)
			if l.d.nodes[child].children > 0 {
				l.walk(start, child, e.to, price+e.price)
			}
		}
	}
}

// found notes the words of a node as parts of a phrase.
func (l *lattice) found(start int, at uint32, to int, price float32) {
	if start == 0 {
		l.heads = append(l.heads, head{at, to, price})
	}
	n := &l.d.nodes[at]
	for word := n.firstWord; word < n.firstWord+uint32(min(n.words, hypotheses)); word++ {
		s := span{to, word, l.d.costs[word] + price}
		// The best few for each end are kept, by exchanging the worst of them.
		same, worst := 0, -1
		for i, other := range l.spans[start] {
			if other.to == to {
				same++
				if worst < 0 || other.cost > l.spans[start][worst].cost {
					worst = i
				}
			}
		}
		if same < hypotheses {
			l.spans[start] = append(l.spans[start], s)
		} else if s.cost < l.spans[start][worst].cost {
			l.spans[start][worst] = s
		} else {
			return
		}
	}
}
