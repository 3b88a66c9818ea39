package emulate

// Listen sets the only speed at which the reader hears and is heard; 0 is 115200.
func (r *Reader) Listen(baud int) {
	if baud == 0 {
		baud = 115200
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.baud = baud
}
