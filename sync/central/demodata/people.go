package demodata

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"

	"lintai/kiosk/catalog"
	"lintai/kiosk/request"
)

// Estate is where everybody lives.
const Estate = "幸福里"

// sizes are those of the community, by how much is asked for in its year.
func sizes(cases int) (grids, buildings, residents int) {
	within := func(n, least, most int) int { return min(max(n, least), most) }
	buildings = within(cases/60, 20, 1000)
	return within(buildings/10, 6, 60), buildings, within(cases/4, 600, 20_000)
}

// surnames with stems and branches are names that nobody has: 陈甲, 林乙丑.
var (
	surnames = []rune("陈林黄周吴徐孙胡朱高何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石")
	stems    = []rune("甲乙丙丁戊己庚辛壬癸")
	branches = []rune("子丑寅卯辰巳午未申酉戌亥")
)

// name is that of somebody of a number: of the first 7,800 no two have the same.
func name(n int) string {
	surname := string(surnames[n%len(surnames)])
	n /= len(surnames)
	if n < len(stems) {
		return surname + string(stems[n])
	}
	n -= len(stems)
	return surname + string(stems[n%len(stems)]) + string(branches[n/len(stems)%len(branches)])
}

// phone is a number that no network can have given to anybody: none begins with 000.
func phone(n int) string { return fmt.Sprintf("0000%07d", n) }

// resident is one who lives there.
type resident struct {
	name     string
	phone    string
	building int
	room     int
	token    string
	card     bool // she has it with her
	eager    bool // she comes often, and takes part
}

func (r resident) address() string { return fmt.Sprintf("%s%d号楼%d室", Estate, r.building, r.room) }

// person is what a service lets through of her card.
func (r resident) person(s *catalog.Service) *request.Person {
	if !r.card {
		return nil
	}
	p := request.Person{Token: r.token}
	if s.Allows(catalog.Name) {
		p.Name = r.name
	}
	if s.Allows(catalog.Address) {
		p.Address = r.address()
	}
	return &p
}

func people(n, buildings int, seed uint64, random *rand.Rand) []resident {
	all := make([]resident, n)
	for i := range all {
		sum := sha256.Sum256(fmt.Appendf(nil, "demo card %d %d", seed, i))
		all[i] = resident{name: name(i + 100), phone: phone(1000 + i), building: 1 + random.IntN(buildings),
			room: (1+random.IntN(18))*100 + 1 + random.IntN(4), token: hex.EncodeToString(sum[:16]),
			card: random.Float64() < 0.8, eager: random.Float64() < 0.15}
	}
	return all
}
