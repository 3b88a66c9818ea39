package demodata

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// speaker is who says something, where and when: what the blanks of a wording are filled
// with. A wording has choices, [昨晚|今早], and blanks, {building}; choices hold blanks, and
// no choices.
type speaker struct {
	random   *rand.Rand
	at       time.Time
	building int
	room     int
	crew     string // who came, in a record
}

// speak makes a sentence of a wording.
func (s speaker) speak(wording string) string {
	var b strings.Builder
	for wording != "" {
		i := strings.IndexAny(wording, "[{")
		if i < 0 {
			b.WriteString(wording)
			break
		}
		b.WriteString(wording[:i])
		closing := byte(']')
		if wording[i] == '{' {
			closing = '}'
		}
		inner, rest, _ := strings.Cut(wording[i+1:], string(closing))
		if closing == ']' {
			b.WriteString(s.speak(one(s.random, strings.Split(inner, "|"))))
		} else {
			b.WriteString(s.blank(inner))
		}
		wording = rest
	}
	return b.String()
}

// recently is how many sentences back nobody says the same again: more than a page of a
// list has cases.
const recently = 120

// fresh says something that was not said just now, as far as there is something else to say.
func (y *year) fresh(say func() string) (said string) {
	for range 8 {
		if said = say(); y.said[said] == 0 || said == "" {
			break
		}
	}
	y.said[said]++
	if y.saying = append(y.saying, said); len(y.saying) > recently {
		old := y.saying[0]
		if y.saying = y.saying[1:]; y.said[old] == 1 {
			delete(y.said, old)
		} else {
			y.said[old]--
		}
	}
	return said
}

func one[T any](random *rand.Rand, all []T) T { return all[random.IntN(len(all))] }

// blank is what stands for a word in braces; one that is unknown stays, for a test to find.
func (s speaker) blank(word string) string {
	switch word {
	case "building":
		return strconv.Itoa(s.building) + "号楼"
	case "unit":
		return strconv.Itoa(1+s.room%3) + "单元"
	case "floor":
		return strconv.Itoa(s.room/100) + "楼"
	case "above":
		return strconv.Itoa(s.room/100+1) + "楼"
	case "since":
		return one(s.random, sinces)
	case "long":
		return one(s.random, longs)
	case "often":
		return one(s.random, oftens)
	case "crew":
		return s.crew
	case "money":
		return strconv.Itoa(one(s.random, prices))
	case "sum":
		return strconv.Itoa(100 * (2 + s.random.IntN(14)))
	case "minutes":
		return strconv.Itoa(20 + 10*s.random.IntN(9))
	case "few":
		return strconv.Itoa(2 + s.random.IntN(5))
	case "arrived":
		return s.at.Add(-time.Duration(15+s.random.IntN(90)) * time.Minute).Format("15:04")
	case "day":
		return s.at.AddDate(0, 0, 2+s.random.IntN(9)).Format("1月2日")
	}
	return "{" + word + "}"
}

var (
	sinces = []string{"从昨天晚上开始", "今天一早就这样", "前天就发现了", "刚刚发现", "这两天", "下了夜班回来发现", "早上买菜回来看到", "中午开始", "周末起"}
	longs  = []string{"好几天了", "一个多星期了", "快半个月了", "三天了", "上个月就说过一次", "有一阵子了"}
	oftens = []string{"每天晚上", "一到周末就", "隔三岔五", "几乎天天", "早晚都", "这个月第三回"}
	prices = []int{8, 12, 15, 18, 25, 28, 35, 42, 46, 55, 60, 68, 75, 88, 95, 120, 138, 160, 185, 220, 260, 320}
)
