package grid

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func named(names ...string) (all []Building) {
	for _, name := range names {
		all = append(all, Building{Name: name})
	}
	return all
}

// planted is a community of two estates and a few places, as it is written down.
func planted() *Book {
	return &Book{Grids: []Grid{
		{ID: "1", Name: "1号网格", Buildings: named("幸福小区1栋", "幸福小区2栋", "幸福小区3栋1单元")},
		{ID: "2", Name: "2号网格", Buildings: named("幸福小区3栋2单元", "幸福小区12栋", "幸福小区A座", "中心花园")},
		{ID: "3", Name: "3号网格", Buildings: []Building{{Name: "3号楼", Also: []string{"老粮站宿舍"}}, {Name: "13号楼"}, {Name: "人民路88号"}}},
		{ID: "4", Name: "4号网格", Buildings: named("阳光里1号楼", "阳光里12号楼")},
	}}
}

func TestAddressesAsPeopleWriteThem(t *testing.T) {
	b := planted()
	for address, want := range map[string]string{
		"3号楼":               "3",
		"3号楼502室":           "3",
		"三号楼五〇二":            "3",
		"３号楼２单元５０２":         "3",
		"第三号楼":              "3",
		"3＃楼 502":           "3",
		"3#502":             "3",
		"3幢":                "3",
		"03号楼":              "3",
		"3楼2单元401":          "3",
		"3-502":             "3",
		"3-2-502":           "3",
		"3—2—502":           "3",
		"十三号楼":              "3",
		"13号楼502":           "3",
		"老粮站宿舍二楼":           "3",
		"幸福小区3栋2单元":         "2",
		"幸福小区三栋二单元五楼":       "2",
		"幸福小区 3 栋 1 单元 101": "1",
		"杭州市西湖区幸福小区3幢1单元": "1",
		"幸福3栋2门":         "2",
		"幸福小区3号楼2-501":   "2",
		"幸福小区3栋":         "", // either unit
		"幸福小区十二栋":        "2",
		"幸福小区a座":         "2",
		"幸福小区 Ａ座1101":    "2",
		"阳光里12号楼":        "4",
		"我家住阳光里一号楼，电梯坏了": "4",
		"阳光里1栋":          "4",
		"1栋":             "",  // of two estates
		"2栋":             "1", // of one
		"12号楼":           "",
		"月亮湾小区2栋":        "", // another estate
		"人民路88号":         "3",
		"人民路八十八号":        "3",
		"人民路188号":        "",
		"人民路88号3号楼":      "3",
		"在中心花园的亭子里":      "2",
		"3楼":             "", // a storey
		"五楼":             "",
		"三里屯":            "",
		"三栋楼都停水了":        "",
		"3栋楼下的路灯不亮":      "3",
		"一座假山":           "",
		"33号楼":           "",
		"电话 13800001234": "",
		"2026-11-22":     "",
		"":               "",
		"幸福小区2栋和幸福小区12栋之间":        "1", // the one named first
		"幸福小區3棟2單元":               "2",
		strings.Repeat("很长", 999): "",
	} {
		found, _ := b.Find(address)
		if found.Grid.ID != want {
			t.Errorf("%q is in grid %q (%s), want %q; fits %v; read as %+v", address, found.Grid.ID, found.Building.Name, want, len(b.Fits(address)), mentions(normal(address)))
		}
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"十号楼": "10号楼", "十二栋": "12栋", "二十栋": "20栋", "二十一栋": "21栋", "一百零三号": "103号", "二〇三室": "203室", "两单元": "2单元", "百栋": "100栋",
		"三里屯": "三里屯", "五一路": "五一路", "万寿路": "万寿路", "一百二十号": "120号", "十十号": "十十号", "零十号": "零十号", "三三十号": "三三十号",
	} {
		if got := digits(text); got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
	// Whatever number: written in Chinese it is the same building.
	units := []rune("零一二三四五六七八九")
	for n := 1; n <= 99; n++ {
		var text string
		switch tens, ones := n/10, n%10; {
		case tens == 0:
			text = string(units[ones])
		default:
			if tens > 1 {
				text = string(units[tens])
			}
			text += "十"
			if ones > 0 {
				text += string(units[ones])
			}
		}
		b := &Book{Grids: []Grid{{ID: "x", Name: "x", Buildings: named(fmt.Sprint(n, "号楼"))}, {ID: "y", Name: "y", Buildings: named(fmt.Sprint(n+1, "号楼"))}}}
		for _, address := range []string{text + "号楼", fmt.Sprint(n, "栋"), fmt.Sprint(n, "#"), text + "幢三单元"} {
			if found, _ := b.Find(address); found.Grid.ID != "x" {
				t.Errorf("%s is not found as building %d", address, n)
			}
		}
	}
}

func TestSeveral(t *testing.T) {
	got := Several("1-3号楼、5号楼，幸福小区7-8栋;中心花园\n 3-2-501 ；10－9栋")
	want := []string{"1号楼", "2号楼", "3号楼", "5号楼", "幸福小区7栋", "幸福小区8栋", "中心花园", "3-2-501", "10－9栋"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
}

// Whatever is typed: the book's own names are found in their own grid when they are
// written behind a road that has no number, and nothing breaks.
func FuzzFind(f *testing.F) {
	for _, s := range []string{"3号楼", "幸福小区3栋2单元", "A座", "三十#", "1-2-303", "人民路88号", "\xff号楼", "99999999号楼"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b := planted()
		for _, found := range b.Fits(text) {
			if _, ok := b.Grid(found.Grid.ID); !ok {
				t.Fatal("found in no grid")
			}
		}
		for _, name := range Several(text) {
			if strings.TrimSpace(name) == "" {
				t.Fatal("a building without a name")
			}
		}
		if !fitName(text) {
			return
		}
		b = &Book{Grids: []Grid{{ID: "a", Name: "a", Buildings: named(text)}}}
		if n := normal(text); n == "" || len(text) > 4000 {
			return
		}
		if found, ok := b.Find(text); !ok || found.Grid.ID != "a" {
			t.Fatalf("%q does not find itself: %+v", text, mentions(normal(text)))
		}
	})
}

// Two estates of one street have a building 3 each.
func TestEstates(t *testing.T) {
	ours := Grid{ID: "1", Buildings: named("幸福里小区3号楼", "幸福里小区4号楼", "中心花园")}
	theirs := Grid{ID: "2", Buildings: named("阳光里3号楼", "阳光里9号楼")}
	b := &Book{Grids: []Grid{ours, theirs}}
	for _, c := range []struct {
		address string
		of      Grid
		want    string
	}{
		{"3号楼502室", ours, "幸福里"}, {"3号楼502室", theirs, "阳光里"}, {"三号楼电梯坏了", Grid{}, ""},
		{"上海市阳光里3栋", ours, "阳光里"}, {"幸福里3-502", theirs, "幸福里"},
		{"9号楼", ours, "阳光里"}, // there is one
		{"中心花园的灯", theirs, "幸福里"}, {"路灯坏了", theirs, "阳光里"}, {"路灯坏了", Grid{}, ""},
		{"东方花园3号楼", ours, "东方花园"},
	} {
		if got := b.Estate(c.address, c.of); got != c.want {
			t.Errorf("%s said in grid %q is in %q, want %q", c.address, c.of.ID, got, c.want)
		}
	}
}
