package guest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Firmware is U-Boot for QEMU's virt machine as Debian packs it (u-boot-qemu).
const Firmware = "/usr/lib/u-boot/qemu_arm64/u-boot.bin"

// Machine is a virtual machine that runs.
type Machine struct {
	Monitor   *Monitor
	Console   *Console
	Neighbour *Neighbour // nil where Setup asks for none
	Began     time.Time

	setup       Setup
	touchscreen *touchscreen // nil where the tablet is
	cmd         *exec.Cmd
	ended       chan struct{}
	err         error // how QEMU ended; read after ended
	cables      []*cable
	log         *os.File
	stderr      strings.Builder
}

// Setup says what the machine is made of.
type Setup struct {
	Name string // of its files
	Dir  string // for sockets and what lives as long as the machine; keep its path short
	Logs string // where the serial line's text is kept
	Card string // the image; it is not written while the machine runs: see Settle
	// Width and Height are those of the panel, in pixels.
	Width, Height int
	// Turn is by how many degrees its picture is turned clockwise: 0, 90, 180, 270.
	Turn int
	// Touchscreen gives the panel a glass that knows nothing of the picture, in the place
	// of QEMU's tablet, which the guest takes for a mouse.
	Touchscreen bool
	MemoryMiB   int
	// Outward are connections that the guest may make: "10.0.2.100:8443" to a command
	// whose standard input and output are the connection. It reaches nothing else.
	Outward map[string]string
	// Cables are serial devices behind USB, by their serial numbers.
	Cables map[string]Cable
	// Neighbour gives the machine a network with us on it.
	Neighbour bool
	// Watchdog is what QEMU does when nobody feeds the hardware watchdog: "reset", or
	// "pause" to look at it.
	Watchdog string
	Extra    []string
}

func (s Setup) file(kind string) string { return filepath.Join(s.Dir, s.Name+"."+kind) }

// arguments are QEMU's. Each socket is one that we listen at, so that nothing of what
// is said first is lost.
func (s Setup) arguments() []string {
	a := []string{
		"-M", "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", strconv.Itoa(s.MemoryMiB), "-accel", "tcg,thread=multi,tb-size=512",
		"-nodefaults", "-display", "none", "-bios", Firmware,
		"-chardev", "socket,id=monitor,path=" + s.file("qmp"), "-mon", "chardev=monitor,mode=control",
		"-chardev", "socket,id=console,path=" + s.file("tty"), "-serial", "chardev:console",
		"-device", "virtio-rng-pci", "-device", "virtio-balloon-pci,id=balloon",
		"-device", "qemu-xhci,id=usb,p2=12,p3=4",
		"-audiodev", "wav,id=sound,path=" + s.file("wav"), "-device", "intel-hda", "-device", "hda-output,audiodev=sound",
		"-device", "i6300esb", "-action", "watchdog=" + s.watchdog(),
	}
	if s.Touchscreen {
		a = append(a, "-chardev", "socket,id=glass,path="+s.file("glass"), "-device", "usb-redir,bus=usb.0,id=touch,chardev=glass")
	} else {
		a = append(a, "-device", "usb-tablet,bus=usb.0,id=touch")
	}
	if s.Width > 0 {
		a = append(a, "-device", fmt.Sprintf("virtio-gpu-pci,id=panel,xres=%d,yres=%d", s.Width, s.Height))
	}
	if s.Card != "" {
		a = append(a,
			"-blockdev", "driver=raw,node-name=card,read-only=on,file.driver=file,file.filename="+s.Card,
			"-blockdev", "driver=qcow2,node-name=overlay,backing=card,file.driver=file,file.cache.no-flush=on,file.filename="+s.file("overlay"),
			"-blockdev", "driver=file,node-name=writes,cache.no-flush=on,filename="+s.file("writes"),
			"-blockdev", "driver=blklogwrites,node-name=logged,file=overlay,log=writes",
			"-object", "throttle-group,id=pace",
			"-blockdev", "driver=throttle,node-name=paced,throttle-group=pace,file=logged",
			"-device", "virtio-blk-pci,drive=paced,bootindex=0,write-cache=on")
	}
	// Nobody starts this machine over the network: romfile= does without a package that
	// would bring the program for it.
	user := "user,id=user,restrict=on,ipv6=off"
	for at, command := range s.Outward {
		user += ",guestfwd=tcp:" + at + "-cmd:" + strings.ReplaceAll(command, ",", ",,")
	}
	if s.Neighbour {
		a = append(a, "-netdev", user, "-netdev", "hubport,hubid=0,id=house,netdev=user",
			"-netdev", "stream,id=we,server=off,addr.type=unix,addr.path="+s.file("lan"), "-netdev", "hubport,hubid=0,id=neighbour,netdev=we",
			"-netdev", "hubport,hubid=0,id=socket", "-device", "virtio-net-pci,id=network,netdev=socket,romfile=,mac=52:54:00:12:34:56")
	} else {
		a = append(a, "-netdev", user, "-device", "virtio-net-pci,id=network,netdev=user,romfile=,mac=52:54:00:12:34:56")
	}
	for serial := range s.Cables {
		a = append(a, "-chardev", "socket,id=cable-"+serial+",path="+s.file(serial),
			"-device", "usb-serial,bus=usb.0,always-plugged=on,id="+serial+",serial="+serial+",chardev=cable-"+serial)
	}
	return append(a, s.Extra...)
}

