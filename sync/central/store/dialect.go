package store

import (
	"fmt"
	"strings"
	"sync"
)

// dialect is in what the engines differ where the same text does not do.
type dialect struct {
	name string // of the folder of its migrations
	// dollars: parameters are $1 and not ?1, there are booleans, which the columns
	// do not use, and text holds no NUL.
	dollars bool
	// lock, at the end of a SELECT, keeps others from writing the row until the
	// transaction ends. SQLite has one writer at a time anyway.
	lock string

	bound sync.Map // statement to statement, see bind
}

func sqliteDialect() *dialect { return &dialect{name: "sqlite"} }
func postgresDialect() *dialect {
	return &dialect{name: "postgres", dollars: true, lock: " FOR UPDATE"}
}

// bind turns the text of a statement into what the engine reads: the parameters
// ? and ?7 become $n. It does so once for a text; a text that is put together anew
// each time must come from a bounded set.
func (d *dialect) bind(query string) string {
	if !d.dollars {
		return query
	}
	if bound, ok := d.bound.Load(query); ok {
		return bound.(string)
	}
	bound := dollars(query)
	d.bound.Store(query, bound)
	return bound
}

// dollars leaves alone what is quoted or a comment. A plain ? is the parameter
// after the greatest so far, as SQLite counts.
func dollars(query string) string {
	var b strings.Builder
	greatest := 0
	for i := 0; i < len(query); {
		switch c := query[i]; {
		case c == '\'' || c == '"':
			end := strings.IndexByte(query[i+1:], c)
			if end < 0 {
				end = len(query) - i - 2
			}
			b.WriteString(query[i : i+end+2])
			i += end + 2
		case c == '-' && strings.HasPrefix(query[i:], "--"):
			end := strings.IndexByte(query[i:], '\n')
			if end < 0 {
				end = len(query) - i
			}
			b.WriteString(query[i : i+end])
			i += end
		case c == '?':
			i++
			number := 0
			for i < len(query) && query[i] >= '0' && query[i] <= '9' {
				number = number*10 + int(query[i]-'0')
				i++
			}
			if number == 0 {
				number = greatest + 1
			}
			greatest = max(greatest, number)
			fmt.Fprintf(&b, "$%d", number)
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

// values turns arguments into what the engine's columns hold.
func (d *dialect) values(args []any) []any {
	if !d.dollars {
		return args
	}
	for i, arg := range args {
		switch v := arg.(type) {
		case bool:
			args[i] = 0
			if v {
				args[i] = 1
			}
		case string:
			if strings.IndexByte(v, 0) >= 0 {
				args[i] = strings.ReplaceAll(v, "\x00", "\uFFFD")
			}
		}
	}
	return args
}
