package demodata

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lintai/kiosk/community"
	"lintai/kiosk/phrase"
	"lintai/sync/central/activity"
	"lintai/sync/central/bulletin"
)

// notice is one that is put up each year: on a day, like 06-12, or so many days from a feast
// that the moon decides. {date} is the day that it is
// about.
type notice struct {
	on           string // month and day; "" with a feast
	feast        string
	off          int // days from the feast
	ahead, stays int // days: from the notice to what it is about, and until it is taken down; 0: it stays
	title, body  string
	from         string // who says so; "" is the committee
}

const (
	property = "幸福里物业服务中心"
	clinic   = "幸福里社区卫生服务站"
	council  = "幸福里居委会"
)

var notices = []notice{
	{on: "01-08", ahead: 2, stays: 4, title: "二号楼停水通知", body: "因更换进户阀门，二号楼{date}上午九点到十二点停水。\n请提前存水。行动不便的老人请按呼叫键，我们送水上门。", from: property},
	{on: "01-15", ahead: 1, stays: 20, title: "寒潮来了，注意防冻", body: "这几天夜里零下八度。出门前关好楼道窗，水表井盖好棉被。\n暖气不热请在终端报修，选“其他、家里”。", from: property},
	{feast: "spring", off: -12, ahead: 4, stays: 6, title: "写春联、送福字", body: "{date}上午九点，活动室请书法老师写春联，笔墨纸都有，写好带回家。"},
	{feast: "spring", off: -5, ahead: 5, stays: 13, title: "春节值班安排", body: "春节期间居委会每天有人值班，上午九点到下午四点。急事请按终端上的呼叫键，夜里由值班网格员接听。"},
	{feast: "spring", off: -3, ahead: 3, stays: 18, title: "禁放烟花爆竹", body: "本小区在禁放区内。楼道、车棚、阳台不要堆纸箱。\n发现燃放请按呼叫键或拨打119、110。"},
	{feast: "lantern", off: -5, ahead: 5, stays: 6, title: "元宵灯谜会", body: "{date}下午两点，小花园猜灯谜、吃元宵，欢迎带孩子来。"},
	{on: "03-05", ahead: 3, stays: 10, title: "学雷锋便民服务日", body: "{date}上午，活动室门口磨刀、理发、修小家电、量血压，都不收钱。"},
	{on: "03-20", ahead: 5, stays: 25, title: "老年大学春季班报名", body: "声乐、国画、太极、手机四个班，每班三十人。{date}起在终端“活动预约”报名，报满为止。"},
	{on: "04-02", ahead: 3, stays: 8, title: "文明祭扫，小心用火", body: "清明期间请不要在楼前烧纸。小花园西侧设有集中追思点，有人看护。"},
	{on: "04-14", ahead: 7, stays: 14, title: "六十五岁以上免费体检", body: "{date}起每天上午七点半到十点，空腹来卫生服务站，带身份证。腿脚不便的可以约上门采血。", from: clinic},
	{on: "04-26", ahead: 4, stays: 6, title: "小区停电检修通知", body: "供电所检修变压器，{date}上午八点到十一点，一到六号楼停电。电梯停用，请合理安排出门。", from: property},
	{on: "05-08", ahead: 3, stays: 12, title: "消防演练，请您参加", body: "{date}下午三点演练从楼道撤离和使用灭火器。听到警报不要慌，不要坐电梯。"},
	{on: "05-20", ahead: 2, title: "垃圾分类投放时间调整", body: "厨余垃圾早上七点到九点、晚上六点到八点投放。误时可以放到东门误时点。\n大件垃圾请先在终端登记，每周六统一清运。"},
	{feast: "dragon", off: -6, ahead: 4, stays: 7, title: "端午包粽子", body: "{date}上午九点在活动室包粽子，包好的送给独居老人。糯米粽叶由居委会准备。"},
	{on: "06-10", ahead: 1, stays: 60, title: "防汛提醒：大雨来之前", body: "地下室、车棚低处不要放东西。雨天绕开积水和井盖。\n防汛电话见“常用电话”，夜里也有人。沙袋在三号楼南侧，谁家要用可以领。"},
	{on: "06-18", ahead: 4, stays: 10, title: "暑期托管班报名", body: "七月六日开班，一到四年级，周一到周五。有作业辅导、书法和棋类，午饭在社区食堂吃。{date}起报名。"},
	{on: "07-03", ahead: 2, stays: 20, title: "灭蚊消杀通知", body: "{date}晚上七点后在绿化带喷药，请关窗，孩子和宠物一小时后再下楼。花盆积水请倒掉。", from: property},
	{on: "07-15", ahead: 1, stays: 30, title: "高温天，到活动室凉快", body: "活动室上午九点到晚上八点开空调，有茶水和防暑药。独居老人不舒服，请按呼叫键。"},
	{on: "08-01", ahead: 3, title: "社区食堂新菜单", body: "每天一个软烂菜、一个少盐菜，七十岁以上午餐优惠两元。\n行动不便可以送餐，在终端“上门服务、助餐”预约。", from: "幸福里社区食堂"},
	{on: "08-12", ahead: 1, stays: 5, title: "台风蓝色预警", body: "今夜到明天有大风大雨。请收好阳台花盆和晾衣杆，汽车不要停在树下。", from: property},
	{on: "08-25", ahead: 6, stays: 20, title: "老年大学秋季班报名", body: "新开智能手机班和八段锦班。{date}起报名，老学员也要重新报。"},
	{on: "09-04", ahead: 5, stays: 30, title: "流感疫苗接种预约", body: "六十岁以上免费。{date}起每周二、四上午接种，带身份证，近期发热的先问医生。", from: clinic},
	{feast: "moon", off: -7, ahead: 6, stays: 8, title: "中秋邻里赏月会", body: "{date}晚上七点小花园，各家带一样拿手点心。独居老人有志愿者接送。"},
	{on: "09-22", ahead: 2, stays: 4, title: "五号楼电梯年检", body: "{date}上午九点到下午四点五号楼电梯停用。上下楼不便请提前一天打电话，我们安排爬楼机。", from: property},
	{on: "10-09", ahead: 3, title: "反诈提醒：不要转账", body: "冒充公安、社保、孙子的电话都要转账，先挂断再问家里人。\n拿不准就按呼叫键，我们帮您核实。"},
	{feast: "double", off: -6, ahead: 6, stays: 7, title: "重阳敬老活动", body: "{date}上午九点半，活动室看戏、理发、拍金婚照，中午食堂吃长寿面。"},
	{on: "10-24", ahead: 5, stays: 20, title: "供暖试水，家里留人", body: "{date}暖气试水，请家里留人看有没有漏水。漏水先关阀门，再按呼叫键。", from: property},
	{on: "11-06", ahead: 3, stays: 12, title: "119消防宣传日", body: "{date}上午在小花园看消防车、学用灭火毯。家里的烟感可以免费换电池。"},
	{on: "11-12", ahead: 4, title: "电动车不要进楼", body: "充电请到车棚，新增十二个充电口。在楼道充电的将劝导并登记，屡次不改报消防。"},
	{on: "11-18", ahead: 3, stays: 14, title: "老年人打肺炎疫苗", body: "{date}起在卫生服务站接种，七十岁以上免费。下不了楼的可以约上门。", from: clinic},
	{on: "11-20", ahead: 4, stays: 10, title: "三号楼停水通知", body: "因清洗水箱，三号楼{date}上午九点到十二点停水。\n水来了先放一放再用。", from: property},
	{on: "12-03", ahead: 2, stays: 14, title: "助残日：免费配老花镜", body: "{date}下午活动室验光配镜、修轮椅，请带残疾证或老年卡。"},
	{on: "12-18", ahead: 3, stays: 10, title: "冬至包饺子", body: "{date}上午活动室包饺子，先送给独居和卧床的邻居，再一起吃。"},
}