func (s Setup) watchdog() string {
	if s.Watchdog == "" {
		return "reset"
	}
	return s.Watchdog
}

// Port is where the guest finds the serial device of a cable.
func Port(serial string) string {
	return "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_" + serial + "-if00-port0"
}

// Start switches a machine on. What of an earlier one of the same name was not settled
// is gone.
func Start(ctx context.Context, s Setup) (m *Machine, err error) {
	m = &Machine{setup: s, ended: make(chan struct{})}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if s.Card != "" {
		if err := s.freshOverlay(ctx); err != nil {
			return nil, err
		}
	}
	doors := map[string]net.Listener{}
	defer func() {
		for _, l := range doors {
			l.Close()
		}
	}()
	kinds := []string{"qmp", "tty"}
	if s.Neighbour {
		kinds = append(kinds, "lan")
	}
	if s.Touchscreen {
		kinds = append(kinds, "glass")
	}
	for serial := range s.Cables {
		kinds = append(kinds, serial)
	}
	for _, kind := range kinds {
		_ = os.Remove(s.file(kind))
		if doors[kind], err = net.Listen("unix", s.file(kind)); err != nil {
			return nil, err
		}
	}
	if m.log, err = os.OpenFile(filepath.Join(s.Logs, s.Name+".serial.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644); err != nil {
		return nil, err
	}
	m.cmd = exec.Command("qemu-system-aarch64", s.arguments()...)
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	m.cmd.Stderr = &m.stderr
	m.Began = time.Now()
	if err := m.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		m.err = m.cmd.Wait()
		close(m.ended)
		for _, l := range doors { // nobody comes any more
			l.Close()
		}
	}()
	lines := map[string]net.Conn{}
	for _, kind := range kinds {
		if lines[kind], err = accept(ctx, doors[kind]); err != nil {
			m.Cut()
			return nil, fmt.Errorf("qemu did not start: %w: %s", errors.Join(err, m.err), m.stderr.String())
		}
	}
	m.Console = listen(lines["tty"], lines["tty"], m.log, m.Began)
	if s.Neighbour {
		m.Neighbour = newNeighbour(lines["lan"])
	}
	if s.Touchscreen {
		if m.touchscreen, err = plugTouchscreen(lines["glass"]); err != nil {
			m.Cut()
			return nil, err
		}
	}
	for serial, c := range s.Cables {
		m.cables = append(m.cables, join(lines[serial], c))
	}
	if m.Monitor, err = NewMonitor(ctx, lines["qmp"]); err != nil {
		m.Cut()
		return nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(m.stderr.String()))
	}
	return m, nil
}

func accept(ctx context.Context, l net.Listener) (net.Conn, error) {
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	return l.Accept()
}

// Cut pulls the plug.
func (m *Machine) Cut() {
	select {
	case <-m.ended:
	default:
		_ = syscall.Kill(-m.cmd.Process.Pid, syscall.SIGKILL)
		<-m.ended
	}
	for _, c := range m.cables {
		c.close()
	}
}

