package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"lintai/hw/emulate"
	"lintai/hw/idcard"
	"lintai/kiosk/fault"
	"lintai/kiosk/request"
	"lintai/kiosk/settings"
	"lintai/kiosk/terminal"
	"lintai/kiosk/visit"
	"lintai/offline"
)

// TestVisitsAreToldOfMicrophoneAndCamera: from the bench's devices through ALSA and
// the drivers to the ports of the runtime, and back when a cable is pulled.
func TestVisitsAreToldOfMicrophoneAndCamera(t *testing.T) {
	dir, err := os.MkdirTemp("", "kiosk") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	ear, err := emulate.NewMicrophone(filepath.Join(dir, "microphone"))
	if err != nil {
		t.Fatal(err)
	}
	defer ear.Close()
	eye, err := emulate.NewCamera(filepath.Join(dir, "camera.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer eye.Close()
	config := filepath.Join(dir, "asound.conf")
	text := fmt.Sprintf("pcm.bench_microphone {\n type file\n slave.pcm { type null }\n file /dev/null\n infile %q\n format raw\n}\n", filepath.Join(dir, "microphone"))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ALSA_CONFIG_PATH", config)

	events := make(chan visit.Event, 100)
	d := &devices{book: newHealthBook(nil), post: func(e visit.Event) { events <- e }, log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	d.newMicrophone(settings.Microphone{Device: "bench_microphone"})
	d.newCamera(settings.Camera{Bench: filepath.Join(dir, "camera.sock")})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer cancel()
	d.run(ctx, &parts)
	well := map[visit.Device]bool{}
	for len(well) < 2 {
		select {
		case e := <-events:
			if c := e.(visit.DeviceChanged); c.Fault == fault.None {
				well[c.Device] = true
			}
		case <-ctx.Done():
			t.Fatalf("ready: %v", well)
		}
	}

	stop, noted := make(chan struct{}), make(chan terminal.Note, 1)
	go func() {
		n, err := d.microphone.Record(ctx, stop, 20*time.Second)
		if err != nil {
			t.Error(err)
		}
		noted <- n
	}()
	if err := ear.Speak(ctx, emulate.Syllables(2)); err != nil {
		t.Fatal(err)
	}
	close(stop)
	if n := <-noted; n.Type != "audio/ogg" || n.Length < time.Second || len(n.Data) > request.MaxAttachment {
		t.Errorf("%s of %v", n.Type, n.Length)
	}
	picture, err := d.camera.Shoot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jpeg.Decode(bytes.NewReader(picture)); err != nil {
		t.Error(err)
	}
	if err := eye.Unplug(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.camera.Shoot(ctx); faultOf(err) != fault.Unplugged {
		t.Error(err)
	}
}

func TestTerminalWithoutMicrophoneAndCameraOffersNeither(t *testing.T) {
	told := map[visit.Device]fault.Code{}
	d := &devices{book: newHealthBook(nil), post: func(e visit.Event) { told[e.(visit.DeviceChanged).Device] = e.(visit.DeviceChanged).Fault }}
	d.newMicrophone(settings.Microphone{})
	d.newCamera(settings.Camera{})
	for _, start := range d.start {
		start(t.Context())
	}
	if told[visit.Microphone] != fault.Unplugged || told[visit.Camera] != fault.Unplugged || d.microphone != nil || d.camera != nil {
		t.Errorf("%v", told)
	}
}

func TestCardBringsATokenOnlyWithAKey(t *testing.T) {
	card := idcard.Card{Name: "测试甲", Number: "110101193001010018", Address: "虚构市测试路1号"}
	d := &devices{}
	if p := d.person(card); p != (request.Person{Name: "测试甲", Address: "虚构市测试路1号", IDNumber: "110101193001010018"}) {
		t.Errorf("%d fields", len(p.Token))
	}
	d.cardKey = bytes.Repeat([]byte{7}, 32)
	if p := d.person(card); p.Token == "" || p.Token != request.CardToken(d.cardKey, card.Number) {
		t.Error("no token")
	}
}

func TestFaultsOfQueueAndDevices(t *testing.T) {
	if got := faultOf(fmt.Errorf("save: %w", offline.ErrFull)); got != fault.QueueFull {
		t.Errorf("queue: %q", got)
	}
	if got := faultOf(errors.New("else")); got != offline.FaultOf(errors.New("else")) {
		t.Errorf("else: %q", got)
	}
}
