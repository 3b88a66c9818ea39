package community

import "slices"

// Translated returns the document in another locale. Ids, times and numbers
// stay as they are; texts change where a translation is there. A locale without
// translations gives the document itself.
func (d *Document) Translated(locale string) *Document {
	texts, ok := d.Translations[locale]
	if !ok {
		return d
	}
	t := *d
	t.Places, t.Activities, t.Notices = slices.Clone(d.Places), slices.Clone(d.Activities), slices.Clone(d.Notices)
	t.Contacts, t.Hours = slices.Clone(d.Contacts), slices.Clone(d.Hours)
	t.texts(func(path string, text *string, _ int, _ bool) {
		if translated, ok := texts[path]; ok && *text != "" {
			*text = translated
		}
	})
	return &t
}

// Texts lists every text that a resident reads, by its path.
func (d *Document) Texts() map[string]string {
	all := map[string]string{}
	d.texts(func(path string, text *string, _ int, _ bool) {
		if *text != "" {
			all[path] = *text
		}
	})
	return all
}

// texts visits every text with its path, e.g. "place.east_gate.name", how long
// it may be and whether it must be there.
func (d *Document) texts(visit func(path string, text *string, longest int, needed bool)) {
	for i := range d.Places {
		p := &d.Places[i]
		visit("place."+p.ID+".name", &p.Name, longestName, true)
		visit("place."+p.ID+".detail", &p.Detail, longestName, false)
	}
	for i := range d.Activities {
		a := &d.Activities[i]
		visit("activity."+a.ID+".name", &a.Name, longestName, true)
		visit("activity."+a.ID+".place", &a.Place, longestName, true)
		visit("activity."+a.ID+".detail", &a.Detail, longestLine, false)
	}
	for i := range d.Notices {
		n := &d.Notices[i]
		visit("notice."+n.ID+".title", &n.Title, longestName, true)
		visit("notice."+n.ID+".body", &n.Body, longestBody, true)
		visit("notice."+n.ID+".issuer", &n.Issuer, longestName, true)
	}
	for i := range d.Contacts {
		c := &d.Contacts[i]
		visit("contact."+c.ID+".name", &c.Name, longestName, true)
		visit("contact."+c.ID+".hours", &c.Hours, longestLine, false)
	}
	for i := range d.Hours {
		h := &d.Hours[i]
		visit("hours."+h.ID+".name", &h.Name, longestName, true)
		visit("hours."+h.ID+".text", &h.Text, longestLine, true)
	}
}
