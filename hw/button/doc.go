// Package button is the large call button and the ring of light around it, on two
// GPIO pins.
//
// The button is a normally-open contact from its pin to ground with a pull-up:
// pressed is low. An edge on the pin only wakes the driver; what counts is the level
// that it then reads and that stays for 25 ms. Debounce decides from levels and
// times alone what a hand did. A contact that stays closed for half a minute is
// stuck, not a resident in need: it is reported and ignored until it has been open
// for a second. One that is closed when the terminal starts is suspect in the same
// way.
//
// The ring blinks while a call is on its way and shines steadily when staff have
// answered.
package button
