package ui

import (
	"strings"
	"testing"

	"lintai/kiosk/visit"
	"lintai/ui/theme"
)

func TestANoticeOnTheStartScreenIsNotMissed(t *testing.T) {
	const words = "请带走身份证。"
	for name, p := range panels {
		st := newStage(t, p)
		v := sampleNamed(t, "start")
		least := p.MM(theme.Body) * 1.2
		if p.Tight() {
			least = p.MM(theme.Body)
		}
		v.Notice, v.NoticeTone = words, visit.Warning
		for _, v.Manner.Size = range []visit.Size{visit.SizeStandard, visit.SizeLargest} {
			st.screen.show(v)
			for _, fault := range st.screen.drawing().Faults() {
				t.Errorf("%s: %s", name, fault)
			}
			found := false
			for _, text := range st.screen.drawing().Texts {
				if found = found || strings.Contains(words, text.Words) && text.Size >= least-0.01; found {
					break
				}
			}
			if !found {
				t.Errorf("%s, size %d: %q is smaller than it must be", name, v.Manner.Size, words)
			}
		}
	}
}
