package main

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// paths of one kind differ only in what is between slashes and holds a digit.
var named = regexp.MustCompile(`/[^/]*\d[^/]*`)

// kind is what a page is one of: its path without numbers, and what it is asked by.
func kind(path string) string {
	at, query, _ := strings.Cut(path, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return path
	}
	var asked []string
	for name, v := range values {
		if strings.Join(v, "") != "" {
			asked = append(asked, name)
		}
	}
	slices.Sort(asked)
	at = named.ReplaceAllString(at, "/N")
	if len(asked) == 0 {
		return at
	}
	return at + "?" + strings.Join(asked, "&")
}

// file is what a browser would save and not show.
var file = regexp.MustCompile(`\.[a-z0-9]+$|/(attachments?|ballots|export)(/|$)`)

// page is the path of a link that leads to one of central's pages; false for a file, for
// another site and for a place on the same page.
func page(address, link string) (string, bool) {
	path, own := strings.CutPrefix(link, address)
	path, _, _ = strings.Cut(path, "#")
	at, _, _ := strings.Cut(path, "?")
	return path, own && strings.HasPrefix(path, "/") && !file.MatchString(at) && !strings.HasPrefix(at, "/console/stream")
}

// errSaved is returned for what the browser saved instead of showing it.
var errSaved = errors.New("pages: it is a file")

// explore opens the menu's pages and one of each kind that they lead to and that is not
// among those that were seen.
func (b *browser) explore(who, address string, seen map[string]bool, o options) ([]visit, error) {
	m, err := b.measure()
	if err != nil {
		return nil, err
	}
	var menu []string
	for _, link := range m.Links {
		if path, is := page(address, link); is {
			menu = append(menu, path)
		}
	}
	return b.walk(who, address, menu, []string{"/console/me"}, seen, o)
}

// most is how many kinds of pages one may find.
const most = 150

func (b *browser) walk(who, address string, first, more []string, seen map[string]bool, o options) ([]visit, error) {
	var all []visit
	own := map[string]bool{} // kinds that she opened herself
	for queue := slices.Concat(first, more); len(queue) > 0 && len(all) < most; queue = queue[1:] {
		k := kind(queue[0])
		if own[k] || seen[k] && !slices.Contains(first, queue[0]) {
			continue
		}
		with := o
		with.pictures = o.pictures && !seen[k]
		own[k], seen[k] = true, true
		v, links, err := b.open(who, address, queue[0], with)
		switch {
		case errors.Is(err, errSaved):
			continue
		case err != nil:
			return all, err
		}
		v.Kind = k
		all = append(all, v)
		for _, link := range links {
			if path, is := page(address, link); is && !seen[kind(path)] {
				queue = append(queue, path)
			}
		}
	}
	return all, nil
}
