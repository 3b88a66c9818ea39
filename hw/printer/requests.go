package printer

// askStatus is DLE EOT n, answered at once also while a job prints. It must not
// stand inside a picture or code.
func askStatus(n int) []byte { return []byte{0x10, 0x04, byte(n)} }

// askProcessed is GS ( H fn 48: answered with id when all before is on paper.
func askProcessed(id [4]byte) []byte {
	return append([]byte{0x1D, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30}, id[:]...)
}

// askQueued is GS r 1: answered when its turn comes.
func askQueued() []byte { return []byte{0x1D, 0x72, 0x01} }

// clearBuffers is DLE DC4 fn 8: the printer forgets what it has not printed yet,
// also while it is offline. Printers that do not know it see control characters
// and nothing to print.
func clearBuffers() []byte {
	return []byte{0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08}
}

// idAlphabet has characters that cannot be taken for any other answer when the
// beginning of a message got lost: bit 4 set, and neither of the two low bit
// patterns of DLE EOT and ASB; and not 7, which begins a message.
const idAlphabet = "1359QSUWYqsuwy"

// processID makes the n-th id. Ids repeat after 38,416 slips.
func processID(n uint32) [4]byte {
	var id [4]byte
	for i := range id {
		id[i] = idAlphabet[n%uint32(len(idAlphabet))]
		n /= uint32(len(idAlphabet))
	}
	return id
}
