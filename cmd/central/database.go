package main

import (
	"flag"
	"os"
)

// databaseVariable is another way to name the database: what stands on a command line
// is seen by everybody on the machine.
const databaseVariable = "LINTAI_DATABASE"

const databaseHelp = "`URL` of a PostgreSQL database, like postgres://central@host/lintai (default: $" + databaseVariable + ", else a file in the data folder)"

// dataFlags are those that every command has that opens central.
func dataFlags(flags *flag.FlagSet) (data, database *string) {
	return flags.String("data", "", "data `folder` of central"), flags.String("database", "", databaseHelp)
}

// databaseAddress is the address that was given, in one way or the other.
func databaseAddress(given string) string {
	if given != "" {
		return given
	}
	return os.Getenv(databaseVariable)
}
