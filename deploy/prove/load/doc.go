// Package load is central under a town's load: real processes of it, real queues and
// agents of many terminals over TLS, and staff's pages that hold their streams open and
// read themselves anew as the page's script does. With two processes on one PostgreSQL
// one is killed in the middle. Afterwards everything that was promised is there once, and
// every page shows what came last.
package load
