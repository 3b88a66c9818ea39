// Package central holds no code, only tests: they start what this folder shows to those
// who operate central.
package central