// feasts are days that the moon decides, by the years for which they are known.
var feasts = map[string][]string{
	"spring":  {"2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13"},
	"lantern": {"2024-02-24", "2025-02-12", "2026-03-03", "2027-02-20", "2028-02-09", "2029-02-27"},
	"dragon":  {"2024-06-10", "2025-05-31", "2026-06-19", "2027-06-09", "2028-05-28", "2029-06-16"},
	"moon":    {"2024-09-17", "2025-10-06", "2026-09-25", "2027-09-15", "2028-10-03", "2029-09-22"},
	"double":  {"2024-10-11", "2025-10-29", "2026-10-18", "2027-10-08", "2028-10-26", "2029-10-16"},
}

// days are those on which it is put up between two times.
func (n notice) days(from, until time.Time) (all []time.Time) {
	put := func(text string, off int) {
		day, err := time.ParseInLocation(time.DateOnly, text, phrase.Zone)
		if err != nil {
			return // 29 February of another year
		}
		if day = day.AddDate(0, 0, off).Add(9 * time.Hour); day.After(from) && day.Before(until) {
			all = append(all, day)
		}
	}
	for year := from.Year(); n.on != "" && year <= until.Year(); year++ {
		put(fmt.Sprintf("%d-%s", year, n.on), 0)
	}
	for _, text := range feasts[n.feast] {
		put(text, n.off)
	}
	return all
}

