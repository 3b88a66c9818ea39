package offline

import "lintai/kiosk/seal"

// readyAgreements is how many key agreements with central lie ready: a request
// with a photo and a voice note needs three.
const readyAgreements = 3

// agree keeps agreements ready until the queue closes, so that a resident who
// confirms does not wait for them. It makes new ones when a save is over and not
// while it runs: beside it they cost her a quarter of the wait.
func (q *Queue) agree() {
	for {
		for len(q.ready) < cap(q.ready) { // nobody else puts any there
			p, err := seal.Prepare(q.key())
			if err != nil {
				return // then the save makes its own, and says what is wrong
			}
			q.ready <- p
		}
		select {
		case <-q.taken:
		case <-q.closing:
			return
		}
	}
}

// agreeAgain has those that a save took made anew.
func (q *Queue) agreeAgain() {
	select {
	case q.taken <- struct{}{}:
	default: // it is asked for already
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
