// Package habits holds no code, only tests: they keep the habits of the house
// that no compiler knows. Every package tells its story, imports point inwards,
// the top level stays as the plan has it, files stay short, names say what a
// thing is, every sentence for residents stands in the phrase catalogue and is
// used, scripts parse, dependencies are explained.
//
// They read the source as text and syntax trees, so they need neither a C
// compiler nor a display, and hold also for files that a build leaves out.
package habits
