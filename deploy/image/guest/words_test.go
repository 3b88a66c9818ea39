package guest

import (
	"errors"
	"image"
	"image/draw"
	"image/png"
	"os"
	"testing"
)

func TestWhicheverTextStandsThereIsFound(t *testing.T) {
	f, err := os.Open("../pictures/11-menu.png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	kept, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	p := image.NewRGBA(kept.Bounds())
	draw.Draw(p, p.Bounds(), kept, image.Point{}, draw.Src)
	which, at, err := FindAny(t.Context(), t.TempDir(), p, "触摸屏幕开始", "测试设备")
	if err != nil || which != 1 || !at.In(image.Rect(270, 200, 780, 340)) {
		t.Errorf("%d at %v: %v", which, at, err)
	}
	var not *NotRead
	if _, _, err := FindAny(t.Context(), t.TempDir(), p, "触摸屏幕开始", "确认提交"); !errors.As(err, &not) {
		t.Errorf("what is not there: %v", err)
	}
}
