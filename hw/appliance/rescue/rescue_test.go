package rescue

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"lintai/kiosk/fault"
)

var standing = Screen{
	Fault: fault.CrashLoop, Detail: "exit-code 139", Number: 12, Place: "幸福里社区服务站", Phone: "0571-8888 6666",
	Version: "2026.11.22-1", Slot: "A", Reason: "power", Minutes: 5,
}

func typeface(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("../../../ui/font/lintai-regular.otf")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// buffer makes a framebuffer of files, its device filled with what was there before.
func buffer(t *testing.T, w, h, bits, stride int) (root string, f Framebuffer) {
	t.Helper()
	root = t.TempDir()
	folder := filepath.Join(root, "sys/class/graphics/fb0")
	for _, dir := range []string{folder, filepath.Join(root, "dev")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"virtual_size": fmt.Sprintf("%d,%d\n", w, 2*h), "modes": fmt.Sprintf("U:%dx%dp-0\n", w, h), "bits_per_pixel": fmt.Sprintln(bits), "stride": fmt.Sprintln(stride),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "dev/fb0"), bytes.Repeat([]byte{0x55}, 2*h*stride), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := Find(root)
	if err != nil {
		t.Fatal(err)
	}
	return root, f
}

// seen reads the glass back as people see it who look at a panel that was turned.
func seen(t *testing.T, f Framebuffer, degrees int) *image.Gray {
	t.Helper()
	text, err := os.ReadFile(f.Device)
	if err != nil {
		t.Fatal(err)
	}
	size := f.Seen(degrees)
	picture := image.NewGray(image.Rectangle{Max: size})
	for py := range size.Y {
		for px := range size.X {
			// Where a dot of the picture lies on the glass.
			x, y := px, py
			switch degrees {
			case 90:
				x, y = f.Width-1-py, px
			case 180:
				x, y = f.Width-1-px, f.Height-1-py
			case 270:
				x, y = py, f.Height-1-px
			}
			at := y*f.Stride + x*f.Bits/8
			grey := text[at]
			if f.Bits == 16 {
				grey = text[at+1]&0xf8 | text[at+1]>>5
			}
			picture.Pix[py*picture.Stride+px] = grey
		}
	}
	return picture
}

func TestScreenOnAnyGlass(t *testing.T) {
	for _, c := range []struct{ w, h, bits, stride, degrees int }{
		{1080, 1920, 32, 4320, 0}, {1920, 1080, 32, 7680, 90}, {1920, 1080, 16, 3904, 270}, {1280, 800, 24, 3840, 180}, {800, 480, 16, 1600, 0}, {600, 1024, 32, 2432, 0}, {1024, 768, 32, 4096, 0},
	} {
		t.Run(fmt.Sprintf("%dx%d %d bits turned %d", c.w, c.h, c.bits, c.degrees), func(t *testing.T) {
			_, f := buffer(t, c.w, c.h, c.bits, c.stride)
			if f.Width != c.w || f.Height != c.h {
				t.Fatalf("%+v", f)
			}
			picture, err := standing.Draw(f.Seen(c.degrees), typeface(t))
			if err != nil {
				t.Fatal(err)
			}
			if err := f.Show(picture, c.degrees); err != nil {
				t.Fatal(err)
			}
			got := seen(t, f, c.degrees)
			if dir := os.Getenv("LINTAI_PICTURES"); dir != "" {
				keep(t, filepath.Join(dir, fmt.Sprintf("rescue-%d-%d-%d.png", c.w, c.bits, c.degrees)), got)
			}
			bitmap, err := gozxing.NewBinaryBitmapFromImage(got)
			if err != nil {
				t.Fatal(err)
			}
			read, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
			if err != nil {
				t.Fatalf("the code cannot be read: %v", err)
			}
			if read.GetText() != standing.Code() {
				t.Errorf("%q", read.GetText())
			}
			// Nothing is painted beside the rows: what lies behind them is another page.
			text, err := os.ReadFile(f.Device)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(text[c.h*c.stride:], bytes.Repeat([]byte{0x55}, c.h*c.stride)) {
				t.Error("painted behind the last row")
			}
			for y := range c.h {
				for x := c.w * c.bits / 8; x < c.stride; x++ {
					if text[y*c.stride+x] != 0x55 {
						t.Fatal("painted between two rows")
					}
				}
			}
		})
	}
}

func keep(t *testing.T, name string, picture image.Image) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, picture); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsNoFramebuffer(t *testing.T) {
	if _, err := Find(t.TempDir()); err == nil {
		t.Error("found where there is none")
	}
	for name, text := range map[string]string{"bits_per_pixel": "8", "stride": "10", "virtual_size": "0,0", "modes": "x"} {
		root, _ := buffer(t, 800, 480, 16, 1600)
		if err := os.WriteFile(filepath.Join(root, "sys/class/graphics/fb0", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if f, err := Find(root); err == nil && name != "modes" {
			t.Errorf("%s: %+v", name, f)
		} else if name == "modes" && (err != nil || f.Height != 960) {
			t.Errorf("%+v %v", f, err)
		}
	}
}
