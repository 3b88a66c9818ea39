package readable

import (
	"strconv"

	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
)

// ofChannel labels what only another channel than a terminal says. Links stay text: what
// they lead to is not ours, and nobody should come there by a slip of the mouse.
func ofChannel(c *request.Channel) (all []Labelled) {
	if c == nil {
		return nil
	}
	add := func(label, text string) {
		if text != "" {
			all = append(all, Labelled{label, text})
		}
	}
	add(phrase.Text("console.description"), c.Description)
	if c.Latitude != nil && c.Longitude != nil {
		degrees := func(d float64) string { return strconv.FormatFloat(d, 'f', -1, 64) }
		add(phrase.Text("public.position"), degrees(*c.Latitude)+", "+degrees(*c.Longitude))
	}
	add(phrase.Text("console.address_id"), c.AddressID)
	for _, link := range c.Media {
		add(phrase.Text("console.media"), link)
	}
	return all
}
