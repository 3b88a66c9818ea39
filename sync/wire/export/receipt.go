package export

import (
	"crypto"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"lintai/sync/wire"
)

// ReceiptFormat stands in the head of a receipt.
const ReceiptFormat = "lintai-receipt-1"

// maxReceipt bounds how many answers of one receipt are read.
const maxReceipt = 1 << 20

// Receipt is central's word on each item of an export, as it would have answered
// over the wire.
type Receipt struct {
	Kiosk   int
	MadeAt  time.Time // by central's clock
	Export  []byte    // SHA-256 of the export, as its end says
	Answers []wire.ItemAnswer
}

type receiptHead struct {
	Format string    `json:"format"`
	Kiosk  int       `json:"kiosk"`
	MadeAt time.Time `json:"made_at"`
	Export []byte    `json:"export"`
}

// WriteReceipt writes a receipt, signed by central's key.
func WriteReceipt(w io.Writer, r Receipt, key crypto.Signer) error {
	l := newWriter(w, ReceiptFormat)
	l.line(receiptHead{ReceiptFormat, r.Kiosk, r.MadeAt, r.Export})
	for _, a := range r.Answers {
		l.entry(entry{Answer: &a})
	}
	_, err := l.end(key)
	return err
}

// ReadReceipt reads a receipt that central signed with key. Every answer in it
// settles its item.
func ReadReceipt(r io.Reader, key crypto.PublicKey) (Receipt, error) {
	l := newReader(r, ReceiptFormat)
	text, err := l.line()
	if err != nil {
		return Receipt{}, err
	}
	var head receiptHead
	if json.Unmarshal(text, &head) != nil || head.Format != ReceiptFormat {
		return Receipt{}, ErrFormat
	}
	l.add(text)
	receipt := Receipt{Kiosk: head.Kiosk, MadeAt: head.MadeAt, Export: head.Export}
	_, err = l.entries(key, func(e entry) error {
		if e.Answer == nil || !e.Answer.Outcome.Settled() {
			return fmt.Errorf("%w: line %d is no final answer", ErrForged, l.lines)
		}
		if len(receipt.Answers) == maxReceipt {
			return fmt.Errorf("%w: more than %d answers", ErrFormat, maxReceipt)
		}
		receipt.Answers = append(receipt.Answers, *e.Answer)
		return nil
	})
	if err != nil {
		return Receipt{}, err
	}
	return receipt, nil
}
