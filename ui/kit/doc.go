// Package kit holds what the terminal's screens are built from: a surface that
// turns a finger into one honest tap, buttons with a picture and a word, texts
// that wrap and shrink until they fit, and the stack that places them.
//
// Everything is built once and refilled. All objects of a screen stand in one
// container in window coordinates; nothing scrolls, drags or hovers, because a
// trembling finger must never be taken for a gesture.
package kit
