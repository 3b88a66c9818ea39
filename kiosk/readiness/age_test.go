package readiness

import (
	"testing"
	"time"
)

func TestAge(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Hour: "不到 1 分钟", 0: "不到 1 分钟", 59 * time.Second: "不到 1 分钟", time.Minute: "1 分钟", 59 * time.Minute: "59 分钟",
		time.Hour: "1 小时", 47 * time.Hour: "47 小时", 48 * time.Hour: "2 天", 56 * 365 * 24 * time.Hour: "20440 天",
	} {
		if got := Age(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
