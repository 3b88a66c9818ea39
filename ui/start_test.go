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
		v.Notice, v.NoticeTone = words, visit.Warning
		for _, v.Manner.Size = range []visit.Size{visit.SizeStandard, visit.SizeLargest} {
			st.screen.show(v)
			for _, fault := range st.screen.drawing().Faults() {
				t.Errorf("%s: %s", name, fault)
			}
			if p.Tight() {
				continue // there it is as large as there is room
			}
			found := false
			for _, text := range st.screen.drawing().Texts {
				if found = found || strings.Contains(words, text.Words) && text.Size >= p.MM(theme.Body)*1.2-0.01; found {
					break
				}
			}
			if !found {
				t.Errorf("%s, size %d: %q is no larger than any other sentence", name, v.Manner.Size, words)
			}
		}
	}
}
