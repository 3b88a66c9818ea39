package pinyin

import (
	"cmp"
	"slices"
	"sync"
	"unicode/utf8"

	"lintai/kiosk/visit"
)

const (
	// mostWhole is how many inexact candidates there are for all letters, mostShort
	// how many words for the same few of them.
	mostWhole = 40
	mostShort = 10
	// mostAhead is how many of a community's words are offered before they are
	// spelled to the end, and aheadFrom the place of the first.
	mostAhead = 2
	aheadFrom = 2
)

// Engine turns spelling into words. It may be used by several goroutines.
type Engine struct {
	dictionary func() *dictionary
}

var _ visit.Composer = (*Engine)(nil)

// New makes an engine. The dictionary is unpacked at the first letter, or by Warm.
func New() *Engine { return &Engine{dictionary: sync.OnceValue(load)} }

// Warm unpacks the dictionary, if that was not done yet: some ten milliseconds that
// the first letter then does not wait for.
func (e *Engine) Warm() { e.dictionary() }

// Compose returns words for a spelling, best first: those for all of it, then
// those for its beginning. Letters that are no pinyin have none.
func (e *Engine) Compose(spelling string) []visit.Candidate {
	if spelling == "" {
		return nil
	}
	l := newLattice(e.dictionary(), spelling)
	if len(l.letters) == 0 {
		return nil
	}
	l.read()
	phrases, end := l.phrases()
	whole, short := l.words(end)
	whole = append(whole, phrases...)
	slices.SortFunc(whole, byCost)

	list := candidates{l: l, end: end, seen: make(map[visit.Candidate]bool, 64)}
	list.addWhole(whole)
	list.addShort(short)
	return list.out
}

// words lists the words of the lattice that begin with its first letter: those up
// to end, and shorter ones. Bare initials count only where nothing else can be read.
func (l *lattice) words(end int) (whole, short []option) {
	lenient := !slices.ContainsFunc(l.heads, func(h head) bool { return h.to < end && h.price < priceInitial })
	for _, h := range l.heads {
		if h.to < end && h.price >= priceInitial && !lenient {
			continue
		}
		// Of what is not spelled exactly, no more can be offered than this.
		n := &l.d.nodes[h.node]
		words := uint32(n.words)
		if h.price > 0 {
			words = min(words, mostWhole)
		}
		for word := n.firstWord; word < n.firstWord+words; word++ {
			o := option{l.d.word(word), h.to, l.d.costs[word] + h.price, h.price == 0, word}
			if h.to == end {
				whole = append(whole, o)
			} else {
				short = append(short, o)
			}
		}
	}
	slices.SortFunc(short, func(a, b option) int {
		if c := cmp.Compare(b.to, a.to); c != 0 {
			return c
		}
		return byCost(a, b)
	})
	return whole, short
}

// candidates is the list as it grows.
type candidates struct {
	l    *lattice
	end  int
	seen map[visit.Candidate]bool
	out  []visit.Candidate
}

func (c *candidates) add(text string, to int) bool {
	// What stands after the last letter that is used is not used, but for a
	// separator after the very last.
	length := c.l.raw[to]
	if to < len(c.l.letters) {
		length = c.l.raw[to-1] + 1
	}
	candidate := visit.Candidate{Text: text, Length: length}
	if c.seen[candidate] {
		return false
	}
	c.seen[candidate] = true
	c.out = append(c.out, candidate)
	return true
}

// addWhole adds what reads all letters. All that is spelled exactly is there: the
// rarest character must be within reach.
func (c *candidates) addWhole(whole []option) {
	ahead := c.l.ahead()
	others := 0
	for _, o := range whole {
		if len(c.out) == aheadFrom {
			c.addAll(ahead)
			ahead = nil
		}
		if !o.exact {
			if others++; others > mostWhole {
				continue
			}
		}
		c.add(o.text, o.to)
	}
	c.addAll(ahead)
}

func (c *candidates) addAll(options []option) {
	for _, o := range options {
		c.add(o.text, o.to)
	}
}

// addShort adds what reads the first few letters, longest first.
func (c *candidates) addShort(short []option) {
	at, count := 0, 0
	for _, o := range short {
		if o.to != at {
			at, count = o.to, 0
		}
		if single := utf8.RuneCountInString(o.text) == 1; !o.exact || !single {
			if count++; count > mostShort {
				continue
			}
		}
		c.add(o.text, o.to)
	}
}

// ahead finds words of a community of which two syllables or more are spelled.
func (l *lattice) ahead() []option {
	var out []option
	for _, h := range l.heads {
		if h.to == len(l.letters) && h.price == 0 && !l.d.isSyllable(h.node) {
			out = l.localBelow(h.node, out)
		}
	}
	slices.SortFunc(out, byCost)
	return out[:min(len(out), mostAhead)]
}

func (l *lattice) localBelow(parent uint32, out []option) []option {
	n := l.d.nodes[parent]
	for child := n.firstNode; child < n.firstNode+uint32(n.children); child++ {
		c := l.d.nodes[child]
		for word := c.firstWord; word < c.firstWord+uint32(c.words); word++ {
			if l.d.local[word] {
				out = append(out, option{text: l.d.word(word), to: len(l.letters), cost: l.d.costs[word], word: word})
			}
		}
		out = l.localBelow(child, out)
	}
	return out
}
