// Package page holds no code, only tests: they keep the technicians' page
// (deploy/image/README.md) equal to what the programs say. Its fault table is the
// published list, its headings of columns are those that are read, its pictures are
// those that it asks for.
//
//	go test ./deploy/image/page -update    writes table and columns anew
package page
