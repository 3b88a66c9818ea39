// Package kiosk is the heart of a Lintai terminal: what a resident can ask for,
// how a visit goes from the first touch to the slip in her hand, and what must
// be true at each moment. Everything below it is pure: no device, no file, no
// network, no clock of its own.
//
// The parts, in the order a request meets them:
//
//	catalog   the services as data: steps, choices, personal fields, retention
//	visit     the visit as a state machine: Update(state, event) (state, effects)
//	terminal  runs the effects against the ports it declares and feeds results back
//	request   what a confirmed visit becomes, and the call for help
//	ticket    the short code with a check digit that finds a request again
//	seal      closes a request to central's public key (HPKE)
//	slip      the printed document, and what is known of its printing
//	phrase    every word residents and staff read or hear
//	fault     fault codes: an append-only contract with technicians
//	settings  the one file a technician edits
package kiosk
