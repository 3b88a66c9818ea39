// Package search finds articles of the policy corpus for a resident's own words,
// without a network. The index is an FTS5 table of SQLite in memory, built from
// the corpus at start; nothing of it is ever on the disk. A query is bound to a
// statement, compared and forgotten: it is in no log, no file and no error.
//
// Chinese is written without spaces, so text is cut into overlapping pairs of
// characters (居住证: 居住, 住证). A segmenter with a dictionary (gse v0.80.3) was
// measured in its place: of 46 questions that the corpus had not been written for
// it found the same 34, at the price of 28 MB more program, 1.3 s of start and
// 128 MiB of memory, nearly that of the whole kiosk. What pairs and dictionary
// both miss is that residents' words are not those of a law (吃低保, 暂住证, 工钱): the
// keywords of an article bridge that, and a community writes its own.
package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"lintai/kiosk/policy"

	"modernc.org/sqlite"
)

// most is the number of articles that a search returns at most: four pages of
// rows, beyond which nobody turns.
const most = 20

// What a match is worth depends on where it stands. The weights are arguments of
// SQLite's bm25() in the order of the columns.
const rank = `bm25(article, 6.0, 5.0, 1.0)`

// A word is looked for twice: in what the article is about, and in what it says.
const (
	inHeading   = `{title keywords} : `
	inParagraph = `paragraphs : `
)

// Index is a searchable corpus. It is safe for concurrent use.
type Index struct {
	ids     []string // article ids by rowid
	keeper  *sql.DB  // its one connection keeps the memory alive
	readers *sql.DB
	match   *sql.Stmt
}

// databases numbers the indexes of a process: each has its own memory.
var databases atomic.Int64

// Open builds the index of a corpus.
func Open(c *policy.Corpus) (*Index, error) {
	name := fmt.Sprintf("file:/lintai-search-%d?vfs=memdb&_dqs=0&_pragma=temp_store(2)", databases.Add(1))
	keeper, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	keeper.SetMaxOpenConns(1)
	readers, err := sql.Open("sqlite", name+"&_pragma=query_only(1)")
	if err != nil {
		keeper.Close()
		return nil, fmt.Errorf("search: %w", err)
	}
	readers.SetMaxOpenConns(2) // one visitor, and one whose search was given up
	readers.SetMaxIdleConns(2)
	x := &Index{keeper: keeper, readers: readers}
	if err := x.fill(c); err != nil {
		x.Close()
		return nil, fmt.Errorf("search: build the index: %w", err)
	}
	return x, nil
}

func (x *Index) fill(c *policy.Corpus) error {
	// Contentless: the words are kept, the texts stay in the corpus. porter cuts
	// English words to their stems and leaves Chinese alone.
	if _, err := x.keeper.Exec(`CREATE VIRTUAL TABLE article USING fts5(title, keywords, paragraphs,
		content = '', tokenize = 'porter unicode61 remove_diacritics 0')`); err != nil {
		return err
	}
	tx, err := x.keeper.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for i := range c.Articles {
		a := &c.Articles[i]
		keywords := a.Keywords
		for locale := range c.Translations {
			if t, ok := c.Translations[locale]["article."+a.ID+".title"]; ok {
				keywords = append(keywords[:len(keywords):len(keywords)], t)
			}
		}
		if _, err := tx.Exec(`INSERT INTO article (rowid, title, keywords, paragraphs) VALUES (?, ?, ?, ?)`,
			i, indexed(a.Title), indexed(keywords...), indexed(a.Paragraphs...)); err != nil {
			return err
		}
		x.ids = append(x.ids, a.ID)
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	if _, err := x.keeper.Exec(`INSERT INTO article (article) VALUES ('optimize')`); err != nil {
		return err
	}
	x.match, err = x.readers.Prepare(`SELECT rowid, ` + rank + ` FROM article WHERE article MATCH ?`)
	return err
}

// Close gives the memory back.
func (x *Index) Close() error {
	var err error
	if x.match != nil {
		err = x.match.Close()
	}
	return errors.Join(err, x.readers.Close(), x.keeper.Close())
}

// look adds up what a word is worth in each article where it stands; bm25 is
// negative, better matches being smaller.
func (x *Index) look(ctx context.Context, where, word string, found func(article int, worth float64)) error {
	rows, err := x.match.QueryContext(ctx, where+`"`+strings.ReplaceAll(word, `"`, `""`)+`"`)
	if err != nil {
		return unreadable(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			article int
			worth   float64
		)
		if err := rows.Scan(&article, &worth); err != nil {
			return unreadable(ctx, err)
		}
		found(article, -worth)
	}
	return unreadable(ctx, rows.Err())
}

// unreadable says what went wrong without SQLite's own message, which may quote
// the resident's words.
func unreadable(ctx context.Context, err error) error {
	var fault *sqlite.Error
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &fault):
		return fmt.Errorf("search: the index cannot be read (SQLite code %d)", fault.Code())
	}
	return errors.New("search: the index cannot be read")
}