// held are activities that were, beside those of the last weeks.
var held = []struct {
	feast       string
	name, place string
	detail      string
	hour        int
}{
	{"spring", "写春联送福字", "活动室", "笔墨纸由居委会准备", 9}, {"lantern", "元宵灯谜会", "小花园", "可以带孩子", 14},
	{"dragon", "端午包粽子", "活动室", "糯米粽叶都有", 9}, {"moon", "中秋赏月会", "小花园", "各家带一样点心", 19},
	{"double", "重阳敬老会", "活动室", "看戏、理发、拍照", 9},
}

// announce puts up the notices of the year and holds what its feasts bring, day by day.
func (y *year) announce(ctx context.Context) error {
	type entry struct {
		at time.Time
		do func(ctx context.Context, at time.Time) error
	}
	var diary []entry
	for i, n := range notices {
		for _, day := range n.days(y.from, y.until) {
			diary = append(diary, entry{day, func(ctx context.Context, at time.Time) error { return y.putUp(ctx, i, n, at) }})
		}
	}
	for i, h := range held {
		for _, day := range (notice{feast: h.feast, off: -8}).days(y.from, y.until.AddDate(0, 0, -21)) {
			diary = append(diary, entry{day, func(ctx context.Context, at time.Time) error {
				start := time.Date(at.Year(), at.Month(), at.Day()+6, h.hour, 0, 0, 0, phrase.Zone)
				a := activity.Activity{ID: fmt.Sprintf("demo_%s_%d", h.feast, at.Year()), Name: h.name, Place: h.place, Detail: h.detail,
					Start: start, End: start.Add(2 * time.Hour), Places: 40}
				if err := y.house.Activities.Make(ctx, a, y.clerks[0].ID); err != nil {
					return err
				}
				for n := range 4 + i {
					r := y.who(100*i + n)
					if _, err := y.house.Activities.Register(ctx, activity.Seat{Activity: a.ID, Name: r.name, Phone: r.phone, People: 1 + n%2}, y.clerks[0].ID); err != nil {
						return err
					}
				}
				y.made.Activities++
				return nil
			}})
		}
	}
	slices.SortStableFunc(diary, func(a, b entry) int { return cmp.Compare(a.at.Unix(), b.at.Unix()) })
	for _, e := range diary {
		y.house.Clock.Set(e.at)
		if err := e.do(ctx, e.at); err != nil {
			return err
		}
	}
	return nil
}

func (y *year) putUp(ctx context.Context, i int, n notice, at time.Time) error {
	day := at.AddDate(0, 0, n.ahead)
	one := community.Notice{ID: fmt.Sprintf("demo_%d_%d", at.Year(), i), Title: n.title, Issuer: cmp.Or(n.from, council), Date: at,
		Body: strings.ReplaceAll(n.body, "{date}", day.Format("1月2日"))}
	if n.stays > 0 {
		one.Until = at.AddDate(0, 0, n.ahead+n.stays)
	}
	return y.house.Announce(ctx, func(d community.Document) community.Document { return bulletin.PutNotice(d, one) })
}
