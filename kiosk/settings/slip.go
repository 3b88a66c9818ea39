package settings

import (
	"fmt"

	"lintai/kiosk/phrase"
	"lintai/kiosk/slip"
)

// onSlip is how many mistakes a slip holds: mending the first ones often mends more.
const onSlip = 8

// Slip is the problems on paper, with which a technician goes to a computer. It holds
// no value of the file.
func (p Problems) Slip(file string) slip.Slip {
	blocks := []slip.Block{
		slip.Text{Text: phrase.Text("setup_slip.mistake_title"), Large: true, Align: slip.Center},
		slip.Pair{Label: phrase.Text("setup_slip.mistake_file"), Value: file},
		slip.Rule{},
	}
	for _, problem := range p[:min(len(p), onSlip)] {
		where := problem.where()
		blocks = append(blocks, slip.Text{Text: where + "：" + problem.Message, Bold: true})
		if problem.Allowed != "" {
			blocks = append(blocks, slip.Text{Text: phrase.Text("setup_slip.mistake_allowed", "allowed", problem.Allowed)})
		}
	}
	if more := len(p) - onSlip; more > 0 {
		blocks = append(blocks, slip.Text{Text: phrase.Text("setup_slip.mistake_more", "count", fmt.Sprint(more))})
	}
	return slip.Slip{Blocks: append(blocks, slip.Rule{}, slip.Text{Text: phrase.Text("setup_slip.mistake_cure")})}
}
