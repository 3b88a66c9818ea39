package pinyin

import (
	"bytes"
	"cmp"
	"compress/gzip"
	_ "embed" // the dictionary and the words of a community
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

//go:embed dictionary.txt.gz
var packed []byte

//go:embed community.txt
var communityWords string

// communityCount is how often a community's word is taken to occur when its line
// gives no count: about as often as 时间 in the texts that the counts are from.
const communityCount = 30000

// dictionary holds the words as a tree of syllables in a few flat slices: it stays
// in memory as long as the terminal runs, and the collector has nothing to follow.
type dictionary struct {
	syllables *syllables
	nodes     []node // the first is the root
	text      string // all words, one after another
	ends      []uint32
	costs     []float32 // negative logarithm of a word's frequency
	local     []bool    // words of a community
}

// node is the end of a row of syllables.
type node struct {
	syllable  uint16 // its last one
	children  uint16 // how many nodes follow, in the order of their syllables
	words     uint16 // how many words it has, most frequent first
	firstNode uint32
	firstWord uint32
}

// entry is one line of a source.
type entry struct {
	spelling string
	word     string
	count    float64
	local    bool
	key      []uint16
}

// unpack takes the whole text at once: the last four bytes of a gzip file say how
// long it is (RFC 1952).
func unpack(packed []byte) (string, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	var text strings.Builder
	text.Grow(int(binary.LittleEndian.Uint32(packed[len(packed)-4:]) & (16<<20 - 1)))
	_, err = io.Copy(&text, r)
	return text.String(), err
}

// load unpacks the dictionary. The two files are part of the program and a test
// loads them, so that what is wrong with them cannot reach a lobby.
func load() *dictionary {
	text, err := unpack(packed)
	if err != nil {
		panic("pinyin: dictionary.txt.gz: " + err.Error())
	}
	local, err := readCommunity(communityWords)
	if err != nil {
		panic("pinyin: community.txt: " + err.Error())
	}
	entries, err := readWords(text, local)
	if err != nil {
		panic("pinyin: dictionary.txt.gz: " + err.Error())
	}
	return newDictionary(entries)
}

// readCommunity reads lines of a word, a blank, its syllables separated by blanks,
// and sometimes a count. A # begins a heading.
func readCommunity(text string) ([]entry, error) {
	var out []entry
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		e := entry{word: fields[0], count: communityCount, local: true}
		if n, err := strconv.Atoi(fields[len(fields)-1]); err == nil {
			e.count, fields = float64(n), fields[:len(fields)-1]
		}
		if len(fields)-1 != len([]rune(e.word)) {
			return nil, fmt.Errorf("line %d: %s has %d characters and %d syllables", i+1, e.word, len([]rune(e.word)), len(fields)-1)
		}
		e.spelling = strings.Join(fields[1:], " ")
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b entry) int { return strings.Compare(a.spelling, b.spelling) })
	return out, nil
}

// readWords reads the dictionary's lines, sorted by spelling, and takes the
// community's words among them. A word of both has the larger count.
func readWords(text string, local []entry) ([]entry, error) {
	own := map[[2]string]float64{}
	for _, e := range local {
		own[[2]string{e.spelling, e.word}] = e.count
	}
	out := make([]entry, 0, strings.Count(text, "\n")+len(local))
	for text != "" {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		spelling, rest, _ := strings.Cut(line, "\t")
		word, count, _ := strings.Cut(rest, "\t")
		n, err := strconv.Atoi(count)
		if err != nil || spelling == "" || word == "" {
			return nil, fmt.Errorf("line %q", line)
		}
		for len(local) > 0 && local[0].spelling < spelling {
			out, local = append(out, local[0]), local[1:]
		}
		e := entry{spelling: spelling, word: word, count: float64(n)}
		if count, both := own[[2]string{spelling, word}]; both {
			local = slices.DeleteFunc(local, func(l entry) bool { return l.spelling == spelling && l.word == word })
			e.count, e.local = max(e.count, count), true
		}
		out = append(out, e)
	}
	return append(out, local...), nil
}

