// Package complaint has a test for each thing that users of such systems complain
// about, and each bears the complaint's name: a request filed twice after a timeout
// that had succeeded, success shown although the photo is missing, a queue that
// waits for somebody to press a button. Each holds the promise against the real
// parts: the queue in its file, the agent, central with its docket, TLS between
// them, the terminal that shows what residents see, the technician's program.
//
// What takes hours in a lobby passes in a bubble of testing/synctest, where both ends
// are the real ones too and only the network between them is memory; everything
// else goes over loopback (package house) through a line that fails on request
// (package line). The comment of each test says which fault makes it fail.
//
// Two complaints are about work orders, which central does not have yet: "wrong
// category: re-dispatch" and "show overdue". Central has no dispatch and no time
// limits, so there is nothing that a test of theirs could hold against a promise;
// they come with the work orders.
package complaint
