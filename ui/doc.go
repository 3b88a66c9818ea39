// Package ui draws a visit and turns touches into its events. It decides
// nothing: what a screen says, and what each control means, stands in the
// visit.View it is given.
//
// There is one file for each screen. A screen is built once, when the terminal
// starts, as a list of parts; showing a view refills the parts and places them
// anew, so that weeks of visits do not grow the tree. The strip at the top and
// the bar at the bottom stay where they are on every screen. Texts give way
// first when a screen is full, down to a readable minimum; targets never do.
package ui