// newDictionary builds the tree from entries sorted by spelling.
func newDictionary(entries []entry) *dictionary {
	d := &dictionary{syllables: newSyllables(number(entries)), nodes: []node{{}}}
	total, letters := 0.0, 0
	for _, e := range entries {
		total += e.count
		letters += len(e.word)
	}
	// Children of a node must follow one another, so the tree grows in breadth.
	type part struct {
		from, to, depth int
	}
	parts := []part{{0, len(entries), 0}}
	for at := 0; at < len(parts); at++ {
		p := parts[at]
		n := &d.nodes[at]
		i := p.from
		for i < p.to && len(entries[i].key) == p.depth {
			i++
		}
		n.firstWord, n.words = uint32(p.from), uint16(i-p.from)
		slices.SortStableFunc(entries[p.from:i], func(a, b entry) int { return cmp.Compare(b.count, a.count) })
		n.firstNode = uint32(len(d.nodes))
		var children []node
		for i < p.to {
			from, syllable := i, entries[i].key[p.depth]
			for i < p.to && entries[i].key[p.depth] == syllable {
				i++
			}
			children = append(children, node{syllable: syllable})
			parts = append(parts, part{from, i, p.depth + 1})
		}
		n.children = uint16(len(children))
		d.nodes = append(d.nodes, children...)
	}
	var pool strings.Builder
	pool.Grow(letters)
	d.ends, d.costs, d.local = make([]uint32, len(entries)), make([]float32, len(entries)), make([]bool, len(entries))
	for i, e := range entries {
		pool.WriteString(e.word)
		d.ends[i] = uint32(pool.Len())
		d.costs[i] = float32(math.Log(total / (e.count + 0.5)))
		d.local[i] = e.local
	}
	d.text = pool.String()
	return d
}

// number gives each entry its syllables as numbers and returns the syllables.
func number(entries []entry) []string {
	places := map[string]uint16{}
	for _, e := range entries {
		for s := range strings.SplitSeq(e.spelling, " ") {
			if _, seen := places[s]; !seen {
				places[strings.Clone(s)] = 0 // the lines themselves are let go
			}
		}
	}
	spelled := make([]string, 0, len(places))
	for s := range places {
		spelled = append(spelled, s)
	}
	slices.Sort(spelled)
	for i, s := range spelled {
		places[s] = uint16(i)
	}
	all := make([]uint16, 0, 3*len(entries))
	for i := range entries {
		from := len(all)
		for s := range strings.SplitSeq(entries[i].spelling, " ") {
			all = append(all, places[s])
		}
		entries[i].key = all[from:len(all):len(all)]
	}
	return spelled
}

// word returns the text of a word.
func (d *dictionary) word(i uint32) string {
	from := uint32(0)
	if i > 0 {
		from = d.ends[i-1]
	}
	return d.text[from:d.ends[i]]
}

// root is the node that every word starts from.
const root = 0

// below finds the children of a node whose syllables are from low up to high,
// without high: the nodes from one number up to the other, without it.
func (d *dictionary) below(parent uint32, low, high int) (from, to uint32) {
	n := &d.nodes[parent]
	children := d.nodes[n.firstNode : n.firstNode+uint32(n.children)]
	i, found := slices.BinarySearchFunc(children, low, bySyllable)
	j := i
	switch {
	case high > low+1:
		j, _ = slices.BinarySearchFunc(children, high, bySyllable)
	case found:
		j++
	}
	return n.firstNode + uint32(i), n.firstNode + uint32(j)
}

// isSyllable tells a node of one syllable from those of several.
func (d *dictionary) isSyllable(n uint32) bool {
	return n >= d.nodes[root].firstNode && n < d.nodes[root].firstNode+uint32(d.nodes[root].children)
}

func bySyllable(n node, syllable int) int { return int(n.syllable) - syllable }
