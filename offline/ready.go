package offline

import "lintai/kiosk/seal"

// readyAgreements is how many key agreements with central lie ready: a request
// with a photo and a voice note needs three.
const readyAgreements = 3

// agree keeps agreements ready until the queue closes, so that a resident who
// confirms does not wait for them.
func (q *Queue) agree() {
	for {
		p, err := seal.Prepare(q.key())
		if err != nil {
			return // then the save makes its own, and says what is wrong
		}
		select {
		case q.ready <- p:
		case <-q.closing:
			return
		}
	}
}

// agreement takes one that lies ready, or makes one.
func (q *Queue) agreement() (*seal.Prepared, error) {
	to := q.key()
	for {
		select {
		case p := <-q.ready:
			if p.To() == to.ID() {
				return p, nil
			} // otherwise central's key has changed since
		default:
			return seal.Prepare(to)
		}
	}
}

func (q *Queue) key() seal.PublicKey {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.sealTo
}
