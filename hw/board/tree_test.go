package board

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// raspberryPi is what a Raspberry Pi 4 in good health tells, file by file.
var raspberryPi = map[string]string{
	"sys/class/thermal/thermal_zone0/temp":        "48686\n",
	"sys/class/hwmon/hwmon0/name":                 "cpu_thermal\n",
	"sys/class/hwmon/hwmon1/name":                 "rpi_volt\n",
	"sys/class/hwmon/hwmon1/in0_lcrit_alarm":      "0\n",
	"sys/class/backlight/10-0045/brightness":      "255\n",
	"sys/class/backlight/10-0045/max_brightness":  "255\n",
	"sys/class/backlight/10-0045/bl_power":        "0\n",
	"sys/fs/ext4/mmcblk0p2/errors_count":          "0\n",
	"sys/fs/ext4/mmcblk0p2/lifetime_write_kbytes": "18874368\n",
	"sys/fs/ext4/mmcblk0p3/errors_count":          "0\n",
	"sys/fs/ext4/mmcblk0p3/lifetime_write_kbytes": "4194304\n",
	"sys/block/mmcblk0/device/life_time":          "0x02 0x01\n",
	"sys/block/mmcblk0/device/pre_eol_info":       "0x01\n",
	"usr/bin/vcgencmd":                            "#!/bin/sh\n[ \"$1\" = get_throttled ] && echo throttled=0x0\n",
	"var/lib/lintai/kiosk.db":                     "",
	"proc/mounts": `/dev/mmcblk0p2 / ext4 rw,noatime 0 0
devtmpfs /dev devtmpfs rw,relatime,size=3877792k,nr_inodes=969448,mode=755 0 0
proc /proc proc rw,relatime 0 0
/dev/mmcblk0p1 /boot/firmware vfat rw,relatime,fmask=0022,dmask=0022,errors=remount-ro 0 0
/dev/mmcblk0p3 /var/lib/lintai ext4 rw,noatime,errors=remount-ro 0 0
tmpfs /run/user/1000 tmpfs rw,nosuid,nodev,relatime,size=787836k 0 0
`,
}

// tree makes a board of files: the healthy one with changes; an empty change
// takes the file away.
func tree(t *testing.T, changes map[string]string) Board {
	t.Helper()
	root := t.TempDir()
	files := map[string]string{}
	for name, text := range raspberryPi {
		files[name] = text
	}
	for name, text := range changes {
		files[name] = text
	}
	for name, text := range files {
		if _, changed := changes[name]; changed && text == "" {
			continue
		}
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if filepath.Base(name) == "vcgencmd" {
			mode = 0o755
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	return Board{Root: root, Data: "/var/lib/lintai", Now: at(2026)}
}

func at(year int) func() time.Time {
	return func() time.Time { return time.Date(year, 3, 2, 9, 0, 0, 0, time.UTC) }
}
