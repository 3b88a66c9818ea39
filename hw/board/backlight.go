package board

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// Backlights lists the panels whose light can be set. An HDMI panel has none.
func (b Board) Backlights() []Backlit {
	folders, _ := filepath.Glob(b.path("sys/class/backlight/*"))
	var found []Backlit
	for _, folder := range folders {
		name := filepath.Base(folder)
		now := b.number("sys/class/backlight", name, "brightness")
		most := b.number("sys/class/backlight", name, "max_brightness")
		if now == nil || most == nil || *most == 0 || *most > 1<<31 || *now > *most {
			continue
		}
		// FB_BLANK_UNBLANK of linux/fb.h is 0; a panel without the file is on.
		power := b.number("sys/class/backlight", name, "bl_power")
		found = append(found, Backlit{Name: name, Brightness: int(*now), Max: int(*most), On: power == nil || *power == 0})
	}
	return found
}

// blank is FB_BLANK_POWERDOWN of linux/fb.h.
const blank = 4

// SetBacklight sets every panel to a share of its brightness, 0 to 100 percent;
// 0 is dark, and anything above it shows at least the first step. A machine
// without such a panel is no error.
func (b Board) SetBacklight(share int) error {
	share = max(0, min(100, share))
	for _, panel := range b.Backlights() {
		level, power := (panel.Max*share+99)/100, 0
		if share == 0 {
			power = blank
		}
		for file, value := range map[string]int{"brightness": level, "bl_power": power} {
			path := b.path("sys/class/backlight", panel.Name, file)
			// The kernel's files exist or do not; they are never made.
			out, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
			if os.IsNotExist(err) && file == "bl_power" {
				continue
			}
			if err == nil {
				_, err = out.WriteString(strconv.Itoa(value))
				out.Close()
			}
			if err != nil {
				return fmt.Errorf("board: set the light of %s: %w", panel.Name, err)
			}
		}
	}
	return nil
}
