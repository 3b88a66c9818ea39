package search

import (
	"cmp"
	"context"
	"slices"
)

// hit is what is known of an article during a search.
type hit struct {
	worth      float64
	headings   int // words of the question in title and keywords
	paragraphs int // words of the question in its text
}

// farBehind is the part of the best article's worth below which another is not
// shown: it shares a word with the question, and not its subject.
const farBehind = 0.2

// Search returns the ids of the articles that answer a query, best first, at most
// twenty. Nothing found is no error.
func (x *Index) Search(ctx context.Context, query string) ([]string, error) {
	q := ask(query)
	hits, err := x.byWords(ctx, q)
	if err == nil && len(hits) == 0 {
		hits, err = x.byLetters(ctx, q)
	}
	if err == nil {
		err = ctx.Err() // half a search is none
	}
	if err != nil {
		return nil, err
	}
	return x.best(hits), nil
}

// byWords finds articles by the pairs of characters and the words of a question.
// One in the heading suffices; paragraphs share many a pair with any question, so
// there it takes two, and half of all. A character that stands alone only helps
// to choose, except when the question is nothing else.
func (x *Index) byWords(ctx context.Context, q question) (map[int]*hit, error) {
	hits := map[int]*hit{}
	at := func(article int) *hit {
		if hits[article] == nil {
			hits[article] = &hit{}
		}
		return hits[article]
	}
	for _, word := range q.words {
		if err := x.look(ctx, inHeading, word, func(article int, worth float64) {
			at(article).headings++
			at(article).worth += worth
		}); err != nil {
			return nil, err
		}
		if err := x.look(ctx, inParagraph, word, func(article int, worth float64) {
			at(article).paragraphs++
			at(article).worth += worth
		}); err != nil {
			return nil, err
		}
	}
	for _, single := range q.singles {
		if err := x.look(ctx, inHeading, single, func(article int, worth float64) {
			if len(q.words) == 0 {
				at(article).headings++
			}
			at(article).worth += worth
		}); err != nil {
			return nil, err
		}
	}
	for article, h := range hits {
		if h.headings == 0 && (h.paragraphs < 2 || 2*h.paragraphs < len(q.words)) {
			delete(hits, article)
		}
	}
	return hits, nil
}

// byLetters is for words that no article has as they are (狗老叫): the heading must
// hold two of the characters, and half of all.
func (x *Index) byLetters(ctx context.Context, q question) (map[int]*hit, error) {
	hits := map[int]*hit{}
	for _, letter := range q.letters {
		if err := x.look(ctx, inHeading, letter, func(article int, worth float64) {
			if hits[article] == nil {
				hits[article] = &hit{}
			}
			hits[article].headings++
			hits[article].worth += worth
		}); err != nil {
			return nil, err
		}
	}
	for article, h := range hits {
		if h.headings < 2 || 2*h.headings < len(q.letters) {
			delete(hits, article)
		}
	}
	return hits, nil
}

// best puts the articles in order; equals stay in that of the corpus.
func (x *Index) best(hits map[int]*hit) []string {
	articles := make([]int, 0, len(hits))
	highest := 0.0
	for article, h := range hits {
		articles = append(articles, article)
		highest = max(highest, h.worth)
	}
	articles = slices.DeleteFunc(articles, func(a int) bool { return hits[a].worth < farBehind*highest })
	slices.SortFunc(articles, func(a, b int) int {
		return cmp.Or(cmp.Compare(hits[b].worth, hits[a].worth), cmp.Compare(a, b))
	})
	ids := make([]string, 0, min(len(articles), most))
	for _, a := range articles[:min(len(articles), most)] {
		ids = append(ids, x.ids[a])
	}
	return ids
}
