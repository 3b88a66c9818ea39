package bench_test

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/camera"
	"lintai/hw/emulate/bench"
	"lintai/hw/microphone"
	"lintai/kiosk/fault"
)

func TestVoiceAndPictureReachTheirDrivers(t *testing.T) {
	d := newDesk(t)
	config := filepath.Join(d.dir, "asound.conf")
	text := fmt.Sprintf("pcm.bench_microphone {\n type file\n slave.pcm { type null }\n file /dev/null\n infile %q\n format raw\n}\n", filepath.Join(d.dir, bench.Microphone))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ALSA_CONFIG_PATH", config)
	listens := make(chan float64, 1000)
	m := microphone.New(microphone.Config{Device: "bench_microphone", OnLevel: func(l float64) { listens <- l }})
	stop, noted := make(chan struct{}), make(chan error, 1)
	go func() {
		n, err := m.Record(d.ctx, stop, time.Minute)
		if err == nil && n.Length < 2*time.Second {
			err = fmt.Errorf("a note of %v", n.Length)
		}
		noted <- err
	}()
	<-listens
	d.ask(bench.Request{Do: "speak"})
	close(stop)
	if err := <-noted; err != nil {
		t.Error(err)
	}

	eye := camera.New(camera.Config{Socket: filepath.Join(d.dir, "camera.sock")})
	p, err := eye.Shoot(d.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jpeg.Decode(bytes.NewReader(p.JPEG)); err != nil {
		t.Error(err)
	}
	if status := d.ask(bench.Request{Do: "status"}).Text; !strings.Contains(status, "streams=1") {
		t.Error(status)
	}
	d.ask(bench.Request{Do: "unplug", Device: bench.Camera})
	d.ask(bench.Request{Do: "unplug", Device: bench.Microphone})
	if _, err := eye.Shoot(d.ctx); hw.FaultOf(err) != fault.Unplugged {
		t.Error(err)
	}
	if _, err := m.Record(d.ctx, nil, time.Minute); hw.FaultOf(err) != fault.Unplugged {
		t.Error(err)
	}
}