// Running tells how the machine ended when it has.
func (m *Machine) Running() error {
	select {
	case <-m.ended:
		return fmt.Errorf("qemu ended (%w): %s", errors.Join(ErrEnded, m.err), strings.TrimSpace(m.stderr.String()))
	default:
		return nil
	}
}

// Connect plugs the network's cable in, or pulls it.
func (m *Machine) Connect(ctx context.Context, in bool) error {
	return m.Monitor.Do(ctx, "set_link", map[string]any{"name": "network", "up": in}, nil)
}

// Stall has the card answer nothing any more, as one does that hangs, or go on.
func (m *Machine) Stall(ctx context.Context, stalled bool) error {
	bytes := 0 // a second; 0 is no limit
	if stalled {
		bytes = 1
	}
	return m.Monitor.Do(ctx, "qom-set", map[string]any{"path": "/objects/pace", "property": "limits", "value": map[string]any{"bps-total": bytes}}, nil)
}

// Memory asks the guest's kernel how much memory there is and how much of it programs
// could still have (MemTotal, MemAvailable), in bytes.
func (m *Machine) Memory(ctx context.Context) (total, available int64, err error) {
	const balloon = "/machine/peripheral/balloon"
	err = m.Monitor.Do(ctx, "qom-set", map[string]any{"path": balloon, "property": "guest-stats-polling-interval", "value": 1}, nil)
	if err != nil {
		return 0, 0, err
	}
	for {
		var said struct {
			At    int64 `json:"last-update"`
			Stats struct {
				Total     int64 `json:"stat-total-memory"`
				Available int64 `json:"stat-available-memory"`
			} `json:"stats"`
		}
		if err := m.Monitor.Do(ctx, "qom-get", map[string]any{"path": balloon, "property": "guest-stats"}, &said); err != nil {
			return 0, 0, err
		}
		if said.At > 0 {
			return said.Stats.Total, said.Stats.Available, nil
		}
		if err := Pause(ctx, 200*time.Millisecond); err != nil {
			return 0, 0, fmt.Errorf("the guest does not tell its memory: %w", err)
		}
	}
}

// freshOverlay makes the two files that a running machine writes.
func (s Setup) freshOverlay(ctx context.Context) error {
	if err := os.WriteFile(s.file("writes"), nil, 0o600); err != nil {
		return err
	}
	card, err := filepath.Abs(s.Card)
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "qemu-img", "create", "-q", "-f", "qcow2", "-b", card, "-F", "raw", s.file("overlay")).CombinedOutput()
	if err != nil {
		return fmt.Errorf("qemu-img: %w: %s", err, out)
	}
	return nil
}

// Plug adds a device, e.g. "usb-kbd" as "keyboard", to the USB ports.
func (m *Machine) Plug(ctx context.Context, driver, id string, more map[string]any) error {
	arguments := map[string]any{"driver": driver, "id": id, "bus": "usb.0"}
	for k, v := range more {
		arguments[k] = v
	}
	return m.Monitor.Do(ctx, "device_add", arguments, nil)
}

// Unplug takes a device away and waits until QEMU has.
func (m *Machine) Unplug(ctx context.Context, id string) error {
	mark := m.Monitor.Mark()
	if err := m.Monitor.Do(ctx, "device_del", map[string]string{"id": id}, nil); err != nil {
		return err
	}
	// A stick is two devices, and each of them is told.
	_, err := m.Monitor.Await(ctx, mark, "DEVICE_DELETED", strconv.Quote(id))
	return err
}

// PlugStick plugs a memory stick whose content is the image file.
func (m *Machine) PlugStick(ctx context.Context, id, image string) error {
	err := m.Monitor.Do(ctx, "blockdev-add", map[string]any{"driver": "raw", "node-name": id + "-disk",
		"file": map[string]any{"driver": "file", "filename": image}}, nil)
	if err != nil {
		return err
	}
	return m.Plug(ctx, "usb-storage", id, map[string]any{"drive": id + "-disk", "removable": true})
}

// UnplugStick takes it away; then its file holds what was written to it.
func (m *Machine) UnplugStick(ctx context.Context, id string) error {
	if err := m.Unplug(ctx, id); err != nil {
		return err
	}
	return m.Monitor.Do(ctx, "blockdev-del", map[string]any{"node-name": id + "-disk"}, nil)
}
