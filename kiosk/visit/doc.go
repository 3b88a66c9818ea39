// Package visit is a resident's visit as a pure state machine.
//
// Update takes a state and an event and returns the next state and the effects
// that a runtime must carry out; Look draws a state as a View. There is no
// clock, no device and no randomness in here, so any visit can be replayed from
// its events and any sequence of events can be tried. What must hold at every
// moment is proved that way: a confirmed request is saved or its failure shown,
// nothing of a resident outlives the wipe, and there is always a way back to
// the start.
package visit
